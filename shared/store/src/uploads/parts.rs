//! The parts of a session in the bucket, by S3's multipart uploads.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use darkroom_exports::upload::{PART_ADDRESS_SECONDS, part_bytes};

use super::Upload;
use crate::config::Store;
use crate::documents::whole;
use crate::error::StoreError;

const NO_SUCH_UPLOAD: &str = "NoSuchUpload";
/// Codes of an object that is not there: the second where the caller may not list the
/// bucket, as the api function may not.
const NO_SUCH_OBJECT: [&str; 2] = ["NoSuchKey", "AccessDenied"];

/// The address of a part, and what must be sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPart {
    /// Number, counted from 1.
    pub number: u32,
    /// Bytes that it must have.
    pub size_bytes: u64,
    /// Where to PUT it.
    pub url: String,
    /// Headers to send with it, beside its length.
    pub headers: BTreeMap<String, String>,
}

/// What putting the parts together came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assembled {
    /// The file is at its key.
    Done,
    /// These parts are not there yet.
    Missing(Vec<u32>),
    /// Neither the parts are there nor the file: their time is over.
    Gone,
}

impl Store {
    /// Begins a multipart upload; answers S3's id of it.
    pub(super) async fn start_multipart(&self, upload: &Upload) -> Result<String, StoreError> {
        let started = self
            .0
            .s3
            .create_multipart_upload()
            .bucket(&self.0.bucket)
            .key(&upload.file_key)
            .content_type(&upload.media_type)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .send()
            .await
            .map_err(|error| StoreError::sdk("CreateMultipartUpload", &error))?;
        started
            .upload_id
            .ok_or(StoreError::Corrupt("multipart upload"))
    }

    /// Removes the parts of a session; what is not there is removed.
    pub(super) async fn abort_multipart(&self, upload: &Upload) -> Result<(), StoreError> {
        let Some(multipart) = &upload.multipart else {
            return Ok(());
        };
        let aborted = self
            .0
            .s3
            .abort_multipart_upload()
            .bucket(&self.0.bucket)
            .key(&upload.file_key)
            .upload_id(multipart)
            .send()
            .await;
        match aborted {
            Err(error) if error.code() != Some(NO_SUCH_UPLOAD) => {
                Err(StoreError::sdk("AbortMultipartUpload", &error))
            }
            _ => Ok(()),
        }
    }

    /// The address of a part, made here, without a call. It is good for the announced bytes
    /// alone: length and SHA-256 are signed, and the bucket checks them.
    pub async fn sign_part(&self, upload: &Upload, number: u32) -> Result<SignedPart, StoreError> {
        let wrong = |error: &dyn std::fmt::Display| StoreError::Config(error.to_string());
        let time = Duration::from_secs(PART_ADDRESS_SECONDS as u64);
        let signing = PresigningConfig::expires_in(time).map_err(|error| wrong(&error))?;
        let hash = upload.hashes.get(number.saturating_sub(1) as usize);
        let (Some(hash), Some(multipart)) = (hash, &upload.multipart) else {
            return Err(StoreError::Corrupt("upload session"));
        };
        let size_bytes = part_bytes(upload.size_bytes, number);
        let signed = self
            .0
            .s3
            .upload_part()
            .bucket(&self.0.bucket)
            .key(&upload.file_key)
            .upload_id(multipart)
            .part_number(number as i32)
            .content_length(size_bytes as i64)
            .checksum_sha256(hash.to_base64())
            .presigned(signing)
            .await
            .map_err(|error| wrong(&error))?;
        // Every client sends the length itself, and some let nobody else set it.
        let headers = signed
            .headers()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(SignedPart {
            number,
            size_bytes,
            url: signed.uri().to_owned(),
            headers: headers.collect(),
        })
    }

    /// Numbers of the parts that are in the bucket. All of them, once they are a file.
    pub async fn uploaded_parts(&self, upload: &Upload) -> Result<BTreeSet<u32>, StoreError> {
        let all = || (1..=upload.part_count).collect();
        Ok(match self.list_parts(upload).await? {
            Some(parts) => parts.into_keys().collect(),
            None if self.is_there(upload).await? => all(),
            None => BTreeSet::new(),
        })
    }

