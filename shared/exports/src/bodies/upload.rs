//! The bodies that are about upload sessions.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::RequestBody;
use super::reader::{Reader, integer};
use crate::id::ProjectId;
use crate::problem::{ErrorCode, Problem};
use crate::upload::{
    FILE_BYTES, FILE_NAME_CHARS, MAX_PARTS, PART_BYTES, PartHash, is_file_name, limit_bytes,
};

/// Most characters of a media type.
const MEDIA_TYPE_CHARS: usize = 255;

/// A file that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CreateUpload {
    /// Name of the file.
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 512,
            pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
        )
    )]
    pub filename: String,
    /// Media type of the file.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub content_type: String,
    /// Bytes: at most 800 MiB of a video or picture, 25 MiB of a sound, 10 MiB of captions.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 838_860_800))]
    pub size: u64,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::hashes))]
    pub part_sha256: Vec<PartHash>,
    /// A project to bind the asset to.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "uuid"))]
    pub project_id: Option<ProjectId>,
}

impl RequestBody for CreateUpload {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let rule = format!(
            "the file's name, 1 to {FILE_NAME_CHARS} characters, none of them a control character"
        );
        let filename = reader.required("filename", &rule, |value| {
            let name = value.as_str().filter(|name| is_file_name(name))?;
            Some(name.to_owned())
        });
        let rule = format!("the file's media type, 1 to {MEDIA_TYPE_CHARS} characters");
        let content_type = reader.required("contentType", &rule, |value| {
            let kind = value.as_str()?;
            let fits = (1..=MEDIA_TYPE_CHARS).contains(&kind.chars().count());
            fits.then(|| kind.to_owned())
        });
        let rule = format!("the file's bytes, a whole number from 1 to {FILE_BYTES}");
        let size = reader.required("size", &rule, |value| {
            let size = u64::from(integer(value)?);
            (1..=FILE_BYTES).contains(&size).then_some(size)
        });
        let rule = format!(
            "the SHA-256 of each part of {PART_BYTES} bytes in order, 64 lower-case hex digits \
             each, 1 to {MAX_PARTS} of them"
        );
        let part_sha256 = reader.required("partSha256", &rule, |value| {
            parts(value, |hash| PartHash::parse(hash.as_str()?))
        });
        let project_id = reader.optional("projectId", "the UUID of a project", |value| {
            ProjectId::parse(&value.as_str()?.to_lowercase())
        });
        Some(Self {
            filename: filename?,
            content_type: content_type?,
            size: size?,
            part_sha256: part_sha256?,
            project_id,
        })
    }
}

impl CreateUpload {
    /// Refuses a file that is too large for an asset of its type, and hashes that are not
    /// those of so many bytes.
    ///
    /// # Errors
    /// `UPLOAD_TOO_LARGE`, `UPLOAD_INVALID`.
    pub fn check(&self, kind: &str) -> Result<(), Problem> {
        let (size, limit) = (self.size, limit_bytes(kind));
        if size > limit {
            let detail = format!(
                "the file has {size} bytes; an asset of type {kind} has at most {limit}: make the \
                 file smaller"
            );
            return Err(Problem::new(ErrorCode::UploadTooLarge, detail));
        }
        let (parts, named) = (size.div_ceil(PART_BYTES), self.part_sha256.len());
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
        if let [only] = self.part_sha256.as_slice() {
            return only.to_string();
        }
        let mut all = Sha256::new();
        for hash in &self.part_sha256 {
            all.update(hash.as_bytes());
        }
        format!("{}-{}", hex::encode(all.finalize()), self.part_sha256.len())
    }
}

/// Parts whose addresses are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct SignUploadParts {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::part_numbers))]
    pub part_numbers: Vec<u32>,
}

impl RequestBody for SignUploadParts {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let rule = format!("1 to {MAX_PARTS} numbers of parts, each from 1 to {MAX_PARTS}");
        let part_numbers = reader.required("partNumbers", &rule, |value| {
            parts(value, |number| {
                integer(number).filter(|number| (1..=MAX_PARTS).contains(number))
            })
        });
        part_numbers.map(|part_numbers| Self { part_numbers })
    }
}

/// A list of something for each of 1 to [`MAX_PARTS`] parts.
fn parts<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let list = value.as_array()?;
    let fits = (1..=MAX_PARTS as usize).contains(&list.len());
    fits.then(|| list.iter().map(read).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::{AUDIO_BYTES, CAPTION_BYTES, part_bytes};
    use serde_json::json;

    fn body(size: u64, parts: usize) -> Value {
        let hashes = vec![PartHash::of(b"part").to_string(); parts];
        json!({ "filename": "a.mp4", "contentType": "video/mp4", "size": size,
                "partSha256": hashes })
    }

    #[test]
    fn a_body_is_read_whole_and_every_fault_is_told() {
        let upload = CreateUpload::read(body(PART_BYTES + 1, 2)).unwrap();
        assert_eq!((upload.part_sha256.len(), upload.project_id), (2, None));
        assert_eq!(upload.check("VIDEO"), Ok(()));
        let faults = |body: Value| CreateUpload::read(body).unwrap_err().errors.len();
        assert_eq!(faults(json!({})), 4);
        let mut wrong = body(0, 0);
        wrong["filename"] = json!("a\nb");
        wrong["projectId"] = json!("mine");
        wrong["more"] = json!(1);
        assert_eq!(faults(wrong), 5);
        assert_eq!(faults(body(FILE_BYTES + 1, 101)), 2);
        let mut upper = body(1, 1);
        upper["partSha256"][0] = json!("A".repeat(64));
        assert_eq!(faults(upper), 1);
    }

    #[test]
    fn sizes_are_bounded_by_type_and_have_so_many_parts() {
        let code = |size, parts, kind| {
            let upload = CreateUpload::read(body(size, parts)).unwrap();
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
        let one = CreateUpload::read(body(4, 1)).unwrap();
        assert_eq!(one.content_name(), hex::encode(Sha256::digest(b"part")));
        let two = CreateUpload::read(body(PART_BYTES + 1, 2)).unwrap();
        let part = Sha256::digest(b"part");
        let all = Sha256::digest([part.as_slice(), part.as_slice()].concat());
        assert_eq!(two.content_name(), format!("{}-2", hex::encode(all)));
    }

    #[test]
    fn part_numbers_are_whole_and_in_bounds() {
        let numbers = |list: Value| {
            let sent = SignUploadParts::read(json!({ "partNumbers": list })).ok();
            sent.map(|sent| sent.part_numbers)
        };
        assert_eq!(numbers(json!([1, 100, 2.0])), Some(vec![1, 100, 2]));
        for wrong in [json!([]), json!([0]), json!([101]), json!([1.5]), json!(1)] {
            assert_eq!(numbers(wrong.clone()), None, "{wrong}");
        }
        assert_eq!(numbers(json!(vec![1; 101])), None);
    }
}
