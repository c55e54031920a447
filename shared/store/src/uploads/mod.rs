//! Upload sessions: files that come to the bucket in parts, past the api.
//!
//! ```text
//! open: session item + multipart upload  ->  parts: signed addresses  ->  assemble  ->  finish: asset + session, ONE transaction
//! ```
//!
//! A session is the item `Y#uploadId`. The parts go to the key that the file has in the end,
//! named by its content ([`CreateUpload::content_name`]), under addresses that are good for
//! exactly the bytes that were announced: so whatever is at such a key is what its name
//! says, whoever put it there, and two sessions of one file cannot harm each other. What is
//! found in a file depends on its name alone, too, and is kept with the file (`F#name`), so
//! that the same bytes need not be sent again while an asset has them.
//!
//! A session that is neither finished nor aborted ends by its time. Its parts are removed by
//! the bucket's rule, its item by the table's. A file that was put together and became no
//! asset stays, aborted or not: another session for the same bytes may be about to make an
//! asset of it. Only one that is not what it claims to be is removed.

mod finish;
mod open;
mod parts;

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use darkroom_exports::bodies::CreateUpload;
use darkroom_exports::upload::{PartHash, UPLOAD_SECONDS};
use darkroom_exports::{AssetId, ProjectId, Timestamp, UploadId};

pub use finish::{UploadAborted, UploadFinished};
pub use open::UploadOpened;
pub use parts::{Assembled, SignedPart};

use crate::config::Store;
use crate::error::StoreError;
use crate::files::folder;
use crate::item::{Item, key, n, number, s, text, user_pk};

/// A session that shall be opened, its claim checked.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// What the client says.
    pub upload: &'a CreateUpload,
    /// `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
    pub kind: &'static str,
    /// Media type under which the file is stored.
    pub media_type: &'static str,
    /// Ending of the file's key: what its bytes will be read as.
    pub extension: &'static str,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Id.
    pub id: UploadId,
    /// Name of the file.
    pub filename: String,
    /// Media type under which the file is stored.
    pub media_type: String,
    /// Bytes of the whole file.
    pub size_bytes: u64,
    /// SHA-256 of each part; none once it is completed.
    pub hashes: Vec<PartHash>,
    /// Number of parts.
    pub part_count: u32,
    /// The project that the asset is bound to.
    pub project: Option<ProjectId>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The asset that it became.
    pub asset: Option<AssetId>,
    /// Key of the file in the bucket.
    pub file_key: String,
    /// S3's id of the parts; none where the file was there already.
    multipart: Option<String>,
}

impl NewSession<'_> {
    /// Name of the file in its user's folder.
    fn name(&self) -> String {
        format!("{}.{}", self.upload.content_name(), self.extension)
    }

    fn to_upload(&self, user: &str, now: Timestamp) -> Upload {
        let new = self.upload;
        Upload {
            id: UploadId::generate(),
            filename: new.filename.clone(),
            media_type: self.media_type.to_owned(),
            size_bytes: new.size,
            hashes: new.part_sha256.clone(),
            part_count: new.part_sha256.len() as u32,
            project: new.project_id,
            expires_at: now.plus_seconds(UPLOAD_SECONDS),
            asset: None,
            file_key: format!("{}{}", folder(user), self.name()),
            multipart: None,
        }
    }
}

pub(crate) fn upload_key(user: &str, id: UploadId) -> Item {
    key(user_pk(user), s(format!("Y#{id}")))
}

/// Condition on the item of a session that is open.
const OPEN: &str = "attribute_exists(pk) AND attribute_not_exists(assetId)";

impl Upload {
    /// Whether a request for a session would open this one again.
    fn is_for(&self, new: &Upload) -> bool {
        self.asset.is_none()
            && self.file_key == new.file_key
            && self.media_type == new.media_type
            && self.size_bytes == new.size_bytes
            && self.filename == new.filename
            && self.project == new.project
    }

    fn to_item(&self, user: &str) -> Item {
        let mut item = upload_key(user, self.id);
        let fields = [
            ("filename", s(&self.filename)),
            ("mediaType", s(&self.media_type)),
            ("fileKey", s(&self.file_key)),
            ("sizeBytes", n(self.size_bytes)),
            ("partCount", n(self.part_count)),
            ("expiresAt", n(self.expires_at.unix_seconds())),
        ];
        item.extend(fields.map(|(name, value)| (name.to_owned(), value)));
        let more = [
            ("projectId", self.project.map(|id| s(id.to_string()))),
            ("assetId", self.asset.map(|id| s(id.to_string()))),
            ("multipart", self.multipart.as_ref().map(s)),
            (
                "hashes",
                self.asset.is_none().then(|| to_bytes(&self.hashes)),
            ),
        ];
        let more = more.into_iter();
        item.extend(more.filter_map(|(name, value)| Some((name.to_owned(), value?))));
        item
    }
}

/// Hashes one behind the other: a hundred of them in 3.2 KB.
fn to_bytes(hashes: &[PartHash]) -> AttributeValue {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
    AttributeValue::B(Blob::new(bytes))
}

fn to_hashes(item: &HashMap<String, AttributeValue>) -> Vec<PartHash> {
    let bytes = item.get("hashes").and_then(|value| value.as_b().ok());
    let (hashes, _) = bytes.map_or(&[] as &[u8], AsRef::as_ref).as_chunks();
    hashes.iter().map(|hash| PartHash::new(*hash)).collect()
}

fn read(item: &Item) -> Result<Upload, StoreError> {
    let read = || {
        Some(Upload {
            id: UploadId::parse(text(item, "sk")?.strip_prefix("Y#")?)?,
            filename: text(item, "filename")?,
            media_type: text(item, "mediaType")?,
            size_bytes: u64::try_from(number(item, "sizeBytes")?).ok()?,
            hashes: to_hashes(item),
            part_count: u32::try_from(number(item, "partCount")?).ok()?,
            project: text(item, "projectId").and_then(|id| ProjectId::parse(&id)),
            expires_at: Timestamp(number(item, "expiresAt")?.checked_mul(1000)?),
            asset: text(item, "assetId").and_then(|id| AssetId::parse(&id)),
            file_key: text(item, "fileKey")?,
            multipart: text(item, "multipart"),
        })
    };
    read().ok_or(StoreError::Corrupt("upload session"))
}

impl Store {
    /// A user's session, unless its time is over at `now`.
    pub async fn get_upload(
        &self,
        user: &str,
        id: UploadId,
        now: Timestamp,
    ) -> Result<Option<Upload>, StoreError> {
        let found = self.get_item(upload_key(user, id)).await?;
        let upload = found.as_ref().map(read).transpose()?;
        Ok(upload.filter(|upload| upload.expires_at > now))
    }
}
