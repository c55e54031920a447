//! What an uploaded file really is.
//!
//! The media type of a request is a claim. It chooses one reader ([`Claim::of`]);
//! only if that reader understands the bytes is the file taken. Headers and
//! indexes are read, pictures and sound are never decoded, so the work is bounded
//! by the size of the file and not by what it says of itself. This function has
//! no ffmpeg: whether every frame decodes is found when the file is rendered.
//!
//! A file is read where it is, a piece at a time ([`source`]): a small one on disk, one that
//! came in parts in the bucket. Only captions are read whole, as the text that they are. Of
//! a file in the bucket only so much is read: a verdict on it depends on its bytes alone,
//! never on how long they took to come.

mod ebml;
mod media;
mod picture;
mod source;

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use darkroom_editor_state::{SubtitleFormat, read_subtitles};
use darkroom_exports::upload::CAPTION_BYTES;
use darkroom_store::StoreError;
use image::ImageFormat;
use tokio::time::error::Elapsed;

use media::Container;
use source::{FileOnDisk, Input, MOST_BYTES, Stop};

pub(crate) use source::StoredFile;

/// Longest time that one file is looked at.
pub(crate) const PROBE_TIME: Duration = Duration::from_secs(10);
/// Longest side of a picture or video, as for the renderer.
const SIDE_LIMIT: u32 = 16_384;
/// Most pixels of a picture that it draws: 8192 x 8192.
const PIXEL_LIMIT: u64 = 1 << 26;

/// Why nothing was found out about a stored file.
#[derive(Debug)]
pub(crate) enum Unprobed {
    /// It is not what it is said to be; a sentence says why.
    Not(String),
    /// The bucket was too slow: another try may go through.
    Late,
    /// The bucket failed.
    Failed(StoreError),
}

/// What was found in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Pixels, as shown: with its orientation applied.
    pub(crate) size: Option<(u32, u32)>,
    /// Of captions, to the end of the last cue.
    pub(crate) duration_ms: Option<u64>,
}

/// What a file is said to be: a row of [`ROWS`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    /// Media type under which the file is stored.
    pub(crate) media_type: &'static str,
    /// Ending of a file's name that stands for the media type.
    extension: &'static str,
    /// `type` of the asset.
    pub(crate) kind: &'static str,
    /// Other names of the media type.
    aliases: &'static [&'static str],
    reader: Reader,
}

#[derive(Debug, Clone, Copy)]
enum Reader {
    Picture(ImageFormat),
    Gif,
    Video(Container),
    Audio(Container),
    Caption(SubtitleFormat),
}

const fn row(
    media_type: &'static str,
    aliases: &'static [&'static str],
    extension: &'static str,
    reader: Reader,
) -> Claim {
    let kind = match reader {
        Reader::Picture(_) => "IMAGE",
        Reader::Gif => "GIF",
        Reader::Video(_) => "VIDEO",
        Reader::Audio(_) => "AUDIO",
        Reader::Caption(_) => "CAPTION",
    };
    Claim {
        media_type,
        extension,
        kind,
        aliases,
        reader,
    }
}

