//! Upload sessions: a file that is too large for one request comes in parts.
//!
//! Whoever opens a session says the SHA-256 of every part. The address of a part is signed
//! for that hash and that length, so that the bucket itself refuses any other bytes, and
//! the hashes name the file ([`NewUpload::content_name`]): the same bytes are stored once a
//! user, and need not be sent again. No function ever reads a large file whole to hash it.
//! A hash of the whole file is not asked for, as nobody could check it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::body::{Reader, integer};
use crate::id::ProjectId;
use crate::problem::{ErrorCode, Problem};

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
/// Most characters of a media type.
const MEDIA_TYPE_CHARS: usize = 255;

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

/// A session that shall be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Name of the file.
    pub filename: String,
    /// Media type, as the client says it.
    pub content_type: String,
    /// Bytes of the whole file, from 1.
    pub size_bytes: u64,
    /// The SHA-256 of each part, in order; 1 to [`MAX_PARTS`].
    pub hashes: Vec<PartHash>,
    /// A project to bind the asset to.
    pub project: Option<ProjectId>,
}

impl NewUpload {
    /// Reads the body that opens a session.
    ///
    /// # Errors
    /// Every fault of the body (`REQUEST_INVALID`).
    pub fn parse(body: &Value) -> Result<Self, Problem> {
        let fields = ["filename", "contentType", "size", "partSha256", "projectId"];
        let mut reader = Reader::new(body, &fields)?;
        let rule = format!(
            "the file's name, 1 to {FILE_NAME_CHARS} characters, none of them a control character"
        );
        let filename = reader.one_of("filename", &rule, |value| {
            let name = value.as_str().filter(|name| is_file_name(name))?;
            Some(name.to_owned())
        });
        let rule = format!("the file's media type, 1 to {MEDIA_TYPE_CHARS} characters");
        let content_type = reader.one_of("contentType", &rule, |value| {
            let kind = value.as_str()?;
            let fits = (1..=MEDIA_TYPE_CHARS).contains(&kind.chars().count());
            fits.then(|| kind.to_owned())
        });
        let rule = format!("the file's bytes, a whole number from 1 to {FILE_BYTES}");
        let size = reader.one_of("size", &rule, |value| {
            let size = u64::from(integer(value)?);
            (1..=FILE_BYTES).contains(&size).then_some(size)
        });
        let rule = format!(
            "the SHA-256 of each part of {PART_BYTES} bytes in order, 64 lower-case hex digits \
             each, 1 to {MAX_PARTS} of them"
        );
        let hashes = reader.one_of("partSha256", &rule, read_hashes);
        let project = match reader.given("projectId") {
            None => None,
            Some(_) => reader.one_of("projectId", "the UUID of a project", |value| {
                ProjectId::parse(&value.as_str()?.to_lowercase())
            }),
        };
        let whole = filename.zip(content_type).zip(size.zip(hashes));
        reader.finish(
            whole.map(|((filename, content_type), (size_bytes, hashes))| Self {
                filename,
                content_type,
                size_bytes,
                hashes,
                project,
            }),
        )
    }

    /// Refuses a file that is too large for an asset of its type, and hashes that are not
    /// those of so many bytes.
    ///
    /// # Errors
    /// `UPLOAD_TOO_LARGE`, `UPLOAD_INVALID`.
    pub fn check(&self, kind: &str) -> Result<(), Problem> {
        let (size, limit) = (self.size_bytes, limit_bytes(kind));
        if size > limit {
            let detail = format!(
                "the file has {size} bytes; an asset of type {kind} has at most {limit}: make the \
                 file smaller"
            );
            return Err(Problem::new(ErrorCode::UploadTooLarge, detail));
        }
        let (parts, named) = (size.div_ceil(PART_BYTES), self.hashes.len());
        if parts != named as u64 {
            let detail = format!(
                "a file of {size} bytes has {parts} parts of at most {PART_BYTES} bytes, but \
                 `partSha256` names {named}: send the hash of each part"
            );
            return Err(Problem::new(ErrorCode::UploadInvalid, detail));
        }
        Ok(())
    }

    /// What the file is called by its content, the same for the same bytes. Of one part it is
    /// that part's SHA-256, so that a small file has the same name by whichever way it comes;
    /// of more it is S3's own composite checksum in hex, the SHA-256 of the parts' hashes and
    /// how many they are.
    pub fn content_name(&self) -> String {
        if let [only] = self.hashes.as_slice() {
            return only.to_string();
        }
        let mut all = Sha256::new();
        for hash in &self.hashes {
            all.update(hash.as_bytes());
        }
        format!("{}-{}", hex::encode(all.finalize()), self.hashes.len())
    }
}

