//! What is compared with the browser.

use serde_json::{Value, json};

use crate::film::{Film, Item, effect, film, image, solid, text};

/// Size of every canvas here.
pub(super) const SIZE: (usize, usize) = (320, 180);
/// Least similarity of boxes, gradients, images and transforms.
const BOXES: f64 = 0.995;
/// Least similarity of letters, whose edges every rasteriser shades in its own way.
const LETTERS: f64 = 0.98;

/// One frame that is compared.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) film: Film,
    pub(super) frame: u64,
    /// Least similarity.
    pub(super) least: f64,
}

const MIDDLE: [f64; 4] = [96.0, 42.0, 128.0, 96.0];
const PAGE: [f64; 4] = [20.0, 10.0, 280.0, 160.0];

const WORDS: &str = "The quick brown fox jumps over the lazy dog, and the dog minds it.";
const ARABIC: &str = "مرحبا بالعالم، هذا نص عربي 123 قصير.";
const HEBREW: &str = "שלום עולם, זה טקסט קצר (abc 123) בעברית.";

fn boxes(name: &'static str, frame: u64, film: Film) -> Case {
    let least = BOXES;
    Case {
        name,
        film: film.size(SIZE.0 as u32, SIZE.1 as u32),
        frame,
        least,
    }
}

fn letters(name: &'static str, frame: u64, film: Film) -> Case {
    let least = LETTERS;
    Case {
        least,
        ..boxes(name, frame, film)
    }
}

fn one(item: Item) -> Film {
    film().track([item])
}

fn behind(gradient: &str) -> Film {
    film()
        .track([])
        .background(json!({ "type": "color", "color": "#204060", "gradient": gradient }))
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = solids();
    all.extend(images());
    all.extend(gradients());
    all.extend(texts());
    all.extend(scripts());
    all.extend(times());
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
        // Chromium draws the curve as nine straight pieces, here it is drawn as specified.
        Case {
            least: 0.98,
            ..case("gradient-hint", "linear-gradient(90deg, black, 80%, white)")
        },
        case(
            "gradient-pixels",
            "linear-gradient(90deg, black 40px, white 200px)",
        ),
        case(
            "gradient-alpha",
            "linear-gradient(90deg, transparent, white)",
        ),
        case(
            "gradient-repeats",
            "repeating-linear-gradient(45deg, #204060 0 20px, #60c0a0 20px 40px)",
        ),
    ]
}

fn roboto(words: &str) -> Item {
    text(words, PAGE)
        .with("fontFamily", "Roboto")
        .with("fontSize", 24)
}

fn styled(item: Item, variant: &str, weight: &str) -> Item {
    item.with("fontStyle", json!({ "variant": variant, "weight": weight }))
}

fn plate(padding: f64, radius: f64) -> Value {
    json!({ "color": "#c03030", "horizontalPadding": padding, "borderRadius": radius })
}

fn texts() -> Vec<Case> {
    let fox = || roboto(WORDS);
    let title = |words| roboto(words).with("fontSize", 64);
    let line =
        |variant, weight, top: f64| styled(roboto("Hamburg 123"), variant, weight).with("top", top);
    vec![
        letters("text-wraps", 0, one(fox())),
        letters("text-center", 0, one(fox().with("align", "center"))),
        letters("text-right", 0, one(fox().with("align", "right"))),
        letters("text-newlines", 0, one(roboto("one\n\ntwo three\nfour"))),
        letters(
            "text-does-not-wrap",
            0,
            one(fox().with("resizeOnEdit", true)),
        ),
        letters(
            "text-long-word",
            0,
            one(title("Incomprehensibilities all").with("fontSize", 40)),
        ),
        letters("text-line-height", 0, one(fox().with("lineHeight", 1.8))),
        letters(
            "text-line-height-tight",
            0,
            one(fox().with("lineHeight", 0.8)),
        ),
        letters(
            "text-letter-spacing",
            0,
            one(fox().with("letterSpacing", 5)),
        ),
        letters(
            "text-letter-spacing-negative",
            0,
            one(fox().with("letterSpacing", -1.5)),
        ),
        letters("text-small", 0, one(fox().with("fontSize", 12))),
        letters("text-large", 0, one(title("Big 64"))),
        letters(
            "text-stroke",
            0,
            one(title("Stroke")
                .with("strokeWidth", 6)
                .with("strokeColor", "#c03030")),
        ),
        letters(
            "text-stroke-wide",
            0,
            one(title("AVM&%")
                .with("strokeWidth", 16)
                .with("strokeColor", "#3060c0")),
        ),
        letters(
            "text-background",
            0,
            one(roboto("Short\nA longer line\nmid")
                .with("background", plate(8.0, 6.0))
                .with("lineHeight", 1.5)
                .with("align", "center")
                .with("resizeOnEdit", true)),
        ),
        letters(
            "text-weights-light",
            0,
            film()
                .track([line("normal", "100", 20.0)])
                .track([line("normal", "300", 70.0)])
                .track([line("normal", "400", 120.0)]),
        ),
        letters(
            "text-weights-bold",
            0,
            film()
                .track([line("normal", "500", 20.0)])
                .track([line("normal", "bold", 70.0)])
                .track([line("normal", "900", 120.0)]),
        ),
        letters(
            "text-italics",
            0,
            film()
                .track([line("italic", "400", 40.0)])
                .track([line("italic", "700", 100.0)]),
        ),
        letters(
            "text-serif",
            0,
            one(fox().with("fontFamily", "DejaVu Serif")),
        ),
        letters(
            "text-monospace",
            0,
            one(fox().with("fontFamily", "DejaVu Sans Mono")),
        ),
        letters(
            "text-turned-scaled",
            0,
            one(title("Turned")
                .with("rotation", -20)
                .with("scaleX", 1.2)
                .with("opacity", 0.8)),
        ),
        letters(
            "text-alpha",
            0,
            one(fox().with("color", "rgba(255, 200, 0, 0.5)")),
        ),
    ]
}

