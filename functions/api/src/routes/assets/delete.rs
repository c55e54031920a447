//! `DELETE /v1/assets/{assetId}` (contract: deleteAsset)

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::ErrorCode;
use darkroom_store::AssetDeleted;
use serde::Serialize;

use super::{asset_id, not_found};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// The asset that is gone.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct DeletedAsset {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    asset_id: String,
    deleted: bool,
}

/// Deletes an asset that no project's state and no active export uses.
#[cfg_attr(test, utoipa::path(
    delete, path = "/v1/assets/{assetId}", operation_id = "deleteAsset", tag = "Assets",
    params(("assetId" = String, Path, description = "Id of an asset")),
    responses(
        (status = 200, description = "The id of the deleted asset", body = Data<DeletedAsset>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "ASSET_NOT_FOUND"),
        (status = 409, description = "ASSET_REFERENCED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let id = asset_id(&id)?;
    match state.store().delete_asset(&key, id).await? {
        AssetDeleted::Done => {
            let asset_id = id.to_string();
            Ok(reply::data(&DeletedAsset {
                asset_id,
                deleted: true,
            }))
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
