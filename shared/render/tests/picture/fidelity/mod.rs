//! The same documents drawn here and by a browser.
//!
//! Every case is written as plain HTML (`page`), headless Chromium draws all of them on
//! one page (`browser`), and each is compared by its structural similarity (`ssim`)
//! with our frame. `lottie` does the same with real Lottie files. Ours is what `draw_frame`
//! draws, of which `darkroom frame` and the console write the PNG: the same one
//! (`frames_are_those_of_darkroom_frame_and_refused_like_exports` in `cli/tests/console`).
//! It is 4:2:0 video: the browser's picture is made into video by the same conversion, as
//! an image that covers a canvas of its size, so that the loss of chroma is on both sides.
//!
//! What differs on purpose, or by a browser's own means, and is not compared or allowed for:
//! - Baselines of upright text: Chromium moves them to whole pixels, here they stay where
//!   the line is, so that moving text does not jump.
//! - Sizes that are no whole numbers: Chromium rounds boxes before they are transformed.
//! - Chromium on Linux moves a baseline up by a pixel where the font's descent was rounded
//!   down; other systems do not.
//! - The shading of letters: Chromium raises their contrast.
//! - Lottie animations in boxes of other proportions: they are stretched, as the reference
//!   has it of media; their own player fits them.
//! - Tabs: CSS stops at every eighth width of a space from the line's edge, here a tab is
//!   as many spaces as are missing to the next eighth character of its line.
//! - Soft hyphens: where a line breaks at one CSS shows a hyphen, here there is none.
//! - Most animations of letters. Compared are `typewriter`, `center-type-out` and
//!   `curtain-close` as they come in, and `rainbow` as a loop. How `converge`,
//!   `elastic-pop`, `lay-down`, `jitter` and `sweep-shine` move is numbers of this project
//!   alone, which CSS has no words for: their counterpart would be the same formulas once
//!   more. They, and the ways out and back of the others, have goldens.
//! - Charts: how one is laid out is of this project alone, as is what a chart looks like.
//!   They have goldens, and so have the corners that a radius rounds of triangles and stars:
//!   CSS rounds those of rectangles.
//!
//! `target/fidelity/NAME.png` shows ours, the browser's, and the difference made four
//! times stronger. Ignored where Chromium may be missing; `cargo xtask test --only
//! fidelity` installs it and runs this.

mod browser;
mod cases;
mod lottie;
mod page;
mod score;
mod ssim;

use std::path::{Path, PathBuf};

use darkroom_compositor::YuvFrame;
use darkroom_editor_state::names;
use serde_json::Value;

use crate::film::{Film, film, image};
use crate::stage::{Rgb, draw};
use crate::{golden, stage};
use cases::{Case, SIZE};
use score::Scores;

/// How far red, green and blue may be off on the average, in levels of 255: a wrong hue
/// of the right brightness counts, too.
const COLOR: f64 = 2.5;
/// Cases in a row of the browser's page.
const COLUMNS: usize = 5;

