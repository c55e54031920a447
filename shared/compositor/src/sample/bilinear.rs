//! Bilinear mixing of texels along a line, many pixels at once.
//!
//! A block of pixels is worked on in three passes: where each lies, and between what; its
//! four texels, fetched by two loads and kept by two stores; the mixing. The first and the
//! last are loops that the compiler vectorises, and the one between does nothing else. A
//! block is long enough for the stores to have left the processor's store buffer before
//! they are read again in wider pieces, which otherwise waits for them.

use crate::bitmap::Bitmap;

/// Pixels in a block.
const BLOCK: usize = 64;
/// Pixels mixed at once: two registers of AVX2.
const LANES: usize = 16;

/// One value a pixel.
type Values = [u32; LANES];
/// The same in halves.
type Halves = [u16; 2 * LANES];

/// Where the pixels of a block lie.
struct Places {
    /// Bytes from the texel of the first one to the upper left texel of each.
    offset: [i32; BLOCK],
    /// How far to the right of that texel, in 1/256, in both halves.
    right: [u32; BLOCK],
    /// How far below it, in 1/65536, in both halves.
    down: [u32; BLOCK],
}

/// Fills `pixels` from the bitmap: the first lies at `from`, in texels from the middle of
/// the first one, each next one `step` further. All of their texels must be in the bitmap;
/// where they are not, pixels are transparent.
pub(super) fn line(bitmap: &Bitmap, from: (f64, f64), step: (f64, f64), pixels: &mut [u8]) {
    // 32 bits of fraction, half a step of 1/256 added so that cutting rounds.
    const ONE: f64 = 4_294_967_296.0;
    let fixed = |(u, v): (f64, f64)| ((u * ONE) as i64, (v * ONE) as i64);
    let (mut u, mut v) = fixed((from.0 + 1.0 / 512.0, from.1 + 1.0 / 512.0));
    let (du, dv) = fixed(step);
    let stride = bitmap.width * 4;
    let below = bitmap.data.get(stride..).unwrap_or_default();
    let above = bitmap.data.get(..below.len()).unwrap_or_default();
    let mut places = Places {
        offset: [0; BLOCK],
        right: [0; BLOCK],
        down: [0; BLOCK],
    };
    let mut texels = [[0_u64; BLOCK]; 2];
    for pixels in pixels.chunks_mut(4 * BLOCK) {
        places.find((u, v), (du, dv), stride);
        let first = (v >> 32) as usize * stride + (u >> 32) as usize * 4;
        let [tops, bottoms] = &mut texels;
        let rows = tops.iter_mut().zip(bottoms);
        for ((top, bottom), offset) in rows.zip(places.offset).take(pixels.len() / 4) {
            let at = first.wrapping_add_signed(offset as isize);
            *top = pair(above, at);
            *bottom = pair(below, at);
        }
        places.mix(&texels, pixels);
        u = u.wrapping_add(du.wrapping_mul(BLOCK as i64));
        v = v.wrapping_add(dv.wrapping_mul(BLOCK as i64));
    }
}

/// Two neighbouring texels.
#[inline]
fn pair(data: &[u8], at: usize) -> u64 {
    let texels = data.get(at..at.wrapping_add(8));
    texels
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_le_bytes)
}

impl Places {
    /// Those of the pixels from (`u`, `v`) on. A step is cut to 16 bits of fraction here,
    /// which over a block is less than an eighth of what a texel's weight is told by.
    fn find(&mut self, (u, v): (i64, i64), (du, dv): (i64, i64), stride: usize) {
        let cut = |step: i64| (step.wrapping_add(1 << 15) >> 16) as i32;
        let part = |at: i64| (at as u32 >> 16) as i32;
        let (u, v, du, dv) = (part(u), part(v), cut(du), cut(dv));
        let stride = stride as i32;
        let both = |half: u32| half | (half << 16);
        for n in 0..BLOCK {
            let step = n as i32;
            let u = u.wrapping_add(du.wrapping_mul(step));
            let v = v.wrapping_add(dv.wrapping_mul(step));
            let offset = (v >> 16).wrapping_mul(stride).wrapping_add((u >> 16) * 4);
            if let (Some(to), Some(right), Some(down)) = (
                self.offset.get_mut(n),
                self.right.get_mut(n),
                self.down.get_mut(n),
            ) {
                *to = offset;
                *right = both(((u as u32) >> 8) & 255);
                *down = both(v as u32 & 0xff00);
            }
        }
    }

    /// Mixes the texels above and below of each pixel.
    fn mix(&self, [tops, bottoms]: &[[u64; BLOCK]; 2], pixels: &mut [u8]) {
        let texels = tops.as_chunks().0.iter().zip(bottoms.as_chunks().0);
        let weights = self.right.as_chunks().0.iter().zip(self.down.as_chunks().0);
        let pieces = pixels.chunks_mut(4 * LANES).zip(texels.zip(weights));
        for (pixels, ((top, bottom), (right, down))) in pieces {
            let corners = corners(top, bottom);
            let mixed = mix_lanes(corners, *right, *down);
            for (pixel, mixed) in pixels.as_chunks_mut().0.iter_mut().zip(mixed) {
                *pixel = mixed.to_le_bytes();
            }
        }
    }
}

/// Left and right above, left and right below.
fn corners(top: &[u64; LANES], bottom: &[u64; LANES]) -> [Values; 4] {
    let left = |pairs: &[u64; LANES]| pairs.map(|pair| pair as u32);
    let right = |pairs: &[u64; LANES]| pairs.map(|pair| (pair >> 32) as u32);
    [left(top), right(top), left(bottom), right(bottom)]
}

/// Two channels of each pixel at once: one in each half.
#[inline]
fn mix_lanes(corners: [Values; 4], right: Values, down: Values) -> Values {
    const EVEN: u32 = 0x00ff_00ff;
    let (right, down): (Halves, Halves) = (bytemuck::cast(right), bytemuck::cast(down));
    let mixed = |channels: fn(u32) -> u32| -> Values {
        let corners: [Halves; 4] =
            corners.map(|values| bytemuck::cast::<Values, Halves>(values.map(channels)));
        let [a, b, c, d] = corners;
        let halves: Halves =
            std::array::from_fn(|n| weigh([a[n], b[n], c[n], d[n]], right[n], down[n]));
        bytemuck::cast(halves)
    };
    let even = mixed(|pixel| pixel & EVEN);
    let odd = mixed(|pixel| (pixel >> 8) & EVEN);
    std::array::from_fn(|n| ((even[n] >> 8) & EVEN) | (odd[n] & !EVEN))
}

/// One channel of four texels (left and right above, left and right below), in 1/256;
/// how far to the right in 1/256, how far down in 1/65536.
#[inline]
pub(super) fn mix(corners: [u8; 4], right: u16, down: u16) -> u16 {
    weigh(corners.map(u16::from), right, down)
}

/// The same of channels up to 255.
#[inline]
fn weigh([a, b, c, d]: [u16; 4], right: u16, down: u16) -> u16 {
    let across = |left: u16, other: u16| {
        let left = left.wrapping_mul(256_u16.wrapping_sub(right));
        left.wrapping_add(other.wrapping_mul(right))
    };
    let part_of = |sum: u16| ((u32::from(sum) * u32::from(down)) >> 16) as u16;
    let (top, bottom) = (across(a, b), across(c, d));
    top.wrapping_sub(part_of(top))
        .wrapping_add(part_of(bottom))
        .wrapping_add(128)
}
