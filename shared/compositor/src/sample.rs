//! Turned, mirrored, resized and subpixel boxes: inverse mapping, bilinear, with
//! antialiased edges.

mod bilinear;

use bilinear::mix;

use crate::bitmap::Bitmap;
use crate::canvas::{Op, Surface, blend};
use crate::geometry::{Affine, Pixels, Rect};

/// A bitmap and how it lands on the canvas.
pub(crate) struct Sampled<'a> {
    pub bitmap: &'a Bitmap,
    /// Bitmap pixels to canvas pixels.
    pub matrix: Affine,
    /// What is shown of the bitmap, in bitmap pixels; its edges are antialiased.
    pub clip: Rect,
}

/// One linear condition on a row: `slope * x + offset >= 0`.
struct Condition {
    slope: f64,
    offset: f64,
}

/// The x for which all conditions hold.
fn interval(conditions: &[Condition]) -> (f64, f64) {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for condition in conditions {
        if condition.slope > 0.0 {
            low = low.max(-condition.offset / condition.slope);
        } else if condition.slope < 0.0 {
            high = high.min(-condition.offset / condition.slope);
        } else if condition.offset < 0.0 {
            return (0.0, -1.0);
        }
    }
    (low, high)
}

/// Draws inside `region`.
pub(crate) fn draw(
    surface: &mut Surface<'_>,
    source: &Sampled<'_>,
    region: Pixels,
    opacity: u8,
    op: Op,
) {
    let Some(back) = source.matrix.inverse() else {
        return;
    };
    if source.bitmap.width == 0 || source.bitmap.height == 0 || source.clip.is_empty() {
        return;
    }
    let around = source.matrix.bounds(source.clip).outside();
    let part = around.intersect(region).intersect(surface.area);
    if part.is_empty() {
        return;
    }
    let lengths = source.matrix.lengths();
    let mut line = vec![0_u8; part.width() * 4];
    for y in part.y0..part.y1 {
        let row = Row::new(source, back, lengths, y);
        let outer = row.span(part, 0.5);
        if outer.0 >= outer.1 {
            continue;
        }
        let inner = row.inside(outer);
        let pixels = (outer.1 - outer.0) as usize;
        let Some(line) = line.get_mut(..pixels * 4) else {
            continue;
        };
        let place = |x: i32| (x - outer.0) as usize * 4;
        let (left, rest) = line.split_at_mut(place(inner.0));
        let (middle, right) = rest.split_at_mut(place(inner.1) - place(inner.0));
        row.edges(outer.0, left);
        row.fast(inner.0, middle);
        row.edges(inner.1, right);
        blend::row(surface.span(y, outer.0, outer.1), line, opacity, op);
    }
}

/// One canvas row seen from the bitmap: `u = du * x + u0`, `v = dv * x + v0` at
/// pixel centres.
struct Row<'a> {
    source: &'a Sampled<'a>,
    du: f64,
    dv: f64,
    u0: f64,
    v0: f64,
    lengths: (f64, f64),
}

impl<'a> Row<'a> {
    fn new(source: &'a Sampled<'a>, back: Affine, lengths: (f64, f64), y: i32) -> Self {
        let (u0, v0) = back.apply((0.5, f64::from(y) + 0.5));
        Self {
            source,
            du: back.a,
            dv: back.b,
            u0,
            v0,
            lengths,
        }
    }

    /// Conditions that say: at least `margin` canvas pixels outside (positive) or
    /// inside (negative) of each edge of the clip.
    fn conditions(&self, margin: f64) -> [Condition; 4] {
        let clip = self.source.clip;
        let (along, down) = (margin / self.lengths.0, margin / self.lengths.1);
        [
            Condition {
                slope: self.du,
                offset: self.u0 - clip.x0 + along,
            },
            Condition {
                slope: -self.du,
                offset: clip.x1 - self.u0 + along,
            },
            Condition {
                slope: self.dv,
                offset: self.v0 - clip.y0 + down,
            },
            Condition {
                slope: -self.dv,
                offset: clip.y1 - self.v0 + down,
            },
        ]
    }

