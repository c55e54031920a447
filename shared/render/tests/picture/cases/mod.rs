//! The golden cases, in tables by subject.

mod animations;
mod backgrounds;
mod boxes;
mod captions;
mod changes;
mod charts;
mod graphics;
mod illustrations;
mod letters;
mod media;
mod stickers;
mod templates;
mod text;
mod transitions;

use std::collections::BTreeSet;

use crate::film::Film;
use crate::golden;

/// One golden picture.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) film: Film,
    /// Frames that are drawn.
    pub(crate) frames: Vec<u64>,
}

fn case(name: &'static str, frames: &[u64], film: Film) -> Case {
    Case {
        name,
        film,
        frames: frames.to_vec(),
    }
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

#[test]
fn every_golden_has_a_case() {
    let tables = [
        boxes::cases(),
        media::cases(),
        animations::cases(),
        transitions::cases(),
        changes::transitions(),
        changes::adjustments(),
        backgrounds::cases(),
        backgrounds::images(),
        backgrounds::blurs(),
        stickers::cases(),
        templates::cases(),
        graphics::cases(),
        text::cases(),
        charts::cases(),
        illustrations::cases(),
        captions::cases(),
        letters::cases(),
    ];
    let mut names = BTreeSet::new();
    for case in tables.iter().flatten() {
        assert!(
            names.insert(golden::path(case.name)),
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
