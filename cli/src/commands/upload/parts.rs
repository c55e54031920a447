//! A large file: hashed, begun, its missing parts sent, and completed.
//!
//! What is there already the service knows, so that nothing is kept on this side: the same
//! file finds its upload again.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use axum::body::Bytes;
use darkroom_exports::upload::{PART_BYTES, PartHash, part_bytes};
use futures::StreamExt as _;
use futures::stream;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::LocalFile;
use crate::output::text;
use crate::progress::Meter;
use crate::target::{Client, Stored, passes};

/// Parts that are sent at a time, each of 8 MiB in memory.
const TOGETHER: usize = 3;
/// Times that a part is sent, and that the upload is completed.
const TRIES: u32 = 6;
/// Longest pause before the second try; each further one may be twice as long.
const FIRST_PAUSE_MS: u64 = 500;

/// Codes of S3 for bytes that are not the ones which were signed for.
const OTHER_BYTES: [&str; 4] = [
    "BadDigest",
    "InvalidDigest",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
];

/// Uploads a file; answers the asset.
pub(super) async fn upload(
    client: &Client,
    file: &LocalFile,
    project: Option<&str>,
    meter: &Meter,
) -> anyhow::Result<Value> {
    let body = json!({
        "filename": file.name, "contentType": file.media_type, "size": file.size_bytes,
        "partSha256": hashes(file, meter).await?, "projectId": project,
    });
    let path = "/v1/uploads/sessions";
    let begun = client.call(Method::POST, path, Some(&body), None).await?;
    let begun = begun.get("data").cloned().unwrap_or_default();
    if let Some(asset) = begun.get("asset").filter(|asset| !asset.is_null()) {
        return Ok(asset.clone());
    }
    let upload = Upload {
        client,
        file,
        path: format!("{path}/{}", text(&begun, "uploadId")),
    };
    let there = begun.get("uploadedParts").and_then(Value::as_array);
    let there = there.into_iter().flatten().filter_map(Value::as_u64);
    upload.send_missing(&there.collect(), meter).await?;
    meter.phase("checking");
    upload.complete().await
}

/// The SHA-256 of each part.
async fn hashes(file: &LocalFile, meter: &Meter) -> anyhow::Result<Vec<String>> {
    meter.phase("hashing");
    let mut hashes = Vec::new();
    let mut done = 0;
    for number in 1..=parts(file) {
        let bytes = file.part(number).await?;
        done += bytes.len() as u64;
        let hash = tokio::task::spawn_blocking(move || PartHash::of(&bytes).to_string());
        hashes.push(hash.await.context("a part could not be hashed")?);
        meter.bytes_are(done, file.size_bytes);
    }
    Ok(hashes)
}

fn parts(file: &LocalFile) -> u32 {
    file.size_bytes.div_ceil(PART_BYTES) as u32
}

/// An upload that has begun.
struct Upload<'a> {
    client: &'a Client,
    file: &'a LocalFile,
    path: String,
}

/// Why a part did not arrive.
struct NotSent {
    error: anyhow::Error,
    /// Whether another try may help.
    passes: bool,
}

impl Upload<'_> {
    /// Sends the parts that are not there yet.
    async fn send_missing(&self, there: &BTreeSet<u64>, meter: &Meter) -> anyhow::Result<()> {
        let (there, missing): (Vec<u32>, Vec<u32>) =
            (1..=parts(self.file)).partition(|number| there.contains(&u64::from(*number)));
        let total = self.file.size_bytes;
        let size = |number| part_bytes(total, number);
        let mut done: u64 = there.into_iter().map(size).sum();
        meter.phase("uploading");
        meter.bytes_are(done, total);
        let sending = stream::iter(missing).map(|number| self.send(number));
        let mut sending = sending.buffer_unordered(TOGETHER);
        while let Some(sent) = sending.next().await {
            done += size(sent?);
            meter.bytes_are(done, total);
        }
        Ok(())
    }

    /// Sends one part, again as long as that may help; answers its number.
    async fn send(&self, number: u32) -> anyhow::Result<u32> {
        let bytes = self.file.part(number).await?;
        let mut tried = 0;
        loop {
            let Err(NotSent { error, passes }) = self.try_send(number, bytes.clone()).await else {
                return Ok(number);
            };
            tried += 1;
            if !passes || tried == TRIES {
                return Err(error.context(format!("part {number} could not be sent")));
            }
            pause(tried).await;
        }
    }

    async fn try_send(&self, number: u32, bytes: Bytes) -> Result<(), NotSent> {
        let at_once = |error: anyhow::Error| NotSent {
            passes: passes(&error),
            error,
        };
        let path = format!("{}/parts", self.path);
        let body = json!({ "partNumbers": [number] });
        let signed = self.client.call(Method::POST, &path, Some(&body), None);
        let signed = signed.await.map_err(at_once)?;
        let part = signed.pointer("/data/parts/0").unwrap_or(&Value::Null);
        let none = Map::new();
        let headers = part.get("headers").and_then(Value::as_object);
        let sent = self
            .client
            .put(text(part, "url"), headers.unwrap_or(&none), bytes);
        judge(&sent.await.map_err(at_once)?)
    }

    /// Completes the upload; answers the asset. Again is the same asset.
    async fn complete(&self) -> anyhow::Result<Value> {
        let path = format!("{}/complete", self.path);
        let mut tried = 0;
        loop {
            match self.client.call(Method::POST, &path, None, None).await {
                Ok(answer) => return Ok(answer.get("data").cloned().unwrap_or_default()),
                Err(error) if !passes(&error) || tried + 1 == TRIES => return Err(error),
                Err(_) => tried += 1,
            }
            pause(tried).await;
        }
    }
}

/// What the bucket's answer to a part means. All but bytes that are not the announced ones
/// may pass: of 400 too, which is said of a connection that was slow and of a signature whose
/// credentials have ended, after which the next try has another.
fn judge(answer: &Stored) -> Result<(), NotSent> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let code = answer.code.as_deref().unwrap_or_default();
    if OTHER_BYTES.contains(&code) {
        return Err(NotSent {
            error: anyhow!("the file was changed while it was sent; upload it again"),
            passes: false,
        });
    }
    let told = format!("the bucket answered {} {code}", answer.status);
    Err(NotSent {
        error: anyhow!("{}", told.trim_end()),
        passes: true,
    })
}

/// Waits a little, longer each time, and never as long as another who waits.
async fn pause(tried: u32) {
    let most = FIRST_PAUSE_MS << tried.saturating_sub(1).min(6);
    let millis = rand::random_range(most / 2..=most);
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_bytes_are_given_up() {
        let judged = |status, code: Option<&str>| {
            let code = code.map(str::to_owned);
            judge(&Stored { status, code })
        };
        assert!(judged(200, None).is_ok());
        for code in OTHER_BYTES {
            let given_up = judged(400, Some(code)).unwrap_err();
            assert!(!given_up.passes, "{code}");
            assert!(given_up.error.to_string().contains("was changed"), "{code}");
        }
        for (status, code) in [
            (400, Some("RequestTimeout")),
            (400, Some("ExpiredToken")),
            (400, None),
            (403, Some("SignatureDoesNotMatch")),
            (503, Some("SlowDown")),
        ] {
            let again = judged(status, code).unwrap_err();
            assert!(again.passes, "{status} {code:?}");
            let told = again.error.to_string();
            assert!(
                told.starts_with(&format!("the bucket answered {status}")),
                "{told}"
            );
            assert!(told.ends_with(code.unwrap_or("400")), "{told}");
        }
    }
}
