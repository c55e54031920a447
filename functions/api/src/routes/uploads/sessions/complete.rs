//! `POST /v1/uploads/sessions/{uploadId}/complete`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use darkroom_exports::{AssetId, ErrorCode};
use darkroom_store::{
    ApiKey, Assembled, NewAsset, StoreError, Upload, UploadAborted, UploadFinished,
};

use super::{find, not_found};
use crate::auth::{Runtime, unknown_key};
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Asset, Data};
use crate::probe::{Claim, Found, PROBE_TIME, StoredFile, Unprobed};
use crate::reply::{self, Refusal};
use crate::routes::assets::{self, show};
use crate::routes::{Id, projects, uploads};

/// Longest time for putting the parts together and looking at the file; the function is
/// ended after 29 s.
const TIME: Duration = Duration::from_secs(25);
/// Most missing parts that an answer names.
const MOST_NAMED: usize = 10;

/// Makes an asset of an upload whose parts are all there.
///
/// The bytes decide, as for a small file: a file that is not what it claims to be is
/// removed. Completing an upload again answers the same asset.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/uploads/sessions/{uploadId}/complete", operation_id = "completeUpload",
    tag = "Assets",
    params(("uploadId" = String, Path, description = "Id of an upload")),
    responses(
        (status = 201, description = "The asset", body = Data<Asset>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "UPLOAD_NOT_FOUND PROJECT_NOT_FOUND ASSET_NOT_FOUND"),
        (status = 409, description = "UPLOAD_INCOMPLETE"),
        (status = 422, description = "UPLOAD_INVALID"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let upload = find(&state, &key, &id).await?;
    if let Some(asset) = upload.asset {
        return made_before(&state, &key, asset).await;
    }

    // 1. The file, then what is in it.
    let claim = Claim::of(&upload.media_type, &upload.filename);
    let claim = claim.ok_or(StoreError::Corrupt("upload session"))?;
    let looking = tokio::time::timeout(TIME, look(&state, &upload, claim));
    let found = match looking.await.map_err(|_| too_slow())?? {
        Looked::Is(found) => found,
        Looked::IsNot(cause) => {
            let discarded = state.store().discard_upload(&key, &upload).await?;
            let why = uploads::not_that(claim, &upload.filename, &cause);
            return Err(unless_revoked(discarded, why));
        }
        // The same file can only be begun anew once this session is not in its way.
        Looked::Gone => {
            let forgotten = state.store().forget_upload(&key, &upload).await?;
            return Err(unless_revoked(forgotten, not_found()));
        }
    };

    // 2. Its record, and the end of the session.
    let new = NewAsset {
        kind: claim.kind,
        filename: upload.filename.clone(),
        media_type: claim.media_type,
        extension: claim.key_ending(),
        size: found.size,
        duration_ms: found.duration_ms,
    };
    let now = state.now();
    match state
        .store()
        .finish_upload(&key, &upload, &new, now)
        .await?
    {
        UploadFinished::Made(asset) => Ok(reply::created(&show(&state, asset).await?)),
        UploadFinished::Ended => match find(&state, &key, &id).await?.asset {
            Some(asset) => made_before(&state, &key, asset).await,
            None => Err(not_found()),
        },
        UploadFinished::ProjectMissing => Err(projects::not_found()),
        UploadFinished::KeyRevoked => Err(unknown_key()),
    }
}

/// The asset that an earlier request made.
async fn made_before(state: &AppState, key: &ApiKey, id: AssetId) -> Result<Response, Refusal> {
    let asset = state.store().get_asset(&key.user, id).await?;
    let asset = asset.ok_or_else(assets::not_found)?;
    Ok(reply::created(&show(state, asset).await?))
}

/// Why a session that is removed became no asset; a revoked key removed nothing.
fn unless_revoked(removed: UploadAborted, why: Refusal) -> Refusal {
    match removed {
        UploadAborted::KeyRevoked => unknown_key(),
        UploadAborted::Done | UploadAborted::Ended => why,
    }
}

/// What a look at the file of an upload came to.
enum Looked {
    /// It is what it claims to be.
    Is(Found),
    /// The sentence says why it is not.
    IsNot(String),
    /// Neither the parts are there nor the file.
    Gone,
}

/// Puts the parts together and reads the file as what it claims to be.
async fn look(state: &AppState, upload: &Upload, claim: Claim) -> Result<Looked, Refusal> {
    let store = state.store();
    match store.assemble_upload(upload).await? {
        Assembled::Done => {}
        Assembled::Missing(parts) => return Err(incomplete(&parts)),
        Assembled::Gone => return Ok(Looked::Gone),
    }
    let file = StoredFile::new(
        store.clone(),
        &upload.file_key,
        upload.size_bytes,
        PROBE_TIME,
    );
    match claim.probe_stored(file).await {
        Ok(found) => Ok(Looked::Is(found)),
        Err(Unprobed::Not(cause)) => Ok(Looked::IsNot(cause)),
        Err(Unprobed::Late) => Err(too_slow()),
        Err(Unprobed::Failed(StoreError::NoFile(_))) => Ok(Looked::Gone),
        Err(Unprobed::Failed(error)) => Err(error.into()),
    }
}

fn incomplete(missing: &[u32]) -> Refusal {
    let named = missing.iter().take(MOST_NAMED).map(u32::to_string);
    let named = named.collect::<Vec<_>>().join(", ");
    let more = match missing.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let detail = format!("parts are missing: {named}{more}; send them, then complete the upload");
    Refusal::new(ErrorCode::UploadIncomplete, detail)
}

fn too_slow() -> Refusal {
    let detail = "putting the file together and reading it takes longer than usual; complete the \
                  upload again in a moment";
    Refusal::new(ErrorCode::Unavailable, detail)
}