fn read_hashes(value: &Value) -> Option<Vec<PartHash>> {
    let hashes = value.as_array()?;
    let fits = (1..=MAX_PARTS as usize).contains(&hashes.len());
    let hashes = hashes.iter().map(|hash| PartHash::parse(hash.as_str()?));
    fits.then(|| hashes.collect()).flatten()
}

/// Reads the body that asks for the addresses of parts: their numbers.
///
/// # Errors
/// Every fault of the body (`REQUEST_INVALID`).
pub fn parse_part_numbers(body: &Value) -> Result<Vec<u32>, Problem> {
    let mut reader = Reader::new(body, &["partNumbers"])?;
    let rule = format!("1 to {MAX_PARTS} numbers of parts, each from 1 to {MAX_PARTS}");
    let numbers = reader.one_of("partNumbers", &rule, |value| {
        let numbers = value.as_array()?;
        let fits = (1..=MAX_PARTS as usize).contains(&numbers.len());
        let numbers = numbers
            .iter()
            .map(|number| integer(number).filter(|number| (1..=MAX_PARTS).contains(number)));
        fits.then(|| numbers.collect::<Option<Vec<u32>>>())
            .flatten()
    });
    reader.finish(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(size: u64, parts: usize) -> Value {
        let hashes = vec![PartHash::of(b"part").to_string(); parts];
        json!({ "filename": "a.mp4", "contentType": "video/mp4", "size": size,
                "partSha256": hashes })
    }

    #[test]
    fn a_body_is_read_whole_and_every_fault_is_told() {
        let upload = NewUpload::parse(&body(PART_BYTES + 1, 2)).unwrap();
        assert_eq!((upload.hashes.len(), upload.project), (2, None));
        assert_eq!(upload.check("VIDEO"), Ok(()));
        let faults = |body: &Value| NewUpload::parse(body).unwrap_err().errors.len();
        assert_eq!(faults(&json!({})), 4);
        let mut wrong = body(0, 0);
        wrong["filename"] = json!("a\nb");
        wrong["projectId"] = json!("mine");
        wrong["more"] = json!(1);
        assert_eq!(faults(&wrong), 5);
        assert_eq!(faults(&body(FILE_BYTES + 1, 101)), 2);
        let mut upper = body(1, 1);
        upper["partSha256"][0] = json!("A".repeat(64));
        assert_eq!(faults(&upper), 1);
    }

    #[test]
    fn sizes_are_bounded_by_type_and_have_so_many_parts() {
        let code = |size, parts, kind| {
            let upload = NewUpload::parse(&body(size, parts)).unwrap();
            upload.check(kind).map_err(|problem| problem.code)
        };
        assert_eq!(code(FILE_BYTES, 100, "VIDEO"), Ok(()));
        assert_eq!(code(AUDIO_BYTES, 4, "AUDIO"), Ok(()));
        let large = Err(ErrorCode::UploadTooLarge);
        assert_eq!(code(AUDIO_BYTES + 1, 4, "AUDIO"), large);
        assert_eq!(code(CAPTION_BYTES + 1, 2, "CAPTION"), large);
        let invalid = Err(ErrorCode::UploadInvalid);
        assert_eq!(code(PART_BYTES, 2, "VIDEO"), invalid);
        assert_eq!(code(PART_BYTES + 1, 1, "VIDEO"), invalid);
        let size = 2 * PART_BYTES + 5;
        let parts = [1, 2, 3, 4].map(|number| part_bytes(size, number));
        assert_eq!(parts, [PART_BYTES, PART_BYTES, 5, 0]);
    }

    #[test]
    fn a_file_of_one_part_is_named_as_a_small_upload_and_others_as_s3_names_them() {
        let one = NewUpload::parse(&body(4, 1)).unwrap();
        assert_eq!(one.content_name(), hex::encode(Sha256::digest(b"part")));
        let two = NewUpload::parse(&body(PART_BYTES + 1, 2)).unwrap();
        let part = Sha256::digest(b"part");
        let all = Sha256::digest([part.as_slice(), part.as_slice()].concat());
        assert_eq!(two.content_name(), format!("{}-2", hex::encode(all)));
    }

    #[test]
    fn part_numbers_are_whole_and_in_bounds() {
        let numbers = |list: Value| parse_part_numbers(&json!({ "partNumbers": list })).ok();
        assert_eq!(numbers(json!([1, 100, 2.0])), Some(vec![1, 100, 2]));
        for wrong in [json!([]), json!([0]), json!([101]), json!([1.5]), json!(1)] {
            assert_eq!(numbers(wrong.clone()), None, "{wrong}");
        }
        assert_eq!(numbers(json!(vec![1; 101])), None);
    }
}
