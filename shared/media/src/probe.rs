//! What a file really holds, asked of ffprobe.

use std::path::Path;

use serde::Deserialize;

use crate::child::{Running, cause, command, read_file};
use crate::error::MediaError;
use crate::limits::Allowance;
use crate::tone::high_range;
use crate::tools::Tools;

/// Largest side that is decoded, in pixels.
pub const SIDE_LIMIT: u32 = 16_384;
/// Largest picture that is decoded, in pixels: 8192 x 8192.
pub const PIXEL_LIMIT: u64 = 1 << 26;
/// ffprobe's answer on a file with very many streams, at most.
const ANSWER_BYTES: usize = 4 << 20;

/// Clocks of longer units than this may round the times of frames noticeably.
const FINE_SECONDS: f64 = 1.0 / 10_000.0;
/// Clocks that round have no longer units than this: milliseconds in Matroska and FLV,
/// 1/600 s in MOV. Coarser ones (AVI, GIF, MP4 with a unit a frame) count what
/// their frames last, and are exact.
const COARSE_SECONDS: f64 = 0.002;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// ffmpeg's names of the container, comma-separated.
    pub format: String,
    /// Length in seconds, where the file has one.
    pub duration_seconds: Option<f64>,
    /// First time stamp of the file, in seconds.
    pub start_seconds: f64,
    /// The video stream that is drawn.
    pub video: Option<VideoStream>,
    /// The audio stream that is heard.
    pub audio: Option<AudioStream>,
}

/// The first video stream that is not a cover picture.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoStream {
    /// Codec by ffmpeg's name.
    pub codec: String,
    /// Width as shown, rotation applied.
    pub width: u32,
    /// Height as shown, rotation applied.
    pub height: u32,
    /// Pixel format by ffmpeg's name.
    pub pixel_format: String,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    /// Colour matrix; what an untagged video is taken for is settled here.
    pub matrix: &'static str,
    /// Full range (0..=255) rather than limited.
    pub full_range: bool,
    /// Transfer of a high dynamic range, by ffmpeg's name, where it is one.
    pub high_range: Option<&'static str>,
    /// Length of one unit of its time stamps, in seconds.
    pub time_base_seconds: f64,
    /// Frames a second, the most it is taken for; 0 where nothing is known.
    pub frame_rate: f64,
    /// Its own length in seconds, where the container says.
    pub duration_seconds: Option<f64>,
}

impl VideoStream {
    /// How much later than it was meant a time stamp may be, in seconds: half a unit of a
    /// clock that rounds.
    pub(crate) fn slack_seconds(&self) -> f64 {
        let unit = self.time_base_seconds;
        if unit > FINE_SECONDS && unit <= COARSE_SECONDS {
            unit / 2.0
        } else {
            0.0
        }
    }
}

/// The first audio stream.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioStream {
    /// Codec by ffmpeg's name.
    pub codec: String,
    /// Channels.
    pub channels: u32,
    /// Samples a second.
    pub sample_rate: u32,
    /// Its own length in seconds, where the container says.
    pub duration_seconds: Option<f64>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<FormatAnswer>,
}

