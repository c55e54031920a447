//! `POST /v1/editor/validate` (contract: validateEditorState)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::{ErrorCode, Fault, Problem};
use serde_json::{Value, json};

use crate::auth::Known;
use crate::body;
use crate::config::AppState;
use crate::reply::{self, Refusal};

/// Answers 200 for any document, valid or not. What this build does not draw is
/// valid all the same; only a create refuses it.
pub(crate) async fn handle(
    State(state): State<AppState>,
    _key: Known,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut body = body::json(&headers, body).await?;
    let invalid = |path: String, message: &str| {
        let fault = Fault::new(ErrorCode::RequestInvalid, path, message);
        Refusal(Problem::from_faults(ErrorCode::RequestInvalid, vec![fault]))
    };
    let Some(body) = body.as_object_mut() else {
        return Err(invalid(String::new(), "must be a JSON object"));
    };
    let Some(document) = body.remove("editorState") else {
        let message = "is required: the document to validate";
        return Err(invalid("/editorState".to_owned(), message));
    };
    if let Some(field) = body.keys().next() {
        let field: String = field.chars().take(200).collect();
        let field = field.replace('~', "~0").replace('/', "~1");
        let message = "is not a field of this request; remove it";
        return Err(invalid(format!("/{field}"), message));
    }
    let library = state.store().library(&document).await?;
    let faults = darkroom_editor_state::read(document, &library)
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
