//! Encodes finished frames and mixed sound into a file that plays.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};

use crate::audio::{CHANNELS, SAMPLE_RATE};
use crate::child::{INPUT_GUARD, Running, cause, command, file_argument};
use crate::error::MediaError;
use crate::tools::Tools;

/// File format with its codecs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// H.264 High and AAC-LC, `moov` first.
    Mp4,
    /// VP9 and Opus.
    Webm,
}

/// What is encoded.
#[derive(Debug, Clone)]
pub struct EncoderRequest {
    /// Format of the file.
    pub container: Container,
    /// Width of the frames, even.
    pub width: u32,
    /// Height of the frames, even.
    pub height: u32,
    /// Frames a second.
    pub fps: u32,
    /// Raw f32 samples, 48 kHz stereo, if the timeline has sound.
    pub sound: Option<PathBuf>,
}

/// A running encoder; dropping it unfinished ends its process.
#[derive(Debug)]
pub struct Encoder {
    running: Running,
    frames: ChildStdin,
}

impl Encoder {
    /// Starts ffmpeg; the file is whole only after [`Encoder::finish`].
    pub fn start(tools: &Tools, request: &EncoderRequest, out: &Path) -> Result<Self, MediaError> {
        let mut ffmpeg = command(&tools.ffmpeg);
        ffmpeg
            .args(["-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"])
            .args(["-s", &format!("{}x{}", request.width, request.height)])
            .args(["-r", &request.fps.to_string()])
            .args(["-color_range", "tv", "-colorspace", "bt709", "-i", "pipe:0"]);
        if let Some(sound) = &request.sound {
            ffmpeg
                .args(INPUT_GUARD)
                .args([
                    "-f",
                    "f32le",
                    "-ar",
                    &SAMPLE_RATE.to_string(),
                    "-ac",
                    &CHANNELS.to_string(),
                    "-i",
                ])
                .arg(file_argument(sound))
                .args(["-map", "1:a:0", "-b:a", "128k"]);
        }
        ffmpeg
            .args(["-map", "0:v:0"])
            .args(codec_options(request.container));
        ffmpeg
            .args([
                "-pix_fmt",
                "yuv420p",
                "-colorspace",
                "bt709",
                "-color_primaries",
                "bt709",
            ])
            .args([
                "-color_trc",
                "bt709",
                "-color_range",
                "tv",
                "-map_metadata",
                "-1",
            ])
            .args([
                "-fflags",
                "+bitexact",
                "-flags:v",
                "+bitexact",
                "-flags:a",
                "+bitexact",
            ])
            .arg(file_argument(out))
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut running = Running::start(&mut ffmpeg)?;
        let frames = running
            .stdin()
            .ok_or_else(|| MediaError::Encoder("it takes no input".to_owned()))?;
        Ok(Self { running, frames })
    }

    /// Gives the next frame: Y, U and V planes, tightly packed.
    pub fn write(&mut self, frame: &[u8]) -> Result<(), MediaError> {
        self.frames
            .write_all(frame)
            .map_err(|error| MediaError::Encoder(error.to_string()))
    }

    /// Ends the file and waits until it is whole.
    pub fn finish(self) -> Result<(), MediaError> {
        drop(self.frames);
        let (status, words) = self.running.end();
        if status.is_some_and(|status| status.success()) {
            Ok(())
        } else {
            Err(MediaError::Encoder(cause(&words)))
        }
    }
}

fn codec_options(container: Container) -> &'static [&'static str] {
    match container {
        Container::Mp4 => &[
            "-c:v",
            "libx264",
            "-profile:v",
            "high",
            "-preset",
            "veryfast",
            "-crf",
            "23",
            "-c:a",
            "aac",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
        ],
        Container::Webm => &[
            "-c:v",
            "libvpx-vp9",
            "-crf",
            "32",
            "-b:v",
            "0",
            "-deadline",
            "realtime",
            "-cpu-used",
            "6",
            "-row-mt",
            "1",
            "-c:a",
            "libopus",
            "-f",
            "webm",
        ],
    }
}
