//! `POST /v1/uploads/sessions`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::upload::MAX_OPEN_UPLOADS;
use darkroom_exports::{ErrorCode, bodies};
use darkroom_store::{NewSession, UploadOpened};

#[cfg(test)]
use super::UploadSession;
use super::show;
use crate::auth::{Runtime, unknown_key};
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::{projects, uploads};

/// Begins the upload of a file in parts, of up to 800 MiB.
///
/// `uploadedParts` says which parts are there: when an upload of the same bytes for the
/// same name and project is open, it is answered again and goes on. When the same bytes
/// are an asset of yours already, the upload is completed at once and nothing is sent.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/uploads/sessions", operation_id = "createUpload", tag = "Assets",
    request_body(content = bodies::CreateUpload),
    responses(
        (status = 201, description = "The upload", body = Data<UploadSession>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "UPLOAD_INVALID UPLOAD_TOO_LARGE UPLOAD_LIMIT_EXCEEDED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let store = state.store();
    let upload: bodies::CreateUpload = body::read(&headers, body).await?;
    let claim = uploads::claim(&upload.content_type, &upload.filename)?;
    upload.check(claim.kind)?;
    if let Some(id) = upload.project_id
        && store.get_project(&key.user, id).await?.is_none()
    {
        return Err(projects::not_found());
    }
    let new = NewSession {
        upload: &upload,
        kind: claim.kind,
        media_type: claim.media_type,
        extension: claim.key_ending(),
    };
    match store.open_upload(&key, &new, state.now()).await? {
        UploadOpened::Opened(upload) => Ok(reply::created(&show(&state, &key, upload).await?)),
        UploadOpened::TooMany => Err(Refusal::new(
            ErrorCode::UploadLimitExceeded,
            format!(
                "{MAX_OPEN_UPLOADS} uploads of yours are open, which is the most; complete or \
                 abort one of them"
            ),
        )),
        UploadOpened::ProjectMissing => Err(projects::not_found()),
        UploadOpened::KeyRevoked => Err(unknown_key()),
    }
}
