//! What lies behind, and canvases that are not the composition.

use std::ops::Range;

use darkroom_editor_state::capabilities::BACKGROUND_BLUR_LEVELS;
use darkroom_editor_state::{Ratio, names};
use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{Film, Item, film, gif, image, solid, text, video};

fn color(css: &str) -> Value {
    json!({ "type": "color", "color": css, "gradient": null })
}

fn gradient(css: &str) -> Value {
    json!({ "type": "color", "color": "#204060", "gradient": css })
}

/// Covers the canvas, from an asset.
fn picture(file: &str) -> Value {
    json!({ "type": "image", "imageAssetId": file, "imageUrl": "unused", "source": "custom" })
}

fn blur(level: u8) -> Value {
    json!({ "type": "blur", "level": level })
}

/// Pictures of another shape than the canvas, and what they are seen with.
pub(super) fn images() -> Vec<Case> {
    let small = || solid("circle", "#e09030c0", [60.0, 25.0, 40.0, 40.0]);
    let on = |file| film().track([small()]).background(picture(file));
    let by_url = json!({
        "type": "image", "imageAssetId": null, "imageUrl": "tall.png", "source": "preset",
    });
    vec![
        case("background-image-wider", &[0], on("wide.png")),
        case("background-image-taller", &[0], on("tall.png")),
        case(
            "background-image-by-url",
            &[0],
            film().track([small()]).background(by_url),
        ),
        case("background-image-with-alpha", &[0], on("soft.png")),
        case("background-image-exif", &[0], on("turned.jpg")),
        case(
            "background-image-letterboxed",
            &[0, 12],
            film()
                .track([video("clip.mp4", [0.0, 0.0, 160.0, 90.0])])
                .background(picture("flag.png"))
                .output(Ratio::R1x1, 1.0),
        ),
    ]
}

/// Frames of a film before its own blur.
pub(super) const BLURS: Range<u64> = 0..30;

fn still() -> Item {
    image("wide.png", [60.0, 30.0, 40.0, 30.0])
}

fn clip() -> Item {
    video("clip.mp4", [50.0, 15.0, 60.0, 60.0])
}

fn over(item: Item, level: u8) -> Film {
    film().track([item]).background(blur(level))
}

/// Blurs of what is shown.
pub(super) fn blurs() -> Vec<Case> {
    let levels = BACKGROUND_BLUR_LEVELS.iter().flat_map(|&level| {
        let of = |kind| format!("background-blur-{level}-{kind}");
        [
            case(of("image"), &[0], over(still(), level)),
            case(of("video"), &[0, 15, 29], over(clip(), level)),
        ]
    });
    levels.chain(other_blurs()).collect()
}

fn other_blurs() -> Vec<Case> {
    vec![
        case(
            "background-blur-cropped",
            &[0],
            over(clip().with("cropLeft", 0.5).with("cropBottom", 0.3), 1),
        ),
        case(
            "background-blur-lowest-counts",
            &[0, 10, 20],
            film()
                .track([image("flag.png", [0.0, 0.0, 30.0, 20.0])])
                .track([image("white.png", [130.0, 70.0, 30.0, 20.0]).at(10, 10)])
                .track([solid("circle", "#e09030", [60.0, 25.0, 40.0, 40.0])])
                .background(blur(1)),
        ),
        case(
            "background-blur-hidden-track",
            &[0],
            film()
                .track([image("flag.png", [0.0, 0.0, 30.0, 20.0])])
                .hidden_track([still()])
                .background(blur(1)),
        ),
        case(
            "background-blur-of-nothing",
            &[0],
            over(gif("spin.gif", [56.0, 21.0, 48.0, 48.0]), 1),
        ),
        case(
            "background-blur-dissolves",
            &[9, 12, 15, 20],
            film()
                .track([clip().at(0, 15), still().at(15, 15)])
                .transition("slide", None, 10, "linear")
                .background(blur(1)),
        ),
        case(
            "background-blur-letterboxed",
            &[15],
            film()
                .track([text("Aa", [4.0, 4.0, 60.0, 30.0])])
                .track([video("clip.mp4", [0.0, 0.0, 160.0, 90.0])])
                .background(blur(2))
                .output(Ratio::R9x16, 1.0),
        ),
        case(
            "background-blur-scaled",
            &[15],
            over(clip(), 2).output(Ratio::Custom, 2.0),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = colors();
    cases.extend(ratios());
    cases.extend(canvases());
    cases
}

/// Colours and gradients, and whatever CSS may say of them.
fn colors() -> Vec<Case> {
    let flag = || image("flag.png", [48.0, 21.0, 64.0, 48.0]);
    let alone = |background| film().track([flag()]).background(background);
    vec![
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
    ]
}

/// Frames of a film of every ratio.
pub(super) const RATIOS: Range<u64> = 0..30;

/// A film of another ratio: things reach over the composition's edges.
fn shaped(ratio: Ratio, scale: f64) -> Film {
    let circle = solid("circle", "#e09030", [90.0, 10.0, 90.0, 70.0]);
    film()
        .track([text("Aa", [4.0, 4.0, 60.0, 30.0])])
        .track([image("flag.png", [-20.0, 10.0, 100.0, 60.0])])
        .track([circle.keys("left", 90.0, &[(29, -40.0)])])
        .background(gradient("linear-gradient(90deg, #204060, #60c0a0)"))
        .output(ratio, scale)
}

fn ratios() -> Vec<Case> {
    let one = |name: &names::Name| {
        let ratio = Ratio::parse(name.id).unwrap();
        let name = format!("ratio-{}", name.id.replace(':', "-"));
        case(name, &[0, 15, 29], shaped(ratio, 1.0))
    };
    names::RATIOS.iter().map(one).collect()
}

/// Scaled canvases, and sides that are no even numbers.
fn canvases() -> Vec<Case> {
    vec![
        case("ratio-4-3-smaller", &[0], shaped(Ratio::R4x3, 0.6)),
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
            film()
                .size(151, 77)
                .track([image("flag.png", [48.0, 21.0, 64.0, 48.0])]),
        ),
    ]
}
