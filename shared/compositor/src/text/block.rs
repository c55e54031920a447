//! Text laid out: lines of units, as paths in the box's coordinates.
//!
//! At rest, and wherever units keep their opacity, those of a line are painted as one
//! path, so that translucent strokes that overlap are one stroke.

use std::ops::Range;

use darkroom_editor_state::{TextAlign, TextStyle};
use parley::layout::{Layout, Line as Broken};
use tiny_skia_path::{Path, PathBuilder};

use super::look::Look;
use super::outline;
use super::pictures::Pictures;
use super::stray::Stray;
use super::unit::{Unit, push, units};
use crate::art::{Art, Mark};
use crate::color::Color;
use crate::shape::rounded_rect;

/// Colours of a text, premultiplied.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Paint {
    pub fill: [u8; 4],
    pub stroke: Option<[u8; 4]>,
    pub background: Option<[u8; 4]>,
    /// Instead of `fill`, of what is being spoken.
    pub lit: [u8; 4],
}

impl Paint {
    pub(super) fn new(style: &TextStyle, place: &str, warnings: &mut Vec<String>) -> Self {
        let stroked = style.stroke_width > 0.0;
        let fill = Color::parse_or(&style.color, Color::BLACK, place, warnings).premultiplied();
        Self {
            fill,
            stroke: stroked.then(|| {
                Color::parse_or(&style.stroke_color, Color::BLACK, place, warnings).premultiplied()
            }),
            background: style.background.as_ref().map(|background| {
                Color::parse_or(&background.color, Color::TRANSPARENT, place, warnings)
                    .premultiplied()
            }),
            lit: fill,
        }
    }
}

/// Text laid out.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub lines: Vec<Line>,
    /// In reading order; those of a line follow one another.
    pub units: Vec<Unit>,
    /// Paragraphs read leftwards.
    pub rtl: bool,
    /// Font size, composition pixels.
    pub em: f64,
    paint: Paint,
    padding: f64,
    radius: f64,
    /// Half the width of the stroke.
    rim: f64,
}

/// One line, hanging spaces left out.
#[derive(Debug)]
pub(crate) struct Line {
    pub units: Range<usize>,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub baseline: f64,
}

impl Block {
    pub(super) fn new(
        style: &TextStyle,
        paint: Paint,
        text: &str,
        layout: &Layout<[u8; 4]>,
        width: f64,
        pictures: &Pictures,
    ) -> Self {
        let background = style.background.as_ref();
        let mut block = Self {
            rtl: layout.is_rtl(),
            em: style.font_size,
            paint,
            padding: background.map_or(0.0, |plate| plate.horizontal_padding),
            radius: background.map_or(0.0, |plate| plate.border_radius),
            rim: paint.stroke.map_or(0.0, |_| style.stroke_width / 2.0),
            ..Self::default()
        };
        let step = style.line_height * style.font_size;
        let (ascent, descent) = layout.root_span_metrics().map_or((0.0, 0.0), |metrics| {
            (
                f64::from(metrics.ascent).round(),
                f64::from(metrics.descent).round(),
            )
        });
        let baseline = ((step - ascent - descent) / 2.0).floor() + ascent;
        for (index, line) in layout.lines().enumerate() {
            let top = index as f64 * step;
            let place = Line {
                units: 0..0,
                left: 0.0,
                right: 0.0,
                top,
                bottom: top + step,
                baseline: top + baseline,
            };
            block.add_line(place, &line, text, (style.align, width), pictures);
        }
        if paint.stroke.is_some() {
            for unit in &mut block.units {
                let stroke = |path: &Path| outline::stroke(path, style.stroke_width as f32);
                unit.rim = unit.outline.as_ref().and_then(stroke);
            }
        }
        block
    }

    fn add_line(
        &mut self,
        mut place: Line,
        line: &Broken<'_, [u8; 4]>,
        text: &str,
        (align, width): (TextAlign, f64),
        pictures: &Pictures,
    ) {
        let metrics = line.metrics();
        let stray = Stray::find(line, text, self.rtl);
        let hanging = metrics.hanging_advance + stray.map_or(0.0, Stray::hanging);
        let length = f64::from(metrics.advance - hanging);
        // In a line that reads leftwards the hanging spaces come first.
        let hang = if self.rtl { f64::from(hanging) } else { 0.0 };
        place.left = aligned(align, self.rtl, width - length);
        place.right = place.left + length;
        let moved = place.left - f64::from(metrics.offset) - hang;
        let at = (moved as f32, place.baseline as f32);
        let mut units = units(line, text, at, stray, pictures);
        for unit in &mut units {
            unit.line = self.lines.len();
        }
        let start = self.units.len();
        self.units.append(&mut units);
        place.units = start..self.units.len();
        self.lines.push(place);
    }

