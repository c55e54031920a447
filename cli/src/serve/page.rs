//! The parts of the pages that `darkroom serve` shows.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// A file of a page, which may load and run what `policy` allows.
pub(crate) fn part(media_type: &'static str, text: &'static str, policy: &HeaderValue) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_SECURITY_POLICY, policy.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (headers, text).into_response()
}
