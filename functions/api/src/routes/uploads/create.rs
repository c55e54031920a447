//! `POST /v1/uploads` (contract: uploadAsset)
//!
//! ```text
//! body ─ chunks ─> file on disk (hashed, counted) ─> probed there ─ streamed ─> S3 ─> record
//! ```
//!
//! No request holds its body in memory ([`body::file`]); of the file, its reader takes in
//! what it needs, which of captions is their text ([`crate::probe`]).

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use darkroom_exports::upload::{FILE_NAME_CHARS, is_file_name};
use darkroom_exports::{ErrorCode, Fault, Problem, ProjectId};
use darkroom_store::{NewAsset, Uploaded};
use percent_encoding::percent_decode_str;

use crate::auth::{Runtime, unknown_key};
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Asset, Data};
use crate::probe::Claim;
use crate::reply::{self, Refusal};
use crate::routes::assets::show;
use crate::routes::projects;

/// What a file shall be.
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Header))]
struct UploadHeaders {
    /// The file's name in UTF-8, or as `UTF-8''` and its percent-encoding.
    #[cfg_attr(test, param(rename = "x-file-name", min_length = 1, max_length = 512))]
    filename: String,
    /// A project to bind the asset to.
    #[cfg_attr(test, param(rename = "x-project-id", value_type = String,
        required = false, format = "uuid"))]
    project: Option<ProjectId>,
}

/// The bytes of a file.
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[cfg_attr(test, schema(value_type = String, format = Binary))]
pub(crate) struct Bytes(Body);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Infallible;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(request.into_body()))
    }
}

/// Uploads a file of at most 4 MiB as an asset.
///
/// The bytes decide: a file that is not what its headers say is refused. Larger files come
/// in parts, by an upload session.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/uploads", operation_id = "uploadAsset", tag = "Assets",
    params(UploadHeaders),
    request_body(content = Bytes, content_type = "*/*", description = "The file's bytes; `Content-Type` is its media type"),
    responses(
        (status = 201, description = "The asset", body = Data<Asset>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "UPLOAD_INVALID"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Response, Refusal> {
    // 1. The headers say what the file shall be.
    let (UploadHeaders { filename, project }, claim) = read_headers(&headers)?;
    if let Some(id) = project
        && state.store().get_project(&key.user, id).await?.is_none()
    {
        return Err(projects::not_found());
    }
    let file = body::file(&headers, body, state.scratch()).await?;

    // 2. The bytes are that.
    let invalid = |cause: &str| super::not_that(claim, &filename, cause);
    if file.size_bytes() == 0 {
        return Err(invalid("it is empty"));
    }
    let found = claim
        .probe(file.open()?, file.size_bytes())
        .await
        .map_err(|cause| invalid(&cause))?;

    // 3. The file, then its record: without the record it means nothing.
    let new = NewAsset {
        kind: claim.kind,
        filename: filename.clone(),
        media_type: claim.media_type,
        extension: claim.key_ending(),
        size: found.size,
        duration_ms: found.duration_ms,
    };
    let stored = state.store().put_asset(&key, &new, &file, project).await?;
    let asset = match stored {
        Uploaded::Made(asset) => asset,
        Uploaded::ProjectMissing => return Err(projects::not_found()),
        Uploaded::KeyRevoked => return Err(unknown_key()),
    };
    Ok(reply::created(&show(&state, asset).await?))
}

/// The headers of an upload, and what its `Content-Type` says that it is.
fn read_headers(headers: &HeaderMap) -> Result<(UploadHeaders, Claim), Refusal> {
    let mut faults = Vec::new();
    let mut fault = |header: &str, message: String| {
        faults.push(Fault::new(
            ErrorCode::RequestInvalid,
            format!("/{header}"),
            message,
        ));
    };
    let filename = file_name(headers);
    if filename.is_none() {
        let rule = format!(
            "is required once: the file's name in UTF-8 (or as UTF-8''percent-encoded), 1 to \
             {FILE_NAME_CHARS} characters, none of them a control character"
        );
        fault("x-file-name", rule);
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .filter(|kind| !kind.split(';').next().unwrap_or_default().trim().is_empty());
    if media_type.is_none() {
        fault(
            "content-type",
            "is required: the file's media type".to_owned(),
        );
    }
    let projects: Vec<_> = headers.get_all("x-project-id").iter().collect();
    let project = match projects.as_slice() {
        [id] => id.to_str().ok().map(str::to_lowercase),
        _ => None,
    };
    let project = project.and_then(|id| ProjectId::parse(&id));
    if !projects.is_empty() && project.is_none() {
        fault("x-project-id", "must be a UUID, once".to_owned());
    }
    let (Some(filename), Some(media_type), true) = (filename, media_type, faults.is_empty()) else {
        return Err(Refusal(Problem::from_faults(
            ErrorCode::RequestInvalid,
            faults,
        )));
    };
    let claim = super::claim(media_type, &filename)?;
    Ok((UploadHeaders { filename, project }, claim))
}

/// The name as sent. Clients send it raw; what a header cannot hold raw may come
/// as an RFC 8187 value (`UTF-8''na%C3%AFve.png`). Nothing else is decoded, so
/// that a percent sign in a name stays one.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all("x-file-name").iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let raw = std::str::from_utf8(value.as_bytes()).ok()?;
    let name = match raw.split_at_checked(7) {
        Some((charset, encoded)) if charset.eq_ignore_ascii_case("utf-8''") => {
            percent_decode_str(encoded).decode_utf8().ok()?.into_owned()
        }
        _ => raw.to_owned(),
    };
    is_file_name(&name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::parameter;

    #[test]
    fn the_longest_name_is_described_as_it_is_read() {
        let described = parameter::<UploadHeaders>("x-file-name");
        assert_eq!(described["maxLength"], FILE_NAME_CHARS);
    }
}
