//! The typed document: what is left of an editor state once it has been read,
//! normalised to ticks and found free of faults.
//!
//! Everything here is read-only data. Times are [`Ticks`]; lengths are
//! composition pixels; angles are degrees clockwise; fractions run 0..=1.

mod animation;
mod captions;
mod chart;
mod group;
mod items;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::names;

pub use animation::{Animation, AnimationKind, Animations, Easing};
pub use captions::{
    Caption, CaptionAnimation, CaptionAnimationKind, CaptionAnimations, CaptionsItem, TimedText,
    Timing, is_unspaced,
};
pub use chart::{ChartData, ChartItem, ChartSeries, ChartSlice, ChartTable, ScatterSeries};
pub use group::GroupItem;
pub use items::{
    AudioItem, EffectItem, EffectKind, FilterItem, Frame, Geometry, GifItem, IllustrationItem,
    ImageItem, ItemKind, LottieItem, Shape, SolidItem, Sound, SourceTime, VideoItem,
};
pub use text::{Direction, TextAlign, TextBackground, TextItem, TextStep, TextStyle};

/// Ticks in one second; divides evenly into frames at 30 and 60 fps.
pub const TICKS_PER_SECOND: i64 = 240_000;

/// A point in time or a length of time, in 1/240000 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticks(pub i64);

impl Ticks {
    /// This time in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / TICKS_PER_SECOND as f64
    }
    /// The nearest tick to a time in seconds.
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * TICKS_PER_SECOND as f64).round() as i64)
    }
}

impl std::ops::Add for Ticks {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Ticks {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// A valid editor state v1.
#[derive(Debug, Clone, PartialEq)]
pub struct EditorState {
    /// Composition width in pixels, 50..=1920.
    pub composition_width: u32,
    /// Composition height in pixels, 50..=1920.
    pub composition_height: u32,
    /// Ratio the editor last used: what the command line draws in unless it is told another.
    /// The request's `ratio` decides an export.
    pub output_ratio: Option<Ratio>,
    /// First track is drawn on top.
    pub tracks: Vec<Track>,
    /// Assets by id.
    pub assets: BTreeMap<String, Asset>,
    /// Items by id, whether or not a track holds them.
    pub items: BTreeMap<String, Item>,
    /// Transitions by id.
    pub transitions: BTreeMap<String, Transition>,
    /// What lies behind every track.
    pub background: Background,
    /// What the document says and nothing reads, a sentence each, without its end: open
    /// parameters, and numbers of charts that belong to no series. At most 101.
    pub unread: Vec<String>,
}

/// Output aspect ratio, `custom` being the composition's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ratio {
    /// `16:9`
    R16x9,
    /// `9:16`
    R9x16,
    /// `1:1`
    R1x1,
    /// `4:3`
    R4x3,
    /// `3:4`
    R3x4,
    /// The composition's own.
    Custom,
}

/// One track; its items do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Track id.
    pub id: String,
    /// Item ids in document order.
    pub items: Vec<String>,
    /// Not drawn.
    pub hidden: bool,
    /// Not heard.
    pub muted: bool,
}

/// A media file the document refers to. Declared sizes are hints: probing decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Asset id.
    pub id: String,
    /// Kind the document claims.
    pub kind: AssetKind,
    /// Name the user gave the file.
    pub filename: String,
    /// Address to fetch from when there is no `remote_key`.
    pub remote_url: Option<String>,
    /// Key in our own bucket; wins over `remote_url`.
    pub remote_key: Option<String>,
    /// What a caption asset says. Where it lists nothing, its file holds it, if it has one
    /// ([`CaptionsItem::file`]).
    pub captions: Option<Arc<TimedText>>,
    /// A Lottie animation that the document itself holds (`resourceJson`, where it has
    /// `layers`); wins over both.
    pub animation: Option<Arc<serde_json::Value>>,
}

/// Declared asset type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    /// Still picture.
    Image,
    /// Moving picture, with or without sound.
    Video,
    /// Animated GIF (or animated WebP, APNG).
    Gif,
    /// Sound alone.
    Audio,
    /// Lottie animation or SVG resource.
    Lottie,
    /// Timed text.
    Caption,
}

/// A number that may change over an item's life.
#[derive(Debug, Clone, PartialEq)]
pub struct AnimatedNumber {
    /// Value without keyframes, and the implied keyframe at 0.
    pub value: f64,
    /// Sorted by time; equal times keep document order.
    pub keyframes: Vec<Keyframe>,
}

/// One keyframe, its time counted from the item's start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyframe {
    /// Time from the item's start.
    pub time: Ticks,
    /// Value at that time.
    pub value: f64,
}

impl AnimatedNumber {
    /// A number that never changes.
    pub fn constant(value: f64) -> Self {
        Self {
            value,
            keyframes: Vec::new(),
        }
    }

    /// Whether the value is the same at every time.
    #[expect(clippy::float_cmp, reason = "only an identical value is no change")]
    pub fn is_constant(&self) -> bool {
        self.keyframes.iter().all(|k| k.value == self.value)
    }

