//! Finished files: written by multipart upload, read by signed addresses.

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use darkroom_exports::task::ExportTask;
use darkroom_exports::{Format, Task, TaskState, Timestamp};
use tokio::io::AsyncReadExt as _;

use crate::assets::AssetRecord;
use crate::config::Store;
use crate::error::StoreError;
use crate::lease::Claim;

/// Size of a part; S3 takes no smaller one but the last, and 10,000 at most.
const PART_BYTES: usize = 16 * 1024 * 1024;
/// How long an `outputUrl` is valid.
const SIGNED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that the bucket keeps an output: `ExpirationInDays` of the rule `outputs` in
/// `template.yaml`. S3 removes it at the first midnight (UTC) after them.
pub const OUTPUT_DAYS: i64 = 3;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// No upload takes longer: Lambda ends every function after 15 minutes.
const LONGEST_UPLOAD_SECONDS: i64 = 15 * 60;

impl Store {
    /// Uploads a finished file under a key of its task and generation, whole or
    /// not at all; nobody sees it until the terminal transaction names it.
    pub async fn upload_output(&self, claim: &Claim, file: &Path) -> Result<String, StoreError> {
        let format = claim.settings().format;
        let key = format!(
            "outputs/{}/{}-{}.{}",
            hex::encode(claim.user_id()),
            claim.task_id(),
            claim.generation(),
            format.as_str()
        );
        let started = self
            .0
            .s3
            .create_multipart_upload()
            .bucket(&self.0.bucket)
            .key(&key)
            .content_type(format.media_type())
            .send()
            .await
            .map_err(|error| StoreError::sdk("CreateMultipartUpload", &error))?;
        let upload = started.upload_id.unwrap_or_default();
        match self.upload_parts(&key, &upload, file).await {
            Ok(()) => Ok(key),
            Err(error) => {
                let aborted = self
                    .0
                    .s3
                    .abort_multipart_upload()
                    .bucket(&self.0.bucket)
                    .key(&key)
                    .upload_id(&upload)
                    .send()
                    .await;
                if aborted.is_err() {
                    tracing::warn!("an abandoned upload stays until the bucket's rule removes it");
                }
                Err(error)
            }
        }
    }

    async fn upload_parts(&self, key: &str, upload: &str, path: &Path) -> Result<(), StoreError> {
        let mut file = tokio::fs::File::open(path).await?;
        let mut parts = Vec::new();
        loop {
            let mut bytes = Vec::with_capacity(PART_BYTES);
            (&mut file)
                .take(PART_BYTES as u64)
                .read_to_end(&mut bytes)
                .await?;
            if bytes.is_empty() && !parts.is_empty() {
                break;
            }
            let last = bytes.len() < PART_BYTES;
            let number = parts.len() as i32 + 1;
            let part = self
                .0
                .s3
                .upload_part()
                .bucket(&self.0.bucket)
                .key(key)
                .upload_id(upload)
                .part_number(number)
                .body(bytes.into())
                .send()
                .await
                .map_err(|error| StoreError::sdk("UploadPart", &error))?;
            parts.push(
                CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(part.e_tag)
                    .build(),
            );
            if last {
                break;
            }
        }
        self.0
            .s3
            .complete_multipart_upload()
            .bucket(&self.0.bucket)
            .key(key)
            .upload_id(upload)
            .multipart_upload(
                CompletedMultipartUpload::builder()
                    .set_parts(Some(parts))
                    .build(),
            )
            .send()
            .await
            .map_err(|error| StoreError::sdk("CompleteMultipartUpload", &error))?;
        Ok(())
    }

    /// Removes an output that no task names.
    pub async fn delete_output(&self, key: &str) -> Result<(), StoreError> {
        self.0
            .s3
            .delete_object()
            .bucket(&self.0.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| StoreError::sdk("DeleteObject", &error))?;
        Ok(())
    }

    /// An address that downloads the output for 24 hours, under the given name.
    /// Made here, without a call.
    pub async fn presign_output(
        &self,
        key: &str,
        filename: Option<&str>,
    ) -> Result<String, StoreError> {
        let mut get = self.0.s3.get_object().bucket(&self.0.bucket).key(key);
        if let Some(filename) = filename {
            get = get.response_content_disposition(disposition(filename, key));
        }
        presign(get).await
    }

