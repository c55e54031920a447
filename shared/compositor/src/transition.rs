//! Transitions other than the cross-dissolve.

use darkroom_editor_state::{Origin, TransitionKind};
use tiny_skia_path::{Path, PathBuilder};

use crate::bitmap::Bitmap;
use crate::canvas::{Canvas, Op, Surface, Touch, blend};
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Rect};
use crate::layer::{Layer, Tools};
use crate::picture::YuvFrame;
use crate::raster::{self, Mask};

/// Distance of the eye from the canvas in composition pixels (CSS `perspective`).
const PERSPECTIVE: f64 = 1000.0;
/// Most source pixels averaged for one pixel of a card that is nearly edge-on.
const MOST_TAPS: f64 = 16.0;

/// How far a slide has moved its two clips, as parts of the composition's sides.
pub(crate) fn slide(from: Origin, progress: f64) -> [(f64, f64); 2] {
    let (x, y) = from.heading();
    let left = 1.0 - progress;
    [(x * progress, y * progress), (-x * left, -y * left)]
}

/// The part of a box that the incoming clip has taken; `None` for transitions that
/// are not drawn by uncovering.
pub(crate) fn uncovered(kind: &TransitionKind, progress: f64, stage: Rect) -> Option<Path> {
    let middle = (
        f64::midpoint(stage.x0, stage.x1),
        f64::midpoint(stage.y0, stage.y1),
    );
    let diagonal = stage.width().hypot(stage.height());
    match kind {
        TransitionKind::Wipe(from) => wipe(*from, progress, stage),
        TransitionKind::ClockWipe => sector(middle, diagonal, progress),
        TransitionKind::Iris => {
            let radius = (progress * diagonal / 2.0) as f32;
            PathBuilder::from_circle(middle.0 as f32, middle.1 as f32, radius)
        }
        _ => None,
    }
}

fn polygon(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (x, y) in points {
        if builder.is_empty() {
            builder.move_to(x as f32, y as f32);
        } else {
            builder.line_to(x as f32, y as f32);
        }
    }
    builder.close();
    builder.finish()
}

/// From an edge: a growing rectangle. From a corner: a growing triangle, whose legs
/// are twice the box's sides at the end.
fn wipe(from: Origin, progress: f64, stage: Rect) -> Option<Path> {
    let (x, y) = from.heading();
    let start = |heading: f64, low: f64, high: f64| if heading < 0.0 { high } else { low };
    let corner = (start(x, stage.x0, stage.x1), start(y, stage.y0, stage.y1));
    if x != 0.0 && y != 0.0 {
        let legs = (
            corner.0 + x * 2.0 * progress * stage.width(),
            corner.1 + y * 2.0 * progress * stage.height(),
        );
        return polygon([corner, (legs.0, corner.1), (corner.0, legs.1)]);
    }
    let end = if x == 0.0 {
        (stage.x1, corner.1 + y * progress * stage.height())
    } else {
        (corner.0 + x * progress * stage.width(), stage.y1)
    };
    polygon([corner, (end.0, corner.1), end, (corner.0, end.1)])
}

/// A sector from twelve o'clock on, clockwise, of at least the given radius.
fn sector(middle: (f64, f64), radius: f64, turn: f64) -> Option<Path> {
    const STEPS: u32 = 12;
    let spoke = |turn: f64| {
        let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
        (middle.0 + radius * sin, middle.1 - radius * cos)
    };
    let whole = (0..STEPS).map(|step| f64::from(step) / f64::from(STEPS));
    let rim = whole.take_while(|at| *at < turn).chain([turn]).map(spoke);
    polygon(std::iter::once(middle).chain(rim))
}

/// The incoming clip inside a path, the outgoing one around it.
pub(crate) struct Reveal {
    pub outgoing: Option<Layer>,
    pub incoming: Option<Layer>,
    /// In canvas pixels; `None`: nothing is uncovered yet.
    pub path: Option<Path>,
}

impl Reveal {
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        let mask = self
            .path
            .as_ref()
            .and_then(|path| raster::fill(path, Affine::IDENTITY, clip));
        let Some(mask) = mask else {
            let outgoing = self.outgoing.as_ref();
            return outgoing.map_or(Ok(()), |layer| layer.draw(canvas, frame, tools, clip));
        };
        let both = [&self.outgoing, &self.incoming];
        let around = both.into_iter().flatten().map(Layer::bounds);
        let around = around.reduce(Pixels::union).map(|a| a.intersect(clip));
        let Some(around) = around.filter(|around| !around.is_empty()) else {
            return Ok(());
        };
        let mut below = group(
            self.outgoing.as_ref(),
            around,
            std::mem::take(&mut tools.group),
        )?;
        let above = group(self.incoming.as_ref(), around, Vec::new())?;
        cover(&mut below, &above, around, &mask);
        let mut surface = canvas.surface(frame, around, |_| Touch::Blend)?;
        surface.blit(&below, (around.x0, around.y0), around, 255, Op::Over);
        tools.group = below.data;
        Ok(())
    }
}

