//! `/v1/assets`

pub(super) mod delete;
pub(super) mod get;

use darkroom_exports::{AssetId, ErrorCode};
use darkroom_store::{AssetRecord, StoreError};
use serde_json::{Value, json};

use crate::config::AppState;
use crate::reply::Refusal;

/// Any string may be asked for; one that is no asset id names no asset.
pub(super) fn asset_id(text: &str) -> Result<AssetId, Refusal> {
    AssetId::parse(text).ok_or_else(not_found)
}

pub(super) fn not_found() -> Refusal {
    Refusal::new(ErrorCode::AssetNotFound, "no asset of yours has this id")
}

/// An asset as the contract shows it. `fileUrl` is signed for 24 hours; documents
/// that carry `fileKey` as `remoteKey` need no address and never expire.
pub(super) async fn show(state: &AppState, asset: &AssetRecord) -> Result<Value, StoreError> {
    let url = state.store().presign_asset(&asset.file_key).await?;
    Ok(json!({
        "assetId": asset.id,
        "type": asset.kind,
        "source": "UPLOAD",
        "filename": asset.filename,
        "mimetype": asset.media_type,
        "size": asset.size_bytes,
        "fileUrl": url,
        "fileKey": asset.file_key,
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration_ms.map(|ms| ms as f64 / 1000.0),
    }))
}
