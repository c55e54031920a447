//! Encodes finished frames and mixed sound into a file that plays.
//!
//! Both are piped in, each by its own thread: ffmpeg takes from either as it
//! needs to lay them side by side in the file, so neither may wait for the other.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use command_fds::{CommandFdExt as _, FdMapping};

use crate::audio::{CHANNELS, SAMPLE_RATE};
use crate::child::{Running, cause, command};
use crate::error::MediaError;
use crate::lend::Lender;
use crate::limits::Allowance;
use crate::pipe::{Input, Wait};
use crate::sandbox::View;
use crate::tools::Tools;

/// To end the file: what sound is still to come, the encoder's last frames, and
/// `moov` moved to the front.
const FINISH: Duration = Duration::from_mins(10);
/// What libopus delays sound by, in seconds: 312 samples. ffmpeg's WebM muxer counts
/// that delay twice and would begin the picture later by it.
const OPUS_DELAY: &str = "0.0065";
/// The sound's file descriptor in the encoder.
const SOUND: i32 = 3;

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
    /// Whether there is sound: see [`Encoder::take_sound`].
    pub sound: bool,
}

/// A running encoder; dropping it unfinished ends its process.
#[derive(Debug)]
pub struct Encoder {
    running: Running,
    frames: Lender,
    sound: Option<SoundInput>,
}

/// Where the encoder's sound goes in; dropping it ends the sound.
#[derive(Debug)]
pub struct SoundInput(Input);

impl SoundInput {
    /// Gives the next samples: left, right, left, ...
    pub fn write(&mut self, samples: &[f32]) -> Result<(), MediaError> {
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        self.0.write_all(&bytes).map_err(of_encoder)
    }
}

impl Encoder {
    /// Starts ffmpeg. The file has to be there, is empty from now on, and whole only after
    /// [`Encoder::finish`].
    pub fn start(tools: &Tools, request: &EncoderRequest, out: &Path) -> Result<Self, MediaError> {
        let mut ffmpeg = command(&tools.ffmpeg);
        ffmpeg
            .args(["-y", "-protocol_whitelist", "pipe"])
            .args(["-f", "rawvideo", "-pix_fmt", "yuv420p"])
            .args(["-s", &format!("{}x{}", request.width, request.height)])
            .args(["-r", &request.fps.to_string()])
            .args(["-color_range", "tv", "-colorspace", "bt709", "-i", "pipe:0"]);
        let sound = request
            .sound
            .then(|| pipe_sound(&mut ffmpeg, tools, request.container))
            .transpose()?;
        ffmpeg
            .args(["-map", "0:v:0", "-pix_fmt", "yuv420p"])
            .args(["-colorspace", "bt709", "-color_primaries", "bt709"])
            .args(["-color_trc", "bt709", "-color_range", "tv"])
            .args(codec_options(request.container))
            .args(["-map_metadata", "-1", "-fflags", "+bitexact"])
            .args(["-flags:v", "+bitexact", "-flags:a", "+bitexact"])
            .arg(named_file(out))
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let view = View::writing(out)?;
        let mut running = Running::start_unheard(ffmpeg, tools, Allowance::encoder(out), view)?;
        let frames = Lender::new(running.input()?);
        Ok(Self {
            running,
            frames,
            sound,
        })
    }

    /// Where the sound goes in: once, and only of an encoder started with sound.
    pub fn take_sound(&mut self) -> Option<SoundInput> {
        self.sound.take()
    }

    /// Gives the next frame: Y, U and V planes, tightly packed. The encoder reads
    /// large ones where they lie; what comes back is one that it has read.
    /// [`MediaError::Pipe`]: the encoder has ended; [`Encoder::finish`] tells why.
    pub fn write(&mut self, frame: Vec<u8>) -> Result<Option<Vec<u8>>, MediaError> {
        self.frames.write(frame).map_err(of_encoder)
    }

    /// Ends the file and waits until it is whole, and the sound has ended.
    pub fn finish(self) -> Result<(), MediaError> {
        drop(self.sound);
        let unread = self.frames.end();
        let ended = self.running.end_within(FINISH).map_err(of_encoder)?;
        drop(unread);
        if ended.well() {
            Ok(())
        } else {
            Err(MediaError::Encoder(cause(&ended.words)))
        }
    }
}

/// Gives the encoder a second pipe, for sound.
fn pipe_sound(
    ffmpeg: &mut Command,
    tools: &Tools,
    container: Container,
) -> Result<SoundInput, MediaError> {
    let failed = |error: &dyn std::fmt::Display| MediaError::Pipe(error.to_string());
    let (theirs, ours) = std::io::pipe().map_err(|error| failed(&error))?;
    // A slow picture holds the sound back as long as it likes; a stuck encoder
    // is found out by its frames.
    let wait = Wait::new(tools, Duration::MAX);
    let sound = SoundInput(Input::new(OwnedFd::from(ours), wait)?);
    let mapping = FdMapping {
        parent_fd: OwnedFd::from(theirs),
        child_fd: SOUND,
    };
    if container == Container::Webm {
        ffmpeg.args(["-itsoffset", OPUS_DELAY]);
    }
    ffmpeg
        .fd_mappings(vec![mapping])
        .map_err(|error| failed(&error))?
        .args(["-protocol_whitelist", "pipe", "-f", "f32le"])
        .args(["-ar", &SAMPLE_RATE.to_string()])
        .args(["-ac", &CHANNELS.to_string()])
        .args(["-i", &format!("pipe:{SOUND}")])
        .args(["-map", "1:a:0", "-b:a", "128k"]);
    Ok(sound)
}

/// An argument that names a local file whatever its name looks like.
fn named_file(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}

fn of_encoder(error: MediaError) -> MediaError {
    match error {
        MediaError::Stuck { seconds } => {
            MediaError::Encoder(format!("it did nothing for {seconds} s"))
        }
        MediaError::Limit(limit) => MediaError::Encoder(format!("it took {limit}")),
        MediaError::Unreadable(cause) => MediaError::Encoder(cause),
        other => other,
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
