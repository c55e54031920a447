//! Random films say every word that a document may say: what a vocabulary gains is drawn
//! at random from then on, or the test here fails.

use std::collections::BTreeSet;

use darkroom_editor_state::motion_graphics::built_in;
use darkroom_editor_state::names::{self, Name};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::films::films;
use super::items::illustrations;
use crate::film::film;

/// So many that a word of one in a hundred films is missed once in e^20 times.
const FILMS: usize = 2000;
/// Illustrations, which are too many for these films to show each: as surely of a hundred.
const DRAWINGS: usize = 2500;

/// Where a word is said, and the word.
type Words = BTreeSet<(String, String)>;

/// What a document says of the vocabularies.
fn said(document: &Value) -> Words {
    let mut words = Words::new();
    let mut say = |place: &str, value: &Value| {
        if let Some(word) = value.as_str() {
            words.insert((place.to_owned(), word.to_owned()));
        }
    };
    for item in document["items"].as_object().unwrap().values() {
        for field in [
            "type",
            "shape",
            "chartType",
            "effectType",
            "filterType",
            "motionGraphicId",
            "illustrationName",
        ] {
            say(field, &item[field]);
        }
        for side in ["in", "out", "loop"] {
            for animations in ["animations", "captionAnimations"] {
                let animation = &item[animations][side];
                say(&format!("{animations} {side}"), &animation["type"]);
                say(&format!("{animations} easing"), &animation["easing"]);
            }
        }
    }
    for transition in document["transitions"].as_object().unwrap().values() {
        say("transition", &transition["type"]);
        say("transition easing", &transition["easing"]);
        say("direction", &transition["params"]["direction"]);
    }
    say("background", &document["globalBackground"]["type"]);
    words
}

/// Everything that there is to say.
fn sayable() -> Words {
    let each = |place: &str, words: &[Name]| -> Words {
        let words = words.iter();
        words
            .map(|word| (place.to_owned(), word.id.to_owned()))
            .collect()
    };
    let mut all: Words = [
        ("type", names::ITEMS),
        ("shape", names::SHAPES),
        ("chartType", names::CHARTS),
        ("effectType", names::EFFECTS),
        ("filterType", names::FILTERS),
        ("animations in", names::ANIMATIONS),
        ("animations out", names::ANIMATIONS),
        ("animations easing", names::EASINGS),
        ("captionAnimations in", names::CAPTION_ANIMATIONS),
        ("captionAnimations out", names::CAPTION_ANIMATIONS),
        ("captionAnimations loop", names::CAPTION_ANIMATIONS),
        ("captionAnimations easing", names::EASINGS),
        ("transition", names::TRANSITIONS),
        ("transition easing", names::EASINGS),
        ("direction", names::DIRECTIONS),
        ("background", names::BACKGROUNDS),
        ("ratio", names::RATIOS),
        ("illustrationName", names::ILLUSTRATIONS),
    ]
    .into_iter()
    .flat_map(|(place, words)| each(place, words))
    .collect();
    let graphics = built_in().iter();
    all.extend(graphics.map(|graphic| ("motionGraphicId".to_owned(), graphic.id.clone())));
    all
}

#[test]
fn random_films_say_every_word_of_the_vocabularies() {
    let (films, mut runner) = (films(), TestRunner::deterministic());
    let mut found = Words::new();
    for _ in 0..FILMS {
        let one = films.new_tree(&mut runner).unwrap().current();
        found.extend(said(&one.json()));
        found.insert(("ratio".to_owned(), one.ratio.to_string()));
    }
    let drawings = illustrations();
    for _ in 0..DRAWINGS {
        let drawing = drawings.new_tree(&mut runner).unwrap().current();
        found.extend(said(&film().track([drawing]).json()));
    }
    let silent: Vec<_> = sayable().difference(&found).cloned().collect();
    assert!(silent.is_empty(), "no film says {silent:?}");
}