    /// Value at a time counted from the item's start: linear between keyframes,
    /// from an implied keyframe `(0, value)` before the first, the last one's
    /// value after it (editor-state reference, "Keyframes").
    pub fn at(&self, time: Ticks) -> f64 {
        let after = self
            .keyframes
            .partition_point(|keyframe| keyframe.time <= time);
        let start = Keyframe {
            time: Ticks(0),
            value: self.value,
        };
        let last = after.checked_sub(1);
        let before = last
            .and_then(|last| self.keyframes.get(last))
            .unwrap_or(&start);
        if let Some(next) = self.keyframes.get(after) {
            let span = (next.time.0 - before.time.0) as f64;
            let done = (time.0 - before.time.0) as f64;
            return if span > 0.0 {
                before.value + (next.value - before.value) * (done / span).clamp(0.0, 1.0)
            } else {
                next.value
            };
        }
        before.value
    }
}

/// One clip on the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Item id.
    pub id: String,
    /// First tick the item shows on.
    pub start: Ticks,
    /// Length, at least one tick.
    pub duration: Ticks,
    /// Type and its own fields.
    pub kind: ItemKind,
}

impl Item {
    /// First tick after the item.
    pub fn end(&self) -> Ticks {
        self.start + self.duration
    }
}

/// Transition between two clips that touch on one track.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// Transition id.
    pub id: String,
    /// Track both clips sit on.
    pub track_id: String,
    /// Outgoing clip.
    pub from_clip_id: String,
    /// Incoming clip.
    pub to_clip_id: String,
    /// Type.
    pub kind: TransitionKind,
    /// Length, centred on the cut.
    pub duration: Ticks,
    /// Curve of its progress, of the picture and of the sound, which crosses with equal
    /// power; `linear` when the document names none.
    pub easing: Easing,
}

/// Transition type. Where a type has a direction, `from-left` is meant when the
/// document names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransitionKind {
    /// Cross-dissolve.
    Fade,
    /// The incoming clip pushes the outgoing one out; from one of the four edges.
    Slide(Origin),
    /// The incoming clip is uncovered from an edge or a corner on.
    Wipe(Origin),
    /// Turns over in 3-D like a card; from one of the four edges.
    Flip(Origin),
    /// The incoming clip is swept free clockwise from twelve.
    ClockWipe,
    /// The incoming clip shows in a circle that opens from the centre.
    Iris,
}

/// Edge or corner that a transition comes from (`params.direction`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// `from-left`
    #[default]
    Left,
    /// `from-right`
    Right,
    /// `from-top`
    Top,
    /// `from-bottom`
    Bottom,
    /// `from-top-left`
    TopLeft,
    /// `from-top-right`
    TopRight,
    /// `from-bottom-left`
    BottomLeft,
    /// `from-bottom-right`
    BottomRight,
}

impl Origin {
    /// Reads a `params.direction`.
    pub fn parse(direction: &str) -> Option<Self> {
        let place = names::DIRECTIONS.iter().position(|n| n.id == direction)?;
        Self::ALL.get(place).copied()
    }

    /// In the order of [`names::DIRECTIONS`].
    const ALL: [Self; 8] = [
        Self::Left,
        Self::Right,
        Self::Top,
        Self::Bottom,
        Self::TopLeft,
        Self::TopRight,
        Self::BottomLeft,
        Self::BottomRight,
    ];

    /// The way it moves: -1, 0 or 1 along x (rightwards) and y (downwards).
    pub const fn heading(self) -> (f64, f64) {
        match self {
            Self::Left => (1.0, 0.0),
            Self::Right => (-1.0, 0.0),
            Self::Top => (0.0, 1.0),
            Self::Bottom => (0.0, -1.0),
            Self::TopLeft => (1.0, 1.0),
            Self::TopRight => (-1.0, 1.0),
            Self::BottomLeft => (1.0, -1.0),
            Self::BottomRight => (-1.0, -1.0),
        }
    }
}

/// What lies behind every track.
#[derive(Debug, Clone, PartialEq)]
pub enum Background {
    /// Black.
    None,
    /// A CSS colour, or a CSS `linear-gradient(...)` that wins over it.
    Color {
        /// CSS colour.
        color: String,
        /// CSS gradient.
        gradient: Option<String>,
    },
    /// A picture that covers the whole canvas.
    Image {
        /// Asset drawn. Reading a background that has only an `imageUrl` adds an asset
        /// of that URL to [`EditorState::assets`] and names it here; whether the URL is
        /// a `preset` or `custom` makes no difference.
        asset_id: String,
    },
    /// The lowest image or video that shows, covering the whole canvas, blurred; black
    /// where there is none. Lowest is by track, of the items on tracks that are not hidden,
    /// whatever their opacity and place; gifs and all else do not count. The item's crop
    /// counts, and nothing else of its box. While a transition joins two such items, their
    /// pictures dissolve along with it, whatever its type.
    Blur {
        /// Place in [`Background::BLURS`], 0 being sharp.
        level: u8,
    },
}

impl Background {
    /// Standard deviation of the Gaussian of each level of [`Background::Blur`], composition
    /// pixels: the number in CSS `blur()`.
    pub const BLURS: [f64; 5] = [0.0, 10.0, 20.0, 40.0, 80.0];
}
