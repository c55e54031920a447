//! What lies behind, and canvases that are not the composition.

use darkroom_editor_state::Ratio;
use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{film, image, solid, text, video};

fn color(css: &str) -> Value {
    json!({ "type": "color", "color": css, "gradient": null })
}

fn gradient(css: &str) -> Value {
    json!({ "type": "color", "color": "#204060", "gradient": css })
}

pub(super) fn cases() -> Vec<Case> {
    let flag = || image("flag.png", [48.0, 21.0, 64.0, 48.0]);
    let alone = |background| film().track([flag()]).background(background);
    let shaped = |ratio, scale| {
        film()
            .track([text("Aa", [4.0, 4.0, 60.0, 30.0])])
            .track([image("flag.png", [-20.0, 10.0, 100.0, 60.0])])
            .track([solid("circle", "#e09030", [90.0, 10.0, 90.0, 70.0])])
            .background(gradient("linear-gradient(90deg, #204060, #60c0a0)"))
            .output(ratio, scale)
    };
    vec![
        case("background-none", &[0], alone(json!({ "type": "none" }))),
        case("background-color", &[0], alone(color("rebeccapurple"))),
        case(
            "background-color-with-alpha",
            &[0],
            alone(color("#ffffff80")),
        ),
        case(
            "background-gradient-angle",
            &[0],
            alone(gradient("linear-gradient(30deg, #ff0000, #0000ff)")),
        ),
        case(
            "background-gradient-no-angle",
            &[0],
            alone(gradient("linear-gradient(#ff0000, #0000ff)")),
        ),
        case(
            "background-gradient-to-right",
            &[0],
            alone(gradient("linear-gradient(to right, red, blue)")),
        ),
        case(
            "background-gradient-to-corner",
            &[0],
            alone(gradient(
                "linear-gradient(to top left, red 0%, white 50%, blue 100%)",
            )),
        ),
        case(
            "background-gradient-stops",
            &[0],
            alone(gradient(
                "linear-gradient(135deg, rgb(255, 0, 0) 10%, gold, hsl(120 60% 40%) 60%, #00f 60%, #00f 80%, black)",
            )),
        ),
        case(
            "background-gradient-hint",
            &[0],
            alone(gradient("linear-gradient(90deg, black, 80%, white)")),
        ),
        case(
            "background-gradient-pixels",
            &[0],
            alone(gradient("linear-gradient(90deg, black 40px, white 80px)")),
        ),
        case(
            "background-gradient-alpha",
            &[0],
            alone(gradient("linear-gradient(90deg, transparent, white)")),
        ),
        case(
            "background-gradient-repeats",
            &[0],
            alone(gradient(
                "repeating-linear-gradient(45deg, #204060 0 10px, #60c0a0 10px 20px)",
            )),
        ),
        case("ratio-9-16", &[0], shaped(Ratio::R9x16, 1.0)),
        case("ratio-1-1", &[0], shaped(Ratio::R1x1, 1.0)),
        case("ratio-4-3-smaller", &[0], shaped(Ratio::R4x3, 0.6)),
        case("ratio-16-9-equal", &[0], shaped(Ratio::R16x9, 1.0)),
        case("scale-2", &[0], shaped(Ratio::Custom, 2.0)),
        case("scale-1-3", &[0], shaped(Ratio::Custom, 1.3)),
        case(
            "scale-video",
            &[0],
            film()
                .track([video("clip.mp4", [0.0, 0.0, 160.0, 90.0])])
                .output(Ratio::R1x1, 1.5),
        ),
        case(
            "composition-odd",
            &[0],
            film().size(151, 77).track([flag()]),
        ),
    ]
}
