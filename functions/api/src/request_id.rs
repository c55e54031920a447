//! Every answer says which request it belongs to, and so does every line that is logged
//! meanwhile, with the trace that the request belongs to: that of its `traceparent`, else
//! the id that the HTTP API gave it, else its own.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use darkroom_exports::{TaskId, TraceId};
use lambda_http::request::RequestContext;
use serde_json::Value;
use tracing::Instrument as _;
use tracing::field::{Empty, display};
use uuid::Uuid;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Problem bodies are ours and small; this is only a bound.
const PROBLEM_BYTES: usize = 4 * 1024 * 1024;

/// Adds `x-request-id`, and `instance` to problems.
pub(crate) async fn add(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let trace = trace_of(&request).or_else(|| TraceId::parse(&id));
    let span = tracing::error_span!(
        "request",
        request_id = id,
        trace_id = trace.as_ref().map(TraceId::as_str),
        user = Empty,
        task_id = Empty,
        method = %request.method(),
        // Without the query, which may hold anything.
        path = request.uri().path(),
    );
    request.extensions_mut().insert(Trace(trace.clone()));
    let mut response = next.run(request).instrument(span).await;
    response.extensions_mut().insert(Trace(trace));
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

/// The trace that a request or an answer belongs to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(pub(crate) Option<TraceId>);

impl<S: Send + Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Has the lines of this request tell whose it is.
pub(crate) fn is_of(user: &str) {
    tracing::Span::current().record("user", user);
}

/// Has the lines of this request tell which task it is about.
pub(crate) fn is_about(task: TaskId) {
    tracing::Span::current().record("task_id", display(task));
}

fn trace_of(request: &Request) -> Option<TraceId> {
    from_caller(request.headers()).or_else(|| {
        let RequestContext::ApiGatewayV2(context) = request.extensions().get()? else {
            return None;
        };
        TraceId::parse(context.request_id.as_deref()?)
    })
}

/// Two headers say nothing: neither is known to be the caller's.
fn from_caller(headers: &HeaderMap) -> Option<TraceId> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    TraceId::from_traceparent(value.to_str().ok()?)
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
