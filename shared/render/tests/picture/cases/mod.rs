//! The golden cases, in tables by subject. Where a vocabulary of the document has a
//! case a word, the cases are made of it; `required` tells which there must be.

mod animations;
mod backgrounds;
mod boxes;
mod captions;
mod changes;
mod charts;
mod graphics;
mod illustrations;
mod items;
mod letters;
mod media;
mod presets;
mod required;
mod stickers;
mod templates;
mod text;
mod transitions;

use std::collections::BTreeSet;

pub(crate) use changes::ways;

use crate::film::Film;
use crate::golden;

/// One golden picture.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) film: Film,
    /// Frames that are drawn.
    pub(crate) frames: Vec<u64>,
}

fn case(name: impl Into<String>, frames: &[u64], film: Film) -> Case {
    Case {
        name: name.into(),
        film,
        frames: frames.to_vec(),
    }
}

#[test]
fn items_of_every_type() {
    golden::check(&items::cases());
}

#[test]
fn boxes_shapes_and_keyframes() {
    golden::check(&boxes::cases());
}

#[test]
fn images_videos_and_gifs() {
    golden::check(&media::cases());
}

#[test]
fn in_and_out_animations() {
    golden::check(&animations::cases());
}

#[test]
fn dissolves() {
    golden::check(&transitions::cases());
}

#[test]
fn transitions_of_every_direction() {
    golden::check(&changes::transitions());
}

#[test]
fn effects_and_filters() {
    golden::check(&changes::adjustments());
}

#[test]
fn backgrounds_and_canvases() {
    golden::check(&backgrounds::cases());
}

#[test]
fn background_presets() {
    golden::check(&presets::cases());
}

#[test]
fn background_images() {
    golden::check(&backgrounds::images());
}

#[test]
fn blurred_backgrounds() {
    golden::check(&backgrounds::blurs());
}

#[test]
fn lottie_and_svg_stickers() {
    golden::check(&stickers::cases());
}

#[test]
fn motion_graphics() {
    golden::check(&graphics::cases());
}

#[test]
fn text_templates() {
    golden::check(&templates::cases());
}

#[test]
fn texts() {
    golden::check(&text::cases());
}

#[test]
fn charts_of_every_type() {
    golden::check(&charts::cases());
}

#[test]
fn illustrations_of_every_name() {
    golden::check(&illustrations::cases());
}

#[test]
fn timed_words_and_lines() {
    golden::check(&captions::cases());
}

#[test]
fn animated_letters() {
    golden::check(&letters::cases());
}

/// Every case there is.
fn all() -> Vec<Case> {
    let tables = [
        items::cases(),
        boxes::cases(),
        media::cases(),
        animations::cases(),
        transitions::cases(),
        changes::transitions(),
        changes::adjustments(),
        backgrounds::cases(),
        backgrounds::images(),
        backgrounds::blurs(),
        presets::cases(),
        stickers::cases(),
        templates::cases(),
        graphics::cases(),
        text::cases(),
        charts::cases(),
        illustrations::cases(),
        captions::cases(),
        letters::cases(),
    ];
    tables.into_iter().flatten().collect()
}

#[test]
fn every_golden_has_a_case() {
    let mut names = BTreeSet::new();
    for case in all() {
        assert!(
            names.insert(golden::path(&case.name)),
            "two cases are called {}",
            case.name
        );
    }
    let stored: BTreeSet<_> = std::fs::read_dir(golden::dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let apart: Vec<_> = names.symmetric_difference(&stored).collect();
    assert!(
        apart.is_empty(),
        "goldens without a case, or cases without a golden: {apart:?}"
    );
}
