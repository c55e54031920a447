//! Captions: when pages show, and what is highlighted.

use std::collections::HashMap;

use darkroom_compositor::{Scene, YuvFrame};
use darkroom_editor_state::{Ratio, frame_tick, output_layout};
use serde_json::json;

use super::assert_near;
use crate::film::{FRAME, Film, Item, captions, film};
use crate::stage::{Rgb, draw, fonts};

/// The left half of the canvas: each block is about 12 px wide, each line 40 high.
const PLACE: [f64; 4] = [0.0, 0.0, 80.0, 90.0];

const GREY: [u8; 3] = [0x30; 3];
const PLAIN: [u8; 3] = [255; 3];
const SPOKEN: [u8; 3] = [255, 0, 0];

/// A word of two blocks.
const WORD: &str = "██";

fn blocks(timing: &str, times: &[(i64, i64)]) -> Item {
    let entries: Vec<_> = times.iter().map(|&(from, to)| (WORD, from, to)).collect();
    captions(timing, &entries, PLACE)
        .with("fontFamily", "DejaVu Sans Mono")
        .with("fontSize", 20)
        .with("lineHeight", 2)
        .with("highlightColor", "#ff0000")
}

/// The colours of the first and the second word of the first line, and of the first of
/// the second line.
fn colors(item: &Item, n: u64) -> [[u8; 3]; 3] {
    let picture = Rgb::of(&draw(&film().track([item.clone()]), n));
    [(12, 20), (48, 20), (12, 60)].map(|(x, y)| picture.at(x, y))
}

#[track_caller]
fn assert_colors(item: &Item, n: u64, expected: [[u8; 3]; 3]) {
    for (found, expected) in colors(item, n).into_iter().zip(expected) {
        let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3);
        assert!(near, "frame {n}: {found:?}, not {expected:?}");
    }
}

#[test]
fn words_are_highlighted_while_they_are_spoken() {
    let item = blocks("word", &[(4, 8), (10, 14)]);
    for (n, expected) in [
        (3, [GREY, GREY, GREY]),
        (4, [SPOKEN, PLAIN, GREY]),
        (7, [SPOKEN, PLAIN, GREY]),
        (8, [PLAIN, PLAIN, GREY]),
        (9, [PLAIN, PLAIN, GREY]),
        (10, [PLAIN, SPOKEN, GREY]),
        (13, [PLAIN, SPOKEN, GREY]),
        (14, [GREY, GREY, GREY]),
    ] {
        assert_colors(&item, n, expected);
    }
}

#[test]
fn lines_are_highlighted_while_they_are_spoken() {
    let item = blocks("line", &[(4, 8), (8, 12), (12, 16)]);
    for (n, expected) in [
        (3, [GREY, GREY, GREY]),
        (4, [SPOKEN, GREY, PLAIN]),
        (7, [SPOKEN, GREY, PLAIN]),
        (8, [PLAIN, GREY, SPOKEN]),
        (11, [PLAIN, GREY, SPOKEN]),
        // Two lines a page: the third has its own.
        (12, [SPOKEN, GREY, GREY]),
        (15, [SPOKEN, GREY, GREY]),
        (16, [GREY, GREY, GREY]),
    ] {
        assert_colors(&item, n, expected);
    }
}

#[test]
fn pages_end_at_their_duration() {
    let times = [(0, 4), (4, 8), (8, 12), (12, 16)];
    let item = |ticks: i64| blocks("word", &times).with("pageDurationTicks", ticks);
    // Two words last exactly eight frames.
    for (n, expected) in [
        (0, [SPOKEN, PLAIN, GREY]),
        (7, [PLAIN, SPOKEN, GREY]),
        (8, [SPOKEN, PLAIN, GREY]),
        (15, [PLAIN, SPOKEN, GREY]),
        (16, [GREY, GREY, GREY]),
    ] {
        assert_colors(&item(8 * FRAME), n, expected);
    }
    // A tick less, and each word has a page of its own.
    for n in [0, 3, 4, 8, 12, 15] {
        assert_colors(&item(8 * FRAME - 1), n, [SPOKEN, GREY, GREY]);
    }
    // A tick more than eleven frames takes no third word either.
    assert_colors(&item(12 * FRAME - 1), 0, [SPOKEN, PLAIN, GREY]);
    assert_colors(&item(12 * FRAME), 0, [SPOKEN, PLAIN, PLAIN]);
}

#[test]
fn times_count_from_the_items_start_and_the_contents_offset() {
    // The item begins at frame 5 with what is said from frame 6 on.
    let item = blocks("word", &[(4, 8), (8, 12)])
        .at(5, 30)
        .with("contentStartOffsetTicks", 6 * FRAME);
    for (n, expected) in [
        (4, [GREY, GREY, GREY]),
        (5, [SPOKEN, PLAIN, GREY]),
        (6, [SPOKEN, PLAIN, GREY]),
        (7, [PLAIN, SPOKEN, GREY]),
        (10, [PLAIN, SPOKEN, GREY]),
        (11, [GREY, GREY, GREY]),
    ] {
        assert_colors(&item, n, expected);
    }
}

#[test]
fn letters_at_rest_are_those_without_animations() {
    let rest = blocks("line", &[(0, 30)]);
    let animated = rest
        .clone()
        .letters("in", "elastic-pop", 5)
        .letters("out", "sweep-shine", 5);
    for (n, same) in [(2, false), (5, true), (14, true), (25, true), (27, false)] {
        let drawn = [&rest, &animated].map(|item| draw(&film().track([item.clone()]), n));
        assert_eq!(drawn[0] == drawn[1], same, "frame {n}");
    }
}

#[test]
fn nothing_is_there_at_the_outer_ends_of_in_and_out() {
    let kinds = [
        "converge",
        "elastic-pop",
        "typewriter",
        "lay-down",
        "center-type-out",
        "curtain-close",
        "jitter",
        "rainbow",
        "sweep-shine",
    ];
    let empty = Rgb::of(&draw(&film().track([blocks("line", &[])]), 0));
    for kind in kinds {
        let item = blocks("line", &[(0, 10)])
            .with("strokeWidth", 3)
            .with(
                "background",
                json!({ "color": "blue", "horizontalPadding": 4, "borderRadius": 2 }),
            )
            .letters("in", kind, 10);
        let picture = Rgb::of(&draw(&film().track([item]), 0));
        assert!(picture == empty, "{kind}");
    }
}

#[test]
fn frames_do_not_depend_on_those_drawn_before() {
    let lines = blocks("line", &[(0, 9), (9, 20), (20, 30)])
        .letters("in", "jitter", 4)
        .letters("loop", "rainbow", 7)
        .letters("out", "typewriter", 4)
        .animate("in", "slide-left", 6, "ease-out");
    let words = blocks("word", &[(0, 9), (9, 20), (20, 30)]).with("left", 80);
    let film: Film = film().track([lines]).track([words]);
    let layout = output_layout(film.size, Ratio::Custom, 1.0);
    let mut scene = Scene::new(&film.state(), layout, fonts(), None).unwrap();
    for n in [0, 3, 12, 13, 2, 29, 12, 21, 8, 3] {
        let alone = draw(&film, n);
        let mut out = YuvFrame {
            data: vec![0; alone.data.len()],
            ..alone.clone()
        };
        scene
            .draw(frame_tick(n, 30), &HashMap::new(), &mut out)
            .unwrap();
        assert!(out == alone, "frame {n}");
    }
    let picture = Rgb::of(&draw(&film, 25));
    assert_near(&picture, (92, 60), SPOKEN, 3);
}
