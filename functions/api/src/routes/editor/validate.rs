//! `POST /v1/editor/validate` (contract: validateEditorState)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::{Fault, bodies};
use serde::Serialize;

use crate::auth::Known;
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};

/// What is wrong with a document.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct Verdict {
    /// Whether nothing is.
    valid: bool,
    /// Every fault, in the order of the document.
    errors: Vec<Fault>,
}

/// Checks a document and lists every fault.
///
/// Answers 200 for any document, valid or not. A valid one is drawn: an export refuses it
/// only for its size, its length, or uploaded files that are deleted or another user's.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/editor/validate", operation_id = "validateEditorState", tag = "Editor",
    request_body(content = bodies::ValidateEditorState),
    responses(
        (status = 200, description = "The verdict", body = Data<Verdict>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    _key: Known,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let sent: bodies::ValidateEditorState = body::read(&headers, body).await?;
    let library = state.store().library(&sent.editor_state).await?;
    let faults = darkroom_editor_state::read(sent.editor_state, &library)
        .err()
        .unwrap_or_default();
    let errors = faults.into_iter().map(|fault| Fault {
        code: fault.code.as_str().to_owned(),
        path: fault.path,
        message: fault.message,
    });
    let errors: Vec<Fault> = errors.collect();
    Ok(reply::data(&Verdict {
        valid: errors.is_empty(),
        errors,
    }))
}
