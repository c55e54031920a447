//! `/v1/assets`

pub(super) mod get;

use darkroom_store::{AssetRecord, StoreError};
use serde_json::{Value, json};

use crate::config::AppState;

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