#[derive(Deserialize)]
struct FormatAnswer {
    #[serde(default)]
    format_name: String,
    duration: Option<String>,
    start_time: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    codec_type: String,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    pix_fmt: Option<String>,
    color_space: Option<String>,
    color_range: Option<String>,
    color_transfer: Option<String>,
    time_base: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    channels: Option<u32>,
    sample_rate: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
struct Tags {
    #[serde(default, alias = "ALPHA_MODE")]
    alpha_mode: Option<String>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// Asks ffprobe what `path` holds. Reads the file's head (and tail), no more.
pub fn probe(tools: &Tools, path: &Path) -> Result<Probe, MediaError> {
    let mut ffprobe = command(&tools.ffprobe);
    ffprobe.args(["-of", "json", "-show_streams", "-show_format"]);
    let view = read_file(&mut ffprobe, path)?;
    let allowance = Allowance::PROBE.within(tools.memory_bytes);
    let mut running = Running::start(ffprobe, tools, allowance, view)?;
    let mut answer = vec![0; ANSWER_BYTES];
    let length = running.output()?.fill(&mut answer)?;
    if length == ANSWER_BYTES {
        return Err(MediaError::Unreadable("it has too many streams".to_owned()));
    }
    answer.truncate(length);
    let ended = running.end()?;
    if !ended.well() {
        return Err(MediaError::Unreadable(cause(&ended.words)));
    }
    let answer: Answer = serde_json::from_slice(&answer).map_err(|error| {
        MediaError::Unreadable(format!("ffprobe's answer is not readable ({error})"))
    })?;
    understand(answer)
}

fn understand(answer: Answer) -> Result<Probe, MediaError> {
    let format = answer.format.ok_or(MediaError::Missing("media in it"))?;
    let video = answer
        .streams
        .iter()
        .find(|s| s.codec_type == "video" && s.disposition.attached_pic == 0)
        .map(video_stream)
        .transpose()?;
    let audio = answer
        .streams
        .iter()
        .find(|s| s.codec_type == "audio")
        .map(|s| AudioStream {
            codec: s.codec_name.clone().unwrap_or_default(),
            channels: s.channels.unwrap_or(0),
            sample_rate: s
                .sample_rate
                .as_ref()
                .and_then(|r| r.parse().ok())
                .unwrap_or(0),
            duration_seconds: seconds(s.duration.as_ref()),
        });
    if video.is_none() && audio.is_none() {
        return Err(MediaError::Missing("picture and no sound"));
    }
    Ok(Probe {
        format: format.format_name,
        duration_seconds: seconds(format.duration.as_ref()),
        start_seconds: seconds(format.start_time.as_ref()).unwrap_or(0.0),
        video,
        audio,
    })
}

/// Refuses pictures that are too large to work with.
pub(crate) fn check_size(width: u32, height: u32) -> Result<(), MediaError> {
    let pixels = u64::from(width) * u64::from(height);
    if width > SIDE_LIMIT || height > SIDE_LIMIT || pixels > PIXEL_LIMIT {
        return Err(MediaError::TooLarge {
            width,
            height,
            side: SIDE_LIMIT,
            pixels: PIXEL_LIMIT,
        });
    }
    Ok(())
}

fn video_stream(stream: &Stream) -> Result<VideoStream, MediaError> {
    let (Some(width @ 1..), Some(height @ 1..)) = (stream.width, stream.height) else {
        return Err(MediaError::Missing("picture of a known size"));
    };
    check_size(width, height)?;
    let turned = stream
        .side_data_list
        .iter()
        .find_map(|side| side.rotation)
        .is_some_and(|degrees| (degrees.abs().rem_euclid(180.0) - 90.0).abs() < 1.0);
    let (shown_width, shown_height) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    let pixel_format = stream.pix_fmt.clone().unwrap_or_default();
    let rgb = ["rgb", "bgr", "gbr", "pal8", "0rgb", "argb", "abgr"]
        .iter()
        .any(|p| pixel_format.starts_with(p));
    let has_alpha = stream.tags.alpha_mode.as_deref() == Some("1")
        || pixel_format == "pal8"
        || [
            "yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16",
        ]
        .iter()
        .any(|prefix| pixel_format.starts_with(prefix));
    let high_range = high_range(stream.color_transfer.as_deref());
    let matrix = match stream.color_space.as_deref() {
        _ if rgb => "rgb",
        Some("bt709") => "bt709",
        Some("smpte170m" | "bt470bg" | "fcc") => "bt601",
        Some("bt2020nc" | "bt2020c") => "bt2020",
        Some("smpte240m") => "smpte240m",
        _ if high_range.is_some() => "bt2020",
        // Untagged: by size, as everybody guesses.
        _ if height >= 720 => "bt709",
        _ => "bt601",
    };
    Ok(VideoStream {
        codec: stream.codec_name.clone().unwrap_or_default(),
        width: shown_width,
        height: shown_height,
        full_range: stream.color_range.as_deref() == Some("pc") || pixel_format.starts_with("yuvj"),
        pixel_format,
        has_alpha,
        matrix,
        high_range,
        time_base_seconds: stream.time_base.as_deref().and_then(ratio).unwrap_or(0.0),
        frame_rate: [&stream.r_frame_rate, &stream.avg_frame_rate]
            .into_iter()
            .filter_map(|rate| ratio(rate.as_deref()?))
            .fold(0.0, f64::max),
        duration_seconds: seconds(stream.duration.as_ref()),
    })
}

fn seconds(text: Option<&String>) -> Option<f64> {
    let seconds: f64 = text?.parse().ok()?;
    seconds.is_finite().then_some(seconds)
}

fn ratio(text: &str) -> Option<f64> {
    let (over, under) = text.split_once('/')?;
    let (over, under): (f64, f64) = (over.parse().ok()?, under.parse().ok()?);
    (under > 0.0).then_some(over / under)
}
