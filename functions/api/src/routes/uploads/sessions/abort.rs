//! `DELETE /v1/uploads/sessions/{uploadId}`

use axum::extract::State;
use axum::response::Response;
use darkroom_store::UploadAborted;
use serde::Serialize;

use super::{completed, find};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// The upload that is gone.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct DeletedUpload {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    upload_id: String,
    deleted: bool,
}

/// Aborts an upload and removes its parts.
#[cfg_attr(test, utoipa::path(
    delete, path = "/v1/uploads/sessions/{uploadId}", operation_id = "abortUpload", tag = "Assets",
    params(("uploadId" = String, Path, description = "Id of an upload")),
    responses(
        (status = 200, description = "The id of the aborted upload", body = Data<DeletedUpload>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "UPLOAD_NOT_FOUND"),
        (status = 409, description = "UPLOAD_COMPLETED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let upload = find(&state, &key, &id).await?;
    if upload.asset.is_some() {
        return Err(completed());
    }
    match state.store().abort_upload(&key, &upload).await? {
        UploadAborted::Done => Ok(reply::data(&DeletedUpload {
            upload_id: upload.id.to_string(),
            deleted: true,
        })),
        // Completed or aborted since it was read.
        UploadAborted::Ended => match find(&state, &key, &id).await {
            Ok(_) => Err(completed()),
            Err(refusal) => Err(refusal),
        },
        UploadAborted::KeyRevoked => Err(unknown_key()),
    }
}