#[test]
#[ignore = "needs Chromium: cargo xtask test --only fidelity"]
fn frames_are_those_of_a_browser() {
    let cases = cases::cases();
    let mut faults = Vec::new();
    for (case, scores) in cases.iter().zip(compared(&cases)) {
        if !case.holds(scores) {
            faults.push(format!(
                "{}: {} ({}), inside {} ({})",
                case.name, scores.whole, case.whole, scores.inside, case.inside
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} pictures are not those of the browser; see target/fidelity:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

#[test]
#[ignore = "needs Chromium: cargo xtask test --only fidelity"]
fn a_wrong_weight_slant_or_spoken_word_is_told() {
    let cases = cases::wrong();
    let scores = cases.iter().zip(compared(&cases));
    let untold: Vec<String> = scores
        .filter(|(case, scores)| case.holds(*scores))
        .map(|(case, scores)| format!("{}: {scores}", case.name))
        .collect();
    assert!(untold.is_empty(), "taken for right:\n{}", untold.join("\n"));
}

/// Draws each case, lets the browser draw all of them on one page, and compares.
fn compared(cases: &[Case]) -> Vec<Scores> {
    let mut page = page::Page::new();
    let place = |index: usize| (index % COLUMNS * SIZE.0, index / COLUMNS * SIZE.1);
    for (index, case) in cases.iter().enumerate() {
        let drawn = case.counterpart.as_ref().unwrap_or(&case.film);
        page.add(drawn, case.frame, place(index));
    }
    let rows = cases.len().div_ceil(COLUMNS);
    let shot = browser::shoot(&page.html(), (COLUMNS * SIZE.0, rows * SIZE.1));
    let one = |(index, case): (usize, &Case)| {
        let theirs = browser::crop(&shot, place(index), SIZE);
        let scores = compare(&case.name, &draw(&case.film, case.frame), &theirs);
        println!("{scores} {}", case.name);
        scores
    };
    cases.iter().enumerate().map(one).collect()
}

#[test]
fn every_item_and_property_with_a_counterpart_is_compared() {
    // What is heard; and charts, which CSS has no words for.
    const APART: [&str; 2] = ["audio", "chart"];
    const ALL: [&str; 4] = ["rotation", "scaleX", "scaleY", "opacity"];
    const MEDIA: [&str; 5] = [
        "cropLeft",
        "cropTop",
        "cropRight",
        "cropBottom",
        "borderRadius",
    ];
    let documents = cases::cases().into_iter().map(|case| case.film.json());
    let items = documents.flat_map(|document| {
        let items = document["items"].as_object().unwrap();
        items.values().cloned().collect::<Vec<_>>()
    });
    let items: Vec<_> = items.collect();
    for word in names::ITEMS {
        let kind = word.id;
        let alike: Vec<_> = items.iter().filter(|item| item["type"] == kind).collect();
        assert_eq!(!alike.is_empty(), !APART.contains(&kind), "{kind}");
        let has_a_box = match kind {
            // Its counterpart is its parts, each with a box of its own.
            "motion-graphic" | "effect" | "filter" => false,
            kind => !APART.contains(&kind),
        };
        let properties: &[&str] = match kind {
            "image" | "video" | "gif" => &MEDIA,
            "solid" => &["borderRadius"],
            _ => &[],
        };
        let properties = ALL.iter().filter(|_| has_a_box).chain(properties);
        for property in properties {
            let changed = alike
                .iter()
                .any(|item| is_changed(&item[*property], property));
            assert!(changed, "{property} of {kind}");
        }
    }
}

/// Whether an animated number is not always what changes nothing.
fn is_changed(number: &Value, property: &str) -> bool {
    let rest = if property.starts_with("scale") || property == "opacity" {
        1.0
    } else {
        0.0
    };
    let moves = number["keyframes"]
        .as_array()
        .is_some_and(|keys| !keys.is_empty());
    let value = number["value"].as_f64();
    moves || value.is_some_and(|value| (value - rest).abs() > f64::EPSILON)
}

/// Compares ours with what the browser shows, and writes both down.
fn compare(name: &str, frame: &YuvFrame, theirs: &Rgb) -> Scores {
    let their_frame = as_video(name, theirs);
    let (ours, theirs) = (Rgb::of(frame), Rgb::of(&their_frame));
    let scores = Scores::of([frame.y(), their_frame.y()], [&ours, &theirs]);
    let channels = ours.data.iter().zip(&theirs.data);
    let difference = Rgb {
        data: channels
            .map(|(a, b)| a.abs_diff(*b).saturating_mul(4))
            .collect(),
        ..ours
    };
    let sheet = golden::side_by_side(&[ours, theirs, difference]);
    golden::write(&sheet_path(name), &sheet);
    scores
}

fn sheet_path(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fidelity");
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{name}.png"))
}

/// What is left of a picture as 4:2:0.
fn as_video(name: &str, picture: &Rgb) -> YuvFrame {
    // The name of an asset counts from its last dash on.
    let name = format!("{}.png", name.replace('-', "_"));
    golden::write(&stage::media_dir().join(&name), picture);
    let (width, height) = (picture.width, picture.height);
    let covering = image(&name, [0.0, 0.0, width as f64, height as f64]);
    let film: Film = film().size(width as u32, height as u32).track([covering]);
    draw(&film, 0)
}