    /// What to paint: all backgrounds, then each line's stroke and fill. Units within
    /// the byte ranges `lit`, which rise and do not overlap, are being spoken.
    pub(crate) fn art(&self, lit: &[Range<usize>], look: &Look) -> Art {
        let plates = self.lines.iter().filter_map(|line| self.plate(line, look));
        let mut marks: Vec<Mark> = plates.collect();
        for line in &self.lines {
            self.line_marks(line, lit, look, &mut marks);
        }
        if let (Some(mask), false) = (&look.mask, marks.is_empty()) {
            let (opacity, mask) = (255, Some(mask.clone()));
            marks = vec![Mark::Group {
                marks,
                opacity,
                mask,
            }];
        }
        Art { marks }
    }

    /// The background of what shows of a line.
    fn plate(&self, line: &Line, look: &Look) -> Option<Mark> {
        let color = self.paint.background?;
        let (left, right, opacity) = if look.stances.is_empty() {
            (line.left, line.right, 255)
        } else {
            let seen = |index: &usize| look.stance(*index).opacity > 0;
            let units = line.units.clone().filter(seen);
            units.fold((f64::MAX, f64::MIN, 0), |(left, right, opacity), index| {
                let (from, to) = self.units.get(index).map_or((left, right), Unit::span);
                let opacity = opacity.max(look.stance(index).opacity);
                (left.min(from), right.max(to), opacity)
            })
        };
        let (left, right) = (left.max(line.left), right.min(line.right));
        let size = (right - left + 2.0 * self.padding, line.bottom - line.top);
        if left >= right || size.0 <= 0.0 || size.1 <= 0.0 {
            return None;
        }
        let path = rounded_rect((left - self.padding, line.top), size, self.radius)?;
        Some(faded(vec![Mark::Fill { path, color }], opacity))
    }

    fn line_marks(&self, line: &Line, lit: &[Range<usize>], look: &Look, marks: &mut Vec<Mark>) {
        let (mut rims, mut fills) = (PathBuilder::new(), [(); 2].map(|()| PathBuilder::new()));
        let (mut fading, mut pictures) = (Vec::new(), Vec::new());
        for index in line.units.clone() {
            let Some(unit) = self.units.get(index) else {
                continue;
            };
            let stance = look.stance(index);
            let spoken = unit.is_in(lit);
            let (rim, outline) = (
                stance.moved(unit.rim.as_ref()),
                stance.moved(unit.outline.as_ref()),
            );
            if stance.opacity == 255 {
                let [plain, lit] = &mut fills;
                push(&mut rims, rim);
                push(if spoken { lit } else { plain }, outline);
                pictures.extend(unit.marks(stance));
            } else if stance.opacity > 0 {
                let rim = rim.and_then(|path| self.rim(path));
                let fill = outline.map(|path| self.fill(path, spoken, look));
                let group: Vec<Mark> = rim
                    .into_iter()
                    .chain(fill)
                    .chain(unit.marks(stance))
                    .collect();
                if !group.is_empty() {
                    fading.push(faded(group, stance.opacity));
                }
            }
        }
        marks.extend(rims.finish().and_then(|path| self.rim(path)));
        marks.append(&mut fading);
        for (path, spoken) in fills.into_iter().zip([false, true]) {
            marks.extend(path.finish().map(|path| self.fill(path, spoken, look)));
        }
        marks.append(&mut pictures);
    }

    fn rim(&self, path: Path) -> Option<Mark> {
        let color = self.paint.stroke?;
        Some(Mark::Fill { path, color })
    }

    fn fill(&self, path: Path, spoken: bool, look: &Look) -> Mark {
        let color = if spoken {
            self.paint.lit
        } else {
            self.paint.fill
        };
        match &look.shade {
            Some(shade) => Mark::Shaded {
                path,
                ramp: shade.over(color),
            },
            None => Mark::Fill { path, color },
        }
    }

    /// Left and right edge of all that is drawn at rest, backgrounds and
    /// strokes included.
    pub(crate) fn extent(&self) -> (f64, f64) {
        let lines = self.lines.iter().filter(|line| line.left < line.right);
        let (left, right) = lines.fold((f64::MAX, f64::MIN), |(left, right), line| {
            (left.min(line.left), right.max(line.right))
        });
        let beyond = self.padding.max(self.rim);
        (left - beyond, right + beyond)
    }
}

fn faded(mut marks: Vec<Mark>, opacity: u8) -> Mark {
    match marks.pop() {
        Some(only) if opacity == 255 && marks.is_empty() => only,
        last => {
            marks.extend(last);
            Mark::Group {
                marks,
                opacity,
                mask: None,
            }
        }
    }
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
