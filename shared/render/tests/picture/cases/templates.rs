//! Text templates.

use super::{Case, case};
use crate::film::{FRAME, Item, Node, film, solid, template, text};
use darkroom_editor_state::{Ratio, names};
use serde_json::json;

const BOX: [f64; 4] = [10.0, 15.0, 140.0, 60.0];

fn wheel() -> Node {
    Node::image("wheel.json", [0.0, 5.0, 50.0, 50.0])
}

fn title() -> Node {
    Node::text("Title", [54.0, 4.0, 86.0, 26.0])
        .with("fontSize", 20)
        .with("fontStyle", json!({ "variant": "normal", "weight": "700" }))
}

fn subtitle() -> Node {
    Node::text("below it", [54.0, 32.0, 86.0, 20.0])
        .with("color", "#ffd500")
        .with(
            "background",
            json!({ "color": "#803090", "horizontalPadding": 4, "borderRadius": 4 }),
        )
}

fn badge() -> Item {
    template(&[wheel(), title(), subtitle()], BOX)
}

/// Every easing, on the box of a node and on its letters.
fn eased() -> impl Iterator<Item = Case> {
    names::EASINGS.iter().map(|easing| {
        let one =
            |kind: &str| json!({ "type": kind, "durationTicks": 10 * FRAME, "easing": easing.id });
        let sides = |kind: &str| json!({ "in": one(kind), "out": one(kind) });
        let nodes = [
            wheel().with("animations", sides("slide-right")),
            title().with("captionAnimations", sides("converge")),
            subtitle().with("animations", sides("zoom-in")),
        ];
        let film = film().track([template(&nodes, BOX)]);
        case(
            format!("template-{}", easing.id),
            &[1, 4, 8, 21, 25, 28],
            film,
        )
    })
}

pub(super) fn cases() -> Vec<Case> {
    plain().into_iter().chain(eased()).collect()
}

fn plain() -> Vec<Case> {
    let one = |item: Item| film().track([item]);
    let striped = |item: Item| {
        film()
            .track([item])
            .track([solid("rectangle", "#c0c040", [0.0, 45.0, 160.0, 45.0])])
    };
    let letters = json!({ "in": { "type": "typewriter", "durationTicks": 15 * FRAME } });
    vec![
        case("template-plays", &[0, 8, 15, 29], one(badge())),
        case(
            "template-scale-2",
            &[15],
            one(badge()).output(Ratio::Custom, 2.0),
        ),
        case(
            "template-turned-and-faded-as-one",
            &[15],
            striped(badge().with("rotation", 20).with("opacity", 0.5)),
        ),
        case(
            "template-faded-as-one",
            &[15],
            striped(badge().with("opacity", 0.5)),
        ),
        case("template-mirrored", &[8], one(badge().with("scaleX", -1))),
        case(
            "template-grows-and-turns",
            &[0, 10, 20, 29],
            one(badge()
                .keys("scaleX", 0.3, &[(29, 1.5)])
                .keys("scaleY", 0.3, &[(29, 1.5)])
                .keys("rotation", -30.0, &[(29, 30.0)])),
        ),
        case(
            "template-nodes-animate",
            &[0, 3, 6, 15, 24, 29],
            one(template(
                &[
                    wheel().animate("zoom-in", "slide-left"),
                    title().animate("slide-down", "slide-up"),
                    subtitle()
                        .animate("fade", "fade")
                        .with("captionAnimations", letters),
                ],
                BOX,
            )),
        ),
        case(
            "template-slides-as-one",
            &[0, 4, 8, 25],
            one(badge()
                .animate("in", "slide-right", 12, "ease-out")
                .animate("out", "zoom-in", 10, "ease-in")),
        ),
        case(
            "template-overflows-its-box",
            &[15],
            one(template(
                &[
                    Node::text(
                        "words that wrap in their node and go on below the box",
                        [10.0, 2.0, 80.0, 20.0],
                    ),
                    wheel().with("x", 100).with("y", -30).with("opacity", 0.4),
                ],
                [10.0, 20.0, 60.0, 30.0],
            )),
        ),
        case(
            "template-without-its-component",
            &[15],
            one(template(
                &[
                    Node::image("badge", [0.0, 0.0, 50.0, 50.0]),
                    title(),
                    subtitle(),
                ],
                BOX,
            )),
        ),
        case(
            "template-dissolves",
            &[12, 15, 18],
            film()
                .track([badge().at(0, 15), text("next", BOX).at(15, 15)])
                .dissolve(10, "linear"),
        ),
    ]
}
