//! `/v1/uploads/sessions`: files that come in parts (contract, "Upload limits").
//!
//! The parts go from the client to the bucket, past this function: it signs their addresses,
//! and looks into the file when they are put together.

pub(in crate::routes) mod abort;
pub(in crate::routes) mod complete;
pub(in crate::routes) mod create;
pub(in crate::routes) mod get;
pub(in crate::routes) mod parts;

use darkroom_exports::upload::PART_BYTES;
use darkroom_exports::{ErrorCode, UploadId};
use darkroom_store::{ApiKey, StoreError, Upload};
use serde::Serialize;

use crate::config::AppState;
use crate::reply::Refusal;
use crate::routes::assets::{self, Asset};

/// How an upload stands.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
enum UploadStatus {
    Open,
    Completed,
}

/// A file that comes in parts.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadSession {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    upload_id: String,
    status: UploadStatus,
    /// Name of the file.
    filename: String,
    /// Media type.
    mimetype: String,
    /// Bytes of the whole file.
    #[cfg_attr(test, schema(minimum = 1))]
    size: u64,
    /// Bytes of every part but the last.
    #[cfg_attr(test, schema(minimum = 1))]
    part_size: u64,
    /// Number of parts.
    #[cfg_attr(test, schema(minimum = 1, maximum = 100))]
    parts: u32,
    /// Numbers of the parts that are there, ascending.
    uploaded_parts: Vec<u32>,
    /// When the upload ends if it is not completed; of a completed one, until when it is known.
    #[cfg_attr(test, schema(format = "date-time"))]
    expires_at: String,
    /// The project that the asset is bound to.
    #[cfg_attr(test, schema(required, format = "uuid"))]
    project_id: Option<String>,
    /// The asset, once the upload is completed and as long as it is not deleted.
    #[cfg_attr(test, schema(required))]
    asset: Option<Asset>,
}

fn not_found() -> Refusal {
    Refusal::new(
        ErrorCode::UploadNotFound,
        "no upload of yours has this id, or its time is over; begin again with `POST \
         /v1/uploads/sessions`",
    )
}

fn completed() -> Refusal {
    Refusal::new(
        ErrorCode::UploadCompleted,
        "the upload is an asset already; `GET /v1/uploads/sessions/{uploadId}` shows it",
    )
}

/// Any string may be asked for; one that is no id of an upload names none.
async fn find(state: &AppState, key: &ApiKey, id: &str) -> Result<Upload, Refusal> {
    let id = UploadId::parse(id).ok_or_else(not_found)?;
    let found = state.store().get_upload(&key.user, id, state.now()).await?;
    found.ok_or_else(not_found)
}

/// The session as the contract shows it.
async fn show(state: &AppState, key: &ApiKey, upload: Upload) -> Result<UploadSession, StoreError> {
    let store = state.store();
    let (status, uploaded_parts, asset) = match upload.asset {
        None => {
            let uploaded = store.uploaded_parts(&upload).await?;
            (UploadStatus::Open, uploaded.into_iter().collect(), None)
        }
        Some(id) => {
            let asset = match store.get_asset(&key.user, id).await? {
                Some(asset) => Some(assets::show(state, asset).await?),
                None => None,
            };
            let all = (1..=upload.part_count).collect();
            (UploadStatus::Completed, all, asset)
        }
    };
    Ok(UploadSession {
        upload_id: upload.id.to_string(),
        status,
        filename: upload.filename,
        mimetype: upload.media_type,
        size: upload.size_bytes,
        part_size: PART_BYTES,
        parts: upload.part_count,
        uploaded_parts,
        expires_at: upload.expires_at.to_iso(),
        project_id: upload.project.map(|id| id.to_string()),
        asset,
    })
}
