//! What an export is asked to be.

use darkroom_editor_state::{EditorState, OutputLayout, Ratio, output_layout};
use darkroom_media::Container;

/// File format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// H.264 and AAC.
    Mp4,
    /// VP9 and Opus.
    Webm,
}

impl Format {
    /// Name, and file extension.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    pub(crate) const fn container(self) -> Container {
        match self {
            Self::Mp4 => Container::Mp4,
            Self::Webm => Container::Webm,
        }
    }
}

/// Format, rate and size of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportSpec {
    /// File format.
    pub format: Format,
    /// Frames a second, 30 or 60.
    pub fps: u32,
    /// Ratio of the output.
    pub ratio: Ratio,
    /// Output size as a multiple of the composition's, 0.6..=8.
    pub scale: f64,
    /// Composition size that wins over the document's.
    pub composition: Option<(u32, u32)>,
}

impl ExportSpec {
    /// The output canvas and where the composition sits in it.
    pub fn layout(&self, doc: &EditorState) -> OutputLayout {
        let own = (doc.composition_width, doc.composition_height);
        output_layout(self.composition.unwrap_or(own), self.ratio, self.scale)
    }
}

/// What an export is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Fetching and probing media.
    Preparing,
    /// Mixing, drawing and encoding.
    Rendering,
}

impl Phase {
    /// Name, for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Rendering => "rendering",
        }
    }
}
