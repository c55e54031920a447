//! `GET /v1/exports/{taskId}` (contract: getExport), and our extension of it,
//! `?waitSeconds=0..20`: the answer comes when the task has changed, or when the time
//! is up. A request that waits keeps its function instance for so long.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use darkroom_exports::{Task, TaskId, TaskState};
use darkroom_store::StoreError;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::{not_found, task_id};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::ExportTask;
use crate::query::Query;
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

/// How long to wait for something new.
#[derive(Debug)]
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Query))]
struct Waiting {
    /// Answer when status, progress or phase changes, or after so many seconds; 0 answers now.
    #[cfg_attr(test, param(rename = "waitSeconds", value_type = Option<u64>,
        minimum = 0, maximum = 20))]
    seconds: u64,
}

impl Waiting {
    /// Reads the last `waitSeconds` of a query; none is no wait.
    fn read(uri: &Uri) -> Result<Self, Refusal> {
        let mut query = Query::read(uri);
        let given = query.parameter("waitSeconds").map(str::parse::<u64>);
        let seconds = match given {
            None => 0,
            Some(Ok(seconds)) if seconds <= MAX_WAIT_SECONDS => seconds,
            Some(_) => {
                let message = format!("must be a whole number from 0 to {MAX_WAIT_SECONDS}");
                query.fault("/waitSeconds", message);
                0
            }
        };
        query.check()?;
        Ok(Self { seconds })
    }
}

/// The answer to a request for one task.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
struct Warned<T> {
    data: T,
    meta: Warnings,
}

/// What to know of a task.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
struct Warnings {
    /// What was drawn otherwise than the document has it, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schema(required = false))]
    warnings: Vec<String>,
}

/// Reads an export, now or as soon as it has changed.
///
/// `meta.warnings` says what was drawn otherwise than the document has it.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/exports/{taskId}", operation_id = "getExport", tag = "Exports",
    params(("taskId" = String, Path, description = "Id of an export task"), Waiting),
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
    let wait = Duration::from_secs(Waiting::read(&uri)?.seconds);
    let id = task_id(&id)?;
    let task = state.store().get_task(&key.user, id).await?;
    let mut task = task.ok_or_else(not_found)?;
    if task.state.is_active() && !wait.is_zero() {
        task = changed(&state, &key.user, id, task, wait).await?;
    }
    let data = state.store().export_task(&task).await?;
    let warnings = task.warnings;
    let meta = Warnings { warnings };
    let mut answer = reply::ok(&Warned { data, meta });
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::parameter;

    #[test]
    fn the_longest_wait_is_described_as_it_is_read() {
        assert_eq!(
            parameter::<Waiting>("waitSeconds")["maximum"],
            MAX_WAIT_SECONDS
        );
    }

    #[test]
    fn warnings_are_named_where_there_are_any() {
        let warned = |warnings: &[&str]| {
            let warnings = warnings.iter().map(|&text| text.to_owned()).collect();
            let meta = Warnings { warnings };
            json!(Warned { data: 1, meta })
        };
        assert_eq!(warned(&[]), json!({ "data": 1, "meta": {} }));
        let one = json!({ "data": 1, "meta": { "warnings": ["a"] } });
        assert_eq!(warned(&["a"]), one);
    }
}
