//! Outlines that charts are made of.

use tiny_skia_path::{LineCap, LineJoin, Path, Stroke};

use crate::shape::{Pen, Spot, rounded_rect};

/// How finely strokes are cut, steps a pixel.
const FINE: f32 = 8.0;

pub(super) fn circle((x, y): Spot, radius: f64) -> Option<Path> {
    let corner = (x - radius, y - radius);
    rounded_rect(corner, (2.0 * radius, 2.0 * radius), radius)
}

/// A line along a path with round ends and joins.
pub(super) fn stroke(path: &Path, width: f64) -> Option<Path> {
    let stroke = Stroke {
        width: width as f32,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    };
    path.stroke(&stroke, FINE)
}

/// A bar from `base` to `tip`, its two corners at the tip round.
pub(super) fn bar(left: f64, right: f64, base: f64, tip: f64, radius: f64) -> Option<Path> {
    let radius = radius.min((right - left) / 2.0).min((tip - base).abs());
    let back = if tip < base { radius } else { -radius };
    let mut pen = Pen::default();
    pen.start((left, base));
    pen.line((left, tip + back));
    // A quarter circle needs its handles at 0.5523 of the radius; 0.4477 is the rest.
    let (rest, drop) = (radius * 0.4477, back * 0.4477);
    pen.curve((left, tip + drop), (left + rest, tip), (left + radius, tip));
    pen.line((right - radius, tip));
    pen.curve(
        (right - rest, tip),
        (right, tip + drop),
        (right, tip + back),
    );
    pen.line((right, base));
    pen.close();
    pen.finish()
}

/// A sector of a circle between two angles, clockwise from twelve, in radians. Its
/// sides are moved inwards by `inset`.
pub(super) fn sector(centre: Spot, radius: f64, from: f64, to: f64, inset: f64) -> Option<Path> {
    let full = std::f64::consts::TAU;
    if radius <= 0.0 || to <= from {
        return None;
    }
    if to - from > full - 1e-6 {
        return circle(centre, radius);
    }
    let at = |angle: f64, reach: f64| {
        let (sin, cos) = angle.sin_cos();
        (centre.0 + reach * sin, centre.1 - reach * cos)
    };
    let half = (to - from) / 2.0;
    // A slice too thin for its sides to be moved keeps half of its width.
    let turn = (inset / radius).min(half / 2.0);
    let inset = turn.sin() * radius;
    let depth = (inset / half.sin().abs().max(1e-9)).min(radius * 0.6);
    let apex = if half > std::f64::consts::FRAC_PI_2 {
        inset.min(depth)
    } else {
        depth
    };
    let (start, end) = (from + turn, to - turn);
    let mut pen = Pen::default();
    pen.start(at(from + half, apex));
    pen.line(at(start, radius));
    let pieces = ((end - start) / std::f64::consts::FRAC_PI_4)
        .ceil()
        .max(1.0);
    let step = (end - start) / pieces;
    let handle = 4.0 / 3.0 * (step / 4.0).tan() * radius;
    for piece in 0..pieces as u32 {
        let (one, two) = (
            start + step * f64::from(piece),
            start + step * f64::from(piece + 1),
        );
        let (a, b) = (at(one, radius), at(two, radius));
        pen.curve(
            (a.0 + handle * one.cos(), a.1 + handle * one.sin()),
            (b.0 - handle * two.cos(), b.1 - handle * two.sin()),
            b,
        );
    }
    pen.close();
    pen.finish()
}

/// A smooth curve through points of rising x that nowhere overshoots them (monotone
/// cubic after Steffen, 1990).
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub spots: Vec<Spot>,
    slopes: Vec<f64>,
}

impl Curve {
    pub(super) fn through(spots: Vec<Spot>) -> Self {
        let chords: Vec<(f64, f64)> = spots
            .windows(2)
            .map(|pair| match pair {
                [a, b] => (b.0 - a.0, (b.1 - a.1) / (b.0 - a.0)),
                _ => (1.0, 0.0),
            })
            .collect();
        let inner = chords.windows(2).map(|pair| match pair {
            [(h0, s0), (h1, s1)] => {
                let parabola = (s0 * h1 + s1 * h0) / (h0 + h1);
                let least = s0.abs().min(s1.abs()).min(parabola.abs() / 2.0);
                (s0.signum() + s1.signum()) * least
            }
            _ => 0.0,
        });
        let mut slopes = vec![0.0];
        slopes.extend(inner);
        slopes.push(0.0);
        if let (Some((_, chord)), Some(next)) = (chords.first(), slopes.get(1).copied()) {
            let single = chords.len() == 1;
            let first = if single {
                *chord
            } else {
                (3.0 * chord - next) / 2.0
            };
            if let Some(slope) = slopes.first_mut() {
                *slope = first;
            }
        }
        if let Some((_, chord)) = chords.last() {
            let before = slopes.len().checked_sub(2).and_then(|i| slopes.get(i));
            let last = match before {
                Some(before) if chords.len() > 1 => (3.0 * chord - before) / 2.0,
                _ => *chord,
            };
            if let Some(slope) = slopes.last_mut() {
                *slope = last;
            }
        }
        Self { spots, slopes }
    }

    /// Draws the curve as far as `until` along x, beginning with a line (or a start)
    /// at its first point; returns where it ends. `None` where nothing is drawn.
    pub(super) fn trace(&self, pen: &mut Pen, until: f64) -> Option<Spot> {
        let first = *self.spots.first()?;
        if first.0 >= until {
            return None;
        }
        pen.start(first);
        let mut last = first;
        let ends = self.spots.iter().zip(&self.slopes);
        for ((&from, &out), (&to, &into)) in ends.clone().zip(ends.skip(1)) {
            let third = (to.0 - from.0) / 3.0;
            let one = (from.0 + third, from.1 + third * out);
            let two = (to.0 - third, to.1 - third * into);
            if to.0 <= until {
                pen.curve(one, two, to);
                last = to;
                continue;
            }
            // The handles stand at thirds, so x runs evenly along the piece.
            let part = (until - from.0) / (to.0 - from.0);
            let (a, b, c) = (
                mix(from, one, part),
                mix(one, two, part),
                mix(two, to, part),
            );
            let (d, e) = (mix(a, b, part), mix(b, c, part));
            last = mix(d, e, part);
            pen.curve(a, d, last);
            break;
        }
        Some(last)
    }
}

fn mix(from: Spot, to: Spot, part: f64) -> Spot {
    (
        from.0 + (to.0 - from.0) * part,
        from.1 + (to.1 - from.1) * part,
    )
}
