//! `GET /v1/uploads/sessions/{uploadId}`

use axum::extract::State;
use axum::response::Response;

#[cfg(test)]
use super::UploadSession;
use super::{find, show};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Reads an upload, with the parts that are there.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/uploads/sessions/{uploadId}", operation_id = "getUpload", tag = "Assets",
    params(("uploadId" = String, Path, description = "Id of an upload")),
    responses(
        (status = 200, description = "The upload", body = Data<UploadSession>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "UPLOAD_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let upload = find(&state, &key, &id).await?;
    Ok(reply::data(&show(&state, &key, upload).await?))
}
