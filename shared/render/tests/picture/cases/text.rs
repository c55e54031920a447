//! Text as CSS would lay it out.

use serde_json::json;

use super::{Case, case};
use crate::film::{Item, film, solid, text};

/// The box, on a canvas of 240x120; a faint rectangle shows it.
const PLACE: [f64; 4] = [20.0, 10.0, 200.0, 100.0];

const WORDS: &str = "The quick brown fox jumps over the lazy dog.";

fn with_style(item: Item, variant: &str, weight: &str) -> Item {
    item.with("fontStyle", json!({ "variant": variant, "weight": weight }))
}

pub(super) fn cases() -> Vec<Case> {
    let on_box = |item| {
        film()
            .size(240, 120)
            .track([item])
            .track([solid("rectangle", "#404850", PLACE)])
    };
    let fox = || text(WORDS, PLACE);
    let roboto = |variant, weight| {
        with_style(
            text("Hamburg 123", [0.0, 0.0, 160.0, 30.0]).with("fontFamily", "Roboto"),
            variant,
            weight,
        )
    };
    let line = |item: Item, top: f64| item.with("top", top).with("left", 8);
    let plate = |padding: f64, radius: f64| json!({ "color": "#c03030", "horizontalPadding": padding, "borderRadius": radius });
    vec![
        case("text-wraps", &[0], on_box(fox())),
        case("text-center", &[0], on_box(fox().with("align", "center"))),
        case("text-right", &[0], on_box(fox().with("align", "right"))),
        case(
            "text-newlines",
            &[0],
            on_box(text("one\n\ntwo three\r\nfour", PLACE)),
        ),
        case(
            "text-does-not-wrap",
            &[0],
            on_box(fox().with("resizeOnEdit", true)),
        ),
        case(
            "text-does-not-wrap-center",
            &[0],
            on_box(
                text("Two\nlines of text", PLACE)
                    .with("resizeOnEdit", true)
                    .with("align", "center"),
            ),
        ),
        case(
            "text-long-word-overflows",
            &[0],
            on_box(text(
                "Incomprehensibilities all",
                [20.0, 10.0, 100.0, 100.0],
            )),
        ),
        case(
            "text-overflows-below",
            &[0],
            on_box(text(WORDS, [20.0, 10.0, 90.0, 20.0])),
        ),
        case(
            "text-line-height",
            &[0],
            on_box(fox().with("lineHeight", 2)),
        ),
        case(
            "text-line-height-tight",
            &[0],
            on_box(fox().with("lineHeight", 0.75)),
        ),
        case(
            "text-letter-spacing",
            &[0],
            on_box(fox().with("letterSpacing", 4).with("align", "right")),
        ),
        case(
            "text-letter-spacing-negative",
            &[0],
            on_box(fox().with("letterSpacing", -1.5)),
        ),
        case(
            "text-size",
            &[0],
            on_box(text("Big 64", PLACE).with("fontSize", 64)),
        ),
        case(
            "text-color-with-alpha",
            &[0],
            on_box(
                fox()
                    .with("color", "rgba(255, 200, 0, 0.5)")
                    .with("fontSize", 28),
            ),
        ),
        case(
            "text-stroke",
            &[0],
            on_box(
                text("Stroke", PLACE)
                    .with("fontSize", 50)
                    .with("strokeWidth", 6)
                    .with("strokeColor", "#c03030"),
            ),
        ),
        case(
            "text-stroke-wide",
            &[0],
            on_box(
                text("AVM&%", PLACE)
                    .with("fontSize", 50)
                    .with("strokeWidth", 16)
                    .with("strokeColor", "#c0303080"),
            ),
        ),
        case(
            "text-background",
            &[0],
            on_box(
                fox()
                    .with("background", plate(6.0, 5.0))
                    .with("lineHeight", 1.5),
            ),
        ),
        case(
            "text-background-center",
            &[0],
            on_box(
                text("Short\nA longer line\n\nmid", PLACE)
                    .with("background", plate(4.0, 100.0))
                    .with("align", "center")
                    .with("resizeOnEdit", true),
            ),
        ),
        case(
            "text-background-stroke",
            &[0],
            on_box(
                text("Plate", PLACE)
                    .with("background", plate(10.0, 0.0))
                    .with("fontSize", 40)
                    .with("strokeWidth", 3)
                    .with("letterSpacing", 6),
            ),
        ),
        case(
            "text-turned-scaled",
            &[0],
            on_box(
                text("Turned", PLACE)
                    .with("fontSize", 40)
                    .with("rotation", -20)
                    .with("scaleX", 1.2)
                    .with("opacity", 0.8),
            ),
        ),
        case(
            "text-turns",
            &[0, 15, 29],
            on_box(text("Turning", PLACE).with("fontSize", 40).keys(
                "rotation",
                0.0,
                &[(29, 45.0)],
            )),
        ),
        case(
            "text-width-keyframes",
            &[0, 15, 29],
            on_box(fox().keys("width", 60.0, &[(29, 200.0)])),
        ),
        case(
            "text-weights",
            &[0],
            film()
                .size(240, 160)
                .track([line(roboto("normal", "100"), 4.0)])
                .track([line(roboto("normal", "300"), 30.0)])
                .track([line(roboto("normal", "400"), 56.0)])
                .track([line(roboto("normal", "500"), 82.0)])
                .track([line(roboto("normal", "bold"), 108.0)])
                .track([line(roboto("normal", "900"), 134.0)]),
        ),
        case(
            "text-italics",
            &[0],
            film()
                .size(240, 120)
                .track([line(roboto("italic", "400"), 4.0)])
                .track([line(roboto("italic", "700"), 30.0)])
                .track([line(
                    with_style(text("No italic face", PLACE), "italic", "400"),
                    56.0,
                )])
                .track([line(
                    with_style(
                        text("Nor a bold one", PLACE).with("fontFamily", "DejaVu Serif"),
                        "normal",
                        "700",
                    ),
                    82.0,
                )]),
        ),
        case(
            "text-families",
            &[0],
            film()
                .size(240, 120)
                .track([line(
                    text("DejaVu Serif", PLACE).with("fontFamily", "\"DejaVu Serif\", serif"),
                    4.0,
                )])
                .track([line(
                    text("Monospace", PLACE).with("fontFamily", "monospace"),
                    30.0,
                )])
                .track([line(
                    text("Unknown family", PLACE).with("fontFamily", "No Such Font"),
                    56.0,
                )])
                .track([line(
                    text("Second choice", PLACE)
                        .with("fontFamily", "No Such Font, DejaVu Sans Mono"),
                    82.0,
                )]),
        ),
        case(
            "text-emoji",
            &[0],
            on_box(text("Emoji 😀👍🏽 ✅ 👩‍👩‍👧 🇪🇺 ☀️ ☀ 1️⃣ and on", PLACE).with("fontSize", 24)),
        ),
        case(
            "text-emoji-stroke-background",
            &[0],
            on_box(
                text("Go 🚀!", PLACE)
                    .with("fontSize", 40)
                    .with("strokeWidth", 4)
                    .with("background", plate(8.0, 12.0)),
            ),
        ),
        case(
            "text-cjk",
            &[0],
            on_box(text("漢字とかな、한국어。中文字体回退测试", PLACE).with("fontSize", 24)),
        ),
        case(
            "text-arabic",
            &[0],
            on_box(
                text("مرحبا بالعالم 123 ABC.", PLACE)
                    .with("fontSize", 24)
                    .with("direction", "rtl")
                    .with("align", "right"),
            ),
        ),
        case(
            "text-hebrew-in-ltr",
            &[0],
            on_box(text("Shalom שלום עולם, 42!", PLACE).with("fontSize", 24)),
        ),
        case(
            "text-rtl-left",
            &[0],
            on_box(
                text("Hello, world!\nשלום", PLACE)
                    .with("fontSize", 24)
                    .with("direction", "rtl"),
            ),
        ),
        case(
            "text-devanagari",
            &[0],
            on_box(text("नमस्ते दुनिया", PLACE).with("fontSize", 28)),
        ),
        case(
            "text-rtl-background",
            &[0],
            on_box(
                text("مرحبا بالعالم، كيف حالك اليوم؟", PLACE)
                    .with("fontSize", 24)
                    .with("direction", "rtl")
                    .with("align", "center")
                    .with("background", plate(6.0, 6.0)),
            ),
        ),
        case(
            "text-kerning-ligatures",
            &[0],
            on_box(
                text("AVATAR fi ffl To", PLACE)
                    .with("fontSize", 30)
                    .with("fontFamily", "Roboto"),
            ),
        ),
        case(
            "text-tabs-spaces",
            &[0],
            on_box(text("a    b\tc\n  d", PLACE)),
        ),
        case(
            "text-empty",
            &[0],
            on_box(text("", PLACE).with("background", plate(6.0, 5.0))),
        ),
    ]
}
