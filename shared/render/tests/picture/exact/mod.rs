//! Numbers of the editor-state reference, "to the pixel".

mod boxes;
mod captions;
mod charts;
mod colors;
mod families;
mod random;
mod stickers;
mod time;
mod transitions;
mod words;

use crate::stage::Rgb;

/// Every channel within `tolerance` of what is expected.
#[track_caller]
fn assert_near(picture: &Rgb, (x, y): (usize, usize), expected: [u8; 3], tolerance: u8) {
    let found = picture.at(x, y);
    let near = found
        .iter()
        .zip(expected)
        .all(|(one, two)| one.abs_diff(two) <= tolerance);
    assert!(near, "pixel ({x}, {y}) is {found:?}, not {expected:?}");
}

/// The pixels of a row that are brighter than half: first, and one past the last.
fn bright_columns(picture: &Rgb, y: usize) -> Option<(usize, usize)> {
    let bright = |x: &usize| picture.at(*x, y)[1] > 127;
    let first = (0..picture.width).find(bright)?;
    let last = (0..picture.width).rev().find(bright)?;
    Some((first, last + 1))
}

/// The same down a column.
fn bright_rows(picture: &Rgb, x: usize) -> Option<(usize, usize)> {
    let bright = |y: &usize| picture.at(x, *y)[1] > 127;
    let first = (0..picture.height).find(bright)?;
    let last = (0..picture.height).rev().find(bright)?;
    Some((first, last + 1))
}
