//! `GET /v1/editor/capabilities` (contract: getEditorCapabilities)

use axum::response::Response;

use crate::auth::Known;
#[cfg(test)]
use crate::openapi::{Data, EditorCapabilities};
use crate::reply;

/// Says what an editor may offer: what this service draws.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/editor/capabilities", operation_id = "getEditorCapabilities", tag = "Editor",
    responses(
        (status = 200, description = "The vocabularies", body = Data<EditorCapabilities>),
    ),
))]
pub(crate) async fn handle(_key: Known) -> Response {
    reply::data(&darkroom_editor_state::capabilities())
}
