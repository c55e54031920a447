//! `DELETE /v1/projects/{projectId}/assets/{assetId}` (contract: deleteProjectAsset)

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::done;
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Ids;
use crate::routes::assets::asset_id;
use crate::routes::projects::project_id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Ids(project, asset): Ids,
) -> Result<Response, Refusal> {
    let project = project_id(&project)?;
    let asset = asset_id(&asset)?;
    done(state.store().unbind_asset(&key, project, asset).await?)?;
    Ok(reply::data(&json!({
        "projectId": project.to_string(),
        "assetId": asset.to_string(),
        "deleted": true,
    })))
}
