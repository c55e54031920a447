//! Motion graphics: fragments of an editor state that a document fills in.
//!
//! A motion graphic is a JSON file with an `id`, a `version`, a `label`, the size of the
//! space its items are placed in (`width`, `height`), its declared `props` and `slots`,
//! and `items`, the first of which is drawn first. Its box is cut at its edges, and its
//! items slide in from outside of it.
//!
//! An item is one of an editor state (`text`, `solid`, `image`, `illustration`), but
//! shorter: it has no id, an animated number may be a plain one, what is left out of its
//! box is 0 (scales and opacity: 1), and times are optional:
//!
//! - `startTicks` counts from the motion graphic's start, and is 0 where it is absent.
//! - every item lasts until the motion graphic ends, however long a document lets it
//!   show; `animations.out` therefore runs at the end, and keyframes from the start on.
//!
//! In place of any value may stand, as the whole of it:
//!
//! - `{"$prop": "title"}`: what the document says of this prop, or else its default.
//!   A number may be multiplied: `{"$prop": "value", "times": 8}`.
//! - `{"$slot": "logo"}`, as an `assetId`: the asset of this slot. The item is left out
//!   where the slot is empty.
//! - `{"$count": {"from", "to", "decimals", "prefix", "suffix", "startTicks",
//!   "durationTicks"}}`, as a `text`: a number that runs from one value to the other,
//!   slower towards its end (a cubic ease-out), in steps of a thirtieth of a second, of
//!   which there are at most 150. Thousands are parted by commas.
//!
//! An item with `"$when": "subtitle"` is left out where this prop is `false` or an empty
//! string.

mod count;
mod expand;
mod prop;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use expand::{Filled, expand};
pub use prop::Prop;

/// A motion graphic of the library.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotionGraphic {
    /// What a document names it by.
    pub id: String,
    /// What a document must name as well: another version may look different.
    pub version: u32,
    /// Words for people.
    pub label: String,
    /// Width of the space its items are placed in.
    pub width: f64,
    /// Height of that space.
    pub height: f64,
    /// What may, or must, be said of it.
    pub props: BTreeMap<String, Prop>,
    /// Places for assets; every one may stay empty.
    pub slots: BTreeMap<String, Slot>,
    items: Vec<Map<String, Value>>,
}

/// A place for an asset of the document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slot {
    /// Type the asset must have.
    pub asset_type: String,
}

/// The library, as JSON.
const FILES: [&str; 5] = [
    include_str!("../motion-graphics/lower-third.json"),
    include_str!("../motion-graphics/title-card.json"),
    include_str!("../motion-graphics/counter.json"),
    include_str!("../motion-graphics/progress-bar.json"),
    include_str!("../motion-graphics/call-to-action.json"),
];

static LIBRARY: LazyLock<Vec<MotionGraphic>> = LazyLock::new(|| {
    let read = FILES.iter().map(|file| serde_json::from_str(file));
    // A test reads every one.
    read.filter_map(Result::ok).collect()
});

/// Every motion graphic there is.
pub fn motion_graphics() -> &'static [MotionGraphic] {
    &LIBRARY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_library_is_read() {
        for file in FILES {
            if let Err(error) = serde_json::from_str::<MotionGraphic>(file) {
                panic!("{error}: {file}");
            }
        }
    }
}
