//! What can go wrong while a scene is made or drawn.

use std::path::PathBuf;

/// Every failure of this crate. None of them is worth a retry: the same scene
/// fails the same way again.
#[derive(Debug, thiserror::Error)]
pub enum CompositorError {
    /// No directory held a font that can be used.
    #[error(
        "no usable font was found under {}; install one (Debian: fonts-dejavu-core) or set DARKROOM_FONTS to directories that hold fonts",
        list(.dirs)
    )]
    NoFonts {
        /// Directories that were searched.
        dirs: Vec<PathBuf>,
    },
    /// The canvas is not one that 4:2:0 video can have.
    #[error("the canvas is {width}x{height} pixels; both sides must be even, from 2 to 8192")]
    CanvasSize {
        /// Canvas width in pixels.
        width: u32,
        /// Canvas height in pixels.
        height: u32,
    },
    /// `draw` was handed no picture for an item that `media_at` had asked for.
    #[error(
        "no picture was given for item \"{item}\"; hand over one for every need that media_at lists"
    )]
    MissingPicture {
        /// Item id.
        item: String,
    },
    /// A picture's buffer does not hold what its size says.
    #[error(
        "the picture for item \"{item}\" says {width}x{height} pixels, but holds {bytes} bytes instead of {expected}"
    )]
    PictureSize {
        /// Item id.
        item: String,
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
        /// Bytes the buffer holds.
        bytes: usize,
        /// Bytes that size needs.
        expected: usize,
    },
    /// The frame to draw into has another size than the canvas.
    #[error(
        "the frame to draw into is {width}x{height} pixels with {bytes} bytes; this scene draws {canvas_width}x{canvas_height}"
    )]
    FrameSize {
        /// Frame width in pixels.
        width: u32,
        /// Frame height in pixels.
        height: u32,
        /// Bytes the frame's buffer holds.
        bytes: usize,
        /// Canvas width in pixels.
        canvas_width: u32,
        /// Canvas height in pixels.
        canvas_height: u32,
    },
    /// An item's SVG or Lottie cannot be drawn: its maker's fault.
    #[error("item \"{item}\" cannot be drawn: {cause}")]
    Vector {
        /// Item id.
        item: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// A pixel library refused its input: a fault of this crate.
    #[error("{step} failed: {cause}")]
    Pixels {
        /// What was being done.
        step: &'static str,
        /// What the library said.
        cause: String,
    },
}

impl CompositorError {
    /// Whether the document is at fault rather than this crate or who calls it.
    pub fn is_callers_fault(&self) -> bool {
        matches!(self, Self::Vector { .. })
    }

    pub(crate) fn pixels(step: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Pixels {
            step,
            cause: cause.to_string(),
        }
    }
}

fn list(dirs: &[PathBuf]) -> String {
    let names: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
    names.join(", ")
}
