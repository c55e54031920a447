//! What a transition does where the document leaves something out.

use darkroom_editor_state::names;

use crate::film::{film, image};
use crate::stage::draw;

#[test]
fn a_transition_that_names_no_direction_comes_from_the_left() {
    let place = [0.0, 0.0, 160.0, 90.0];
    let directed = names::TRANSITIONS
        .iter()
        .filter(|kind| !names::directions(kind.id).is_empty());
    for kind in directed {
        let drawn = |direction, n| {
            let track = [
                image("flag.png", place).at(0, 15),
                image("white.png", place).at(15, 15),
            ];
            let film = film().track(track);
            draw(&film.transition(kind.id, direction, 10, "linear"), n)
        };
        for n in [12, 17] {
            let without = drawn(None, n);
            assert!(without == drawn(Some("from-left"), n), "{} {n}", kind.id);
            assert!(without != drawn(Some("from-right"), n), "{} {n}", kind.id);
        }
    }
}