/// Every media type that is taken. Caption files share `text/plain`, so their
/// name's ending says which one it is.
const ROWS: &[Claim] = {
    use Reader::{Audio, Caption, Gif, Picture, Video};
    &[
        row("image/png", &[], "png", Picture(ImageFormat::Png)),
        row(
            "image/jpeg",
            &["image/jpg"],
            "jpg",
            Picture(ImageFormat::Jpeg),
        ),
        row("image/webp", &[], "webp", Picture(ImageFormat::WebP)),
        row(
            "image/bmp",
            &["image/x-ms-bmp"],
            "bmp",
            Picture(ImageFormat::Bmp),
        ),
        row("image/gif", &[], "gif", Gif),
        row("video/mp4", &["video/x-m4v"], "mp4", Video(Container::Mp4)),
        row("video/quicktime", &[], "mov", Video(Container::Mp4)),
        row("video/webm", &[], "webm", Video(Container::Webm)),
        row(
            "video/x-matroska",
            &["video/matroska"],
            "mkv",
            Video(Container::Matroska),
        ),
        row("audio/mpeg", &["audio/mp3"], "mp3", Audio(Container::Mp3)),
        row(
            "audio/mp4",
            &["audio/x-m4a", "audio/m4a"],
            "m4a",
            Audio(Container::Mp4),
        ),
        row("audio/aac", &["audio/x-aac"], "aac", Audio(Container::Adts)),
        row(
            "audio/wav",
            &["audio/x-wav", "audio/wave", "audio/vnd.wave"],
            "wav",
            Audio(Container::Wave),
        ),
        row("audio/ogg", &["audio/opus"], "ogg", Audio(Container::Ogg)),
        row(
            "audio/flac",
            &["audio/x-flac"],
            "flac",
            Audio(Container::Flac),
        ),
        row("audio/webm", &[], "weba", Audio(Container::Webm)),
        row(
            "application/x-subrip",
            &["text/srt", "text/plain"],
            "srt",
            Caption(SubtitleFormat::Srt),
        ),
        row(
            "text/x-ass",
            &["text/x-ssa", "text/plain"],
            "ass",
            Caption(SubtitleFormat::Ass),
        ),
        row(
            "text/x-lrc",
            &["application/x-lrc", "text/plain"],
            "lrc",
            Caption(SubtitleFormat::Lrc),
        ),
    ]
};

/// The media types that are taken, for an answer that refuses another.
pub(crate) fn taken() -> String {
    let names: Vec<&str> = ROWS.iter().map(|row| row.media_type).collect();
    names.join(", ")
}

/// Other endings of files' names.
const ENDINGS: &[(&str, &str)] = &[
    ("jpeg", "jpg"),
    ("m4v", "mp4"),
    ("oga", "ogg"),
    ("opus", "ogg"),
];

/// The media type that the ending of a file's name stands for, if files of that type are taken.
pub fn media_type_of(filename: &str) -> Option<&'static str> {
    let (_, ending) = filename.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let other = ENDINGS.iter().find(|(one, _)| *one == ending);
    let ending = other.map_or(ending.as_str(), |(_, ending)| ending);
    let row = ROWS.iter().find(|row| row.extension == ending)?;
    Some(row.media_type)
}

impl Claim {
    /// The claim made by a media type (without parameters) and a file name, if
    /// it is one that is taken.
    pub(crate) fn of(media_type: &str, filename: &str) -> Option<Self> {
        let names = |row: &&Claim| {
            std::iter::once(&row.media_type)
                .chain(row.aliases)
                .any(|name| name.eq_ignore_ascii_case(media_type))
        };
        let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
        ROWS.iter()
            .filter(names)
            .find(|row| match row.reader {
                Reader::Caption(_) => ending.eq_ignore_ascii_case(row.extension),
                _ => true,
            })
            .copied()
    }

