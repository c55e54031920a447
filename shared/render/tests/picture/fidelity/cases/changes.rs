//! Transitions, effects and filters at an instant.

use darkroom_editor_state::names;
use serde_json::{Value, json};

use super::{ALL, Case, MIDDLE, boxes, gradient, letters, one};
use crate::cases::ways;
use crate::film::{FRAME, Film, Item, captions, effect, film, filter, image, solid, text, video};

pub(super) fn cases() -> Vec<Case> {
    let mut all = transitions();
    all.extend(eased());
    all.extend(joined());
    all.extend(effects());
    all.extend(filters());
    all
}

/// Two clips before a plain colour; their transition lasts from frame 10 to 20.
fn pair(outgoing: Item, incoming: Item, kind: &str, direction: Option<&str>) -> Film {
    eased_pair([outgoing, incoming], kind, direction, "linear")
}

fn eased_pair(
    [outgoing, incoming]: [Item; 2],
    kind: &str,
    direction: Option<&str>,
    easing: &str,
) -> Film {
    film()
        .track([outgoing.at(0, 15), incoming.at(15, 15)])
        .transition(kind, direction, 10, easing)
        .background(json!({ "type": "color", "color": "#406080", "gradient": null }))
}

/// Every transition in every direction, before its middle and after it.
fn transitions() -> Vec<Case> {
    let ways = ways().into_iter();
    let at = |frame: u64| {
        move |(name, kind, direction): (String, &str, Option<&str>)| {
            let outgoing = image("flag.png", [20.0, 10.0, 280.0, 160.0]);
            let incoming = image("tall.png", [40.0, 0.0, 240.0, 180.0]);
            let film = pair(outgoing, incoming, kind, direction);
            boxes(format!("{name}-{frame}"), frame, film)
        }
    };
    ways.clone().map(at(12)).chain(ways.map(at(17))).collect()
}

/// Transitions along each curve.
fn eased() -> Vec<Case> {
    [
        ("fade", None, "ease-in"),
        ("iris", None, "ease-out"),
        ("wipe", Some("from-left"), "ease-in-out"),
    ]
    .into_iter()
    .map(|(kind, direction, easing)| {
        let clips = ["flag.png", "broad.png"].map(|file| image(file, ALL));
        let film = eased_pair(clips, kind, direction, easing);
        boxes(format!("{kind}-{easing}"), 12, film)
    })
    .collect()
}

/// Clips of other types, joined.
fn joined() -> Vec<Case> {
    let words = |words| {
        text(words, [20.0, 40.0, 280.0, 100.0])
            .with("fontFamily", "Roboto")
            .with("fontSize", 60)
    };
    let half = [0.0, 0.0, 160.0, 180.0];
    vec![
        letters(
            "fade-texts",
            14,
            pair(words("One"), words("Two"), "fade", None),
        ),
        letters(
            "clock-wipe-texts",
            14,
            pair(words("Outgoing"), words("Incoming"), "clock-wipe", None),
        ),
        boxes(
            "fade-turned",
            13,
            pair(
                image("flag.png", MIDDLE).with("rotation", 20),
                solid("circle", "#e09030", MIDDLE).with("opacity", 0.6),
                "fade",
                None,
            ),
        ),
        boxes(
            "slide-videos",
            13,
            pair(
                video("clip.mp4", ALL),
                image("broad.png", ALL),
                "slide",
                Some("from-bottom"),
            ),
        ),
        boxes(
            "iris-over-a-track",
            16,
            pair(
                image("flag.png", ALL),
                image("broad.png", half),
                "iris",
                None,
            )
            .track([solid("rectangle", "#20a0a0", MIDDLE)]),
        ),
    ]
}

/// A still under a change, and a line of captions that it leaves alone.
fn under(change: Item) -> Film {
    let line = captions("line", &[("Untouched", 0, 30)], [20.0, 140.0, 280.0, 30.0]);
    let still = image("flag.png", [40.0, 20.0, 240.0, 135.0]);
    film()
        .track([line.with("fontFamily", "Roboto").with("fontSize", 24)])
        .track([change])
        .track([still])
        .background(gradient("linear-gradient(90deg, #c03050, #3050c0)"))
}

fn effects() -> Vec<Case> {
    let params = |kind: &str| match kind {
        "flash-to-black" => json!({
            "brightTicks": 16000, "darkTicks": 8000, "tailDarkTicks": 3 * FRAME, "maxOpacity": 0.75,
        }),
        "blurred-opening" => json!({ "maxBlurPx": 12 }),
        _ => json!({}),
    };
    let one_of = |kind: &'static str, intensity: f64, frame: u64| {
        let effect = effect(kind, intensity, &params(kind));
        letters(format!("effect-{kind}-{frame}"), frame, under(effect))
    };
    let early = names::EFFECTS.iter().map(|kind| one_of(kind.id, 1.0, 5));
    let late = names::EFFECTS.iter().map(|kind| one_of(kind.id, 0.5, 21));
    // Its last three frames are dark; but for that, this one would be bright.
    let tail = one_of("flash-to-black", 1.0, 28);
    let still = effect("blur", 0.5, &json!({}));
    let blurred = film().track([still]).track([image("flag.png", MIDDLE)]);
    early
        .chain(late)
        .chain([tail, boxes("blur", 0, blurred)])
        .collect()
}

fn filters() -> Vec<Case> {
    let looked = |name: String, look: &str, params: &Value| {
        let still = image("broad.png", [0.0, 0.0, 320.0, 120.0]);
        let film = one(filter(look, 1.0, params)).track([still]);
        boxes(
            name,
            0,
            film.background(gradient(
                "linear-gradient(90deg, black, red, yellow, lime, cyan, blue, magenta, white)",
            )),
        )
    };
    let whole = names::FILTERS.iter().map(|look| {
        let name = format!("filter-{}", look.id);
        looked(name, look.id, &json!({}))
    });
    let blend = json!({ "blend": 0.4 });
    let part = looked("filter-blend".to_owned(), "cyberpunk-neon", &blend);
    whole.chain([part]).collect()
}
