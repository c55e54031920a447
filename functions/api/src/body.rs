//! Bodies, within bounds: documents in memory, files on disk.

use std::path::Path;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use darkroom_exports::ErrorCode;
use darkroom_exports::bodies::RequestBody;
use darkroom_exports::state::MAX_JSON_BYTES;
use darkroom_exports::upload::REQUEST_FILE_BYTES;
use darkroom_store::{Arrived, Incoming, StoreError};
use futures::StreamExt as _;
use serde_json::Value;

use crate::reply::Refusal;

/// What to do with a file that is larger than a body may be.
const SEND_IN_PARTS: &str = "send a larger file in parts: POST /v1/uploads/sessions";

/// Reads a body of at most [`MAX_JSON_BYTES`].
async fn bytes(body: Body) -> Result<Vec<u8>, Refusal> {
    match to_bytes(body, MAX_JSON_BYTES).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            let is_large = std::error::Error::source(&error)
                .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
            Err(if is_large {
                too_large(MAX_JSON_BYTES as u64, "make the document smaller")
            } else {
                broke_off()
            })
        }
    }
}

/// Reads a body that is a file into a folder, a chunk at a time, and never more than one
/// into memory. One that announces more than [`REQUEST_FILE_BYTES`] is refused unread; one
/// that has more is refused there.
///
/// Lambda hands an event over whole, so that there it is in memory once before this begins;
/// a server of our own passes on what comes, as it comes.
pub(crate) async fn file(
    headers: &HeaderMap,
    body: Body,
    folder: &Path,
) -> Result<Arrived, Refusal> {
    let large = || too_large(REQUEST_FILE_BYTES, SEND_IN_PARTS);
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > REQUEST_FILE_BYTES) {
        return Err(large());
    }
    let mut file = Incoming::new(folder, REQUEST_FILE_BYTES).await?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| broke_off())?;
        match file.write(&chunk).await {
            Err(StoreError::TooLarge { .. }) => return Err(large()),
            written => written?,
        }
    }
    Ok(file.finish().await?)
}

fn too_large(limit_bytes: u64, remedy: &str) -> Refusal {
    let detail = format!("the body has more than {limit_bytes} bytes; {remedy}");
    Refusal::new(ErrorCode::PayloadTooLarge, detail)
}

fn broke_off() -> Refusal {
    Refusal::new(
        ErrorCode::RequestInvalid,
        "the body broke off; send it again",
    )
}

/// Reads a JSON body into its type.
pub(crate) async fn read<T: RequestBody>(headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    Ok(T::read(json(headers, body).await?)?)
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
    let bytes = bytes(body).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // The sentence of serde_json ends with the place, which is said already.
        let cause = error.to_string();
        let cause = cause.split(" at line ").next().unwrap_or_default();
        let detail = format!("the body is not JSON at line {line}, column {column}: {cause}");
        Refusal::new(ErrorCode::RequestInvalid, detail)
    })
}
