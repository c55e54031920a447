//! Text in every style and script.

use serde_json::{Value, json};

use super::{Case, letters, one};
use crate::film::{Item, film, text};

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
