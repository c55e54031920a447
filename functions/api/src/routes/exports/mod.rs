//! `/v1/exports`

pub(super) mod cancel;
pub(super) mod commit;
pub(super) mod create;
pub(super) mod get;
pub(super) mod list;

use darkroom_exports::{ErrorCode, TaskId};

use crate::reply::Refusal;

/// Any string may be asked for; one that is no task id names no task.
fn task_id(text: &str) -> Result<TaskId, Refusal> {
    TaskId::parse(text).ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::new(
        ErrorCode::TaskNotFound,
        "no export task of yours has this id; `GET /v1/exports` lists them",
    )
}
