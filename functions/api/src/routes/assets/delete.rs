//! `DELETE /v1/assets/{assetId}` (contract: deleteAsset)

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::ErrorCode;
use darkroom_store::AssetDeleted;
use serde_json::json;

use super::{asset_id, not_found};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let id = asset_id(&id)?;
    match state.store().delete_asset(&key, id).await? {
        AssetDeleted::Done => {
            let deleted = json!({ "assetId": id.to_string(), "deleted": true });
            Ok(reply::data(&deleted))
        }
        AssetDeleted::Referenced => Err(Refusal::new(
            ErrorCode::AssetReferenced,
            "a project's state or an active export uses this asset's file; sync the project \
             without it, or wait for the export to end",
        )),
        AssetDeleted::Missing => Err(not_found()),
        AssetDeleted::KeyRevoked => Err(unknown_key()),
    }
}