    /// Pixels that the clip can touch.
    fn span(&self, part: Pixels, margin: f64) -> (i32, i32) {
        let (low, high) = interval(&self.conditions(margin));
        let (left, right) = (f64::from(part.x0), f64::from(part.x1));
        let from = low.floor().clamp(left, right) as i32;
        let to = (high.ceil() + 1.0).clamp(left, right) as i32;
        (from, to)
    }

    /// Pixels fully inside the clip whose four texels are all in the bitmap.
    fn inside(&self, outer: (i32, i32)) -> (i32, i32) {
        const SAFE: f64 = 0.51;
        let (width, height) = (
            self.source.bitmap.width as f64,
            self.source.bitmap.height as f64,
        );
        let [a, b, c, d] = self.conditions(-0.5);
        let (low, high) = interval(&[
            a,
            b,
            c,
            d,
            Condition {
                slope: self.du,
                offset: self.u0 - 0.5,
            },
            Condition {
                slope: -self.du,
                offset: width - SAFE - self.u0,
            },
            Condition {
                slope: self.dv,
                offset: self.v0 - 0.5,
            },
            Condition {
                slope: -self.dv,
                offset: height - SAFE - self.v0,
            },
        ]);
        let (left, right) = (f64::from(outer.0), f64::from(outer.1));
        let from = (low + 1e-3).ceil().clamp(left, right) as i32;
        let to = ((high - 1e-3).floor() + 1.0).clamp(left, right) as i32;
        (from, to.max(from))
    }

    /// Pixels from `x` on, whatever they meet.
    fn edges(&self, x: i32, pixels: &mut [u8]) {
        for (x, pixel) in (x..).zip(pixels.chunks_exact_mut(4)) {
            pixel.copy_from_slice(&self.edge(x));
        }
    }

    /// A pixel at an edge: texels clamped, weighed by coverage.
    fn edge(&self, x: i32) -> [u8; 4] {
        let (u, v) = (
            self.du * f64::from(x) + self.u0,
            self.dv * f64::from(x) + self.v0,
        );
        let clip = self.source.clip;
        let side = |from: f64, to: f64, length: f64| {
            let near = (from * length + 0.5).clamp(0.0, 1.0);
            let far = (to * length + 0.5).clamp(0.0, 1.0);
            (near + far - 1.0).max(0.0)
        };
        let coverage = side(u - clip.x0, clip.x1 - u, self.lengths.0)
            * side(v - clip.y0, clip.y1 - v, self.lengths.1);
        if coverage <= 0.0 {
            return [0; 4];
        }
        let bitmap = self.source.bitmap;
        let (width, height) = (bitmap.width as f64, bitmap.height as f64);
        let u = (u - 0.5).clamp(0.0, width - 1.0);
        let v = (v - 0.5).clamp(0.0, height - 1.0);
        // Nothing here is negative: cutting off rounds, and calls nobody.
        let rounded = |value: f64| (value + 0.5) as usize;
        let (fu, fv) = (rounded(u * 256.0), rounded(v * 256.0));
        let (iu, iv) = (fu >> 8, fv >> 8);
        let (next_u, next_v) = (
            (iu + 1).min(bitmap.width - 1),
            (iv + 1).min(bitmap.height - 1),
        );
        let (fu, fv) = ((fu & 255) as u16, (fv & 255) as u16);
        let corners = [
            texel(bitmap, iu, iv),
            texel(bitmap, next_u, iv),
            texel(bitmap, iu, next_v),
            texel(bitmap, next_u, next_v),
        ];
        std::array::from_fn(|channel| {
            let of = corners.map(|texel| texel.get(channel).copied().unwrap_or_default());
            rounded(f64::from(mix(of, fu, fv << 8) >> 8) * coverage) as u8
        })
    }

    /// Pixels from `x` on that need neither clamping nor coverage.
    fn fast(&self, x: i32, pixels: &mut [u8]) {
        let x = f64::from(x);
        let at = (self.du * x + self.u0 - 0.5, self.dv * x + self.v0 - 0.5);
        bilinear::line(self.source.bitmap, at, (self.du, self.dv), pixels);
    }
}

fn texel(bitmap: &Bitmap, x: usize, y: usize) -> [u8; 4] {
    let at = (y * bitmap.width + x) * 4;
    bitmap
        .data
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_default()
}
