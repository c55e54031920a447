//! `/v1/projects`

pub(super) mod assets;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod exports;
pub(super) mod get;
pub(super) mod list;
pub(super) mod patch;
pub(super) mod sync;

use darkroom_exports::{ErrorCode, ProjectId};
use darkroom_store::Written;

use crate::auth::unknown_key;
use crate::reply::Refusal;

/// Any string may be asked for; one that is no project id names no project.
fn project_id(text: &str) -> Result<ProjectId, Refusal> {
    ProjectId::parse(text).ok_or_else(not_found)
}

pub(super) fn not_found() -> Refusal {
    Refusal::new(
        ErrorCode::ProjectNotFound,
        "no project of yours has this id; `GET /v1/projects` lists them",
    )
}

fn done(written: Written) -> Result<(), Refusal> {
    match written {
        Written::Done => Ok(()),
        Written::Missing => Err(not_found()),
        Written::KeyRevoked => Err(unknown_key()),
    }
}
