//! `/v1/assets`

pub(super) mod delete;
pub(super) mod get;

use darkroom_exports::{AssetId, ErrorCode};
use darkroom_store::{AssetRecord, StoreError};
use serde::Serialize;

use crate::config::AppState;
use crate::reply::Refusal;

/// Any string may be asked for; one that is no asset id names no asset.
pub(super) fn asset_id(text: &str) -> Result<AssetId, Refusal> {
    AssetId::parse(text).ok_or_else(not_found)
}

pub(super) fn not_found() -> Refusal {
    Refusal::new(ErrorCode::AssetNotFound, "no asset of yours has this id")
}

/// A file of yours.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asset {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    #[serde(rename = "assetId")]
    id: String,
    #[cfg_attr(test, schema(schema_with = crate::openapi::asset_types))]
    r#type: String,
    /// Where it comes from: `UPLOAD`.
    source: &'static str,
    /// Name it was uploaded with.
    filename: String,
    /// Media type.
    mimetype: String,
    /// Bytes.
    #[cfg_attr(test, schema(minimum = 0))]
    size: i64,
    /// Address of the file, signed for this answer and good for 24 hours; a document's
    /// `remoteUrl`.
    #[cfg_attr(test, schema(format = "uri"))]
    file_url: String,
    /// Name of the file, which never expires; a document's `remoteKey`.
    file_key: String,
    /// Pixels.
    #[cfg_attr(test, schema(required, minimum = 1))]
    width: Option<i64>,
    /// Pixels.
    #[cfg_attr(test, schema(required, minimum = 1))]
    height: Option<i64>,
    /// Seconds.
    #[cfg_attr(test, schema(required, minimum = 0))]
    duration: Option<f64>,
}

/// An asset as the contract shows it. `fileUrl` is signed for 24 hours; documents
/// that carry `fileKey` as `remoteKey` need no address and never expire.
pub(super) async fn show(state: &AppState, asset: AssetRecord) -> Result<Asset, StoreError> {
    let url = state.store().presign_asset(&asset).await?;
    Ok(Asset {
        id: asset.id,
        r#type: asset.kind,
        source: "UPLOAD",
        filename: asset.filename,
        mimetype: asset.media_type,
        size: asset.size_bytes,
        file_url: url,
        file_key: asset.file_key,
        width: asset.width,
        height: asset.height,
        duration: asset.duration_ms.map(|ms| ms as f64 / 1000.0),
    })
}
