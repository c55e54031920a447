//! Lines as CSS breaks them.

use std::borrow::Cow;
use std::ops::Range;

use darkroom_editor_state::{Direction, TextStyle};
use parley::layout::{Alignment, AlignmentOptions, Layout};
use parley::style::{FontFamily, FontFamilyName, LineHeight, StyleProperty};
use parley::{BaseDirection, FontContext, LayoutContext};

use super::block::{Block, Paint};
use super::emoji;
use super::fonts::Fonts;
use super::style;
use crate::color::Color;

/// Largest size, spacing and stroke of letters, composition pixels: five times the largest
/// composition. Outlines are scaled in numbers that hold little more.
const LARGEST: f64 = 10_000.0;
/// Largest line height, a multiple of the font size.
const LARGEST_LINE: f64 = 1000.0;
/// Characters of a font weight that is none which are told.
const QUOTED: usize = 60;

/// A style ready to set text in: its fonts found, its colours read.
pub(crate) struct Typesetter {
    style: TextStyle,
    families: Vec<String>,
    paint: Paint,
}

impl Typesetter {
    /// Resolves a style. What could not be honoured is told in `warnings`.
    pub(crate) fn new(
        style: &TextStyle,
        place: &str,
        fonts: &Fonts,
        context: &mut FontContext,
        warnings: &mut Vec<String>,
    ) -> Self {
        let (families, missing) = fonts.resolve(&style.font_family, context);
        if families.is_empty() || missing.is_some() {
            warnings.push(format!(
                "{place}: font family \"{}\" is not installed; \"{}\" is drawn instead",
                missing.as_ref().unwrap_or(&style.font_family),
                families
                    .first()
                    .map_or(fonts.default_family(), String::as_str),
            ));
        }
        if style::known_weight(&style.font_weight).is_none() {
            let given: String = style.font_weight.chars().take(QUOTED).collect();
            warnings.push(format!(
                "{place}: font weight \"{given}\" is none; 400 is drawn instead"
            ));
        }
        Self {
            families,
            paint: Paint::new(style, place, warnings),
            style: within(style, place, warnings),
        }
    }

    /// Sets in the default family, in colours that are known already.
    pub(super) fn plain(style: TextStyle, paint: Paint) -> Self {
        Self {
            families: Vec::new(),
            paint,
            style,
        }
    }

    /// What is being spoken is drawn in `color`.
    pub(crate) fn highlight(&mut self, color: &str, place: &str, warnings: &mut Vec<String>) {
        self.paint.lit = Color::parse_or(color, Color::BLACK, place, warnings).premultiplied();
    }

    /// Lays text out in a box `width` composition pixels wide, at whose edge it breaks
    /// if it `wraps`.
    ///
    /// Each line box is `lineHeight x fontSize` high, one below the other from the top
    /// of the box. As in Chromium, the font's ascent and descent are rounded to whole
    /// pixels, and so is the half-leading above them (downwards). Spaces at the end of
    /// a line hang. A line that does not fit begins at the start edge, whatever the
    /// alignment. The background reaches `horizontalPadding` beyond the line on both
    /// sides and does not move the text.
    pub(crate) fn set(
        &self,
        text: &str,
        width: f64,
        wraps: bool,
        fonts: &Fonts,
        context: &mut FontContext,
    ) -> Block {
        let text = plain(text);
        if text.is_empty() {
            return Block::default();
        }
        let layout = self.broken(&text, wraps.then_some(width), fonts, context);
        let pictures = fonts.pictures();
        Block::new(&self.style, self.paint, &text, &layout, width, pictures)
    }

    /// The bytes of each line that text breaks into at a width.
    pub(crate) fn lines(
        &self,
        text: &str,
        width: f64,
        fonts: &Fonts,
        context: &mut FontContext,
    ) -> Vec<Range<usize>> {
        let layout = self.broken(text, Some(width), fonts, context);
        layout.lines().map(|line| line.text_range()).collect()
    }

    fn broken(
        &self,
        text: &str,
        wrap: Option<f64>,
        fonts: &Fonts,
        context: &mut FontContext,
    ) -> Layout<[u8; 4]> {
        let mut families = self.families.clone();
        fonts.complete(&mut families, text, context);
        let mut layout = shape(&self.style, text, &families, fonts, context);
        layout.break_all_lines(wrap.map(|width| width as f32));
        layout.align(Alignment::Left, AlignmentOptions::default());
        layout
    }
}

/// A style whose lengths can be drawn; others are told in `warnings`.
fn within(style: &TextStyle, place: &str, warnings: &mut Vec<String>) -> TextStyle {
    let mut style = style.clone();
    let mut bound = |name: &str, value: &mut f64, most: f64| {
        if value.abs() > most {
            warnings.push(format!(
                "{place}: {name} {value:e} is too much; {most} is drawn instead"
            ));
            *value = most.copysign(*value);
        }
    };
    bound("font size", &mut style.font_size, LARGEST);
    bound("line height", &mut style.line_height, LARGEST_LINE);
    bound("letter spacing", &mut style.letter_spacing, LARGEST);
    bound("stroke width", &mut style.stroke_width, LARGEST);
    if let Some(plate) = &mut style.background {
        bound("padding", &mut plate.horizontal_padding, LARGEST);
        bound("border radius", &mut plate.border_radius, LARGEST);
    }
    style
}

/// The text with one kind of line end, and spaces up to the next eighth character for each
/// tab. CSS has stops at multiples of eight widths of a space instead: the same in a
/// typeface whose letters are all as wide, and at the start of a line.
fn plain(text: &str) -> Cow<'_, str> {
    const TAB: usize = 8;
    if !text.contains(['\r', '\t']) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut column = 0;
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '\r' | '\n' => {
                if ch == '\r' {
                    chars.next_if_eq(&'\n');
                }
                plain.push('\n');
                column = 0;
            }
            '\t' => {
                let spaces = TAB - column % TAB;
                plain.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            _ => {
                plain.push(ch);
                column += 1;
            }
        }
    }
    plain.into()
}

fn family_list<'a>(names: impl Iterator<Item = &'a str>) -> FontFamily<'a> {
    FontFamily::List(names.map(FontFamilyName::named).collect::<Vec<_>>().into())
}

pub(super) fn shape(
    style: &TextStyle,
    text: &str,
    families: &[String],
    fonts: &Fonts,
    context: &mut FontContext,
) -> Layout<[u8; 4]> {
    let mut layouts: LayoutContext<[u8; 4]> = LayoutContext::new();
    let mut builder = layouts.ranged_builder(context, text, 1.0, false);
    builder.set_base_direction(match style.direction {
        Direction::Ltr => BaseDirection::Ltr,
        Direction::Rtl => BaseDirection::Rtl,
    });
    builder.push_default(family_list(families.iter().map(String::as_str)));
    builder.push_default(StyleProperty::FontSize(style.font_size as f32));
    builder.push_default(StyleProperty::FontWeight(style::weight(&style.font_weight)));
    builder.push_default(StyleProperty::FontStyle(style::slant(&style.font_variant)));
    builder.push_default(StyleProperty::LetterSpacing(style.letter_spacing as f32));
    builder.push_default(LineHeight::FontSizeRelative(style.line_height as f32));
    if let Some(emoji) = fonts.emoji_family() {
        for range in emoji::ranges(text) {
            let names = std::iter::once(emoji).chain(families.iter().map(String::as_str));
            builder.push(family_list(names), range);
        }
    }
    builder.build(text)
}
