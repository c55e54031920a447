//! `POST /v1/editor/validate` (contract: validateEditorState)

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::{ErrorCode, Fault, Problem};
use serde_json::{Value, json};

use crate::auth::Known;
use crate::body;
use crate::reply::{self, Refusal};

/// Answers 200 for any document, valid or not. What this build does not draw is
/// valid all the same; only a create refuses it.
pub(crate) async fn handle(
    _key: Known,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut body = body::json(&headers, body).await?;
    let Some(document) = body.get_mut("editorState").map(Value::take) else {
        let message = "is required: the document to validate";
        let fault = Fault::new(ErrorCode::RequestInvalid, "/editorState", message);
        return Err(Refusal(Problem::from_faults(
            ErrorCode::RequestInvalid,
            vec![fault],
        )));
    };
    let faults = darkroom_editor_state::read(document)
        .err()
        .unwrap_or_default();
    let errors: Vec<Value> = faults
        .iter()
        .map(|fault| {
            json!({ "code": fault.code.as_str(), "path": fault.path, "message": fault.message })
        })
        .collect();
    Ok(reply::data(
        &json!({ "valid": errors.is_empty(), "errors": errors }),
    ))
}
