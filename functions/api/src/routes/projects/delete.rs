//! `DELETE /v1/projects/{projectId}` (contract: deleteProject)

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{done, project_id};
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let id = project_id(&id)?;
    done(state.store().delete_project(&key, id).await?)?;
    let deleted = json!({ "projectId": id.to_string(), "deleted": true });
    Ok(reply::data(&deleted))
}
