//! `GET /v1/editor/capabilities` (contract: getEditorCapabilities)

use axum::response::Response;

use crate::auth::Known;
use crate::reply;

pub(crate) async fn handle(_key: Known) -> Response {
    reply::data(&darkroom_editor_state::capabilities())
}
