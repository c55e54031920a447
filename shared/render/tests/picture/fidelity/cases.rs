//! What is compared with the browser.

mod changes;
mod media;
mod parts;
mod times;
mod together;
mod typed;
mod words;

use serde_json::{Value, json};

use super::COLOR;
use super::score::{Limits, Scores};
use crate::film::{Film, Item, film, image, solid};

/// Size of every canvas here.
pub(super) const SIZE: (usize, usize) = (320, 180);
/// Least similarity of boxes, gradients, images and transforms.
const BOXES: f64 = 0.995;
/// The same where something is drawn, more of which is edges: right ones have 0.992 or more.
const BOXES_INSIDE: f64 = 0.99;
/// Least similarity of letters, whose edges every rasteriser shades in its own way, over the
/// whole picture and where something is drawn.
const LETTERS: f64 = 0.98;
/// How far colours may be off where letters are drawn. By their shading alone they are off
/// by up to 1.95; those of [`wrong`] by 2.2 where the word that is spoken is not highlighted
/// and 3.5 where another one is, by 2.4 where one line of three is 900 instead of 700, 2.7
/// where it is 700 instead of 900 and 2.9 or more where it is of another lighter weight, by
/// 11 where one line of two is upright instead of italic.
const INK: f64 = 2.1;

/// One frame that is compared.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) film: Film,
    /// What the browser draws in place of `film`, where CSS says it in other words.
    pub(super) counterpart: Option<Film>,
    pub(super) frame: u64,
    /// Asked of the whole picture.
    pub(super) whole: Limits,
    /// Asked of what is drawn in it.
    pub(super) inside: Limits,
}

const ALL: [f64; 4] = [0.0, 0.0, SIZE.0 as f64, SIZE.1 as f64];
const MIDDLE: [f64; 4] = [96.0, 42.0, 128.0, 96.0];

fn sized(film: Film) -> Film {
    film.size(SIZE.0 as u32, SIZE.1 as u32)
}

fn boxes(name: impl Into<String>, frame: u64, film: Film) -> Case {
    Case {
        name: name.into(),
        film: sized(film),
        counterpart: None,
        frame,
        whole: limits(BOXES, COLOR),
        inside: limits(BOXES_INSIDE, COLOR),
    }
}

fn limits(least: f64, color: f64) -> Limits {
    Limits { least, color }
}

impl Case {
    /// Lets the browser draw another document.
    fn beside(self, film: Film) -> Self {
        let counterpart = Some(sized(film));
        Self {
            counterpart,
            ..self
        }
    }

    /// Asks something else of what is drawn.
    fn inside(self, least: f64, color: f64) -> Self {
        let inside = limits(least, color);
        Self { inside, ..self }
    }

    /// Whether the pictures are alike enough.
    pub(super) fn holds(&self, scores: Scores) -> bool {
        self.whole.hold(scores.whole) && self.inside.hold(scores.inside)
    }
}

fn letters(name: impl Into<String>, frame: u64, film: Film) -> Case {
    Case {
        whole: limits(LETTERS, COLOR),
        inside: limits(LETTERS, INK),
        ..boxes(name, frame, film)
    }
}

fn one(item: Item) -> Film {
    film().track([item])
}

fn gradient(css: &str) -> Value {
    json!({ "type": "color", "color": "#204060", "gradient": css })
}

fn behind(css: &str) -> Film {
    film().track([]).background(gradient(css))
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = solids();
    all.extend(images());
    all.extend(gradients());
    all.extend(words::cases());
    all.extend(times::cases());
    all.extend(typed::cases());
    all.extend(changes::cases());
    all.extend(media::cases());
    all.extend(parts::cases());
    all.extend(together::cases());
    all
}

/// What the browser is asked for, drawn wrong: none of it may be taken for right.
pub(super) fn wrong() -> Vec<Case> {
    let mut all = words::wrong();
    all.extend(media::wrong());
    all
}

fn solids() -> Vec<Case> {
    let shape = |shape| solid(shape, "#e09030", MIDDLE);
    let beside = |shape, color, left: f64| solid(shape, color, [left, 30.0, 120.0, 120.0]);
    vec![
        boxes("rectangle", 0, one(shape("rectangle"))),
        boxes("circle", 0, one(shape("circle"))),
        boxes("triangle", 0, one(shape("triangle"))),
        boxes("star", 0, one(shape("star"))),
        boxes(
            "rectangle-turned",
            0,
            one(shape("rectangle").with("rotation", 33)),
        ),
        boxes("star-turned", 0, one(shape("star").with("rotation", -50))),
        boxes(
            "ellipse-scaled-turned",
            0,
            one(shape("circle")
                .with("scaleX", 1.6)
                .with("scaleY", 0.7)
                .with("rotation", 20)),
        ),
        boxes(
            "rectangle-radius",
            0,
            one(shape("rectangle").with("borderRadius", 24)),
        ),
        boxes(
            "rectangle-radius-too-large",
            0,
            one(shape("rectangle").with("borderRadius", 500)),
        ),
        boxes(
            "rectangle-radius-scaled",
            0,
            one(shape("rectangle")
                .with("borderRadius", 24)
                .with("scaleX", 1.5)),
        ),
        boxes(
            "rectangle-turned-subpixel",
            0,
            one(solid("rectangle", "#e09030", [80.3, 30.7, 150.0, 100.0]).with("rotation", 7)),
        ),
        boxes(
            "opacities",
            0,
            film()
                .track([beside("circle", "#ffffff", 30.0).with("opacity", 0.5)])
                .track([beside("rectangle", "rgba(0, 200, 255, 0.5)", 100.0)])
                .track([beside("star", "hsl(330 80% 50%)", 170.0)]),
        ),
        boxes(
            "over-the-edges",
            0,
            film()
                .track([solid("circle", "gold", [-60.0, -60.0, 160.0, 160.0])])
                .track([solid("triangle", "teal", [200.0, 90.0, 200.0, 200.0])]),
        ),
    ]
}

