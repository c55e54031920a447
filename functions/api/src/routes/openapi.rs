//! `GET /openapi.json`

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use darkroom_exports::ErrorCode;

use crate::reply::Refusal;

/// Compressed by `build.rs`.
static DEFLATED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.zlib"));
/// Most bytes of the document.
const LONGEST: usize = 4 * 1024 * 1024;

static DOCUMENT: LazyLock<Option<Bytes>> = LazyLock::new(|| {
    let document = fdeflate::decompress_to_vec_bounded(DEFLATED, LONGEST);
    document.ok().map(Bytes::from)
});

/// Describes this API: an `OpenAPI` 3.1 document. It takes no key.
#[cfg_attr(test, utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "Description",
    responses((status = 200, description = "This document", body = Object)),
    security(()),
))]
pub(crate) async fn handle() -> Result<Response, Refusal> {
    let broken = || Refusal::new(ErrorCode::Internal, "the description cannot be read");
    let document = DOCUMENT.clone().ok_or_else(broken)?;
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, document).into_response())
}
