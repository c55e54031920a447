//! `GET /v1/assets/{assetId}` (contract: getAsset)

use axum::extract::State;
use axum::response::Response;

use super::{asset_id, not_found, show};
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let asset = state.store().get_asset(&key.user, asset_id(&id)?).await?;
    let asset = asset.ok_or_else(not_found)?;
    Ok(reply::data(&show(&state, &asset).await?))
}
