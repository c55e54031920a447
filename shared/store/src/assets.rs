//! Uploaded files: content-addressed in the bucket, one record an asset.

use std::path::Path;

use darkroom_exports::Timestamp;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, key, n, number, s, text, user_pk};

/// A file that passed its checks.
#[derive(Debug, Clone)]
pub struct NewAsset {
    /// `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
    pub kind: &'static str,
    /// Name the user gave.
    pub filename: String,
    /// Media type as found by probing.
    pub media_type: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// File name ending, without a dot.
    pub extension: &'static str,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
}

/// An asset as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRecord {
    /// Id.
    pub id: String,
    /// `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
    pub kind: String,
    /// Name the user gave.
    pub filename: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size_bytes: i64,
    /// Key in the bucket, which is the `remoteKey` of documents.
    pub file_key: String,
    /// Pixels.
    pub width: Option<i64>,
    /// Pixels.
    pub height: Option<i64>,
    /// Milliseconds.
    pub duration_ms: Option<i64>,
}

/// The folder that holds a user's files; no other user's document may name it.
fn folder(user: &str) -> String {
    format!("uploads/{}/", hex::encode(user))
}

impl Store {
    /// Stores the bytes under their hash, then the asset's record.
    pub async fn put_asset(
        &self,
        user: &str,
        new: &NewAsset,
        bytes: Vec<u8>,
    ) -> Result<AssetRecord, StoreError> {
        let file_key = format!("{}{}.{}", folder(user), new.sha256, new.extension);
        let size_bytes = bytes.len() as i64;
        self.0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(&file_key)
            .content_type(&new.media_type)
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutObject", &error))?;
        let record = AssetRecord {
            id: Uuid::now_v7().to_string(),
            kind: new.kind.to_owned(),
            filename: new.filename.clone(),
            media_type: new.media_type.clone(),
            size_bytes,
            file_key,
            width: new.width.map(i64::from),
            height: new.height.map(i64::from),
            duration_ms: new.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
        };
        self.0
            .db
            .put_item()
            .table_name(&self.0.table)
            .set_item(Some(to_item(user, &record)))
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutItem", &error))?;
        Ok(record)
    }

    /// A user's asset.
    pub async fn get_asset(&self, user: &str, id: &str) -> Result<Option<AssetRecord>, StoreError> {
        let found = self
            .0
            .db
            .get_item()
            .table_name(&self.0.table)
            .set_key(Some(key(user_pk(user), s(format!("A#{id}")))))
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", &error))?;
        found
            .item
            .map(|item| read(id, &item).ok_or(StoreError::Corrupt("asset")))
            .transpose()
    }

    /// Streams a user's file to disk. A key outside the user's folder reads as
    /// not there.
    pub async fn download_asset(
        &self,
        user: &str,
        key: &str,
        into: &Path,
        limit_bytes: u64,
    ) -> Result<u64, StoreError> {
        if !key.starts_with(&folder(user)) {
            return Err(StoreError::NoFile(key.to_owned()));
        }
        let found = self
            .0
            .s3
            .get_object()
            .bucket(&self.0.bucket)
            .key(key)
            .send()
            .await;
        let mut found = match found {
            Ok(found) => found,
            Err(error) if error.code() == Some("NoSuchKey") => {
                return Err(StoreError::NoFile(key.to_owned()));
            }
            Err(error) => return Err(StoreError::sdk("GetObject", &error)),
        };
        let mut file = tokio::fs::File::create(into).await?;
        let mut size_bytes = 0;
        while let Some(chunk) = found
            .body
            .try_next()
            .await
            .map_err(|error| StoreError::Busy {
                call: "GetObject",
                cause: error.to_string(),
            })?
        {
            size_bytes += chunk.len() as u64;
            if size_bytes > limit_bytes {
                return Err(StoreError::TooLarge {
                    size_bytes,
                    limit_bytes,
                });
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        Ok(size_bytes)
    }
}

fn to_item(user: &str, record: &AssetRecord) -> Item {
    let mut item = key(user_pk(user), s(format!("A#{}", record.id)));
    let texts = [
        ("kind", &record.kind),
        ("filename", &record.filename),
        ("mediaType", &record.media_type),
        ("fileKey", &record.file_key),
    ];
    for (name, value) in texts {
        item.insert(name.to_owned(), s(value));
    }
    item.insert("sizeBytes".to_owned(), n(record.size_bytes));
    item.insert("createdAt".to_owned(), n(Timestamp::now().0));
    let numbers = [
        ("width", record.width),
        ("height", record.height),
        ("durationMs", record.duration_ms),
    ];
    for (name, value) in numbers {
        if let Some(value) = value {
            item.insert(name.to_owned(), n(value));
        }
    }
    item
}

fn read(id: &str, item: &Item) -> Option<AssetRecord> {
    Some(AssetRecord {
        id: id.to_owned(),
        kind: text(item, "kind")?,
        filename: text(item, "filename")?,
        media_type: text(item, "mediaType")?,
        size_bytes: number(item, "sizeBytes")?,
        file_key: text(item, "fileKey")?,
        width: number(item, "width"),
        height: number(item, "height"),
        duration_ms: number(item, "durationMs"),
    })
}
