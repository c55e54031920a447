//! Upload sessions: a file that is too large for one request comes in parts.
//!
//! Whoever opens a session says the SHA-256 of every part. The address of a part is signed
//! for that hash and that length, so that the bucket itself refuses any other bytes, and
//! the hashes name the file ([`CreateUpload::content_name`]): the same bytes are stored once a
//! user, and need not be sent again. No function ever reads a large file whole to hash it.
//! A hash of the whole file is not asked for, as nobody could check it.
//!
//! [`CreateUpload::content_name`]: crate::bodies::CreateUpload::content_name

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Most bytes of a file in one request: what a Lambda request carries in base64 beside its
/// headers.
pub const REQUEST_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes of every part but the last. It is the same for all files, so that the same bytes
/// have the same parts.
pub const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Most parts of a file, and most that are signed by one request: what the largest file has.
pub const MAX_PARTS: u32 = 100;
/// Most bytes of a video or a picture (contract, "Upload limits").
pub const FILE_BYTES: u64 = PART_BYTES * MAX_PARTS as u64;
/// Most bytes of a sound (contract, "Upload limits").
pub const AUDIO_BYTES: u64 = 25 * 1024 * 1024;
/// Most bytes of captions (contract, "Upload limits").
pub const CAPTION_BYTES: u64 = 10 * 1024 * 1024;
/// Most open sessions of a user.
pub const MAX_OPEN_UPLOADS: usize = 10;
/// Seconds that a session is open. The bucket keeps the parts of an abandoned one at least
/// as long (`AbortIncompleteMultipartUpload` of template.yaml).
pub const UPLOAD_SECONDS: i64 = 24 * 60 * 60;
/// Seconds that the address of a part is good for.
pub const PART_ADDRESS_SECONDS: i64 = 60 * 60;
/// Most characters of a file's name.
pub const FILE_NAME_CHARS: usize = 512;

/// SHA-256 of a part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartHash([u8; 32]);

impl PartHash {
    /// The hash of a part's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A hash that was kept.
    #[must_use]
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Reads 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        (is_lower && hex::decode_to_slice(text, &mut hash).is_ok()).then_some(Self(hash))
    }

    /// The hash as kept.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As S3 writes it in `x-amz-checksum-sha256`.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Display for PartHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Whether a text can be the name of a file.
pub fn is_file_name(text: &str) -> bool {
    (1..=FILE_NAME_CHARS).contains(&text.chars().count()) && !text.contains(char::is_control)
}

/// Bytes of a part, 0 where a file of `size_bytes` has no part of that number.
pub fn part_bytes(size_bytes: u64, number: u32) -> u64 {
    let before = u64::from(number.saturating_sub(1)).saturating_mul(PART_BYTES);
    size_bytes.saturating_sub(before).min(PART_BYTES)
}

/// Most bytes of an asset of a type: `IMAGE`, `VIDEO`, `GIF`, `AUDIO` or `CAPTION`.
pub fn limit_bytes(kind: &str) -> u64 {
    match kind {
        "AUDIO" => AUDIO_BYTES,
        "CAPTION" => CAPTION_BYTES,
        _ => FILE_BYTES,
    }
}
