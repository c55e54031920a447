//! `DELETE /v1/exports/{taskId}` (contract: cancelExport)

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::ErrorCode;
use darkroom_store::Canceled;

use super::{not_found, task_id};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, ExportTask};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Cancels an export that has not ended.
///
/// Its result is never published, and its credits are given back. Canceling it again
/// changes nothing.
#[cfg_attr(test, utoipa::path(
    delete, path = "/v1/exports/{taskId}", operation_id = "cancelExport", tag = "Exports",
    params(("taskId" = String, Path, description = "Id of an export task")),
    responses(
        (status = 200, description = "The canceled task", body = Data<ExportTask>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "TASK_NOT_FOUND"),
        (status = 409, description = "TASK_NOT_CANCELABLE"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    match state.store().cancel(&key, task_id(&id)?).await? {
        Canceled::Done(task) => Ok(reply::data(&state.store().export_task(&task).await?)),
        Canceled::Ended(ended) => Err(Refusal::new(
            ErrorCode::TaskNotCancelable,
            format!(
                "the task is {} already; only active tasks can be canceled",
                ended.as_str()
            ),
        )),
        Canceled::Missing => Err(not_found()),
        Canceled::KeyRevoked => Err(unknown_key()),
    }
}