/// A layer alone, over nothing.
fn group(
    layer: Option<&Layer>,
    around: Pixels,
    buffer: Vec<u8>,
) -> Result<Bitmap, CompositorError> {
    let mut bitmap = Bitmap::clear(around.width(), around.height(), buffer);
    if let Some(layer) = layer {
        let mut surface = Surface::of(&mut bitmap, around.x0, around.y0);
        layer.paint(&mut surface, around, 255, Op::Over)?;
    }
    Ok(bitmap)
}

/// Puts `above` in place of `below` as far as the mask covers it.
fn cover(below: &mut Bitmap, above: &Bitmap, around: Pixels, mask: &Mask) {
    let part = mask.bounds.intersect(around);
    if part.is_empty() {
        return;
    }
    let skip = (part.x0 - mask.bounds.x0) as usize;
    let from = (part.x0 - around.x0) as usize * 4;
    let span = from..from + part.width() * 4;
    for y in part.y0..part.y1 {
        let row = (y - around.y0) as usize;
        let coverage = mask.row(y).get(skip..).unwrap_or_default();
        let target = below.row_mut(row).get_mut(span.clone()).unwrap_or_default();
        let source = above.row(row).get(span.clone()).unwrap_or_default();
        blend::replace_row(target, source, coverage);
    }
}

/// One side of a card that turns about an axis through the middle of the box.
pub(crate) struct Flip {
    pub layer: Option<Layer>,
    /// Turns about the vertical axis rather than the horizontal one.
    pub upright: bool,
    /// Angle in radians, -pi/2..=pi/2; above 0 the left (upper) edge is nearer.
    pub angle: f64,
    /// The composition's box on the canvas.
    pub stage: Rect,
    /// Canvas pixels a composition pixel.
    pub scale: f64,
}

/// Half way through, the outgoing side is edge-on and the incoming one takes over.
pub(crate) fn flip_angle(from: Origin, progress: f64) -> (bool, f64) {
    let (x, y) = from.heading();
    let incoming = progress >= 0.5;
    let turned = if incoming { progress - 1.0 } else { progress };
    (incoming, turned * std::f64::consts::PI * (x + y))
}

/// Where a screen coordinate looks on the card, and how much larger the card is there.
#[derive(Clone, Copy)]
struct Seen {
    /// On the card, from its middle along the turning direction.
    at: f64,
    /// Magnification by nearness.
    near: f64,
    /// Card pixels for one screen pixel along the turning direction.
    dense: f64,
}

impl Flip {
    fn look(&self, screen: f64) -> Option<Seen> {
        let distance = PERSPECTIVE * self.scale;
        let (sin, cos) = self.angle.sin_cos();
        let slope = distance * cos - screen * sin;
        if slope <= distance * 1e-3 {
            return None;
        }
        let at = screen * distance / slope;
        Some(Seen {
            at,
            near: distance / (distance + at * sin),
            dense: distance * distance * cos / (slope * slope),
        })
    }

    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        if self.layer.is_none() || clip.is_empty() {
            return Ok(());
        }
        let card = group(self.layer.as_ref(), clip, Vec::new())?;
        let middle = (
            f64::midpoint(self.stage.x0, self.stage.x1),
            f64::midpoint(self.stage.y0, self.stage.y1),
        );
        let columns: Vec<f64> = (clip.x0..clip.x1)
            .map(|x| f64::from(x) + 0.5 - middle.0)
            .collect();
        let seen: Vec<Option<Seen>> = columns.iter().map(|x| self.look(*x)).collect();
        let origin = (middle.0 - f64::from(clip.x0), middle.1 - f64::from(clip.y0));
        let mut surface = canvas.surface(frame, clip, |_| Touch::Blend)?;
        let mut line = vec![0_u8; clip.width() * 4];
        for y in clip.y0..clip.y1 {
            let down = f64::from(y) + 0.5 - middle.1;
            let row = if self.upright {
                None
            } else {
                Some(self.look(down))
            };
            for ((pixel, x), column) in line.chunks_exact_mut(4).zip(&columns).zip(&seen) {
                let color = match (row, column) {
                    (None, Some(seen)) => taps(&card, *seen, origin, |at| (at, down / seen.near)),
                    (Some(Some(seen)), _) => taps(&card, seen, origin, |at| (x / seen.near, at)),
                    _ => [0; 4],
                };
                pixel.copy_from_slice(&color);
            }
            blend::row(surface.span(y, clip.x0, clip.x1), &line, 255, Op::Over);
        }
        Ok(())
    }
}

