//! Documents, by their SHA-256.

use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

use crate::config::Store;
use crate::error::StoreError;

/// Most hashes remembered as stored.
const REMEMBERED: usize = 10_000;

fn key(hash: &str) -> String {
    format!("documents/{hash}.json")
}

impl Store {
    /// Writes a document under its hash; skipped when this process knows that it
    /// is there.
    pub async fn put_document(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let known = |documents: &std::collections::HashSet<String>| documents.contains(hash);
        if self
            .0
            .documents
            .lock()
            .is_ok_and(|documents| known(&documents))
        {
            return Ok(());
        }
        self.0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(key(hash))
            .content_type("application/json")
            .body(bytes.to_vec().into())
            .send()
            .await
            .map_err(|error| StoreError::sdk("PutObject", &error))?;
        if let Ok(mut documents) = self.0.documents.lock() {
            if documents.len() >= REMEMBERED {
                documents.clear();
            }
            documents.insert(hash.to_owned());
        }
        Ok(())
    }

    /// Reads a document.
    pub async fn get_document(&self, hash: &str) -> Result<Value, StoreError> {
        let found = self
            .0
            .s3
            .get_object()
            .bucket(&self.0.bucket)
            .key(key(hash))
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetObject", &error))?;
        let bytes = whole(found.body).await?;
        serde_json::from_slice(&bytes).map_err(|_| StoreError::Corrupt("document"))
    }
}

/// The bytes of an object that is being read.
pub(crate) async fn whole(body: ByteStream) -> Result<Vec<u8>, StoreError> {
    let bytes = body.collect().await.map_err(|error| StoreError::Busy {
        call: "GetObject",
        cause: error.to_string(),
    })?;
    Ok(bytes.to_vec())
}
