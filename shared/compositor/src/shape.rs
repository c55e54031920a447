//! Solids: rectangles, ellipses, triangles and stars.

use darkroom_editor_state::Shape;
use tiny_skia_path::{Path, PathBuilder};

/// A point of an outline, in the box's coordinates.
pub(crate) type Spot = (f64, f64);

/// Control distance of a cubic that draws a quarter circle of radius 1.
pub(crate) const QUARTER: f64 = 0.552_284_749_831;

/// The outline of a shape that fills a `width x height` box. `radius` rounds
/// rectangles as CSS does, and the corners of triangles and stars.
pub(crate) fn outline(shape: Shape, width: f64, height: f64, radius: f64) -> Option<Path> {
    match shape {
        Shape::Rectangle => rounded_rect((0.0, 0.0), (width, height), radius),
        Shape::Circle => rounded_box((0.0, 0.0), (width, height), width / 2.0, height / 2.0),
        Shape::Triangle => polygon(
            &[(width / 2.0, 0.0), (width, height), (0.0, height)],
            radius,
        ),
        Shape::Star => polygon(&star(width, height), radius),
    }
}

/// A five-pointed star on the ellipse that fits the box, one point up.
fn star(width: f64, height: f64) -> Vec<Spot> {
    // Where the long edges of a regular pentagram cross.
    let inner = (3.0 - 5.0_f64.sqrt()) / 2.0;
    (0..10)
        .map(|i| {
            let reach = if i % 2 == 0 { 1.0 } else { inner };
            let (sin, cos) = (f64::from(i) * std::f64::consts::PI / 5.0).sin_cos();
            (
                width / 2.0 * (1.0 + reach * sin),
                height / 2.0 * (1.0 - reach * cos),
            )
        })
        .collect()
}

/// A rectangle with round corners; a radius that does not fit is shortened.
pub(crate) fn rounded_rect(corner: Spot, size: Spot, radius: f64) -> Option<Path> {
    let radius = radius.max(0.0).min(size.0 / 2.0).min(size.1 / 2.0);
    rounded_box(corner, size, radius, radius)
}

fn rounded_box((x, y): Spot, (width, height): Spot, rx: f64, ry: f64) -> Option<Path> {
    let (right, bottom) = (x + width, y + height);
    let mut pen = Pen::default();
    if rx <= 0.0 || ry <= 0.0 {
        pen.polygon(&[(x, y), (right, y), (right, bottom), (x, bottom)]);
        return pen.finish();
    }
    let (kx, ky) = (rx * (1.0 - QUARTER), ry * (1.0 - QUARTER));
    pen.start((x + rx, y));
    pen.line((right - rx, y));
    pen.curve((right - kx, y), (right, y + ky), (right, y + ry));
    pen.line((right, bottom - ry));
    pen.curve(
        (right, bottom - ky),
        (right - kx, bottom),
        (right - rx, bottom),
    );
    pen.line((x + rx, bottom));
    pen.curve((x + kx, bottom), (x, bottom - ky), (x, bottom - ry));
    pen.line((x, y + ry));
    pen.curve((x, y + ky), (x + kx, y), (x + rx, y));
    pen.close();
    pen.finish()
}

/// A polygon whose corners are arcs of `radius`, shortened where edges are too short.
fn polygon(spots: &[Spot], radius: f64) -> Option<Path> {
    let mut pen = Pen::default();
    if radius <= 0.0 {
        pen.polygon(spots);
        return pen.finish();
    }
    let before = spots.iter().cycle().skip(spots.len().saturating_sub(1));
    let after = spots.iter().cycle().skip(1);
    for (index, ((&at, &from), &to)) in spots.iter().zip(before).zip(after).enumerate() {
        let (enter, leave, reach) = round_corner(from, at, to, radius);
        if index == 0 {
            pen.start(enter);
        } else {
            pen.line(enter);
        }
        pen.curve(toward(enter, at, reach), toward(leave, at, reach), leave);
    }
    pen.close();
    pen.finish()
}

/// Where the arc at a corner begins and ends, and how far (0..=1) its control points
/// lie towards the corner.
fn round_corner(from: Spot, at: Spot, to: Spot, radius: f64) -> (Spot, Spot, f64) {
    let (one, two) = ((from.0 - at.0, from.1 - at.1), (to.0 - at.0, to.1 - at.1));
    let (first, second) = (one.0.hypot(one.1), two.0.hypot(two.1));
    if first <= 0.0 || second <= 0.0 {
        return (at, at, 0.0);
    }
    let cosine = ((one.0 * two.0 + one.1 * two.1) / (first * second)).clamp(-1.0, 1.0);
    let half = cosine.acos() / 2.0;
    let cut = (radius / half.tan().max(1e-9))
        .min(first / 2.0)
        .min(second / 2.0);
    let turn = std::f64::consts::PI - 2.0 * half;
    // The cubic that follows an arc of this turn, its handles as a part of the cut.
    let radius = cut * half.tan();
    let handle = 4.0 / 3.0 * (turn / 4.0).tan() * radius;
    let reach = if cut > 0.0 { handle / cut } else { 0.0 };
    (
        toward(at, from, cut / first),
        toward(at, to, cut / second),
        reach.clamp(0.0, 1.0),
    )
}

fn toward(from: Spot, to: Spot, part: f64) -> Spot {
    (
        from.0 + (to.0 - from.0) * part,
        from.1 + (to.1 - from.1) * part,
    )
}

/// A path builder that takes `f64`.
#[derive(Default)]
pub(crate) struct Pen(PathBuilder);

impl Pen {
    pub(crate) fn start(&mut self, to: Spot) {
        self.0.move_to(to.0 as f32, to.1 as f32);
    }

    pub(crate) fn line(&mut self, to: Spot) {
        self.0.line_to(to.0 as f32, to.1 as f32);
    }

    pub(crate) fn curve(&mut self, one: Spot, two: Spot, to: Spot) {
        self.0.cubic_to(
            one.0 as f32,
            one.1 as f32,
            two.0 as f32,
            two.1 as f32,
            to.0 as f32,
            to.1 as f32,
        );
    }

    pub(crate) fn close(&mut self) {
        self.0.close();
    }

    /// What has been drawn; `None` where that is nothing, or nothing finite.
    pub(crate) fn finish(self) -> Option<Path> {
        self.0.finish()
    }

    pub(crate) fn polygon(&mut self, spots: &[Spot]) {
        for (index, &spot) in spots.iter().enumerate() {
            if index == 0 {
                self.start(spot);
            } else {
                self.line(spot);
            }
        }
        self.0.close();
    }
}
