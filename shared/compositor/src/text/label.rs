//! Single lines in the default sans, for what is drawn from data.

use darkroom_editor_state::{Direction, TextAlign, TextStyle};
use parley::FontContext;
use tiny_skia_path::Transform;

use super::block::Paint;
use super::fonts::Fonts;
use super::layout::Typesetter;
use super::look::Look;
use crate::art::Mark;
use crate::geometry::Affine;

/// Characters of a label that are looked at; more would not fit anywhere.
const LONGEST: usize = 200;

/// How a label is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelStyle {
    /// Font size in pixels.
    pub size: f64,
    /// CSS font weight.
    pub weight: &'static str,
    /// Premultiplied.
    pub color: [u8; 4],
    /// Premultiplied rim around the letters, and its width in pixels.
    pub halo: Option<([u8; 4], f64)>,
}

/// A line of text whose baseline begins at the origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    /// Advance in pixels.
    pub width: f64,
    marks: Vec<Mark>,
}

impl Label {
    /// The label's marks, its baseline beginning at a point.
    pub(crate) fn at(self, x: f64, y: f64) -> impl Iterator<Item = Mark> {
        let shift = Transform::from_translate(x as f32, y as f32);
        self.marks.into_iter().filter_map(move |mark| match mark {
            Mark::Fill { path, color } => {
                let path = path.transform(shift)?;
                Some(Mark::Fill { path, color })
            }
            Mark::Picture { bitmap, matrix } => Some(Mark::Picture {
                bitmap,
                matrix: Affine::translate(x, y).after(matrix),
            }),
            // Nothing of a label is animated.
            Mark::Shaded { .. } | Mark::Group { .. } => None,
        })
    }
}

/// Sets one line, cut with an ellipsis where it is wider than `room` pixels. Control
/// characters become spaces. Empty where not even one letter fits.
pub(crate) fn label(
    text: &str,
    style: LabelStyle,
    room: f64,
    fonts: &Fonts,
    context: &mut FontContext,
) -> Label {
    const TRIES: usize = 8;
    let letters: Vec<char> = text
        .chars()
        .take(LONGEST)
        .map(|ch| if ch.is_control() { ' ' } else { ch })
        .collect();
    let mut kept = letters.len();
    for _ in 0..TRIES {
        let mut line: String = letters.iter().take(kept).collect();
        if kept < letters.len() || text.chars().nth(LONGEST).is_some() {
            line.truncate(line.trim_end().len());
            line.push('…');
        }
        let label = set(&line, style, fonts, context);
        if label.width <= room {
            return label;
        }
        let fitting = (kept as f64 * room / label.width).floor() as usize;
        kept = fitting.min(kept.saturating_sub(1));
        if kept == 0 {
            break;
        }
    }
    Label::default()
}

fn set(text: &str, style: LabelStyle, fonts: &Fonts, context: &mut FontContext) -> Label {
    let css = TextStyle {
        color: String::new(),
        align: TextAlign::Left,
        font_family: String::new(),
        font_variant: String::new(),
        font_weight: style.weight.to_owned(),
        font_size: style.size,
        line_height: 1.0,
        letter_spacing: 0.0,
        direction: Direction::Ltr,
        stroke_width: style.halo.map_or(0.0, |(_, width)| width),
        stroke_color: String::new(),
        background: None,
    };
    let paint = Paint {
        fill: style.color,
        stroke: style.halo.map(|(color, _)| color),
        background: None,
        lit: style.color,
    };
    let block = Typesetter::plain(css, paint).set(text, 0.0, false, fonts, context);
    let Some(line) = block.lines.first() else {
        return Label::default();
    };
    let (width, baseline) = (line.right - line.left, line.baseline);
    let marks = block.art(&[], &Look::default()).marks;
    let label = Label { width, marks };
    Label {
        width,
        marks: label.at(0.0, -baseline).collect(),
    }
}