    /// Ending of the stored file's key: what its bytes are read as, whichever name it came
    /// by. No other reader takes the same bytes, so that they are one file.
    pub(crate) const fn key_ending(self) -> &'static str {
        match self.reader {
            // Read alike as MP4 and as `QuickTime`.
            Reader::Video(Container::Mp4) => "mp4",
            _ => self.extension,
        }
    }

    /// Reads a file of a known size as what it is said to be; a sentence says why it is not.
    pub(crate) async fn probe(self, file: File, size_bytes: u64) -> Result<Found, String> {
        let file = FileOnDisk::new(file, size_bytes);
        let probed = self.attempt(Box::new(file), PROBE_TIME).await;
        probed.unwrap_or_else(|_| Err(self.unreadable()))
    }

    /// Reads a file in the bucket as what it is said to be.
    pub(crate) async fn probe_stored(self, file: StoredFile) -> Result<Found, Unprobed> {
        let stopped = file.stopped();
        let probed = self.attempt(Box::new(file), PROBE_TIME).await;
        let stop = stopped.lock().ok().and_then(|mut stop| stop.take());
        match (stop, probed) {
            (Some(Stop::Failed(error)), _) => Err(Unprobed::Failed(error)),
            (Some(Stop::Late), _) | (None, Err(_)) => Err(Unprobed::Late),
            (Some(Stop::TooMuch), _) => Err(Unprobed::Not(format!(
                "more than {MOST_BYTES} bytes of it would have to be read to measure it; write it \
                 anew with an index (`ffmpeg -i FILE -c copy NEW`), or make it smaller"
            ))),
            (None, Ok(found)) => found.map_err(Unprobed::Not),
        }
    }

    fn unreadable(self) -> String {
        format!("it cannot be read as {}", self.media_type)
    }

    async fn attempt(
        self,
        source: Input,
        time: Duration,
    ) -> Result<Result<Found, String>, Elapsed> {
        // A reader that trips over hostile bytes ends its own thread, not the request.
        let probing = tokio::task::spawn_blocking(move || self.read(source));
        let ended = tokio::time::timeout(time, probing).await?;
        Ok(ended.unwrap_or_else(|_| Err(self.unreadable())))
    }

    fn read(self, source: Input) -> Result<Found, String> {
        let found = match self.reader {
            Reader::Picture(format) => picture::read(source, format)?,
            Reader::Gif => picture::read_gif(source)?,
            Reader::Video(container) => media::read(source, container, true)?,
            Reader::Audio(container) => media::read(source, container, false)?,
            Reader::Caption(format) => {
                let mut bytes = Vec::new();
                let reading = source.take(CAPTION_BYTES).read_to_end(&mut bytes);
                reading.map_err(|error| error.to_string())?;
                let cues = read_subtitles(&bytes, format).map_err(|error| error.to_string())?;
                Found {
                    duration_ms: cues.iter().map(|cue| cue.end_ms).max(),
                    ..Found::default()
                }
            }
        };
        match found.size {
            Some((0, _) | (_, 0)) => Err("its picture has no pixels".to_owned()),
            Some((width, height)) if width.max(height) > SIDE_LIMIT => Err(format!(
                "its picture has {width} x {height} pixels; at most {SIDE_LIMIT} a side can be drawn"
            )),
            Some((width, height)) if u64::from(width) * u64::from(height) > PIXEL_LIMIT => {
                Err(format!(
                    "its picture has {width} x {height} pixels; at most {PIXEL_LIMIT} in all can \
                     be drawn"
                ))
            }
            _ => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_as_large_as_what_the_renderer_draws() {
        assert_eq!(SIDE_LIMIT, darkroom_media::SIDE_LIMIT);
        assert_eq!(PIXEL_LIMIT, darkroom_media::PIXEL_LIMIT);
    }

    #[test]
    fn a_claim_is_a_known_type_and_captions_are_told_apart_by_their_ending() {
        let extension = |kind, name| Claim::of(kind, name).map(Claim::key_ending);
        assert_eq!(extension("IMAGE/PNG", "x"), Some("png"));
        assert_eq!(extension("audio/x-m4a", "x.mp3"), Some("m4a"));
        assert_eq!(extension("video/quicktime", "x.mov"), Some("mp4"));
        assert_eq!(extension("text/plain", "x.LRC"), Some("lrc"));
        assert_eq!(extension("text/plain", "x.txt"), None);
        assert_eq!(extension("application/x-subrip", "x.ass"), None);
        // What an ending stands for is taken under that name.
        for name in ["a.JPEG", "a.mov", "a.opus", "a.b.srt", "a.weba"] {
            let kind = media_type_of(name).unwrap();
            assert!(Claim::of(kind, name).is_some(), "{name}");
        }
        assert_eq!(media_type_of("a.zip"), None);
        assert_eq!(media_type_of("png"), None);
        for refused in [
            "application/json",
            "model/gltf-binary",
            "application/pdf",
            "",
        ] {
            assert_eq!(extension(refused, "x.srt"), None, "{refused}");
        }
    }
}
