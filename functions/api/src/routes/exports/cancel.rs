//! `DELETE /v1/exports/{taskId}` (contract: cancelExport)

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::ErrorCode;
use darkroom_store::Canceled;

use super::{not_found, task_id};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;

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
