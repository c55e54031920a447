//! Item types and their fields.

use super::{AnimatedNumber, Animations, CaptionsItem, ChartItem, GroupItem, TextItem, Ticks};

/// Item type with its fields.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// Still picture.
    Image(ImageItem),
    /// Moving picture with sound.
    Video(VideoItem),
    /// Animated picture without sound.
    Gif(GifItem),
    /// Sticker: a Lottie animation or an SVG.
    Lottie(LottieItem),
    /// Sound alone.
    Audio(AudioItem),
    /// Styled text.
    Text(Box<TextItem>),
    /// Timed text in pages.
    Captions(Box<CaptionsItem>),
    /// One-colour shape.
    Solid(SolidItem),
    /// Drawing of the library, tinted.
    Illustration(IllustrationItem),
    /// Numbers as a picture.
    Chart(Box<ChartItem>),
    /// Parts that are drawn as one picture.
    Group(Box<GroupItem>),
    /// Change of everything on later tracks, while it lasts.
    Effect(EffectItem),
    /// Change of the colours of everything on later tracks, while it lasts.
    Filter(FilterItem),
}

/// Box, scale and opacity common to everything that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Left edge.
    pub left: AnimatedNumber,
    /// Top edge.
    pub top: AnimatedNumber,
    /// Width.
    pub width: AnimatedNumber,
    /// Height.
    pub height: AnimatedNumber,
    /// Horizontal scale about the centre.
    pub scale_x: AnimatedNumber,
    /// Vertical scale about the centre.
    pub scale_y: AnimatedNumber,
    /// Opacity 0..=1.
    pub opacity: AnimatedNumber,
    /// Degrees clockwise about the centre.
    pub rotation: AnimatedNumber,
}

/// Rounding and cropping of media boxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Corner radius in composition pixels.
    pub border_radius: AnimatedNumber,
    /// Fraction of the media cut away on the left.
    pub crop_left: AnimatedNumber,
    /// Fraction cut away on the top.
    pub crop_top: AnimatedNumber,
    /// Fraction cut away on the right.
    pub crop_right: AnimatedNumber,
    /// Fraction cut away on the bottom.
    pub crop_bottom: AnimatedNumber,
}

/// Fields of an `image` item.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageItem {
    /// Asset drawn.
    pub asset_id: String,
    /// Box.
    pub geometry: Geometry,
    /// Rounding and crop.
    pub frame: Frame,
    /// In and out animation.
    pub animations: Animations,
}

/// Fields of a `video` item.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoItem {
    /// Asset drawn and heard.
    pub asset_id: String,
    /// Box.
    pub geometry: Geometry,
    /// Rounding and crop.
    pub frame: Frame,
    /// In and out animation.
    pub animations: Animations,
    /// Where in the source the clip begins, and how fast it runs.
    pub source: SourceTime,
    /// Loudness.
    pub sound: Sound,
}

/// Fields of a `gif` item.
#[derive(Debug, Clone, PartialEq)]
pub struct GifItem {
    /// Asset drawn.
    pub asset_id: String,
    /// Box.
    pub geometry: Geometry,
    /// Rounding and crop.
    pub frame: Frame,
    /// In and out animation.
    pub animations: Animations,
    /// Where in the source the clip begins, and how fast it runs.
    pub source: SourceTime,
    /// Repeats past its end (asset's `loopBehavior` is `loop`).
    pub loops: bool,
}

/// Fields of a `lottie` item, which fills its box whatever its `keepAspectRatio` says: that
/// tells an editor how to resize it, and is not read. A Lottie animation is stretched to
/// the box. An SVG is drawn as by a browser that is given the box: with a `viewBox` as its
/// own `preserveAspectRatio` says (fitted and centred where it says nothing), without one
/// stretched.
#[derive(Debug, Clone, PartialEq)]
pub struct LottieItem {
    /// Asset drawn.
    pub asset_id: String,
    /// Box.
    pub geometry: Geometry,
    /// In and out animation.
    pub animations: Animations,
    /// Where in the animation the clip begins, and how fast it runs.
    pub source: SourceTime,
}

