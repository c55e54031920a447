//! `POST /v1/uploads/sessions/{uploadId}/parts`

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::upload::PART_ADDRESS_SECONDS;
use darkroom_exports::{ErrorCode, bodies};
use serde::Serialize;

use super::{completed, find};
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Where to send parts of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct UploadParts {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    upload_id: String,
    /// Until when a part may be begun at its address.
    #[cfg_attr(test, schema(format = "date-time"))]
    expires_at: String,
    parts: Vec<UploadPart>,
}

/// A part of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct UploadPart {
    /// Number, counted from 1.
    #[cfg_attr(test, schema(minimum = 1, maximum = 100))]
    part_number: u32,
    /// Bytes that it has.
    #[cfg_attr(test, schema(minimum = 1))]
    size: u64,
    /// Where to PUT the bytes, without a key. Only these bytes are taken there.
    #[cfg_attr(test, schema(format = "uri"))]
    url: String,
    /// Headers to send with them.
    headers: BTreeMap<String, String>,
}

/// Signs addresses to which parts of a file are PUT.
///
/// Each takes the part that was announced, of its length and SHA-256, and no other bytes; a
/// part may be sent again. On Lambda an address ends with the function's credentials, if
/// that is earlier.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/uploads/sessions/{uploadId}/parts", operation_id = "signUploadParts",
    tag = "Assets",
    params(("uploadId" = String, Path, description = "Id of an upload")),
    request_body(content = bodies::SignUploadParts),
    responses(
        (status = 200, description = "The addresses", body = Data<UploadParts>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "UPLOAD_NOT_FOUND"),
        (status = 409, description = "UPLOAD_COMPLETED"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "UPLOAD_INVALID"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let sent: bodies::SignUploadParts = body::read(&headers, body).await?;
    let numbers = sent.part_numbers;
    let upload = find(&state, &key, &id).await?;
    if upload.asset.is_some() {
        return Err(completed());
    }
    let last = upload.part_count;
    if let Some(number) = numbers.iter().find(|number| **number > last) {
        let detail = format!("the upload has no part {number}; its parts are 1 to {last}");
        return Err(Refusal::new(ErrorCode::UploadInvalid, detail));
    }
    let ends = state.now().plus_seconds(PART_ADDRESS_SECONDS);
    let mut parts = Vec::new();
    for number in BTreeSet::from_iter(numbers) {
        let signed = state.store().sign_part(&upload, number).await?;
        parts.push(UploadPart {
            part_number: signed.number,
            size: signed.size_bytes,
            url: signed.url,
            headers: signed.headers,
        });
    }
    Ok(reply::data(&UploadParts {
        upload_id: upload.id.to_string(),
        expires_at: ends.to_iso(),
        parts,
    }))
}
