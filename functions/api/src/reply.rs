//! Answers: the success envelope and problem details (RFC 9457).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use darkroom_exports::{ErrorCode, Fault, Problem};
use darkroom_store::StoreError;
use serde::Serialize;
use serde_json::json;

/// Seconds after which a service may be asked again that does not say it better.
const RETRY_AFTER: u64 = 1;

/// Marks the answer of a replayed POST.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A refusal on its way to the client.
#[derive(Debug)]
pub struct Refusal(pub(crate) Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StoreError> for Refusal {
    /// What went wrong is logged here and not told.
    fn from(error: StoreError) -> Self {
        tracing::error!("{error}");
        if error.may_retry() {
            let detail = "the service is busy; try again in a moment";
            Self::new(ErrorCode::Unavailable, detail)
        } else {
            Self::internal()
        }
    }
}

impl Refusal {
    /// A refusal with one sentence.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Problem::new(code, detail))
    }

    /// A fault of the service, of which the log has to say more.
    pub(crate) fn internal() -> Self {
        let detail = "the service failed; if it goes on, tell its operator the request id";
        Self::new(ErrorCode::Internal, detail)
    }
}

/// A refusal (RFC 9457).
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[cfg_attr(test, schema(as = Problem))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProblemBody {
    /// Category of the status.
    r#type: &'static str,
    /// What `errorCode` means, in a few words.
    title: &'static str,
    /// HTTP status.
    #[cfg_attr(test, schema(minimum = 400, maximum = 599))]
    status: u16,
    /// What is wrong with this request, and what to do.
    detail: String,
    /// Stable code.
    error_code: String,
    /// Every fault, where the request has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schema(required = false))]
    errors: Vec<Fault>,
    /// Id of the request, as in `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schema(required, value_type = String, format = "uuid"))]
    instance: Option<String>,
}

impl IntoResponse for Refusal {
    /// `instance` and `x-request-id` are added by [`crate::request_id`]; for
    /// [`crate::metrics`] the code is left in the extensions.
    fn into_response(self) -> Response {
        let problem = self.0;
        let status = StatusCode::from_u16(problem.code.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = ProblemBody {
            r#type: problem.code.category(),
            title: problem.code.title(),
            status: status.as_u16(),
            detail: problem.detail,
            error_code: problem.error_code,
            errors: problem.errors,
            instance: None,
        };
        let mut response = (status, json!(body).to_string()).into_response();
        response.extensions_mut().insert(problem.code);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(status.as_u16(), 429 | 503) {
            let seconds = problem.retry_after_seconds.unwrap_or(RETRY_AFTER);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The answer to a request for one thing.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(crate) struct Data<T> {
    data: T,
    meta: NoMeta,
}

/// Nothing more to say.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(crate) struct NoMeta {}

/// The body of an answer with one thing.
pub(crate) fn one(data: &impl Serialize) -> String {
    let meta = NoMeta {};
    json!(Data { data, meta }).to_string()
}

/// 200 with one thing.
pub(crate) fn data(data: &impl Serialize) -> Response {
    body(StatusCode::OK, one(data))
}

/// 201 with one thing.
pub(crate) fn created(data: &impl Serialize) -> Response {
    body(StatusCode::CREATED, one(data))
}

/// 200 with an answer of another form.
pub(crate) fn ok(answer: &impl Serialize) -> Response {
    body(StatusCode::OK, json!(answer).to_string())
}

/// A JSON body as it is.
pub(crate) fn body(status: StatusCode, body: String) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, body).into_response()
}