fn scripts() -> Vec<Case> {
    let in_family = |words, family| {
        text(words, PAGE)
            .with("fontFamily", family)
            .with("fontSize", 28)
    };
    let rtl = |words, family| {
        in_family(words, family)
            .with("direction", "rtl")
            .with("align", "right")
    };
    vec![
        letters("arabic", 0, one(rtl(ARABIC, "Noto Naskh Arabic"))),
        letters(
            "arabic-left",
            0,
            one(rtl(ARABIC, "Roboto").with("align", "left")),
        ),
        letters(
            "hebrew",
            0,
            one(rtl(HEBREW, "Noto Sans Hebrew").with("fontSize", 26)),
        ),
        letters("hebrew-in-ltr", 0, one(in_family(HEBREW, "Roboto"))),
        letters(
            "chinese-japanese",
            0,
            one(in_family(
                "東京は今日も晴れです。漢字とかなが続く文章。",
                "Roboto",
            )),
        ),
        letters(
            "emoji",
            0,
            one(in_family("Smile 😀 and 👍🏽 family 👨‍👩‍👧 flag 🇩🇪", "Roboto")),
        ),
    ]
}

/// Keyframes, animations and effects at an instant.
fn times() -> Vec<Case> {
    let flag = || image("flag.png", MIDDLE);
    let enter = |kind, easing| one(flag().animate("in", kind, 20, easing));
    let leave = |kind, easing| one(flag().animate("out", kind, 20, easing));
    let moving = || {
        flag()
            .keys("left", 0.0, &[(10, 180.0), (20, 60.0)])
            .keys("rotation", 0.0, &[(29, 90.0)])
            .keys("scaleX", 0.5, &[(20, 1.5)])
            .keys("opacity", 0.2, &[(15, 1.0)])
            .keys("borderRadius", 0.0, &[(29, 40.0)])
            .keys("cropBottom", 0.5, &[(20, 0.0)])
    };
    vec![
        boxes("keyframes-early", 4, one(moving())),
        boxes("keyframes-between", 13, one(moving())),
        boxes("keyframes-after", 27, one(moving())),
        boxes("fade-in", 8, enter("fade", "ease-in")),
        boxes("fade-out", 20, leave("fade", "ease-out")),
        boxes("slide-up-in", 9, enter("slide-up", "ease-in-out")),
        boxes("slide-down-in", 12, enter("slide-down", "ease-out")),
        boxes("slide-left-in", 12, enter("slide-left", "linear")),
        boxes("slide-right-out", 20, leave("slide-right", "ease-in")),
        boxes("zoom-in-in", 10, enter("zoom-in", "ease-out")),
        boxes("zoom-in-out", 17, leave("zoom-in", "linear")),
        boxes("zoom-out-in", 10, enter("zoom-out", "ease-in-out")),
        letters(
            "fade-of-text",
            10,
            one(roboto(WORDS).animate("in", "fade", 20, "ease-in")),
        ),
        boxes(
            "blur",
            0,
            film()
                .track([effect("blur", 0.5, &json!({}))])
                .track([flag()]),
        ),
    ]
}
