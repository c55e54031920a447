//! Timed text, and animations of letters.

use std::sync::Arc;

use super::{Animations, Easing, Geometry, TextStyle, Ticks};
use crate::names;

/// What is said, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimedText {
    /// In document order. `timestampMs` and `confidence` say nothing about how an
    /// entry looks, and are left out.
    pub entries: Vec<Caption>,
    /// What an entry is.
    pub timing: Timing,
}

/// One entry of a caption asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// Text as written, spaces at its ends included.
    pub text: String,
    /// When it begins, to the nearest tick.
    pub start: Ticks,
    /// When it ends, to the nearest tick.
    pub end: Ticks,
}

/// Whether a character is of a script written without spaces between words, or of its
/// punctuation: Chinese, Japanese, Thai, Lao, Myanmar and Khmer.
pub fn is_unspaced(ch: char) -> bool {
    matches!(ch,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// What an entry of a caption asset is (`timingGranularity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Timing {
    /// `word`
    Word,
    /// `line`
    #[default]
    Line,
}

/// Fields of a `captions` item.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptionsItem {
    /// What is said, from the asset. Without entries where `file` holds it.
    pub captions: Arc<TimedText>,
    /// Asset whose file, an `.srt`, `.ass` or `.lrc`, holds what is said: one that lists
    /// no captions and has a `remoteKey` or `remoteUrl`. The renderer reads it with
    /// [`TimedText::of_subtitles`], by the timing of `captions`.
    pub file: Option<String>,
    /// Styling.
    pub style: TextStyle,
    /// CSS colour of what is being spoken.
    pub highlight_color: String,
    /// Longest page, at least one tick.
    pub page_duration: Ticks,
    /// Most lines of a page, at least 1.
    pub max_lines: usize,
    /// Time of the captions at the item's first tick.
    pub content_start: Ticks,
    /// Box.
    pub geometry: Geometry,
    /// In and out animation of the item.
    pub animations: Animations,
    /// How the letters of each page come, go and stay; none with [`Timing::Word`].
    pub caption_animations: CaptionAnimations,
}

/// Animations of the letters of a text, or of each page of captions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CaptionAnimations {
    /// While they come.
    pub enter: Option<CaptionAnimation>,
    /// While they go.
    pub leave: Option<CaptionAnimation>,
    /// In between, over and over (`loop`).
    pub repeat: Option<CaptionAnimation>,
}

/// One animation of letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaptionAnimation {
    /// What it looks like.
    pub kind: CaptionAnimationKind,
    /// For how long, at least one tick; of a loop, each round.
    pub duration: Ticks,
    /// Progress curve, of a loop that of each round; `linear` when the document
    /// names none.
    pub easing: Easing,
}

/// Type of an animation of letters: what it does as they come; as they go; as a loop.
/// Lengths are in ems (font sizes), so that a look does not depend on the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionAnimationKind {
    /// `converge`: letters gather in their line from further out on both sides, by turns from
    /// above and below, fading in; the same way back; as a loop they drift apart and back.
    Converge,
    /// `elastic-pop`: letters spring up from nothing, one after the other; shrink to nothing;
    /// bounce.
    ElasticPop,
    /// `typewriter`: letters are typed in reading order; taken back from the end; taken back
    /// and typed again.
    Typewriter,
    /// `lay-down`: letters drop from above, leaning back, and bounce, one after the other;
    /// tip forwards and sink; nod.
    LayDown,
    /// `center-type-out`: letters are typed from the middle of each line outwards; taken back
    /// from its ends; taken back and typed again.
    CenterTypeOut,
    /// `curtain-close`: the whole is uncovered from both sides to the middle; covered from
    /// both sides to the middle; covered and uncovered again.
    CurtainClose,
    /// `jitter`: letters shake, less and less, fading in; more and more, fading out; shake.
    Jitter,
    /// `rainbow`: letters fade in one after the other, in all hues, which turn into their own
    /// colour; the same way back; hues flow in reading direction.
    Rainbow,
    /// `sweep-shine`: the whole is uncovered by a band of light; covered by it; the band passes.
    SweepShine,
}

impl CaptionAnimationKind {
    /// Reads a `type`.
    pub fn parse(kind: &str) -> Option<Self> {
        let mut words = names::CAPTION_ANIMATIONS.iter();
        let place = words.position(|name| name.id == kind)?;
        Self::ALL.get(place).copied()
    }

    /// In the order of [`names::CAPTION_ANIMATIONS`].
    const ALL: [Self; 9] = [
        Self::Converge,
        Self::ElasticPop,
        Self::Typewriter,
        Self::LayDown,
        Self::CenterTypeOut,
        Self::CurtainClose,
        Self::Jitter,
        Self::Rainbow,
        Self::SweepShine,
    ];
}
