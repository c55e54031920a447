//! `GET /v1/assets/{assetId}` (contract: getAsset)

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::ErrorCode;
use uuid::Uuid;

use super::show;
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let not_found = || Refusal::new(ErrorCode::AssetNotFound, "no asset of yours has this id");
    // Any string may be asked for; one that is no UUID names no asset.
    let id = Uuid::try_parse(&id).map_err(|_| not_found())?;
    let asset = state.store().get_asset(&key.user, id).await?;
    let asset = asset.ok_or_else(not_found)?;
    Ok(reply::data(&show(&state, &asset).await?))
}
