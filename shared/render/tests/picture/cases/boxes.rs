//! Boxes: place, scale, rotation, opacity, crop, corners, shapes, keyframes, order.

use std::ops::Range;

use darkroom_editor_state::names;

use super::{Case, case};
use crate::film::{film, image, solid};

/// Frames over which shapes change.
pub(super) const SHAPES: Range<u64> = 0..30;

/// Where most boxes are: 64x48 in the middle of 160x90.
const MIDDLE: [f64; 4] = [48.0, 21.0, 64.0, 48.0];

pub(super) fn cases() -> Vec<Case> {
    boxes().into_iter().chain(shapes()).collect()
}

/// Every shape as it widens, turns and loses its corners.
fn shapes() -> impl Iterator<Item = Case> {
    names::SHAPES.iter().map(|shape| {
        let item = solid(shape.id, "#e09030", [20.0, 21.0, 64.0, 48.0])
            .keys("width", 30.0, &[(29, 120.0)])
            .keys("rotation", 0.0, &[(29, 60.0)])
            .keys("borderRadius", 0.0, &[(29, 20.0)]);
        let name = format!("shape-{}", shape.id);
        case(name, &[0, 10, 15, 29], film().track([item]))
    })
}

fn boxes() -> Vec<Case> {
    let flag = || image("flag.png", MIDDLE);
    let shape = |name: &str| solid(name, "#e09030", MIDDLE);
    let one = |item| film().track([item]);
    vec![
        case("box-own-size", &[0], one(flag())),
        case(
            "box-subpixel",
            &[0],
            one(image("flag.png", [48.5, 21.25, 64.0, 48.0])),
        ),
        case(
            "box-enlarged",
            &[0],
            one(image("flag.png", [4.0, 3.0, 152.0, 84.0])),
        ),
        case(
            "box-shrunk",
            &[0],
            one(image("flag.png", [60.0, 30.0, 21.0, 17.0])),
        ),
        case(
            "box-shrunk-unevenly",
            &[0],
            one(image("flag.png", [10.0, 40.0, 140.0, 9.5])),
        ),
        case(
            "box-over-the-edges",
            &[0],
            one(image("flag.png", [-30.0, -20.0, 120.0, 130.0])),
        ),
        case(
            "box-far-larger-than-canvas",
            &[0],
            one(flag().with("scaleX", 900).with("scaleY", 700)),
        ),
        case(
            "box-empty",
            &[0],
            one(image("flag.png", [48.0, 21.0, 0.0, 48.0])),
        ),
        case("scale-x", &[0], one(flag().with("scaleX", 1.5))),
        case("scale-y", &[0], one(flag().with("scaleY", 0.5))),
        case(
            "scale-mirrors",
            &[0],
            one(flag().with("scaleX", -1).with("scaleY", 1.25)),
        ),
        case("scale-0", &[0], one(flag().with("scaleY", 0))),
        case("rotation-30", &[0], one(flag().with("rotation", 30))),
        case("rotation-90", &[0], one(flag().with("rotation", 90))),
        case("rotation-180", &[0], one(flag().with("rotation", 180))),
        case(
            "rotation-minus-45-scaled",
            &[0],
            one(flag().with("rotation", -45).with("scaleX", 1.5)),
        ),
        case("opacity-half", &[0], one(flag().with("opacity", 0.5))),
        case("opacity-0", &[0], one(flag().with("opacity", 0))),
        case("crop-left", &[0], one(flag().with("cropLeft", 0.25))),
        case("crop-top", &[0], one(flag().with("cropTop", 0.25))),
        case("crop-right", &[0], one(flag().with("cropRight", 0.4))),
        case("crop-bottom", &[0], one(flag().with("cropBottom", 0.4))),
        case(
            "crop-all-turned",
            &[0],
            one(flag()
                .with("cropLeft", 0.1)
                .with("cropTop", 0.2)
                .with("cropRight", 0.3)
                .with("cropBottom", 0.15)
                .with("rotation", 20)),
        ),
        case(
            "crop-everything",
            &[0],
            one(flag().with("cropLeft", 0.6).with("cropRight", 0.6)),
        ),
        case("radius", &[0], one(flag().with("borderRadius", 12))),
        case(
            "radius-larger-than-half",
            &[0],
            one(flag().with("borderRadius", 500)),
        ),
        case(
            "radius-cropped",
            &[0],
            one(flag().with("borderRadius", 10).with("cropLeft", 0.3)),
        ),
        case(
            "radius-scaled-turned",
            &[0],
            one(flag()
                .with("borderRadius", 12)
                .with("scaleX", 1.5)
                .with("rotation", 15)),
        ),
        case(
            "radius-enlarged-subpixel",
            &[0],
            one(image("flag.png", [10.3, 5.7, 139.0, 80.0]).with("borderRadius", 20)),
        ),
        case(
            "image-with-alpha",
            &[0],
            film().track([image("soft.png", MIDDLE)]).track([solid(
                "rectangle",
                "#ffffff",
                [0.0, 0.0, 160.0, 45.0],
            )]),
        ),
        case("solid-rectangle", &[0], one(shape("rectangle"))),
        case(
            "solid-rectangle-subpixel",
            &[0],
            one(solid("rectangle", "#e09030", [48.5, 21.25, 64.0, 48.5])),
        ),
        case(
            "solid-rectangle-radius",
            &[0],
            one(shape("rectangle").with("borderRadius", 16)),
        ),
        case(
            "solid-rectangle-turned",
            &[0],
            one(shape("rectangle").with("rotation", 33)),
        ),
        case("solid-circle", &[0], one(shape("circle"))),
        case("solid-triangle", &[0], one(shape("triangle"))),
        case(
            "solid-triangle-radius",
            &[0],
            one(shape("triangle").with("borderRadius", 8)),
        ),
        case("solid-star", &[0], one(shape("star"))),
        case(
            "solid-star-radius-turned",
            &[0],
            one(shape("star").with("borderRadius", 3).with("rotation", 20)),
        ),
        case(
            "solid-color-with-alpha",
            &[0],
            film()
                .track([solid("star", "rgba(0, 200, 255, 0.5)", MIDDLE)])
                .track([solid(
                    "rectangle",
                    "hsl(0 100% 50%)",
                    [0.0, 45.0, 160.0, 45.0],
                )]),
        ),
        case(
            "keyframes-left",
            &[0, 5, 10, 15, 20, 25],
            one(flag().keys("left", 0.0, &[(10, 90.0), (20, 30.0)])),
        ),
        case(
            "keyframes-first-after-0",
            &[0, 5, 10, 29],
            one(flag().keys("top", 42.0, &[(10, 0.0)])),
        ),
        case(
            "keyframes-size",
            &[0, 7, 14, 29],
            one(flag().keys("width", 10.0, &[(0, 10.0), (14, 100.0)]).keys(
                "height",
                80.0,
                &[(14, 20.0)],
            )),
        ),
        case(
            "keyframes-scale-rotation",
            &[0, 5, 10, 29],
            one(flag()
                .keys("scaleX", 0.0, &[(10, 1.5)])
                .keys("scaleY", 1.0, &[(10, 0.5)])
                .keys("rotation", 0.0, &[(10, 90.0), (29, 360.0)])),
        ),
        case(
            "keyframes-opacity-radius",
            &[0, 5, 10, 29],
            one(flag()
                .keys("opacity", 0.0, &[(10, 1.0)])
                .keys("borderRadius", 0.0, &[(10, 24.0)])),
        ),
        case(
            "keyframes-crop",
            &[0, 5, 10, 29],
            one(flag()
                .keys("cropLeft", 0.0, &[(10, 0.5)])
                .keys("cropBottom", 0.5, &[(10, 0.0)])
                .keys("cropTop", 0.0, &[(29, 0.4)])
                .keys("cropRight", 0.0, &[(29, 0.4)])),
        ),
        case(
            "keyframes-star",
            &[0, 5, 10, 29],
            one(shape("star")
                .keys("rotation", 0.0, &[(10, 36.0)])
                .keys("borderRadius", 0.0, &[(10, 6.0)])
                .keys("width", 64.0, &[(29, 120.0)])),
        ),
        case(
            "tracks-first-on-top",
            &[0],
            film()
                .track([solid("circle", "#ffffff", [40.0, 10.0, 40.0, 40.0])])
                .track([solid("circle", "#e09030", [60.0, 25.0, 40.0, 40.0])])
                .track([solid("circle", "#3060e0", [80.0, 40.0, 40.0, 40.0])]),
        ),
        case(
            "tracks-hidden",
            &[0],
            film()
                .hidden_track([solid("circle", "#ffffff", [40.0, 10.0, 40.0, 40.0])])
                .track([solid("circle", "#e09030", [60.0, 25.0, 40.0, 40.0])]),
        ),
        case(
            "items-one-after-another",
            &[9, 10, 19, 20],
            film()
                .track([
                    solid("rectangle", "#e09030", MIDDLE).at(0, 10),
                    image("flag.png", MIDDLE).at(10, 10),
                ])
                .track([solid("circle", "#3060e0", [0.0, 0.0, 30.0, 30.0]).at(0, 30)]),
        ),
    ]
}
