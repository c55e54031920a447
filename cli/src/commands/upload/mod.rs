//! `darkroom upload`: a file becomes an asset, in one request or in parts.

mod parts;

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use darkroom_api::media_type_of;
use darkroom_exports::upload::{FILE_BYTES, PART_BYTES, REQUEST_FILE_BYTES, part_bytes};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::output::{Ending, show};
use crate::progress::Meter;
use crate::signals::unless_stopped;
use crate::target::{Client, Target, refused};

/// Upload a file and print the asset that it becomes.
///
/// A file of more than 4 MiB is sent in parts, three at a time; interrupted, the same command
/// goes on where it was, for 23 hours, and one whose bytes are an asset of yours already is
/// not sent again. Talks to the service running on --data (default .darkroom), or to any
/// deployment by --url and --key (or `DARKROOM_URL` and `DARKROOM_API_KEY`).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// A picture, video, sound or subtitle file; its ending says what it is.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A project to bind the asset to.
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Print progress and the asset as JSON, one value a line.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let client = args.target.client()?;
    let file = LocalFile::open(&args.file)?;
    let project = args.project.as_deref();
    let in_parts = file.size_bytes > REQUEST_FILE_BYTES;
    let work = async {
        let meter = Meter::bytes(args.json);
        let uploaded = if in_parts {
            parts::upload(&client, &file, project, &meter).await
        } else {
            at_once(&client, &file, project, &meter).await
        };
        meter.end();
        match uploaded {
            Ok(asset) => show(&json!({ "data": asset }), args.json),
            Err(error) => refused(error, args.json),
        }
    };
    let ending = unless_stopped(work).await?;
    if in_parts && ending == Ending::Interrupted {
        eprintln!("interrupted: the same command goes on where it was");
    }
    Ok(ending)
}

/// A file that shall be uploaded.
struct LocalFile {
    path: PathBuf,
    name: String,
    media_type: &'static str,
    size_bytes: u64,
}

impl LocalFile {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let cannot = || format!("cannot read {shown}");
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            bail!("{shown} has no name in UTF-8; rename it");
        };
        let Some(media_type) = media_type_of(name) else {
            bail!(
                "{shown} is not named like a file that is taken: the name must end as that of a \
                 picture, video, sound or subtitle file, like .png, .mp4, .mp3 or .srt"
            );
        };
        let about = std::fs::metadata(path).with_context(cannot)?;
        if !about.is_file() {
            bail!("{shown} is no file");
        }
        let size_bytes = about.len();
        if size_bytes > FILE_BYTES {
            bail!("{shown} has {size_bytes} bytes; at most {FILE_BYTES} are taken");
        }
        Ok(Self {
            path: path.to_owned(),
            name: name.to_owned(),
            media_type,
            size_bytes,
        })
    }

    /// Bytes of the file from one place on.
    async fn read(&self, from: u64, count: u64) -> anyhow::Result<Bytes> {
        let cannot = || format!("cannot read {}", self.path.display());
        let mut file = tokio::fs::File::open(&self.path)
            .await
            .with_context(cannot)?;
        file.seek(SeekFrom::Start(from))
            .await
            .with_context(cannot)?;
        let mut bytes = vec![0; count as usize];
        file.read_exact(&mut bytes).await.with_context(cannot)?;
        Ok(bytes.into())
    }

    /// A part of the file, counted from 1.
    async fn part(&self, number: u32) -> anyhow::Result<Bytes> {
        let from = u64::from(number.saturating_sub(1)) * PART_BYTES;
        self.read(from, part_bytes(self.size_bytes, number)).await
    }
}

/// Sends a small file; answers the asset.
async fn at_once(
    client: &Client,
    file: &LocalFile,
    project: Option<&str>,
    meter: &Meter,
) -> anyhow::Result<Value> {
    meter.phase("uploading");
    meter.bytes_are(0, file.size_bytes);
    let bytes = file.read(0, file.size_bytes).await?;
    let name = header_name(&file.name);
    let mut headers = vec![
        ("content-type", file.media_type),
        ("x-file-name", name.as_str()),
    ];
    headers.extend(project.map(|id| ("x-project-id", id)));
    let answer = client.send_file("/v1/uploads", &headers, bytes).await?;
    meter.bytes_are(file.size_bytes, file.size_bytes);
    Ok(answer.get("data").cloned().unwrap_or_default())
}

/// A file's name as a header may hold it (RFC 8187).
fn header_name(name: &str) -> String {
    let encoded = name.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    format!("UTF-8''{}", encoded.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_into_a_header() {
        assert_eq!(header_name("a-1.srt"), "UTF-8''a-1.srt");
        assert_eq!(header_name("ä %.srt"), "UTF-8''%C3%A4%20%25.srt");
    }

    #[tokio::test]
    async fn a_file_is_read_in_parts_and_judged_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.MP4");
        std::fs::write(&path, b"film").unwrap();
        let file = LocalFile::open(&path).unwrap();
        assert_eq!(file.media_type, "video/mp4");
        assert_eq!(file.part(1).await.unwrap(), b"film".as_slice());
        assert!(file.part(2).await.unwrap().is_empty());
        for wrong in ["a.zip", "none.mp4"] {
            assert!(LocalFile::open(&dir.path().join(wrong)).is_err(), "{wrong}");
        }
        assert!(LocalFile::open(dir.path()).is_err());
    }
}
