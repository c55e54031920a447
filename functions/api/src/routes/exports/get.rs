//! `GET /v1/exports/{taskId}` (contract: getExport)

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{not_found, show, task_id};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{ExportTask, Warned};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Reads an export.
///
/// `meta.warnings` says what was drawn otherwise than the document has it.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/exports/{taskId}", operation_id = "getExport", tag = "Exports",
    params(("taskId" = String, Path, description = "Id of an export task")),
    responses(
        (status = 200, description = "The task", body = Warned<ExportTask>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "TASK_NOT_FOUND"),
    ),
))]
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
    Ok(reply::with_meta(&show(&state, &task).await?, &meta))
}
