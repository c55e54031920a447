//! Every answer says which request it belongs to.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Problem bodies are ours and small; this is only a bound.
const PROBLEM_BYTES: usize = 4 * 1024 * 1024;

/// Adds `x-request-id`, and `instance` to problems.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let span =
        tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    let response = {
        use tracing::Instrument as _;
        next.run(request).instrument(span).await
    };
    let problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    let mut response = if problem {
        named(response, &id).await
    } else {
        response
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

async fn named(response: Response, id: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, PROBLEM_BYTES).await.unwrap_or_default();
    let mut problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let Some(problem) = problem.as_object_mut() {
        problem.insert("instance".to_owned(), Value::from(id));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(problem.to_string()))
}
