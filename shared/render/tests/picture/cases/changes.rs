//! Transitions by direction, effects and filters: each at its begin, middle and end.

use serde_json::json;

use super::{Case, case};
use crate::film::{effect, film, filter, image, solid};

const ALL: [f64; 4] = [0.0, 0.0, 160.0, 90.0];
const FRAMES: [u64; 5] = [9, 10, 13, 16, 19];

/// A picture that changes into another, smaller one over a plain background.
fn cut(name: &'static str, kind: &str, direction: Option<&str>) -> Case {
    let film = film()
        .track([
            image("flag.png", ALL).at(0, 15),
            image("soft.png", [20.0, 10.0, 120.0, 70.0]).at(15, 15),
        ])
        .transition(kind, direction, 10, "linear")
        .background(json!({ "type": "color", "color": "#406080", "gradient": null }));
    case(name, &FRAMES, film)
}

pub(super) fn transitions() -> Vec<Case> {
    vec![
        cut("slide-from-left", "slide", Some("from-left")),
        cut("slide-from-right", "slide", Some("from-right")),
        cut("slide-from-top", "slide", Some("from-top")),
        cut("slide-from-bottom", "slide", Some("from-bottom")),
        cut("wipe-from-left", "wipe", None),
        cut("wipe-from-right", "wipe", Some("from-right")),
        cut("wipe-from-top", "wipe", Some("from-top")),
        cut("wipe-from-bottom", "wipe", Some("from-bottom")),
        cut("wipe-from-top-left", "wipe", Some("from-top-left")),
        cut("wipe-from-top-right", "wipe", Some("from-top-right")),
        cut("wipe-from-bottom-left", "wipe", Some("from-bottom-left")),
        cut("wipe-from-bottom-right", "wipe", Some("from-bottom-right")),
        cut("flip-from-left", "flip", Some("from-left")),
        cut("flip-from-right", "flip", Some("from-right")),
        cut("flip-from-top", "flip", Some("from-top")),
        cut("flip-from-bottom", "flip", Some("from-bottom")),
        cut("clock-wipe", "clock-wipe", None),
        cut("iris", "iris", None),
    ]
}

/// A change of a picture below, under a square that it leaves alone.
fn over(name: &'static str, frames: &[u64], change: crate::film::Item) -> Case {
    let film = film()
        .track([solid("rectangle", "#e09030", [130.0, 60.0, 20.0, 20.0])])
        .track([change])
        .track([image("flag.png", ALL)]);
    case(name, frames, film)
}

pub(super) fn adjustments() -> Vec<Case> {
    let flash = json!({
        "brightTicks": 16000, "darkTicks": 8000, "tailDarkTicks": 16000, "maxOpacity": 0.75,
    });
    let none = json!({});
    let look = |name: &'static str, look: &str| over(name, &[0], filter(look, 1.0, &json!({})));
    vec![
        over(
            "effect-flash",
            &[0, 2, 3, 27, 29],
            effect("flash-to-black", 1.0, &flash),
        ),
        over("effect-blur", &[0, 29], effect("blur", 1.0, &none)),
        over("effect-blur-none", &[0], effect("blur", 0.0, &none)),
        over(
            "effect-opening",
            &[0, 15, 29],
            effect("blurred-opening", 1.0, &none),
        ),
        over(
            "effect-fade-in",
            &[0, 15, 29],
            effect("fade-in", 1.0, &none),
        ),
        over(
            "effect-fade-out",
            &[0, 15, 29],
            effect("fade-out", 0.5, &none),
        ),
        look("filter-verdant-glow", "verdant-glow"),
        look("filter-cyberpunk-neon", "cyberpunk-neon"),
        look("filter-vaporwave-blue", "vaporwave-blue"),
        look("filter-sunset-orange", "sunset-orange"),
        look("filter-lemon-cyan", "lemon-cyan"),
        look("filter-absolute-red", "absolute-red"),
        look("filter-sakura-pink", "sakura-pink"),
        look("filter-twilight-dusk", "twilight-dusk"),
        over(
            "filter-blend",
            &[0],
            filter("absolute-red", 1.0, &json!({ "blend": 0.5 })),
        ),
    ]
}