    /// A task as the contract shows it (`ExportTask`), with an address signed now where
    /// it has an output that the bucket still keeps. Made here, without a call.
    pub async fn export_task(&self, task: &Task) -> Result<ExportTask, StoreError> {
        let url = match (&task.output_key, task.state) {
            (Some(key), TaskState::Completed) if is_kept(task) => {
                let name = task.filename.as_deref();
                Some(self.presign_output(key, name).await?)
            }
            _ => None,
        };
        Ok(task.to_export_task(url))
    }

    /// An address that reads an uploaded file for 24 hours, as the media type of the asset:
    /// another asset of the same bytes may have another one.
    pub async fn presign_asset(&self, asset: &AssetRecord) -> Result<String, StoreError> {
        let get = self.0.s3.get_object().bucket(&self.0.bucket);
        let get = get.key(&asset.file_key);
        presign(get.response_content_type(&asset.media_type)).await
    }
}

/// Whether the bucket's rule cannot have come to the output of a completed task yet.
fn is_kept(task: &Task) -> bool {
    let now = Timestamp::now();
    task.completed_at.is_none_or(|at| now < removed_at(at))
}

/// When the bucket removes what was completed then, at the earliest: S3 counts from when an
/// upload was begun, which may have been on the day before.
fn removed_at(completed: Timestamp) -> Timestamp {
    let due = completed.plus_seconds(OUTPUT_DAYS * DAY_SECONDS - LONGEST_UPLOAD_SECONDS);
    let into_day = due.0.rem_euclid(DAY_SECONDS * 1000);
    if into_day == 0 {
        due
    } else {
        Timestamp(due.0 - into_day).plus_seconds(DAY_SECONDS)
    }
}

async fn presign(get: GetObjectFluentBuilder) -> Result<String, StoreError> {
    let wrong = |error: &dyn std::fmt::Display| StoreError::Config(error.to_string());
    let signing = PresigningConfig::expires_in(SIGNED_FOR).map_err(|error| wrong(&error))?;
    let signed = get
        .presigned(signing)
        .await
        .map_err(|error| wrong(&error))?;
    Ok(signed.uri().to_owned())
}

/// `Content-Disposition` with an ASCII fallback and the exact name (RFC 6266).
/// The output's own ending is added where the name lacks it.
fn disposition(filename: &str, key: &str) -> String {
    let ending = [Format::Mp4, Format::Webm]
        .map(Format::as_str)
        .into_iter()
        .find(|ending| key.ends_with(&format!(".{ending}")))
        .unwrap_or_default();
    let name = if filename.to_lowercase().ends_with(&format!(".{ending}")) {
        filename.to_owned()
    } else {
        format!("{filename}.{ending}")
    };
    let plain: String = name
        .chars()
        .map(|char| match char {
            '"' | '\\' | '/' => '_',
            char if char.is_ascii_graphic() || char == ' ' => char,
            _ => '_',
        })
        .collect();
    let exact: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use darkroom_exports::Timestamp;

    use super::{LONGEST_UPLOAD_SECONDS, disposition, removed_at};

    #[test]
    fn an_output_goes_at_the_midnight_behind_its_days() {
        let midnight = 1_710_288_000_000;
        let day = 86_400_000;
        let begun_before = LONGEST_UPLOAD_SECONDS * 1000;
        let cases = [
            (1, 3),
            (begun_before, 3),
            (begun_before + 1, 4),
            (day / 2, 4),
            (day, 4),
            (day + begun_before + 1, 5),
        ];
        for (completed, days) in cases {
            let removed = removed_at(Timestamp(midnight + completed));
            assert_eq!(removed, Timestamp(midnight + days * day), "{completed}");
        }
    }

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            disposition("a\"b\r\nc", "outputs/x.mp4"),
            "attachment; filename=\"a_b__c.mp4\"; filename*=UTF-8''a%22b%0D%0Ac.mp4"
        );
        assert_eq!(
            disposition("film.MP4", "outputs/x.mp4"),
            "attachment; filename=\"film.MP4\"; filename*=UTF-8''film.MP4"
        );
    }
}