/// The mean of evenly spaced bilinear samples along the turning direction.
fn taps(
    card: &Bitmap,
    seen: Seen,
    origin: (f64, f64),
    place: impl Fn(f64) -> (f64, f64),
) -> [u8; 4] {
    let count = seen.dense.ceil().clamp(1.0, MOST_TAPS);
    let mut sum = [0.0; 4];
    for tap in 0..count as u32 {
        let offset = ((f64::from(tap) + 0.5) / count - 0.5) * seen.dense;
        let (x, y) = place(seen.at + offset);
        let color = bilinear(card, x + origin.0 - 0.5, y + origin.1 - 0.5);
        for (sum, color) in sum.iter_mut().zip(color) {
            *sum += color;
        }
    }
    sum.map(|sum| (sum / count).round().clamp(0.0, 255.0) as u8)
}

/// Between four pixels; beyond the edge there is nothing.
fn bilinear(card: &Bitmap, x: f64, y: f64) -> [f64; 4] {
    let (left, top) = (x.floor(), y.floor());
    let (right, bottom) = (x - left, y - top);
    let texel = |dx: f64, dy: f64| -> [u8; 4] {
        let (x, y) = (left + dx, top + dy);
        if x < 0.0 || y < 0.0 || x >= card.width as f64 || y >= card.height as f64 {
            return [0; 4];
        }
        let row = card.row(y as usize);
        let at = x as usize * 4;
        row.get(at..at + 4)
            .and_then(|pixel| pixel.try_into().ok())
            .unwrap_or_default()
    };
    let corners = [
        (texel(0.0, 0.0), (1.0 - right) * (1.0 - bottom)),
        (texel(1.0, 0.0), right * (1.0 - bottom)),
        (texel(0.0, 1.0), (1.0 - right) * bottom),
        (texel(1.0, 1.0), right * bottom),
    ];
    let mut color = [0.0; 4];
    for (texel, weight) in corners {
        for (sum, channel) in color.iter_mut().zip(texel) {
            *sum += f64::from(channel) * weight;
        }
    }
    color
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: Rect = Rect::new(0.0, 0.0, 100.0, 50.0);

    /// Part of the box that is uncovered.
    fn part(kind: &TransitionKind, progress: f64) -> f64 {
        let clip = STAGE.outside();
        let mask = uncovered(kind, progress, STAGE)
            .and_then(|path| raster::fill(&path, Affine::IDENTITY, clip));
        let sum: u32 = mask.map_or(0, |m| m.data.iter().map(|c| u32::from(*c)).sum());
        f64::from(sum) / 255.0 / 5000.0
    }

    #[test]
    fn every_uncovering_begins_with_nothing_and_ends_with_all() {
        let wipes = [
            Origin::Left,
            Origin::Right,
            Origin::Top,
            Origin::Bottom,
            Origin::TopLeft,
            Origin::TopRight,
            Origin::BottomLeft,
            Origin::BottomRight,
        ];
        let kinds = wipes
            .map(TransitionKind::Wipe)
            .into_iter()
            .chain([TransitionKind::ClockWipe, TransitionKind::Iris]);
        for kind in kinds {
            assert!(part(&kind, 0.0) < 1e-3, "{kind:?}");
            assert!(part(&kind, 1.0) > 0.999, "{kind:?} {}", part(&kind, 1.0));
            if kind != TransitionKind::Iris {
                let half = part(&kind, 0.5);
                assert!((half - 0.5).abs() < 1e-3, "{kind:?} {half}");
            }
        }
    }

    #[test]
    fn slides_meet_at_one_edge() {
        let [out, incoming] = slide(Origin::Left, 0.25);
        assert_eq!((out, incoming), ((0.25, 0.0), (-0.75, -0.0)));
        let [out, incoming] = slide(Origin::Bottom, 1.0);
        assert_eq!((out.1, incoming.1.abs()), (-1.0, 0.0));
    }

    #[test]
    fn a_card_shows_its_sides_face_on_at_both_ends() {
        let (incoming, angle) = flip_angle(Origin::Left, 0.0);
        assert!(!incoming && angle == 0.0);
        let (incoming, angle) = flip_angle(Origin::Left, 1.0);
        assert!(incoming && angle == 0.0);
        let (_, angle) = flip_angle(Origin::Right, 0.25);
        assert!((angle + std::f64::consts::FRAC_PI_4).abs() < 1e-12);
    }
}