fn images() -> Vec<Case> {
    let flag = || image("flag.png", MIDDLE);
    let waves = |place| one(image("waves.png", place));
    vec![
        boxes("image-enlarged", 0, one(flag())),
        boxes(
            "image-own-size",
            0,
            one(image("flag.png", [30.0, 20.0, 64.0, 48.0])),
        ),
        boxes("image-shrunk-to-half", 0, waves([40.0, 0.0, 240.0, 180.0])),
        boxes("image-shrunk", 0, waves([100.0, 45.0, 120.0, 90.0])),
        boxes("image-shrunk-unevenly", 0, waves([0.0, 60.0, 320.0, 60.0])),
        boxes(
            "image-larger-than-canvas",
            0,
            waves([-80.0, -90.0, 480.0, 360.0]),
        ),
        boxes(
            "image-detail-turned",
            0,
            one(image("waves.png", [-40.0, -60.0, 400.0, 300.0]).with("rotation", 25)),
        ),
        boxes("image-turned", 0, one(flag().with("rotation", 30))),
        boxes("image-upside-down", 0, one(flag().with("rotation", 180))),
        boxes(
            "image-mirrored",
            0,
            one(flag().with("scaleX", -1).with("scaleY", 1.25)),
        ),
        boxes("image-with-alpha", 0, one(image("soft.png", MIDDLE))),
        boxes("image-opacity", 0, one(flag().with("opacity", 0.4))),
        boxes("image-radius", 0, one(flag().with("borderRadius", 30))),
        boxes(
            "image-cropped",
            0,
            one(flag()
                .with("cropLeft", 0.125)
                .with("cropTop", 0.25)
                .with("cropRight", 0.25)
                .with("cropBottom", 0.125)),
        ),
        boxes(
            "image-cropped-radius-turned",
            0,
            one(flag()
                .with("cropLeft", 0.25)
                .with("borderRadius", 20)
                .with("rotation", 15)
                .with("scaleX", 1.3)),
        ),
    ]
}

fn gradients() -> Vec<Case> {
    let case = |name, css| boxes(name, 0, behind(css));
    vec![
        case("gradient-no-angle", "linear-gradient(#ff0000, #0000ff)"),
        case("gradient-angle", "linear-gradient(30deg, #ff8000, #0080ff)"),
        case(
            "gradient-turn",
            "linear-gradient(-0.3turn, white, rebeccapurple)",
        ),
        case("gradient-to-right", "linear-gradient(to right, red, blue)"),
        case(
            "gradient-to-corner",
            "linear-gradient(to top left, red 0%, white 50%, blue 100%)",
        ),
        case(
            "gradient-stops",
            "linear-gradient(135deg, rgb(255, 0, 0) 10%, gold, hsl(120 60% 40%) 62.3%, #00f 62.3%, #00f 80%, black)",
        ),
        case("gradient-hint", "linear-gradient(90deg, black, 80%, white)")
            .beside(behind(&hinted())),
        case(
            "gradient-pixels",
            "linear-gradient(90deg, black 40px, white 200px)",
        ),
        case(
            "gradient-alpha",
            "linear-gradient(90deg, transparent, white)",
        ),
        case(
            "gradient-prefixed-angle",
            "-webkit-linear-gradient(30deg, #ff8000, #0080ff)",
        ),
        case(
            "gradient-prefixed-corner",
            "-webkit-linear-gradient(top left, red 0%, white 50%, blue 100%)",
        ),
        case(
            "gradient-repeats",
            "repeating-linear-gradient(45deg, #204060 0 20px, #60c0a0 20px 40px)",
        ),
    ]
}

/// The gradient from black to white whose middle is at 80 %. Chromium draws the curve
/// of a hint as nine straight pieces; here it is given the curve of the specification
/// (CSS Images 4, "color stop fixup") in three hundred.
fn hinted() -> String {
    const PIECES: u32 = 300;
    let stops = (0..=PIECES).map(|piece| {
        let at = f64::from(piece) / f64::from(PIECES);
        let level = at.powf(0.5_f64.ln() / 0.8_f64.ln()) * 255.0;
        format!("rgb({level} {level} {level}) {}%", at * 100.0)
    });
    let stops: Vec<String> = stops.collect();
    format!("linear-gradient(90deg, {})", stops.join(", "))
}
