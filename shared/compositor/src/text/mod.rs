//! Text: fonts, layout as CSS would, outlines.

mod emoji;
mod fonts;
mod label;
mod layout;
mod outline;
mod stray;
mod style;

pub use fonts::{Fonts, font_dirs};
pub(crate) use label::{Label, LabelStyle, label};
pub(crate) use layout::lay_out;
