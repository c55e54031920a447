//! Bodies, within bounds.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use darkroom_exports::ErrorCode;
use serde_json::Value;

use crate::reply::Refusal;

/// Most bytes of a JSON body: what one Lambda request carries.
pub(crate) const JSON_BYTES: usize = 6 * 1024 * 1024;

/// Reads a body of at most `limit` bytes.
pub(crate) async fn bytes(body: Body, limit: usize, remedy: &str) -> Result<Vec<u8>, Refusal> {
    match to_bytes(body, limit).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            let too_large = std::error::Error::source(&error)
                .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
            Err(if too_large {
                let detail = format!("the body has more than {limit} bytes; {remedy}");
                Refusal::new(ErrorCode::PayloadTooLarge, detail)
            } else {
                Refusal::new(
                    ErrorCode::RequestInvalid,
                    "the body broke off; send it again",
                )
            })
        }
    }
}

/// Reads a JSON body. `serde_json` refuses nesting deeper than 128.
pub(crate) async fn json(headers: &HeaderMap, body: Body) -> Result<Value, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = format!("the content type is {essence:?}; send application/json");
        return Err(Refusal::new(ErrorCode::UnsupportedMediaType, detail));
    }
    let bytes = bytes(body, JSON_BYTES, "make the document smaller").await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // The sentence of serde_json ends with the place, which is said already.
        let cause = error.to_string();
        let cause = cause.split(" at line ").next().unwrap_or_default();
        let detail = format!("the body is not JSON at line {line}, column {column}: {cause}");
        Refusal::new(ErrorCode::RequestInvalid, detail)
    })
}
