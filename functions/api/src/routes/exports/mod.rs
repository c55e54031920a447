//! `/v1/exports`

pub(super) mod cancel;
pub(super) mod commit;
pub(super) mod create;
pub(super) mod estimate;
pub(super) mod get;
pub(super) mod list;

use axum::body::Body;
use axum::http::HeaderMap;
use darkroom_exports::bodies::{self, RequestBody as _};
use darkroom_exports::{CreateExport, Envelope, ErrorCode, Identity, TaskId};

use crate::body;
use crate::config::AppState;
use crate::reply::Refusal;
use crate::request_id;

/// Reads and checks the body of a create, or of what takes the same.
///
/// # Errors
/// What a create refuses of its body and the document.
pub async fn read(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> Result<CreateExport, Refusal> {
    let (sent, identity) = receive(headers, body).await?;
    check(state, &sent, &identity).await
}

/// Reads the body of a create, and what it is recognised by when it is repeated.
async fn receive(
    headers: &HeaderMap,
    body: Body,
) -> Result<(bodies::CreateExport, Identity), Refusal> {
    let body = body::json(headers, body).await?;
    let envelope = Envelope::of(&body);
    let sent = bodies::CreateExport::read(body)?;
    let identity = envelope.with_document(&sent.editor_state);
    Ok((sent, identity))
}

/// Checks what a create sent.
async fn check(
    state: &AppState,
    sent: &bodies::CreateExport,
    identity: &Identity,
) -> Result<CreateExport, Refusal> {
    let library = state.store().library(&sent.editor_state).await?;
    let limits = &state.config().limits;
    Ok(CreateExport::new(sent, identity, limits, &library)?)
}

/// Any string may be asked for; one that is no task id names no task.
fn task_id(text: &str) -> Result<TaskId, Refusal> {
    let id = TaskId::parse(text).ok_or_else(not_found)?;
    request_id::is_about(id);
    Ok(id)
}

fn not_found() -> Refusal {
    Refusal::new(
        ErrorCode::TaskNotFound,
        "no export task of yours has this id; `GET /v1/exports` lists them",
    )
}