    /// The parts that are in the bucket, by number, with their tags; `None` where S3 knows
    /// no such upload, any more or for having completed it.
    async fn list_parts(
        &self,
        upload: &Upload,
    ) -> Result<Option<BTreeMap<u32, String>>, StoreError> {
        let Some(multipart) = &upload.multipart else {
            return Ok(None);
        };
        // At most a hundred: one page holds a thousand.
        let listed = self
            .0
            .s3
            .list_parts()
            .bucket(&self.0.bucket)
            .key(&upload.file_key)
            .upload_id(multipart)
            .send()
            .await;
        let listed = match listed {
            Ok(listed) => listed.parts.unwrap_or_default(),
            Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => return Ok(None),
            Err(error) => return Err(StoreError::sdk("ListParts", &error)),
        };
        let parts = listed.into_iter().filter_map(|part| {
            let number = u32::try_from(part.part_number?).ok()?;
            let size = u64::try_from(part.size?).ok()?;
            let fits = size == part_bytes(upload.size_bytes, number) && size > 0;
            fits.then_some((number, part.e_tag?))
        });
        Ok(Some(parts.collect()))
    }

    /// Puts the parts together; again changes nothing.
    pub async fn assemble_upload(&self, upload: &Upload) -> Result<Assembled, StoreError> {
        let Some(tags) = self.list_parts(upload).await? else {
            return self.assembled_before(upload).await;
        };
        let missing: Vec<u32> = (1..=upload.part_count)
            .filter(|number| !tags.contains_key(number))
            .collect();
        if !missing.is_empty() {
            return Ok(Assembled::Missing(missing));
        }
        let parts = tags.into_iter().zip(&upload.hashes);
        let parts = parts.map(|((number, tag), hash)| {
            CompletedPart::builder()
                .part_number(number as i32)
                .e_tag(tag)
                .checksum_sha256(hash.to_base64())
                .build()
        });
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.collect()));
        let completed = self
            .0
            .s3
            .complete_multipart_upload()
            .bucket(&self.0.bucket)
            .key(&upload.file_key)
            .set_upload_id(upload.multipart.clone())
            .mpu_object_size(upload.size_bytes as i64)
            .multipart_upload(whole.build())
            .send()
            .await;
        match completed {
            Ok(_) => Ok(Assembled::Done),
            // Another request completed it since its parts were listed.
            Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => {
                self.assembled_before(upload).await
            }
            Err(error) => Err(StoreError::sdk("CompleteMultipartUpload", &error)),
        }
    }

    async fn assembled_before(&self, upload: &Upload) -> Result<Assembled, StoreError> {
        Ok(if self.is_there(upload).await? {
            Assembled::Done
        } else {
            Assembled::Gone
        })
    }

    /// Whether the whole file is at its key.
    async fn is_there(&self, upload: &Upload) -> Result<bool, StoreError> {
        match self.read_file(&upload.file_key, 0..1).await {
            Ok((_, size_bytes)) => Ok(size_bytes == upload.size_bytes),
            Err(StoreError::NoFile(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A piece of a file, and the bytes of the whole file. The piece is shorter than the range
    /// where the file ends within it.
    pub async fn read_file(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        let last = range.end.saturating_sub(1);
        let found = self
            .0
            .s3
            .get_object()
            .bucket(&self.0.bucket)
            .key(key)
            .range(format!("bytes={}-{last}", range.start))
            .send()
            .await;
        let found = match found {
            Ok(found) => found,
            Err(error)
                if error
                    .code()
                    .is_some_and(|code| NO_SUCH_OBJECT.contains(&code)) =>
            {
                return Err(StoreError::NoFile(key.to_owned()));
            }
            Err(error) => return Err(StoreError::sdk("GetObject", &error)),
        };
        let size = found.content_range.as_deref().and_then(whole_size);
        let size = size.ok_or(StoreError::Corrupt("file"))?;
        Ok((whole(found.body).await?, size))
    }
}

/// The 5 of `bytes 0-0/5` (RFC 9110, section 14.4).
fn whole_size(content_range: &str) -> Option<u64> {
    content_range.rsplit_once('/')?.1.parse().ok()
}
