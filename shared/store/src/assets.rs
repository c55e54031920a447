//! Uploaded files: content-addressed in the bucket, so that a user's same bytes are
//! stored once, and one record an asset.

use std::path::Path;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use darkroom_exports::{AssetId, ProjectId, Timestamp};
use tokio::io::AsyncWriteExt as _;

use crate::config::Store;
use crate::error::StoreError;
use crate::files::{file_key, folder};
use crate::incoming::Arrived;
use crate::item::{Item, account_key, key, n, number, s, text, user_pk};
use crate::keys::ApiKey;
use crate::transact::{Part, Parts, Sent, TRIES, put_part, update_part};

/// A file that passed its checks.
#[derive(Debug, Clone)]
pub struct NewAsset {
    /// `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
    pub kind: &'static str,
    /// Name the user gave.
    pub filename: String,
    /// Media type, proven by probing.
    pub media_type: &'static str,
    /// Ending of the file's key, without a dot: what its bytes were read as. The same bytes
    /// have the same one, whatever their media types are said to be.
    pub extension: &'static str,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
}

impl NewAsset {
    /// The record of a file of so many bytes under that key, with a new id.
    pub(crate) fn to_record(&self, size_bytes: i64, file_key: &str) -> AssetRecord {
        AssetRecord {
            id: AssetId::generate().to_string(),
            kind: self.kind.to_owned(),
            filename: self.filename.clone(),
            media_type: self.media_type.to_owned(),
            size_bytes,
            file_key: file_key.to_owned(),
            width: self.size.map(|(width, _)| i64::from(width)),
            height: self.size.map(|(_, height)| i64::from(height)),
            duration_ms: self.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
        }
    }
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

/// What storing a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uploaded {
    /// It is an asset.
    Made(AssetRecord),
    /// The user has no project with the id given.
    ProjectMissing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What a delete came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetDeleted {
    /// It is deleted; its bytes stay.
    Done,
    /// A project state or an active task uses its file.
    Referenced,
    /// The user has no such asset.
    Missing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// Condition on the item of an asset that its user still has.
pub(crate) const NOT_DELETED: &str = "attribute_exists(pk) AND attribute_not_exists(deletedAt)";

pub(crate) fn asset_key(user: &str, id: &str) -> Item {
    key(user_pk(user), s(format!("A#{id}")))
}

impl Store {
    /// Stores a file under its hash, which the bucket checks, then the asset's record, if
    /// the key is valid still, bound to a project where one is given. Bytes without a
    /// record are nobody's asset.
    pub async fn put_asset(
        &self,
        key: &ApiKey,
        new: &NewAsset,
        file: &Arrived,
        project: Option<ProjectId>,
    ) -> Result<Uploaded, StoreError> {
        let name = format!("{}.{}", file.hash(), new.extension);
        let file_key = format!("{}{name}", folder(&key.user));
        self.0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(&file_key)
            .content_type(new.media_type)
            .checksum_sha256(file.hash().to_base64())
            .body(file.stream().await?)
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutObject", &error))?;
        let record = new.to_record(file.size_bytes() as i64, &file_key);
        let file = self.add_file(&key.user, &name, &record, None)?;
        let parts = self.asset_parts(key, &record, file, project)?;
        Ok(match self.transact(key, parts).await? {
            Sent::Done => Uploaded::Made(record),
            Sent::KeyRevoked => Uploaded::KeyRevoked,
            Sent::Refused(Part::Project, _) => Uploaded::ProjectMissing,
            Sent::Refused(..) => return Err(StoreError::Corrupt("asset id")),
        })
    }

    /// The transaction that makes an asset of a file in the bucket; `file` counts it.
    pub(crate) fn asset_parts(
        &self,
        key: &ApiKey,
        record: &AssetRecord,
        file: TransactWriteItem,
        project: Option<ProjectId>,
    ) -> Result<Parts, StoreError> {
        let put = Put::builder()
            .table_name(&self.0.table)
            .set_item(Some(to_item(&key.user, record)))
            .condition_expression("attribute_not_exists(pk)");
        let mut parts = vec![
            (Part::Key, self.key_is_valid(key)?),
            (Part::Asset, put_part(put)?),
            (Part::File, file),
        ];
        if let Some(project) = project {
            parts.push((Part::Project, self.project_exists(&key.user, project)?));
            let binding = self.binding_part(&key.user, project, &record.id)?;
            parts.push((Part::Binding, binding));
        }
        Ok(parts)
    }

    /// One asset more of a file, with what was found in it: the same for every asset that has
    /// it. A condition may use `:none`, which is 0.
    pub(crate) fn add_file(
        &self,
        user: &str,
        name: &str,
        record: &AssetRecord,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, StoreError> {
        let found = [
            ("sizeBytes", Some(record.size_bytes)),
            ("width", record.width),
            ("height", record.height),
            ("durationMs", record.duration_ms),
        ];
        let mut set = Vec::new();
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(file_key(user, name)))
            .set_condition_expression(condition.map(str::to_owned))
            .expression_attribute_values(":by", n(1));
        if condition.is_some() {
            update = update.expression_attribute_values(":none", n(0));
        }
        for (name, value) in found {
            if let Some(value) = value {
                set.push(format!("{name} = :{name}"));
                update = update.expression_attribute_values(format!(":{name}"), n(value));
            }
        }
        let set = set.join(", ");
        update_part(update.update_expression(format!("SET {set} ADD assets :by")))
    }

    /// One asset less of a file.
    fn remove_file(&self, user: &str, name: &str) -> Result<TransactWriteItem, StoreError> {
        update_part(
            Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(file_key(user, name)))
                .update_expression("ADD assets :by")
                .expression_attribute_values(":by", n(-1)),
        )
    }

    /// A user's asset, unless it is deleted.
    pub async fn get_asset(
        &self,
        user: &str,
        id: AssetId,
    ) -> Result<Option<AssetRecord>, StoreError> {
        let found = self.get_item(asset_key(user, &id.to_string())).await?;
        let found = found.filter(|item| !item.contains_key("deletedAt"));
        found.as_ref().map(read).transpose()
    }

    /// Deletes an asset, unless its file is in use; how that is kept from racing
    /// stands in [`crate::files`]. The same bytes under another asset are one file.
    pub async fn delete_asset(
        &self,
        key: &ApiKey,
        id: AssetId,
    ) -> Result<AssetDeleted, StoreError> {
        let user = &key.user;
        for _ in 0..TRIES {
            let Some(asset) = self.get_asset(user, id).await? else {
                return Ok(AssetDeleted::Missing);
            };
            let account = self.get_item(account_key(user)).await?.unwrap_or_default();
            let uses = number(&account, "fileUses").unwrap_or_default();
            let name = asset.file_key.strip_prefix(&folder(user));
            let name = name.ok_or(StoreError::Corrupt("asset"))?;
            if self.is_used(user, name).await? {
                return Ok(AssetDeleted::Referenced);
            }
            let update = Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(asset_key(user, &id.to_string())))
                .update_expression("SET deletedAt = :now")
                .condition_expression(NOT_DELETED)
                .expression_attribute_values(":now", n(Timestamp::now().0));
            let parts = vec![
                (Part::Key, self.key_is_valid(key)?),
                (Part::Asset, update_part(update)?),
                (Part::File, self.remove_file(user, name)?),
                (
                    Part::Account,
                    self.count_unless_changed(user, "deletions", ("fileUses", uses))?,
                ),
            ];
            match self.transact(key, parts).await? {
                Sent::Done => return Ok(AssetDeleted::Done),
                Sent::KeyRevoked => return Ok(AssetDeleted::KeyRevoked),
                Sent::Refused(..) => {}
            }
        }
        Err(StoreError::Contended)
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
    let mut item = asset_key(user, &record.id);
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

pub(crate) fn read_id(item: &Item) -> Option<String> {
    Some(text(item, "sk")?.strip_prefix("A#")?.to_owned())
}

pub(crate) fn read(item: &Item) -> Result<AssetRecord, StoreError> {
    let read = || {
        Some(AssetRecord {
            id: read_id(item)?,
            kind: text(item, "kind")?,
            filename: text(item, "filename")?,
            media_type: text(item, "mediaType")?,
            size_bytes: number(item, "sizeBytes")?,
            file_key: text(item, "fileKey")?,
            width: number(item, "width"),
            height: number(item, "height"),
            duration_ms: number(item, "durationMs"),
        })
    };
    read().ok_or(StoreError::Corrupt("asset"))
}
