//! `GET /v1/exports/{taskId}` (contract: getExport), and our extension of it,
//! `?waitSeconds=0..20`: the answer comes when the task has changed, or when the time
//! is up. A request that waits keeps its function instance for so long.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use darkroom_exports::{ErrorCode, Fault, Problem, Task, TaskId, TaskState};
use darkroom_store::StoreError;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{not_found, task_id};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{ExportTask, Warned};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Longest wait in seconds. The HTTP API itself gives up after 30, the function after 29.
const MAX_WAIT_SECONDS: u64 = 20;
/// Between two reads of a task that is waited for: at most 41 reads a request.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Seconds after which a task may have changed that is asked for without waiting: about
/// half of what lies between two heartbeats of its worker.
const RETRY_SECONDS: u64 = 2;
/// The same of a task that waits for the operator.
const PAUSED_RETRY_SECONDS: u64 = 30;

/// Reads an export, now or as soon as it has changed.
///
/// `meta.warnings` says what was drawn otherwise than the document has it.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/exports/{taskId}", operation_id = "getExport", tag = "Exports",
    params(
        ("taskId" = String, Path, description = "Id of an export task"),
        ("waitSeconds" = Option<u64>, Query, minimum = 0, maximum = 20,
            description = "Answer when status, progress or phase changes, or after so many \
                seconds; 0, as without it, answers now"),
    ),
    responses(
        (status = 200, description = "The task", body = Warned<ExportTask>,
            headers(("Retry-After" = u64, description = "Seconds after which to read it again; \
                only while the task is active"))),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "TASK_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    uri: Uri,
) -> Result<Response, Refusal> {
    let wait = wait(&uri)?;
    let id = task_id(&id)?;
    let task = state.store().get_task(&key.user, id).await?;
    let mut task = task.ok_or_else(not_found)?;
    if task.state.is_active() && !wait.is_zero() {
        task = changed(&state, &key.user, id, task, wait).await?;
    }
    let meta = if task.warnings.is_empty() {
        json!({})
    } else {
        json!({ "warnings": task.warnings })
    };
    let shown = state.store().export_task(&task).await?;
    let mut answer = reply::with_meta(&json!(shown), &meta);
    if task.state.is_active() {
        let seconds = match task.state {
            TaskState::Paused => PAUSED_RETRY_SECONDS,
            _ => RETRY_SECONDS,
        };
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// The last `waitSeconds` of a query; none is no wait.
fn wait(uri: &Uri) -> Result<Duration, Refusal> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let given = url::form_urlencoded::parse(query)
        .filter(|(name, _)| name == "waitSeconds")
        .last();
    let Some((_, text)) = given else {
        return Ok(Duration::ZERO);
    };
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| *seconds <= MAX_WAIT_SECONDS);
    seconds.map(Duration::from_secs).ok_or_else(|| {
        let message = format!("must be a whole number from 0 to {MAX_WAIT_SECONDS}");
        let fault = Fault::new(ErrorCode::RequestInvalid, "/waitSeconds", message);
        Refusal(Problem::from_faults(ErrorCode::RequestInvalid, vec![fault]))
    })
}

/// The task as soon as its state, progress or phase is another one, or when the time is up.
async fn changed(
    state: &AppState,
    user: &str,
    id: TaskId,
    before: Task,
    wait: Duration,
) -> Result<Task, StoreError> {
    let until = Instant::now() + wait;
    let seen = |task: &Task| (task.state, task.progress, task.phase);
    let was = seen(&before);
    let mut task = before;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || seen(&task) != was {
            return Ok(task);
        }
        sleep(left.min(LOOK_EVERY)).await;
        if let Some(now) = state.store().get_task(user, id).await? {
            task = now;
        }
    }
}
