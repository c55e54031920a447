//! Opening a session, or finding that there is no need to.
//!
//! The open sessions of a user are counted by a query, and a session is committed only if
//! no other one was opened since: `ADD uploadsOpened 1` on the account, on the condition
//! that it is what was read before the query. So the limit is exact, and two requests for
//! the same file find the same session.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use darkroom_exports::upload::{MAX_OPEN_UPLOADS, PART_ADDRESS_SECONDS};
use darkroom_exports::{AssetId, Timestamp};

use super::{NewSession, Upload, read};
use crate::assets::AssetRecord;
use crate::config::Store;
use crate::error::StoreError;
use crate::files::file_key;
use crate::item::{account_key, n, number, s, user_pk};
use crate::keys::ApiKey;
use crate::transact::{Part, Sent, TRIES, put_part};

/// Most queries of a megabyte each that count a user's sessions.
const PAGES: usize = 20;
/// Counter of the account: sessions that it ever opened.
const OPENED: &str = "uploadsOpened";

/// What opening a session came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadOpened {
    /// It is open, as it may have been for the same file, name and project before; or
    /// completed, as the bytes were there already.
    Opened(Upload),
    /// The user has as many open sessions as may be.
    TooMany,
    /// The user has no project with the id given.
    ProjectMissing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What a look at a user's sessions came to.
enum Look {
    /// Nothing stands in the way; sessions that the account ever opened.
    Free(i64),
    Decided(UploadOpened),
}

impl Store {
    /// Opens a session at `now`, if there is need of one.
    pub async fn open_upload(
        &self,
        key: &ApiKey,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<UploadOpened, StoreError> {
        if let Some(known) = self.open_known(key, new, now).await? {
            return Ok(known);
        }
        let mut upload = new.to_upload(&key.user, now);
        let opened = match self.look_for_upload(&key.user, &upload, now).await? {
            Look::Decided(decided) => return Ok(decided),
            Look::Free(opened) => opened,
        };
        upload.multipart = Some(self.start_multipart(&upload).await?);
        let committed = self.commit_upload(key, &upload, now, opened).await;
        let is_used = matches!(&committed, Ok(UploadOpened::Opened(one)) if one.id == upload.id);
        if !is_used && let Err(error) = self.abort_multipart(&upload).await {
            tracing::warn!("an upload stays until the bucket's rule removes it: {error}");
        }
        committed
    }

    /// Makes an asset of bytes that an asset of the user's has already.
    async fn open_known(
        &self,
        key: &ApiKey,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<Option<UploadOpened>, StoreError> {
        let (user, name) = (&key.user, new.name());
        let Some(file) = self.get_item(file_key(user, &name)).await? else {
            return Ok(None);
        };
        let assets = number(&file, "assets").unwrap_or_default();
        let size = number(&file, "sizeBytes").and_then(|size| u64::try_from(size).ok());
        if assets <= 0 || size != Some(new.upload.size) {
            return Ok(None);
        }
        let mut upload = new.to_upload(user, now);
        let id = AssetId::generate();
        upload.asset = Some(id);
        let record = AssetRecord {
            id: id.to_string(),
            kind: new.kind.to_owned(),
            filename: upload.filename.clone(),
            media_type: upload.media_type.clone(),
            size_bytes: upload.size_bytes as i64,
            file_key: upload.file_key.clone(),
            width: number(&file, "width"),
            height: number(&file, "height"),
            duration_ms: number(&file, "durationMs"),
        };
        let file = self.add_file(user, &name, &record, Some("assets > :none"))?;
        let mut parts = self.asset_parts(key, &record, file, upload.project)?;
        parts.push((Part::Upload, self.put_upload(user, &upload)?));
        Ok(match self.transact(key, parts).await? {
            Sent::Done => Some(UploadOpened::Opened(upload)),
            Sent::KeyRevoked => Some(UploadOpened::KeyRevoked),
            Sent::Refused(Part::Project, _) => Some(UploadOpened::ProjectMissing),
            // Its last asset was deleted meanwhile: the bytes are sent again.
            Sent::Refused(..) => None,
        })
    }

    /// Looks whether a session for the same is open, and how many are. One that ends sooner
    /// than the address of a part is taken up again only where there is no room for another,
    /// which is opened beside it: whoever has begun it may go on.
    async fn look_for_upload(
        &self,
        user: &str,
        upload: &Upload,
        now: Timestamp,
    ) -> Result<Look, StoreError> {
        let account = self.get_item(account_key(user)).await?.unwrap_or_default();
        let opened = number(&account, OPENED).unwrap_or_default();
        let open = self.open_uploads(user, now).await?;
        let same = open.iter().filter(|other| other.is_for(upload));
        let same = same.max_by_key(|other| other.expires_at);
        let soon = now.plus_seconds(PART_ADDRESS_SECONDS);
        Ok(match same {
            Some(same) if same.expires_at >= soon || open.len() >= MAX_OPEN_UPLOADS => {
                Look::Decided(UploadOpened::Opened(same.clone()))
            }
            None if open.len() >= MAX_OPEN_UPLOADS => Look::Decided(UploadOpened::TooMany),
            _ => Look::Free(opened),
        })
    }

    /// A user's open sessions.
    async fn open_uploads(&self, user: &str, now: Timestamp) -> Result<Vec<Upload>, StoreError> {
        let mut uploads = Vec::new();
        let mut from = None;
        for _ in 0..PAGES {
            let found = self
                .0
                .db
                .query()
                .table_name(&self.0.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :uploads)")
                .filter_expression("attribute_not_exists(assetId) AND expiresAt > :now")
                .expression_attribute_values(":pk", user_pk(user))
                .expression_attribute_values(":uploads", s("Y#"))
                .expression_attribute_values(":now", n(now.unix_seconds()))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", &error))?;
            for item in found.items.unwrap_or_default() {
                uploads.push(read(&item)?);
            }
            from = found.last_evaluated_key;
            if from.is_none() {
                return Ok(uploads);
            }
        }
        Err(StoreError::Busy {
            call: "Query",
            cause: format!("the user completed more than {PAGES} MB of sessions today"),
        })
    }

    async fn commit_upload(
        &self,
        key: &ApiKey,
        upload: &Upload,
        now: Timestamp,
        opened: i64,
    ) -> Result<UploadOpened, StoreError> {
        let user = &key.user;
        let mut opened = opened;
        for _ in 0..TRIES {
            let mut parts = vec![
                (Part::Key, self.key_is_valid(key)?),
                (
                    Part::Account,
                    self.count_unless_changed(user, OPENED, (OPENED, opened))?,
                ),
                (Part::Upload, self.put_upload(user, upload)?),
            ];
            if let Some(project) = upload.project {
                parts.push((Part::Project, self.project_exists(user, project)?));
            }
            match self.transact(key, parts).await? {
                Sent::Done => return Ok(UploadOpened::Opened(upload.clone())),
                Sent::KeyRevoked => return Ok(UploadOpened::KeyRevoked),
                Sent::Refused(Part::Project, _) => return Ok(UploadOpened::ProjectMissing),
                Sent::Refused(..) => {}
            }
            match self.look_for_upload(user, upload, now).await? {
                Look::Decided(decided) => return Ok(decided),
                Look::Free(now_opened) => opened = now_opened,
            }
        }
        Err(StoreError::Contended)
    }

    fn put_upload(&self, user: &str, upload: &Upload) -> Result<TransactWriteItem, StoreError> {
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(upload.to_item(user)))
                .condition_expression("attribute_not_exists(pk)"),
        )
    }
}
