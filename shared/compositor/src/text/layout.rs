//! Lines as CSS breaks and places them, as paths in the box's coordinates.

use std::borrow::Cow;

use darkroom_editor_state::{Direction, TextAlign, TextItem, TextStyle};
use parley::layout::{Alignment, AlignmentOptions, GlyphRun, Layout, PositionedLayoutItem};
use parley::style::{FontFamily, FontFamilyName, LineHeight, StyleProperty};
use parley::{BaseDirection, FontContext, LayoutContext};
use tiny_skia_path::{Path, PathBuilder};

use super::emoji;
use super::fonts::Fonts;
use super::outline::{self, Face, Shape};
use super::stray::Stray;
use super::style;
use crate::art::{Art, Mark};
use crate::color::Color;
use crate::shape::rounded_rect;

/// Colours of a text item, premultiplied.
pub(super) struct Paint {
    pub fill: [u8; 4],
    pub stroke: Option<[u8; 4]>,
    pub background: Option<[u8; 4]>,
}

/// Lays a text item out in a box `width` composition pixels wide. What could not be
/// honoured is told in `warnings`.
///
/// Each line box is `lineHeight x fontSize` high, one below the other from the top of
/// the box. As in Chromium, the font's ascent and descent are rounded to whole pixels,
/// and so is the half-leading above them (downwards). Spaces at the end of a line hang.
/// A line that does not fit begins at the start edge, whatever the alignment. The
/// background reaches `horizontalPadding` beyond the line on both sides and does not
/// move the text.
pub(crate) fn lay_out(
    item: &TextItem,
    place: &str,
    width: f64,
    fonts: &Fonts,
    context: &mut FontContext,
    warnings: &mut Vec<String>,
) -> Art {
    let (mut families, missing) = fonts.resolve(&item.style.font_family, context);
    if families.is_empty() || !missing.is_empty() {
        warnings.push(format!(
            "{place}: font family \"{}\" is not installed; \"{}\" is drawn instead",
            missing.first().unwrap_or(&item.style.font_family),
            families
                .first()
                .map_or(fonts.default_family(), String::as_str),
        ));
    }
    let text = plain(&item.text);
    fonts.complete(&mut families, &text, context);
    let paint = paint(item, place, warnings);
    if text.is_empty() {
        return Art::default();
    }
    let mut layout = shape(&item.style, &text, &families, fonts, context);
    let wrap = (!item.resize_on_edit).then_some(width as f32);
    layout.break_all_lines(wrap);
    layout.align(Alignment::Left, AlignmentOptions::default());
    assemble(&item.style, &text, &layout, &paint, width)
}

/// The text with one kind of line end, and spaces up to the next eighth column for
/// each tab.
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

fn paint(item: &TextItem, place: &str, warnings: &mut Vec<String>) -> Paint {
    let style = &item.style;
    let stroked = style.stroke_width > 0.0;
    Paint {
        fill: Color::parse_or(&style.color, Color::BLACK, place, warnings).premultiplied(),
        stroke: stroked.then(|| {
            Color::parse_or(&style.stroke_color, Color::BLACK, place, warnings).premultiplied()
        }),
        background: style.background.as_ref().map(|background| {
            Color::parse_or(&background.color, Color::TRANSPARENT, place, warnings).premultiplied()
        }),
    }
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

/// Everything to paint, line by line: all backgrounds, then each line's stroke and fill.
pub(super) fn assemble(
    style: &TextStyle,
    text: &str,
    layout: &Layout<[u8; 4]>,
    paint: &Paint,
    width: f64,
) -> Art {
    let rtl = layout.is_rtl();
    let step = style.line_height * style.font_size;
    let baseline = baseline(layout, step);
    let (mut backs, mut marks) = (Vec::new(), Vec::new());
    for (index, line) in layout.lines().enumerate() {
        let metrics = line.metrics();
        let top = index as f64 * step;
        let stray = Stray::find(&line, text, rtl);
        let hanging = metrics.hanging_advance + stray.map_or(0.0, Stray::hanging);
        let length = f64::from(metrics.advance - hanging);
        // In a line that reads leftwards the hanging spaces come first.
        let hang = if rtl { f64::from(hanging) } else { 0.0 };
        let left = f64::from(metrics.offset) + hang;
        let start = aligned(style.align, rtl, width - length);
        let moved = start - left;
        if let (Some(color), Some(background)) = (paint.background, &style.background)
            && length > 0.0
        {
            let corner = (start - background.horizontal_padding, top);
            let size = (length + 2.0 * background.horizontal_padding, step);
            if size.0 > 0.0
                && size.1 > 0.0
                && let Some(path) = rounded_rect(corner, size, background.border_radius)
            {
                backs.push(Mark::Fill { path, color });
            }
        }
        let mut outlines = PathBuilder::new();
        let mut pictures = Vec::new();
        for run in line.items() {
            if let PositionedLayoutItem::GlyphRun(run) = run {
                let at = (moved as f32, (top + baseline) as f32);
                add_run(&run, at, stray, &mut outlines, &mut pictures);
            }
        }
        if let Some(path) = outlines.finish() {
            marks.extend(line_marks(path, style.stroke_width, paint));
        }
        marks.append(&mut pictures);
    }
    backs.append(&mut marks);
    Art { marks: backs }
}

/// Where the baseline lies in a line box `step` pixels high.
pub(super) fn baseline(layout: &Layout<[u8; 4]>, step: f64) -> f64 {
    let (ascent, descent) = layout.root_span_metrics().map_or((0.0, 0.0), |metrics| {
        (
            f64::from(metrics.ascent).round(),
            f64::from(metrics.descent).round(),
        )
    });
    ((step - ascent - descent) / 2.0).floor() + ascent
}

/// Where a line begins that has `free` pixels to spare; without any, at its start edge.
fn aligned(align: TextAlign, rtl: bool, free: f64) -> f64 {
    match align {
        _ if free < 0.0 => {
            if rtl {
                free
            } else {
                0.0
            }
        }
        TextAlign::Left => 0.0,
        TextAlign::Center => free / 2.0,
        TextAlign::Right => free,
    }
}

fn line_marks(path: Path, stroke_width: f64, paint: &Paint) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(color) = paint.stroke
        && let Some(rim) = outline::stroke(&path, stroke_width as f32)
    {
        marks.push(Mark::Fill { path: rim, color });
    }
    marks.push(Mark::Fill {
        path,
        color: paint.fill,
    });
    marks
}

/// Adds the glyphs of a run whose line has been moved by `at`.
fn add_run(
    run: &GlyphRun<'_, [u8; 4]>,
    at: (f32, f32),
    stray: Option<Stray>,
    outlines: &mut PathBuilder,
    pictures: &mut Vec<Mark>,
) {
    let data = run.run();
    let coords = data.normalized_coords().iter().map(|coord| coord.to_bits());
    let face = Face::new(data.font(), data.font_size(), coords, data.synthesis());
    let Some(face) = face else {
        return;
    };
    let baseline = run.baseline();
    for glyph in run.positioned_glyphs() {
        let x = glyph.x + stray.map_or(0.0, |stray| stray.shift(glyph.x));
        let (x, y) = (x + at.0, glyph.y - baseline + at.1);
        match face.glyph(glyph.id, x, y) {
            Shape::Empty => {}
            Shape::Outline(path) => outlines.push_path(&path),
            Shape::Picture(bitmap, matrix) => pictures.push(Mark::Picture { bitmap, matrix }),
        }
    }
}
