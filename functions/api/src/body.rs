//! Bodies, within bounds.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use darkroom_exports::ErrorCode;
use http_body_util::BodyExt as _;
use serde_json::Value;

use crate::reply::Refusal;

/// Most bytes of a JSON body: what one Lambda request carries.
pub(crate) const JSON_BYTES: usize = 6 * 1024 * 1024;

/// Bytes of a refused body that are still read. A client that is cut off while it sends
/// sees a broken connection and not the answer (RFC 9112, section 9.6).
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Reads a body of at most `limit` bytes.
pub(crate) async fn bytes(mut body: Body, limit: usize, remedy: &str) -> Result<Vec<u8>, Refusal> {
    let mut kept = Vec::new();
    let mut length = 0;
    while length <= limit + DISCARDED_BYTES
        && let Some(frame) = body.frame().await
    {
        let broken = |_| {
            Refusal::new(
                ErrorCode::RequestInvalid,
                "the body broke off; send it again",
            )
        };
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        length += data.len();
        if length <= limit {
            kept.extend_from_slice(&data);
        }
    }
    if length > limit {
        let detail = format!("the body has more than {limit} bytes; {remedy}");
        return Err(Refusal::new(ErrorCode::PayloadTooLarge, detail));
    }
    Ok(kept)
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
