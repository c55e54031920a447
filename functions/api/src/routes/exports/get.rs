//! `GET /v1/exports/{taskId}` (contract: getExport)

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{not_found, task_id};
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let id = task_id(&id)?;
    let task = state.store().get_task(&key.user, id).await?;
    let task = task.ok_or_else(not_found)?;
    let meta = if task.warnings.is_empty() {
        json!({})
    } else {
        json!({ "warnings": task.warnings })
    };
    let shown = state.store().export_task(&task).await?;
    Ok(reply::with_meta(&shown, &meta))
}
