//! Stickers that cannot be drawn, and when a sticker shows what.

use crate::film::{FRAME, film, sticker};
use crate::stage::{draw, try_draw};

const BOX: [f64; 4] = [30.0, 10.0, 70.0, 70.0];

#[test]
fn a_sticker_that_cannot_be_read_fails_with_its_id_and_cause() {
    let film = film().track([sticker("broken.json", BOX)]);
    let error = try_draw(&film, 0).unwrap_err();
    assert!(error.is_callers_fault());
    let sentence = error.to_string();
    assert!(sentence.contains("`broken.json`"), "{sentence}");
    assert!(
        sentence.contains("neither an SVG nor Lottie JSON"),
        "{sentence}"
    );
}

#[test]
fn the_json_in_the_document_is_the_same_as_the_file() {
    let [file, inline] = ["wheel.json", "inline-wheel.json"]
        .map(|name| draw(&film().track([sticker(name, BOX)]), 11));
    assert_eq!(file, inline);
}

#[test]
fn twice_the_rate_is_twice_the_time() {
    let wheel = || sticker("wheel.json", BOX);
    let fast = draw(&film().track([wheel().with("playbackRate", 2)]), 6);
    let later = draw(
        &film().track([wheel().with("sourceStartTicks", 8 * FRAME)]),
        4,
    );
    let plain = draw(&film().track([wheel()]), 12);
    assert_eq!(fast, plain);
    assert_eq!(later, plain);
}

#[test]
fn past_its_end_the_last_frame_stays() {
    let long = film().track([sticker("wheel.json", BOX).at(0, 90)]);
    let last = draw(&long, 29);
    assert_ne!(draw(&long, 28), last);
    for n in [30, 31, 89] {
        assert_eq!(draw(&long, n), last, "frame {n}");
    }
}
