//! How a session ends: as an asset, as a file that is none, or aborted.

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem, Update};
use darkroom_exports::Timestamp;
use darkroom_exports::upload::UPLOAD_SECONDS;

use super::{OPEN, Upload, upload_key};
use crate::assets::{AssetRecord, NewAsset};
use crate::config::Store;
use crate::error::StoreError;
use crate::files::{file_key, folder};
use crate::item::{n, number, s};
use crate::keys::ApiKey;
use crate::transact::{Part, Sent, delete_part, update_part};

/// What making an asset of a session came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadFinished {
    /// It is an asset.
    Made(AssetRecord),
    /// Another request finished or aborted it meanwhile.
    Ended,
    /// The user has no project with the session's id any more.
    ProjectMissing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What removing a session came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadAborted {
    /// It is gone.
    Done,
    /// It was completed or aborted meanwhile.
    Ended,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

impl Store {
    /// Makes an asset of a file that is assembled and measured, and completes its session,
    /// which from then on tells the asset for a day.
    pub async fn finish_upload(
        &self,
        key: &ApiKey,
        upload: &Upload,
        new: &NewAsset,
        now: Timestamp,
    ) -> Result<UploadFinished, StoreError> {
        let user = &key.user;
        let name = name_of(user, upload)?;
        let record = new.to_record(upload.size_bytes as i64, &upload.file_key);
        let file = self.add_file(user, name, &record, None)?;
        let mut parts = self.asset_parts(key, &record, file, upload.project)?;
        let until = now.plus_seconds(UPLOAD_SECONDS);
        let completed = self.complete_upload(user, upload, &record.id, until)?;
        parts.push((Part::Upload, completed));
        Ok(match self.transact(key, parts).await? {
            Sent::Done => UploadFinished::Made(record),
            Sent::KeyRevoked => UploadFinished::KeyRevoked,
            Sent::Refused(Part::Project, _) => UploadFinished::ProjectMissing,
            Sent::Refused(Part::Upload, _) => UploadFinished::Ended,
            Sent::Refused(..) => return Err(StoreError::Corrupt("asset id")),
        })
    }

    /// Removes a session whose file is not what it claims to be, then the file. Whatever
    /// session brought it, the verdict on the same bytes is the same; only what an asset has
    /// stays, which an earlier version of the service may have judged otherwise.
    pub async fn discard_upload(
        &self,
        key: &ApiKey,
        upload: &Upload,
    ) -> Result<UploadAborted, StoreError> {
        let forgotten = self.forget_upload(key, upload).await?;
        if forgotten != UploadAborted::KeyRevoked {
            let name = name_of(&key.user, upload)?;
            let file = self.get_item(file_key(&key.user, name)).await?;
            let is_asset = file.is_some_and(|file| number(&file, "assets") > Some(0));
            if !is_asset && let Err(error) = self.delete_output(&upload.file_key).await {
                tracing::warn!("a file that is nobody's stays in the bucket: {error}");
            }
        }
        Ok(forgotten)
    }

    /// Removes an open session, then its parts. In the other order a session could be left
    /// that has nowhere to send parts to, and stands in the way of a new one for its file.
    pub async fn abort_upload(
        &self,
        key: &ApiKey,
        upload: &Upload,
    ) -> Result<UploadAborted, StoreError> {
        let forgotten = self.forget_upload(key, upload).await?;
        if forgotten == UploadAborted::Done
            && let Err(error) = self.abort_multipart(upload).await
        {
            tracing::warn!("an upload stays until the bucket's rule removes it: {error}");
        }
        Ok(forgotten)
    }

    /// Removes an open session, whatever is in the bucket of it.
    pub async fn forget_upload(
        &self,
        key: &ApiKey,
        upload: &Upload,
    ) -> Result<UploadAborted, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.0.table)
            .set_key(Some(upload_key(&key.user, upload.id)))
            .condition_expression(OPEN);
        let parts = vec![
            (Part::Key, self.key_is_valid(key)?),
            (Part::Upload, delete_part(delete)?),
        ];
        Ok(match self.transact(key, parts).await? {
            Sent::Done => UploadAborted::Done,
            Sent::KeyRevoked => UploadAborted::KeyRevoked,
            Sent::Refused(..) => UploadAborted::Ended,
        })
    }

    /// The part of a transaction that completes an open session, which is kept until then.
    fn complete_upload(
        &self,
        user: &str,
        upload: &Upload,
        asset: &str,
        until: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        update_part(
            Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(upload_key(user, upload.id)))
                .update_expression("SET assetId = :asset, expiresAt = :until REMOVE hashes")
                .condition_expression(OPEN)
                .expression_attribute_values(":asset", s(asset))
                .expression_attribute_values(":until", n(until.unix_seconds())),
        )
    }
}

/// Name of a session's file in its user's folder.
fn name_of<'a>(user: &str, upload: &'a Upload) -> Result<&'a str, StoreError> {
    let name = upload.file_key.strip_prefix(&folder(user));
    name.ok_or(StoreError::Corrupt("upload session"))
}
