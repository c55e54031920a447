//! Row kernels: premultiplied 8-bit RGBA over premultiplied 8-bit RGBA.
//!
//! Plain loops over blocks of bytes, written so that the compiler vectorises them: arrays
//! of a fixed length, two channels of a pixel at once in the halves of a word.

#![expect(
    clippy::inline_always,
    reason = "a call a block, its arrays passed by memory, takes twice the time"
)]

use crate::bitmap::div255;

/// How a source row meets what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Source over destination.
    Over,
    /// Sum (CSS `plus-lighter`): the two halves of a dissolve.
    Add,
}

/// Bytes worked on at a time: 16 pixels, two registers of AVX2.
const BLOCK: usize = 64;

type Block = [u8; BLOCK];
/// The same, one pixel each, alpha in the highest byte.
type Pixels = [u32; BLOCK / 4];
/// Two channels of each pixel: one in each half.
type Halves = [u16; BLOCK / 2];

/// Exactly `round(x / 255)` for a product of two bytes.
#[inline]
fn div(x: u16) -> u16 {
    let x = x + 128;
    (x + (x >> 8)) >> 8
}

/// Blends `source`, weighed by `opacity`, into `target` (same length).
pub(crate) fn row(target: &mut [u8], source: &[u8], opacity: u8, op: Op) {
    let (targets, last_target) = target.as_chunks_mut();
    let (sources, last_source) = source.as_chunks();
    for (target, source) in targets.iter_mut().zip(sources) {
        blend(target, source, opacity, op);
    }
    if !last_target.is_empty() {
        let mut target = filled(last_target);
        blend(&mut target, &filled(last_source), opacity, op);
        for (to, from) in last_target.iter_mut().zip(target) {
            *to = from;
        }
    }
}

/// The rest of a row, and zeros.
fn filled(rest: &[u8]) -> Block {
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    block
}

#[inline(always)]
fn blend(target: &mut Block, source: &Block, opacity: u8, op: Op) {
    let mut source = pixels(*source);
    if opacity != 255 {
        source = weighed(source, [u16::from(opacity); BLOCK / 2]);
    }
    match op {
        Op::Over => over(target, source),
        Op::Add => *target = sum(*target, block(source)),
    }
}

#[inline(always)]
fn over(target: &mut Block, source: Pixels) {
    let any = source.iter().fold(0, |any, pixel| any | pixel);
    let all = source.iter().fold(u32::MAX, |all, pixel| all & pixel);
    if any >> 24 == 0 {
        return;
    }
    if all >> 24 == 255 {
        *target = block(source);
        return;
    }
    let keep = source.map(|pixel| {
        let keep = 255 - (pixel >> 24);
        keep | (keep << 16)
    });
    let kept = weighed(pixels(*target), bytemuck::cast(keep));
    *target = sum(block(source), block(kept));
}

#[inline(always)]
fn sum(one: Block, two: Block) -> Block {
    std::array::from_fn(|n| one[n].saturating_add(two[n]))
}

/// Every channel times its weight; the two halves of a pixel weigh two channels each.
#[inline(always)]
fn weighed(pixels: Pixels, weights: Halves) -> Pixels {
    const EVEN: u32 = 0x00ff_00ff;
    let channels = |part: fn(u32) -> u32| -> Pixels {
        let halves: Halves = bytemuck::cast(pixels.map(part));
        let weighed: Halves = std::array::from_fn(|n| div(halves[n].wrapping_mul(weights[n])));
        bytemuck::cast(weighed)
    };
    let even = channels(|pixel| pixel & EVEN);
    let odd = channels(|pixel| (pixel >> 8) & EVEN);
    std::array::from_fn(|n| even[n] | (odd[n] << 8))
}

#[inline(always)]
fn pixels(block: Block) -> Pixels {
    bytemuck::cast::<Block, Pixels>(block).map(u32::from_le)
}

#[inline(always)]
fn block(pixels: Pixels) -> Block {
    bytemuck::cast(pixels.map(u32::to_le))
}

/// Paints one colour, weighed by each pixel's coverage.
pub(crate) fn cover_row(target: &mut [u8], color: [u8; 4], coverage: &[u8]) {
    for (pixel, &coverage) in target.chunks_exact_mut(4).zip(coverage) {
        if coverage == 255 && color[3] == 255 {
            pixel.copy_from_slice(&color);
        } else if coverage != 0 {
            let source = color.map(|c| div255(u32::from(c) * u32::from(coverage)));
            let keep = 255 - source[3];
            for (out, source) in pixel.iter_mut().zip(source) {
                *out = (source + div255(u32::from(*out) * keep)).min(255) as u8;
            }
        }
    }
}

/// Paints one colour at one coverage over a whole row.
pub(crate) fn flat_row(target: &mut [u8], color: [u8; 4], coverage: u8) {
    let color = color.map(|c| div255(u32::from(c) * u32::from(coverage)) as u8);
    if color[3] == 255 {
        target.as_chunks_mut().0.fill(color);
        return;
    }
    let keep = u16::from(255 - color[3]);
    for pixel in target.chunks_exact_mut(4) {
        for (out, source) in pixel.iter_mut().zip(color) {
            *out = source.saturating_add(div(u16::from(*out) * keep) as u8);
        }
    }
}

/// Puts `source` in place of `target`, as far as each pixel is covered.
pub(crate) fn replace_row(target: &mut [u8], source: &[u8], coverage: &[u8]) {
    let pixels = target.chunks_exact_mut(4).zip(source.chunks_exact(4));
    for ((target, source), &coverage) in pixels.zip(coverage) {
        if coverage == 255 {
            target.copy_from_slice(source);
        } else if coverage != 0 {
            let kept = [target[0], target[1], target[2], target[3]];
            mix_row(target, &kept, source, coverage);
        }
    }
}

/// `one` and `two` in the proportion `255 - weight : weight`; equal bytes stay equal.
pub(crate) fn mix_row(target: &mut [u8], one: &[u8], two: &[u8], weight: u8) {
    let (first, second) = (u16::from(255 - weight), u16::from(weight));
    for ((out, &one), &two) in target.iter_mut().zip(one).zip(two) {
        *out = div(u16::from(one) * first + u16::from(two) * second) as u8;
    }
}
