//! Everything that can go wrong with media, as sentences.

use std::path::PathBuf;

/// Why media could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// A program is not there or does not run.
    #[error(
        "{tool} cannot be run ({cause}): install ffmpeg 5.1 or newer, or set {variable} to its path"
    )]
    ToolMissing {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// Environment variable that names it.
        variable: &'static str,
        /// What the system said.
        cause: String,
    },
    /// A program is older than what we are tested with.
    #[error("{tool} is version {found}, but 5.1 is the oldest that works: install a newer ffmpeg")]
    ToolTooOld {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// Version it reported.
        found: String,
    },
    /// The file is not media, damaged, or of a kind that is not decoded.
    #[error("the file cannot be decoded: {0}")]
    Unreadable(String),
    /// The file is media, but without what is asked of it.
    #[error("the file has no {0}")]
    Missing(&'static str),
    /// The picture is larger than what is decoded.
    #[error(
        "the picture is {width}x{height} pixels; at most {side} on a side and {pixels} in all are decoded"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Limit on each side.
        side: u32,
        /// Limit on width times height.
        pixels: u64,
    },
    /// A decoder gave nothing for too long.
    #[error("the file takes too long to decode: nothing came for {seconds} s")]
    Stuck {
        /// How long was waited.
        seconds: u64,
    },
    /// A decoder reached a limit of what it may use.
    #[error("the file takes too much to decode: {0}")]
    Limit(String),
    /// Somebody else ended a child process: an operator, or a machine short of memory.
    #[error("a child process was killed (signal {0})")]
    Killed(i32),
    /// The source ends long before its own header says.
    #[error("the file is damaged: it breaks off after {reached:.1} of {declared:.1} seconds")]
    BreaksOff {
        /// Where decoding ended, in seconds of the source.
        reached: f64,
        /// Length that the header tells, in seconds.
        declared: f64,
    },
    /// The caller wants the work to end.
    #[error("the work was stopped")]
    Stopped,
    /// The ffmpeg that is installed was built without what a stream takes.
    #[error(
        "this ffmpeg lacks what high dynamic range takes, the filters zscale and tonemap: install one that is built with libzimg"
    )]
    FilterMissing,
    /// Talking to a child process failed.
    #[error("a pipe to a child process, or a socket from it, failed: {0}")]
    Pipe(String),
    /// The encoder failed.
    #[error("the encoder failed: {0}")]
    Encoder(String),
    /// A local file could not be used.
    #[error("{} cannot be used: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl MediaError {
    /// Whether the media is at fault rather than this machine.
    pub fn is_callers_fault(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_)
                | Self::Missing(_)
                | Self::TooLarge { .. }
                | Self::BreaksOff { .. }
                | Self::Stuck { .. }
                | Self::Limit(_)
        )
    }
}
