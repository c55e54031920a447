//! Media in and out: ffmpeg and ffprobe as child processes, and the fetcher
//! that guards what is read from the web.
//!
//! ```text
//! file ─ probe ─> Probe
//!      ─ decode_still ─> Raster
//!      ─ VideoDecoder ─> one Raster an output frame ┐
//!      ─ AudioDecoder ─> f32 samples                ├─> Encoder ─> mp4, webm
//! ```
//!
//! Every child process is started in one place ([`child`]): killed with all that
//! it started when its owner is dropped, its last words kept for the error
//! message, the time it may do nothing bounded, and its memory, its processor
//! time, the files it writes and the processes there may be ([`limits`]). It has
//! no network, none of our environment, and opens its own files and the system's
//! alone ([`sandbox`]). A decoder is given one open file, under no name, and a list
//! of the formats that it may be; whatever that file names is never opened. ffmpeg
//! 5.1 is the oldest version that is accepted.
//! Everything that waits for a child blocks: call it from a thread that may.

mod audio;
mod child;
mod encode;
mod error;
mod fetch;
mod group;
mod heif;
mod lend;
mod limits;
mod moving;
mod pipe;
mod probe;
mod sandbox;
mod still;
mod tone;
mod tools;
mod video;

pub use audio::{AudioDecoder, AudioRequest, CHANNELS, SAMPLE_RATE};
pub use encode::{Container, Encoder, EncoderRequest, SoundInput};
pub use error::MediaError;
pub use fetch::{
    FetchError, FetchLimits, Fetcher, Lookup, Unanswered, careful_client, http_client, unanswered,
};
pub use moving::WebpFilms;
pub use probe::{AudioStream, PIXEL_LIMIT, Probe, SIDE_LIMIT, VideoStream, probe};
pub use sandbox::close_to_children;
pub use still::{check_still, decode_still};
pub use tools::Tools;
pub use video::{VideoDecoder, VideoRequest};

/// Pixels as decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Layout of `data`.
    pub format: PixelFormat,
    /// Tightly packed rows.
    pub data: Vec<u8>,
}

/// Layout of raw pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// 4:2:0, BT.709, limited range: Y, then U, then V, chroma sides rounded up.
    Yuv420,
    /// sRGB-encoded with straight alpha, four bytes a pixel.
    Rgba,
}

impl PixelFormat {
    /// Bytes of one picture of this size.
    pub fn bytes(self, width: u32, height: u32) -> usize {
        let (w, h) = (width as usize, height as usize);
        match self {
            Self::Yuv420 => w * h + 2 * w.div_ceil(2) * h.div_ceil(2),
            Self::Rgba => w * h * 4,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Yuv420 => "yuv420p",
            Self::Rgba => "rgba",
        }
    }
}
