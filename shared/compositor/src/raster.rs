//! Paths to coverage: exact along x, many sub-scanlines along y, non-zero winding.

use tiny_skia_path::{Path, PathSegment, Point};

use crate::geometry::{Affine, Pixels};

/// How far a flattened curve may stray from the true one, pixels.
const FLATNESS: f64 = 0.03;

/// Coverage 0..=255 of the pixels of a rectangle.
pub(crate) struct Mask {
    pub bounds: Pixels,
    pub data: Vec<u8>,
}

impl Mask {
    pub(crate) fn row(&self, y: i32) -> &[u8] {
        let start = (y - self.bounds.y0).max(0) as usize * self.bounds.width();
        self.data
            .get(start..start + self.bounds.width())
            .unwrap_or_default()
    }
}

/// A straight piece of outline, running down.
struct Edge {
    y0: f64,
    y1: f64,
    x0: f64,
    slope: f64,
    winding: i32,
}

/// Coverage of a path mapped by `matrix`, within `clip`; `None` where nothing shows.
pub(crate) fn fill(path: &Path, matrix: Affine, clip: Pixels) -> Option<Mask> {
    let mut edges = flatten(path, matrix);
    edges.retain(|edge| edge.y1 > f64::from(clip.y0) && edge.y0 < f64::from(clip.y1));
    let bounds = extent(&edges).intersect(clip);
    if bounds.is_empty() {
        return None;
    }
    edges.sort_by(|a, b| a.y0.total_cmp(&b.y0));
    let data = scan(&edges, bounds);
    Some(Mask { bounds, data })
}

/// The pixels that edges can touch.
fn extent(edges: &[Edge]) -> Pixels {
    let mut around = crate::geometry::Rect::new(f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for edge in edges {
        let end = edge.x0 + edge.slope * (edge.y1 - edge.y0);
        around.x0 = around.x0.min(edge.x0).min(end);
        around.x1 = around.x1.max(edge.x0).max(end);
        around.y0 = around.y0.min(edge.y0);
        around.y1 = around.y1.max(edge.y1);
    }
    if edges.is_empty() {
        return Pixels {
            x0: 0,
            y0: 0,
            x1: 0,
            y1: 0,
        };
    }
    around.outside()
}

/// Coverage of each pixel, row by row.
fn scan(edges: &[Edge], bounds: Pixels) -> Vec<u8> {
    // Simple shapes are cheap to sample finely, and their long edges show it.
    let steps = if edges.len() <= 256 { 64 } else { 16 };
    let width = bounds.width();
    let (left, right) = (f64::from(bounds.x0), f64::from(bounds.x1));
    let mut data = Vec::with_capacity(width * bounds.height());
    let mut row = vec![0.0_f32; width + 2];
    let mut active: Vec<&Edge> = Vec::new();
    let mut crossings: Vec<(f64, i32)> = Vec::new();
    let mut waiting = edges.iter().peekable();
    for y in bounds.y0..bounds.y1 {
        row.fill(0.0);
        for step in 0..steps {
            let at = f64::from(y) + (f64::from(step) + 0.5) / f64::from(steps);
            while let Some(edge) = waiting.next_if(|edge| edge.y0 <= at) {
                active.push(edge);
            }
            active.retain(|edge| edge.y1 > at);
            crossings.clear();
            crossings.extend(active.iter().map(|edge| {
                let x = edge.x0 + (at - edge.y0) * edge.slope;
                (x.clamp(left, right) - left, edge.winding)
            }));
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (mut winding, mut start) = (0, 0.0);
            for &(x, turn) in &crossings {
                if winding == 0 {
                    start = x;
                }
                winding += turn;
                if winding == 0 && x > start {
                    step_at(&mut row, start, 1.0);
                    step_at(&mut row, x, -1.0);
                }
            }
        }
        let mut sum = 0.0_f32;
        let scale = 255.0 / steps as f32;
        data.extend(row.iter().take(width).map(|change| {
            sum += change;
            (sum * scale).round().clamp(0.0, 255.0) as u8
        }));
    }
    data
}

/// Adds to a row of differences what makes its running sum rise by `by` at `x`.
fn step_at(row: &mut [f32], x: f64, by: f32) {
    let cell = x.floor();
    let part = (x - cell) as f32;
    let cell = cell as usize;
    if let Some(pair) = row.get_mut(cell..cell + 2) {
        pair[0] += by * (1.0 - part);
        pair[1] += by * part;
    }
}

/// The outline as straight edges in canvas pixels.
fn flatten(path: &Path, matrix: Affine) -> Vec<Edge> {
    let map = |point: Point| matrix.apply((f64::from(point.x), f64::from(point.y)));
    let mut edges = Vec::new();
    let (mut start, mut last) = ((0.0, 0.0), (0.0, 0.0));
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                push(&mut edges, last, start);
                start = map(to);
                last = start;
            }
            PathSegment::LineTo(to) => {
                let to = map(to);
                push(&mut edges, last, to);
                last = to;
            }
            PathSegment::QuadTo(control, to) => {
                let (control, to) = (map(control), map(to));
                let one = mix(last, control, 2.0 / 3.0);
                let two = mix(to, control, 2.0 / 3.0);
                curve(&mut edges, last, one, two, to);
                last = to;
            }
            PathSegment::CubicTo(one, two, to) => {
                let to = map(to);
                curve(&mut edges, last, map(one), map(two), to);
                last = to;
            }
            PathSegment::Close => {
                push(&mut edges, last, start);
                last = start;
            }
        }
    }
    push(&mut edges, last, start);
    edges
}

type Spot = (f64, f64);

fn mix(from: Spot, to: Spot, part: f64) -> Spot {
    (
        from.0 + (to.0 - from.0) * part,
        from.1 + (to.1 - from.1) * part,
    )
}

/// A cubic as enough chords to stay within [`FLATNESS`].
fn curve(edges: &mut Vec<Edge>, p0: Spot, p1: Spot, p2: Spot, p3: Spot) {
    let bend = |a: Spot, b: Spot, c: Spot| (a.0 - 2.0 * b.0 + c.0).hypot(a.1 - 2.0 * b.1 + c.1);
    let most = bend(p0, p1, p2).max(bend(p1, p2, p3));
    let chords = (0.75 * most / FLATNESS).sqrt().ceil().clamp(1.0, 256.0) as u32;
    let mut last = p0;
    for i in 1..=chords {
        let t = f64::from(i) / f64::from(chords);
        let (a, b, c) = (mix(p0, p1, t), mix(p1, p2, t), mix(p2, p3, t));
        let next = if i == chords {
            p3
        } else {
            mix(mix(a, b, t), mix(b, c, t), t)
        };
        push(edges, last, next);
        last = next;
    }
}

#[expect(
    clippy::float_cmp,
    reason = "only a level edge never crosses a scan line"
)]
fn push(edges: &mut Vec<Edge>, from: Spot, to: Spot) {
    if from.1 == to.1 || ![from.0, from.1, to.0, to.1].iter().all(|x| x.is_finite()) {
        return;
    }
    let (top, bottom, winding) = if from.1 < to.1 {
        (from, to, 1)
    } else {
        (to, from, -1)
    };
    edges.push(Edge {
        y0: top.1,
        y1: bottom.1,
        x0: top.0,
        slope: (bottom.0 - top.0) / (bottom.1 - top.1),
        winding,
    });
}
