//! Random texts and captions.

use darkroom_editor_state::names::{CAPTION_ANIMATIONS, EASINGS};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::items::{color, lengths, number, one_of, place};
use crate::film::{Item, captions, text};

pub(super) fn words() -> impl Strategy<Value = &'static str> {
    select(vec![
        "Darkroom",
        "",
        "\n\n\t",
        "שלום 123 مرحبا",
        "夜 👩‍👩‍👧‍👦 e\u{301}",
        "a\u{202e}b\u{0}c",
    ])
}

/// Looks of a text: fields and what they are set to.
fn looks() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let plate = json!({ "color": "#1d5fd0", "horizontalPadding": 4, "borderRadius": 3 });
    let sizes = (
        number(6.0..40.0).prop_map(|size| size.clamp(1.0, 1e3)),
        number(0.8..2.0).prop_map(|height| height.clamp(0.0, 1e3)),
        number(-2.0..6.0).prop_map(|spacing| spacing.clamp(-1e3, 1e3)),
        number(0.0..9.0).prop_map(|stroke| stroke.clamp(0.0, 1e4)),
    );
    let faces = (
        select(vec!["DejaVu Sans", "Roboto", "No Such Font"]),
        select(vec!["400", "700"]),
        select(vec!["normal", "italic"]),
    );
    let lines = (
        select(vec!["left", "center", "right"]),
        select(vec!["ltr", "rtl"]),
        prop_oneof![2 => Just(Value::Null), 1 => Just(plate)],
    );
    (color(), sizes, faces, lines).prop_map(
        |(color, (size, height, spacing, stroke), face, (align, direction, plate))| {
            vec![
                ("color", json!(color)),
                ("fontSize", json!(size)),
                ("lineHeight", json!(height)),
                ("letterSpacing", json!(spacing)),
                ("strokeWidth", json!(stroke)),
                ("fontFamily", json!(face.0)),
                ("fontStyle", json!({ "weight": face.1, "variant": face.2 })),
                ("align", json!(align)),
                ("direction", json!(direction)),
                ("background", plate),
            ]
        },
    )
}

/// Animations of letters, at either side and between, each with the ticks it takes.
type Letters = [Option<(&'static str, i64, &'static str)>; 3];

fn letters() -> impl Strategy<Value = Letters> {
    let one = || prop::option::of((one_of(CAPTION_ANIMATIONS), lengths(), one_of(EASINGS)));
    [one(), one(), one()]
}

fn dressed(item: Item, looks: Vec<(&'static str, Value)>, letters: Letters) -> Item {
    let item = looks
        .into_iter()
        .fold(item, |item, (field, value)| item.with(field, value));
    let sides = ["in", "out", "loop"].into_iter().zip(letters);
    sides.fold(item, |item, (side, letters)| match letters {
        Some((kind, ticks, easing)) => item.letters_for(side, kind, ticks, easing),
        None => item,
    })
}

pub(super) fn texts() -> impl Strategy<Value = Item> {
    (
        words(),
        place(),
        any::<bool>(),
        looks().boxed(),
        letters().boxed(),
    )
        .prop_map(|(words, at, breaks, looks, letters)| {
            let item = text(words, at).with("resizeOnEdit", !breaks);
            dressed(item, looks, letters)
        })
}

/// Captions timed by word, and by line, whose letters may move.
pub(super) fn captions_of_all() -> impl Strategy<Value = Item> {
    let timing = select(vec!["word", "line"]);
    (
        words(),
        words(),
        place(),
        timing,
        looks().boxed(),
        letters().boxed(),
    )
        .prop_map(|(one, two, at, timing, looks, letters)| {
            let item = captions(timing, &[(one, 0, 5), (two, 5, 9)], at);
            let letters = if timing == "line" { letters } else { [None; 3] };
            dressed(item, looks, letters)
        })
}
