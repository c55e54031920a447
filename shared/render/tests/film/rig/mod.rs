//! What the tests render with.

mod document;
mod hearing;
mod media;
mod render;

pub use document::{Film, SECOND, ant, audio, gif, image, keyed, solid, sticker, video};
pub use hearing::{frequency, left, peak, right, rms, samples, tone_level};
pub use media::{QUARTERS, TAGS, assert_color, counting, quarters, real};
pub use render::{Captured, Rig, Watching, spec};
