//! Why an export ends without a file.

use darkroom_compositor::CompositorError;
use darkroom_media::MediaError;

/// Why an asset could not be brought.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct AssetError {
    sentence: String,
    callers_fault: bool,
}

impl AssetError {
    /// The asset is at fault: missing, refused, too large, unreachable.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            callers_fault: true,
        }
    }

    /// We are at fault: our storage, our disk.
    pub fn unavailable(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            callers_fault: false,
        }
    }
}

/// Why an export failed; the sentences may be shown to the caller.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// An item names an asset that the document does not hold.
    #[error("asset `{0}` is not in the document")]
    NoAsset(String),
    /// An asset could not be brought.
    #[error("asset `{id}` cannot be used: {cause}")]
    Asset {
        /// Asset id.
        id: String,
        /// Cause.
        cause: AssetError,
    },
    /// An asset is there but not what it should be.
    #[error("asset `{id}` cannot be used: {cause}")]
    AssetMedia {
        /// Asset id.
        id: String,
        /// Cause.
        cause: MediaError,
    },
    /// More is drawn or heard at once than one machine decodes.
    #[error(
        "{count} {what} at once at {seconds:.2} s: at most {limit} are rendered; put them one after the other, or join some of them"
    )]
    TooManyAtOnce {
        /// `videos and gifs are drawn` or `sounds are heard`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
        /// Where on the timeline.
        seconds: f64,
    },
    /// Pictures that are drawn at once are more than fits in memory.
    #[error(
        "{count} {what} of {pixels} pixels in all are drawn at once at {seconds:.2} s ({items}): at most {limit} pixels are kept in memory; use smaller files, or put them one after the other"
    )]
    TooManyPixels {
        /// `images` or `videos and gifs`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The ids of the largest, and how many more there are.
        items: String,
        /// Pixels of their files, in all.
        pixels: u64,
        /// How many there may be.
        limit: u64,
        /// Where on the timeline.
        seconds: f64,
    },
    /// Encoding or mixing failed.
    #[error("the file cannot be made: {0}")]
    Media(MediaError),
    /// Drawing failed.
    #[error("a frame cannot be drawn: {0}")]
    Compositor(#[from] CompositorError),
    /// A frame past the end was asked for.
    #[error("frame {frame} lies past the end: the document has {frames} frames")]
    PastTheEnd {
        /// Frame asked for.
        frame: u64,
        /// Frames there are.
        frames: u64,
    },
    /// The caller asked to stop.
    #[error("the export was stopped")]
    Canceled,
    /// A thread of ours died.
    #[error("the renderer crashed: {0}")]
    Crashed(String),
}

impl From<MediaError> for RenderError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Stopped => Self::Canceled,
            error => Self::Media(error),
        }
    }
}

impl RenderError {
    /// What went wrong with an asset's file.
    pub(crate) fn of_asset(id: &str, cause: MediaError) -> Self {
        match cause {
            MediaError::Stopped => Self::Canceled,
            cause => Self::AssetMedia {
                id: id.to_owned(),
                cause,
            },
        }
    }

    /// Whether document or media are at fault rather than this machine.
    pub fn is_callers_fault(&self) -> bool {
        match self {
            Self::NoAsset(_)
            | Self::PastTheEnd { .. }
            | Self::TooManyAtOnce { .. }
            | Self::TooManyPixels { .. } => true,
            Self::Asset { cause, .. } => cause.callers_fault,
            Self::AssetMedia { cause, .. } => cause.is_callers_fault(),
            Self::Compositor(error) => error.is_callers_fault(),
            Self::Media(_) | Self::Canceled | Self::Crashed(_) => false,
        }
    }
}
