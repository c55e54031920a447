//! Row kernels: premultiplied 8-bit RGBA over premultiplied 8-bit RGBA.
//!
//! Plain loops over blocks of bytes, written so that the compiler vectorises them.

use crate::bitmap::div255;

/// How a source row meets what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Source over destination.
    Over,
    /// Sum (CSS `plus-lighter`): the two halves of a dissolve.
    Add,
}

/// Bytes worked on at a time: 16 pixels.
const BLOCK: usize = 64;

/// Exactly `round(x / 255)` for a product of two bytes.
#[inline]
fn div(x: u16) -> u16 {
    let x = x + 128;
    (x + (x >> 8)) >> 8
}

/// Blends `source`, weighed by `opacity`, into `target` (same length).
pub(crate) fn row(target: &mut [u8], source: &[u8], opacity: u8, op: Op) {
    let mut scaled = [0_u8; BLOCK];
    for (target, source) in target.chunks_mut(BLOCK).zip(source.chunks(BLOCK)) {
        let source = if opacity == 255 {
            source
        } else {
            for (out, &byte) in scaled.iter_mut().zip(source) {
                *out = div(u16::from(byte) * u16::from(opacity)) as u8;
            }
            scaled.get(..source.len()).unwrap_or_default()
        };
        match op {
            Op::Over => over(target, source),
            Op::Add => {
                for (out, &byte) in target.iter_mut().zip(source) {
                    *out = out.saturating_add(byte);
                }
            }
        }
    }
}

fn over(target: &mut [u8], source: &[u8]) {
    // Whole pixels, not every fourth byte: these are vectorised.
    let (mut any, mut all) = (0_u32, u32::MAX);
    for pixel in source.as_chunks().0 {
        any |= u32::from_be_bytes(*pixel);
        all &= u32::from_be_bytes(*pixel);
    }
    let (any, all) = (any as u8, all as u8);
    if any == 0 {
        return;
    }
    if all == 255 && target.len() == source.len() {
        target.copy_from_slice(source);
        return;
    }
    let mut keep = [0_u8; BLOCK];
    for (keep, pixel) in keep.chunks_exact_mut(4).zip(source.chunks_exact(4)) {
        keep.fill(255 - pixel[3]);
    }
    for ((out, &byte), &keep) in target.iter_mut().zip(source).zip(&keep) {
        *out = byte.saturating_add(div(u16::from(*out) * u16::from(keep)) as u8);
    }
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
