//! Passes requests on to the HTTP API inside MiniStack, so that the base URL
//! of `serve --lambda` is the same as without it.

use std::time::Duration;

use anyhow::Context as _;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::json;

/// The largest body passed on, as of API Gateway.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// Connection-bound headers, which belong to one hop alone.
const HOP: [HeaderName; 5] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    header::HOST,
    header::UPGRADE,
];

#[derive(Clone)]
struct Upstream {
    http: reqwest::Client,
    base: String,
}

/// A router that forwards everything to `base`.
pub(crate) fn router(base: String) -> anyhow::Result<Router> {
    let http = darkroom_media::http_client()
        .context("cannot make an HTTP client")?
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_mins(1))
        .build()
        .context("cannot make an HTTP client")?;
    Ok(Router::new()
        .fallback(pass_on)
        .with_state(Upstream { http, base }))
}

/// What API Gateway says itself, it says in this form.
fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

async fn pass_on(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    match try_pass_on(&upstream, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!("a request could not be passed on: {error:#}");
            refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }
}

async fn try_pass_on(upstream: &Upstream, parts: Parts, body: Bytes) -> anyhow::Result<Response> {
    let tail = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = parts.headers;
    for name in &HOP {
        headers.remove(name);
    }
    let answer = upstream
        .http
        .request(parts.method, format!("{}{tail}", upstream.base))
        .headers(headers)
        .body(body)
        .send()
        .await
        .context("the local AWS stack does not answer")?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    for (name, value) in answer.headers() {
        if !HOP.contains(name) {
            response.headers_mut().append(name, value.clone());
        }
    }
    *response.body_mut() = answer.bytes().await.context("the answer broke off")?.into();
    Ok(response)
}
