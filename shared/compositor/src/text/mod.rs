//! Text: fonts, layout as CSS would, outlines, and the animations of letters.

mod animate;
mod block;
mod emoji;
mod font_cost;
mod font_file;
mod fonts;
mod label;
mod layout;
mod look;
mod outline;
mod pictures;
mod poses;
mod stray;
mod style;
mod unit;
mod whole;

pub(crate) use animate::look;
pub(crate) use block::Block;
pub use font_file::{FontFault, FontFile, is_font_name};
pub use fonts::{Fonts, font_dirs, font_files};
pub(crate) use label::{Label, LabelStyle, label};
pub(crate) use layout::Typesetter;
pub(crate) use look::Look;
