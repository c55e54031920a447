//! `GET /v1/assets/{assetId}` (contract: getAsset)

use axum::extract::State;
use axum::response::Response;

use super::{asset_id, not_found, show};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Asset, Data};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Reads an asset.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/assets/{assetId}", operation_id = "getAsset", tag = "Assets",
    params(("assetId" = String, Path, description = "Id of an asset")),
    responses(
        (status = 200, description = "The asset", body = Data<Asset>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "ASSET_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let asset = state.store().get_asset(&key.user, asset_id(&id)?).await?;
    let asset = asset.ok_or_else(not_found)?;
    Ok(reply::data(&show(&state, asset).await?))
}
