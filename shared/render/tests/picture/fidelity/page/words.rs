//! Texts and captions.

use serde_json::Value;

/// What is tried for characters that the text's own family lacks. Collections cannot be
/// loaded by a page: Chromium takes this one from the installed fonts.
const FALLBACK: &str =
    "Roboto, 'Noto Color Emoji', 'DejaVu Sans', 'Noto Naskh Arabic', 'Noto Sans CJK JP'";

/// The words of a text or of a template's node.
pub(super) fn text(item: &Value) -> String {
    let words = escaped(item["text"].as_str().unwrap());
    let lines: Vec<String> = words.split('\n').map(str::to_owned).collect();
    set(item, &lines)
}

/// The page of captions that holds all that their asset says, and what is spoken
/// `local` ticks after their start.
pub(super) fn captions(item: &Value, asset: &Value, local: i64) -> String {
    let now = local + item["contentStartOffsetTicks"].as_i64().unwrap();
    let milliseconds = now as f64 / 240.0;
    let entries = asset["captions"].as_array().unwrap().iter();
    let entries: Vec<String> = entries
        .map(|entry| {
            let words = escaped(entry["text"].as_str().unwrap());
            let time = |key: &str| entry[key].as_f64().unwrap();
            if (time("startMs")..time("endMs")).contains(&milliseconds) {
                let color = item["highlightColor"].as_str().unwrap();
                format!("<span style='color:{color}'>{words}</span>")
            } else {
                words
            }
        })
        .collect();
    match asset["timingGranularity"].as_str().unwrap() {
        "word" => set(item, &[entries.join(" ")]),
        _ => set(item, &entries),
    }
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;")
}

/// Lines in the style of an item.
pub(super) fn set(item: &Value, lines: &[String]) -> String {
    let word = |key: &str| item[key].as_str().unwrap().to_owned();
    let space = if item["resizeOnEdit"] == true {
        "pre"
    } else {
        "pre-wrap"
    };
    let style = format!(
        "color:{};text-align:{};font:{} {} {}px '{}',{FALLBACK};line-height:{};\
         letter-spacing:{}px;direction:{};-webkit-text-stroke:{}px {};paint-order:stroke;\
         white-space:{space}",
        word("color"),
        word("align"),
        item["fontStyle"]["variant"].as_str().unwrap(),
        item["fontStyle"]["weight"].as_str().unwrap(),
        item["fontSize"],
        word("fontFamily"),
        item["lineHeight"],
        item["letterSpacing"],
        word("direction"),
        item["strokeWidth"],
        word("strokeColor"),
    );
    let style = style.replace('\'', "\"");
    let background = &item["background"];
    if background.is_null() {
        return format!("<div style='{style}'>{}</div>", lines.join("\n"));
    }
    let padding = &background["horizontalPadding"];
    let plate = format!(
        "display:inline-block;vertical-align:top;padding:0 {padding}px;margin:0 -{padding}px;\
         background:{};border-radius:{}px",
        background["color"].as_str().unwrap(),
        background["borderRadius"],
    );
    let lines = lines
        .iter()
        .map(|line| format!("<div><span style='{plate}'>{line}</span></div>"));
    format!("<div style='{style}'>{}</div>", lines.collect::<String>())
}
