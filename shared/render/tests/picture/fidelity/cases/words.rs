//! Text in every style and script.

use serde_json::{Value, json};

use super::{Case, letters, one};
use crate::film::{Film, Item, film, text};

const PAGE: [f64; 4] = [20.0, 10.0, 280.0, 160.0];

pub(super) const WORDS: &str = "The quick brown fox jumps over the lazy dog, and the dog minds it.";
const ARABIC: &str = "مرحبا بالعالم، هذا نص عربي 123 قصير.";
const HEBREW: &str = "שלום עולם, זה טקסט קצר (abc 123) בעברית.";

pub(super) fn cases() -> Vec<Case> {
    let mut all = texts();
    all.extend(scripts());
    all
}

pub(super) fn roboto(words: &str) -> Item {
    text(words, PAGE)
        .with("fontFamily", "Roboto")
        .with("fontSize", 24)
}

fn styled(item: Item, variant: &str, weight: &str) -> Item {
    item.with("fontStyle", json!({ "variant": variant, "weight": weight }))
}

fn line(variant: &str, weight: &str, top: f64) -> Item {
    styled(roboto("Hamburg 123"), variant, weight).with("top", top)
}

const LIGHT: [&str; 3] = ["100", "300", "400"];
const BOLD: [&str; 3] = ["500", "bold", "900"];
const ITALIC: [(&str, &str); 2] = [("italic", "400"), ("italic", "700")];

/// A line of each weight.
fn weights([first, second, third]: [&str; 3]) -> Film {
    film()
        .track([line("normal", first, 20.0)])
        .track([line("normal", second, 70.0)])
        .track([line("normal", third, 120.0)])
}

/// A line of each variant and weight.
fn slants([first, second]: [(&str, &str); 2]) -> Film {
    film()
        .track([line(first.0, first.1, 40.0)])
        .track([line(second.0, second.1, 100.0)])
}

/// One line of another weight or slant.
pub(super) fn wrong() -> Vec<Case> {
    let weighed = |name, drawn, asked| letters(name, 0, weights(drawn)).beside(weights(asked));
    let slanted = |name, drawn| letters(name, 0, slants(drawn)).beside(slants(ITALIC));
    vec![
        weighed("wrong-900-for-700", ["500", "900", "900"], BOLD),
        weighed("wrong-700-for-900", ["500", "bold", "700"], BOLD),
        weighed("wrong-400-for-500", ["400", "bold", "900"], BOLD),
        weighed("wrong-500-for-400", ["100", "300", "500"], LIGHT),
        weighed("wrong-400-for-300", ["100", "400", "400"], LIGHT),
        weighed("wrong-300-for-100", ["300", "300", "400"], LIGHT),
        slanted("wrong-upright", [("normal", "400"), ("italic", "700")]),
        slanted("wrong-upright-bold", [("italic", "400"), ("normal", "700")]),
        slanted("wrong-italic-for-bold", [("italic", "400"); 2]),
    ]
}

fn plate(padding: f64, radius: f64) -> Value {
    json!({ "color": "#c03030", "horizontalPadding": padding, "borderRadius": radius })
}

fn texts() -> Vec<Case> {
    let fox = || roboto(WORDS);
    let title = |words| roboto(words).with("fontSize", 64);
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
        // Lines between pixels here, which Chromium moves to whole ones.
        letters("text-line-height", 0, one(fox().with("lineHeight", 1.8))).inside(0.98, 2.9),
        letters(
            "text-line-height-tight",
            0,
            one(fox().with("lineHeight", 0.8)),
        )
        .inside(0.975, 4.6),
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
        letters("text-weights-light", 0, weights(LIGHT)),
        letters("text-weights-bold", 0, weights(BOLD)),
        letters("text-italics", 0, slants(ITALIC)),
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
        // Its second line is between pixels here.
        letters(
            "hebrew",
            0,
            one(rtl(HEBREW, "Noto Sans Hebrew").with("fontSize", 26)),
        )
        .inside(0.96, 4.2),
        letters("hebrew-in-ltr", 0, one(in_family(HEBREW, "Roboto"))),
        letters(
            "chinese-japanese",
            0,
            one(in_family(
                "東京は今日も晴れです。漢字とかなが続く文章。",
                "Roboto",
            )),
        ),
        // Whose pictures are shrunk by other means.
        letters(
            "emoji",
            0,
            one(in_family("Smile 😀 and 👍🏽 family 👨‍👩‍👧 flag 🇩🇪", "Roboto")),
        )
        .inside(0.98, 2.5),
    ]
}
