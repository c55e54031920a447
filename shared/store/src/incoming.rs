//! A file on its way into the bucket: on disk while it comes, hashed and counted.
//!
//! ```text
//! chunks ─> Incoming: count, SHA-256, disk ─> Arrived: read to be probed, streamed to S3
//! ```
//!
//! On disk it has no name: it is gone with the last that has it open, however that ends, and
//! a process that is killed leaves nothing behind. It is opened again by `/proc/self/fd`,
//! which only Linux has.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use aws_sdk_s3::primitives::{ByteStream, Length};
use darkroom_exports::upload::PartHash;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::error::StoreError;

/// A file that is still coming.
#[derive(Debug)]
pub struct Incoming {
    file: tokio::fs::File,
    hash: Sha256,
    size_bytes: u64,
    limit_bytes: u64,
}

impl Incoming {
    /// An empty file in a folder, which is made where it is missing. It takes `limit_bytes`
    /// at most.
    pub async fn new(folder: &Path, limit_bytes: u64) -> Result<Self, StoreError> {
        let folder = folder.to_owned();
        let made = tokio::task::spawn_blocking(move || nameless(&folder)).await;
        Ok(Self {
            file: made.map_err(io::Error::other)??.into(),
            hash: Sha256::new(),
            size_bytes: 0,
            limit_bytes,
        })
    }

    /// Adds a chunk; one that would go over the limit is [`StoreError::TooLarge`], and not
    /// written.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), StoreError> {
        let size_bytes = self.size_bytes + chunk.len() as u64;
        if size_bytes > self.limit_bytes {
            return Err(StoreError::TooLarge {
                size_bytes,
                limit_bytes: self.limit_bytes,
            });
        }
        self.hash.update(chunk);
        self.file.write_all(chunk).await?;
        self.size_bytes = size_bytes;
        Ok(())
    }

    /// All of it is there.
    pub async fn finish(mut self) -> Result<Arrived, StoreError> {
        self.file.flush().await?;
        Ok(Arrived {
            file: self.file.into_std().await,
            size_bytes: self.size_bytes,
            hash: PartHash::new(self.hash.finalize().into()),
        })
    }
}

/// A file that has come whole.
#[derive(Debug)]
pub struct Arrived {
    file: File,
    size_bytes: u64,
    /// Of the one part that it has.
    hash: PartHash,
}

impl Arrived {
    /// Bytes.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The file once more, read from its beginning.
    pub fn open(&self) -> Result<File, StoreError> {
        Ok(File::open(self.path())?)
    }

    /// The SHA-256 of its bytes, by which it is named and which S3 checks.
    pub(crate) const fn hash(&self) -> PartHash {
        self.hash
    }

    /// The bytes from the disk, and again from the beginning when the call is tried again.
    pub(crate) async fn stream(&self) -> Result<ByteStream, StoreError> {
        let stream = ByteStream::read_from()
            .path(self.path())
            .length(Length::Exact(self.size_bytes))
            .build();
        Ok(stream.await.map_err(io::Error::from)?)
    }

    fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.file.as_raw_fd()).into()
    }
}

/// A new file that stands in no folder; for its owner alone, as is usual of such.
fn nameless(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder)
}