/// Fields of an `audio` item.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioItem {
    /// Asset heard.
    pub asset_id: String,
    /// Where in the source the clip begins, and how fast it runs.
    pub source: SourceTime,
    /// Loudness.
    pub sound: Sound,
}

/// Mapping from item time to source time:
/// source tick = `start` + local tick x `playback_rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceTime {
    /// Source time of the item's first tick.
    pub start: Ticks,
    /// Speed, at least 0.01.
    pub playback_rate: f64,
}

impl SourceTime {
    /// Source time at a time counted from the item's start.
    pub fn at(self, local: Ticks) -> Ticks {
        self.start + Ticks((local.0 as f64 * self.playback_rate).round() as i64)
    }
}

/// Gain and fades of a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Gain in dB, interpolated in dB.
    pub decibel_adjustment: AnimatedNumber,
    /// Linear fade from silence.
    pub fade_in: Ticks,
    /// Linear fade to silence.
    pub fade_out: Ticks,
}

/// Fields of a `solid` item.
#[derive(Debug, Clone, PartialEq)]
pub struct SolidItem {
    /// CSS colour.
    pub color: String,
    /// Shape that fills the box.
    pub shape: Shape,
    /// Box.
    pub geometry: Geometry,
    /// Corner radius in composition pixels; of a circle, nothing.
    pub border_radius: AnimatedNumber,
    /// In and out animation.
    pub animations: Animations,
}

/// Fields of an `illustration` item.
#[derive(Debug, Clone, PartialEq)]
pub struct IllustrationItem {
    /// Name in [`names::ILLUSTRATIONS`].
    pub name: String,
    /// CSS colour that the drawing's tones are derived from.
    pub color: String,
    /// `true`: fitted into the box and centred, as a browser does with an SVG by itself;
    /// `false`: stretched to the box (`preserveAspectRatio="none"`).
    pub keep_aspect_ratio: bool,
    /// Box.
    pub geometry: Geometry,
    /// In and out animation.
    pub animations: Animations,
}

/// Fields of an `effect` item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectItem {
    /// What it does.
    pub kind: EffectKind,
    /// How much, from 0 (nothing) on; 1 is usual.
    pub intensity: f64,
}

/// Effect type with its parameters. Lengths in pixels are standard deviations of a
/// Gaussian, in composition pixels: they are multiplied by `intensity`, and held to
/// [`EffectKind::MOST_BLUR`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EffectKind {
    /// Black flashes: `bright` untouched, then `dark` black, over and over; the last
    /// `tail_dark` of the item is black throughout.
    FlashToBlack {
        /// Untouched part of each round.
        bright: Ticks,
        /// Black part of each round.
        dark: Ticks,
        /// Black part at the end.
        tail_dark: Ticks,
        /// How black, 0..=1.
        max_opacity: f64,
    },
    /// The same blur throughout, of [`EffectKind::BLUR`] times `intensity`.
    Blur,
    /// A blur that clears evenly over the item.
    BlurredOpening {
        /// Blur at the start.
        max_pixels: f64,
    },
    /// From black, evenly over the item.
    FadeIn,
    /// To black, evenly over the item.
    FadeOut,
}

impl EffectKind {
    /// Standard deviation of [`EffectKind::Blur`] where `intensity` is 1, composition pixels.
    pub const BLUR: f64 = 12.0;
    /// Largest standard deviation of any effect, composition pixels: beyond, everything is
    /// one colour.
    pub const MOST_BLUR: f64 = 200.0;
}

/// Fields of a `filter` item.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterItem {
    /// Name in [`names::FILTERS`].
    pub look: String,
    /// `intensity` times `params.blend`, 0..=1: how far colours go towards the look.
    pub strength: f64,
}

/// Shape of a solid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `rectangle`
    Rectangle,
    /// `circle` (an ellipse in a box that is not square)
    Circle,
    /// `triangle`: its point is the middle of the box's top edge, its base the bottom one.
    /// The radius rounds its corners.
    Triangle,
    /// `star`: five points on the ellipse that fits the box, one of them up, and five
    /// corners between them at (3 - sqrt 5) / 2 (0.382) of the way out, so that its long
    /// edges are straight lines from point to point. The radius rounds all ten.
    Star,
}
