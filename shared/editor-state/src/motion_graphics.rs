//! Motion graphics: fragments of an editor state that a document fills in.
//!
//! Five are built in; an operator adds others (`darkroom motion-graphics add`). A
//! [`Library`] says which there are, and is handed to whatever reads a document.
//!
//! A motion graphic is a JSON file with an `id` (lower-case letters, digits and hyphens),
//! a `version` from 1, a `label`, the size of the space its items are placed in (`width`,
//! `height`), its declared `props` and `slots`, and `items`, the first of which is drawn
//! first. Its box is cut at its edges, and its items slide in from outside of it. A
//! version never changes once it is added: documents go on to look as they did.
//!
//! A prop is `{"type": "string", "default", "maxLength"}`, `{"type": "number", "default",
//! "min", "max"}`, `{"type": "boolean", "default"}` or `{"type": "color", "default"}`. One
//! without a default must be given by a document. A slot is `{"assetType": "image"}`.
//!
//! An item is one of an editor state (`text`, `solid`, `image`, `illustration`), but
//! shorter: it has no id, an animated number may be a plain one, what is left out of its
//! box is 0 (scales and opacity: 1), `rotation`, `borderRadius`, `keepAspectRatio`,
//! `resizeOnEdit`, `direction` and the stroke may be left out as well, and times are
//! optional:
//!
//! - `startTicks` counts from the motion graphic's start, and is 0 where it is absent. An
//!   item that would start after a document's motion graphic has ended is not shown.
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
//!
//! ```text
//! file --MotionGraphic::from_json--> checked, filled in on trial --Library--> semantics: what a document says
//!                                                                        '--> expand: plain items for convert
//! ```
//!
//! [`MotionGraphic::from_json`] refuses whatever could be invalid for some document: the
//! file is filled in with its defaults, and with every prop at its least and at its most,
//! and what comes out must be valid. A string may therefore stand only where any string
//! may (not as a `shape`), and a number where its `min` and `max` keep it in bounds.

mod check;
mod count;
mod expand;
mod library;
mod prop;
mod trial;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use check::MAX_BYTES;
pub(crate) use expand::{Filled, expand};
pub use library::{GraphicName, Library, MAX_OWN, own_names};
pub use prop::Prop;

/// A motion graphic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Length as JSON, in bytes.
    #[serde(skip)]
    size_bytes: usize,
}

/// A place for an asset of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slot {
    /// Type the asset must have.
    pub asset_type: String,
}

/// What is built in, as JSON.
const FILES: [&str; 5] = [
    include_str!("../motion-graphics/lower-third.json"),
    include_str!("../motion-graphics/title-card.json"),
    include_str!("../motion-graphics/counter.json"),
    include_str!("../motion-graphics/progress-bar.json"),
    include_str!("../motion-graphics/call-to-action.json"),
];

static BUILT_IN: LazyLock<Vec<MotionGraphic>> = LazyLock::new(|| {
    let read = FILES.iter().map(|file| MotionGraphic::parse(file));
    // A test reads every one.
    read.filter_map(Result::ok).collect()
});

/// The motion graphics that every library holds.
pub fn built_in() -> &'static [MotionGraphic] {
    &BUILT_IN
}

impl MotionGraphic {
    fn parse(text: &str) -> serde_json::Result<Self> {
        let mut graphic: Self = serde_json::from_str(text)?;
        graphic.size_bytes = graphic.to_json().len();
        Ok(graphic)
    }

    /// The file, its defaults written out: what [`Self::from_json`] reads again, and the
    /// same text for the same motion graphic.
    pub fn to_json(&self) -> String {
        // Maps with keys of text and finite numbers: there is always a text.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Id and version.
    pub fn name(&self) -> GraphicName {
        GraphicName {
            id: self.id.clone(),
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests;
