//! Texts and their styles.

use super::{Animations, CaptionAnimations, Geometry, Ticks};

/// Fields of a `text` item.
#[derive(Debug, Clone, PartialEq)]
pub struct TextItem {
    /// Text, lines separated by `\n`. A tab is as many spaces as are missing to the next
    /// eighth character of its line; CSS measures in widths of a space. A soft hyphen lets
    /// a line break and is never shown; CSS shows it where the line breaks.
    pub text: String,
    /// Texts that take its place, by time.
    pub later: Vec<TextStep>,
    /// Styling.
    pub style: TextStyle,
    /// Box.
    pub geometry: Geometry,
    /// `true`: the box follows the text and lines break on `\n` alone.
    pub resize_on_edit: bool,
    /// In and out animation.
    pub animations: Animations,
    /// How its letters come, go and stay.
    pub caption_animations: CaptionAnimations,
}

/// A text that takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextStep {
    /// From when on, counted from the item's start.
    pub time: Ticks,
    /// Text, lines separated by `\n`.
    pub text: String,
}

/// CSS-like text styling.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStyle {
    /// CSS colour.
    pub color: String,
    /// Alignment.
    pub align: TextAlign,
    /// CSS list of font families. Which there are is known only where text is drawn: a
    /// list's first that is not there is told in the warnings of the export.
    pub font_family: String,
    /// Style variant as written (`normal`, `italic`, ...).
    pub font_variant: String,
    /// Weight as written (`400`, `bold`, ...).
    pub font_weight: String,
    /// Font size in px, at least 1.
    pub font_size: f64,
    /// Line box as a multiple of the font size.
    pub line_height: f64,
    /// Extra space after each cluster, px.
    pub letter_spacing: f64,
    /// Base direction.
    pub direction: Direction,
    /// Stroke width in px, centred on the outline, painted under the fill.
    pub stroke_width: f64,
    /// CSS colour of the stroke.
    pub stroke_color: String,
    /// Rounded rectangle behind each line.
    pub background: Option<TextBackground>,
}

/// Rounded rectangle behind each line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBackground {
    /// CSS colour.
    pub color: String,
    /// Space left and right of the line, px.
    pub horizontal_padding: f64,
    /// Corner radius, px.
    pub border_radius: f64,
}

/// Horizontal alignment of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextAlign {
    /// `left`
    Left,
    /// `center`
    Center,
    /// `right`
    Right,
}

/// Base direction of paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `ltr`
    Ltr,
    /// `rtl`
    Rtl,
}
