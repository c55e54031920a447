//! `GET /v1/assets/{assetId}` (contract: getAsset)

use axum::extract::{Path, State};
use axum::response::Response;
use darkroom_exports::ErrorCode;

use super::show;
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let asset = state.store().get_asset(&key.user, &id).await?;
    let asset = asset
        .ok_or_else(|| Refusal::new(ErrorCode::AssetNotFound, "no asset of yours has this id"))?;
    Ok(reply::data(&show(&state, &asset).await?))
}
