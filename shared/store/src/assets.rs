//! Uploaded files: content-addressed in the bucket, one record an asset.

use std::path::Path;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use darkroom_exports::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::config::Store;
use crate::create::{built, reasons};
use crate::error::StoreError;
use crate::item::{Item, key, n, number, s, text, user_pk};
use crate::keys::ApiKey;

/// A file that passed its checks.
#[derive(Debug, Clone)]
pub struct NewAsset {
    /// `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
    pub kind: &'static str,
    /// Name the user gave.
    pub filename: String,
    /// Media type, proven by probing.
    pub media_type: &'static str,
    /// File name ending, without a dot.
    pub extension: &'static str,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
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
    /// Stores the bytes under their hash, then the asset's record, if the key is
    /// valid still; `None` when it was revoked meanwhile. Bytes without a record
    /// are nobody's asset.
    pub async fn put_asset(
        &self,
        key: &ApiKey,
        new: &NewAsset,
        bytes: Vec<u8>,
    ) -> Result<Option<AssetRecord>, StoreError> {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let file_key = format!("{}{sha256}.{}", folder(&key.user), new.extension);
        let size_bytes = bytes.len() as i64;
        self.0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(&file_key)
            .content_type(new.media_type)
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutObject", &error))?;
        let record = AssetRecord {
            id: Uuid::now_v7().to_string(),
            kind: new.kind.to_owned(),
            filename: new.filename.clone(),
            media_type: new.media_type.to_owned(),
            size_bytes,
            file_key,
            width: new.size.map(|(width, _)| i64::from(width)),
            height: new.size.map(|(_, height)| i64::from(height)),
            duration_ms: new.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
        };
        let put = Put::builder()
            .table_name(&self.0.table)
            .set_item(Some(to_item(&key.user, &record)))
            .condition_expression("attribute_not_exists(pk)");
        let sent = self
            .0
            .db
            .transact_write_items()
            .transact_items(self.key_is_valid(key)?)
            .transact_items(
                TransactWriteItem::builder()
                    .put(built(put.build())?)
                    .build(),
            )
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(Some(record));
        };
        let revoked = reasons(&error)
            .and_then(<[_]>::first)
            .is_some_and(|reason| reason.code() == Some("ConditionalCheckFailed"));
        if revoked {
            self.forget_key(&key.hash);
            return Ok(None);
        }
        Err(StoreError::sdk("TransactWriteItems", &error))
    }

    /// A user's asset.
    pub async fn get_asset(&self, user: &str, id: Uuid) -> Result<Option<AssetRecord>, StoreError> {
        let found = self
            .0
            .db
            .get_item()
            .table_name(&self.0.table)
            .set_key(Some(key(user_pk(user), s(format!("A#{id}")))))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", &error))?;
        found
            .item
            .map(|item| read(&id.to_string(), &item).ok_or(StoreError::Corrupt("asset")))
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
