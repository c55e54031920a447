//! An operator's own fonts: what lies under `fonts/` of the bucket, for all users.

use crate::config::Store;
use crate::error::StoreError;

const FOLDER: &str = "fonts/";
/// Most files that are listed, S3's page.
const MOST: i32 = 1000;

/// A file under `fonts/`, as the bucket lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FontObject {
    /// Name below `fonts/`, which may hold further slashes.
    pub name: String,
    /// Changes with the content.
    pub etag: String,
    /// Bytes.
    pub size_bytes: u64,
}

impl Store {
    /// The first 1000 files under `fonts/` by name, whatever they are. One call.
    pub async fn list_fonts(&self) -> Result<Vec<FontObject>, StoreError> {
        let found = self
            .0
            .s3
            .list_objects_v2()
            .bucket(&self.0.bucket)
            .prefix(FOLDER)
            .max_keys(MOST)
            .send()
            .await
            .map_err(|error| StoreError::sdk("ListObjectsV2", &error))?;
        if found.is_truncated == Some(true) {
            tracing::warn!("{FOLDER} holds more than {MOST} files: the first by name are listed");
        }
        let objects = found.contents.unwrap_or_default().into_iter();
        Ok(objects
            .filter_map(|object| {
                Some(FontObject {
                    name: object.key?.strip_prefix(FOLDER)?.to_owned(),
                    etag: object.e_tag.unwrap_or_default(),
                    size_bytes: u64::try_from(object.size?).ok()?,
                })
            })
            .collect())
    }

    /// The bytes of a listed file, at most `limit_bytes` of them.
    pub async fn get_font(&self, name: &str, limit_bytes: u64) -> Result<Vec<u8>, StoreError> {
        let found = self
            .0
            .s3
            .get_object()
            .bucket(&self.0.bucket)
            .key(format!("{FOLDER}{name}"))
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetObject", &error))?;
        let mut body = found.body;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.try_next().await.map_err(|error| StoreError::Busy {
            call: "GetObject",
            cause: error.to_string(),
        })? {
            bytes.extend_from_slice(&chunk);
            let size_bytes = bytes.len() as u64;
            if size_bytes > limit_bytes {
                return Err(StoreError::TooLarge {
                    size_bytes,
                    limit_bytes,
                });
            }
        }
        Ok(bytes)
    }

    /// Puts a file under `fonts/`, in the place of one of its name.
    pub async fn put_font(&self, name: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(format!("{FOLDER}{name}"))
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutObject", &error))?;
        Ok(())
    }
}
