//! What is in the boxes.

use std::path::Path;

use serde_json::Value;

use super::{number, words};
use crate::{media, stage};

/// The address of a file of `media`.
pub(super) fn address(name: &str) -> String {
    let file = media::file(stage::media_dir(), name);
    format!("file://{}", file.display())
}

/// The picture that an image, a video or a gif shows: of the latter two, what the frame
/// was made from that shows `local` ticks after the item's start.
pub(super) fn source(item: &Value, local: i64) -> String {
    let asset = item["assetId"].as_str().unwrap();
    let still = |rate: i64| {
        let start = item["sourceStartTicks"].as_f64().unwrap();
        let tick = start + local as f64 * item["playbackRate"].as_f64().unwrap();
        (tick * rate as f64 / 240_000.0).floor() as usize
    };
    match (item["type"].as_str().unwrap(), asset) {
        ("video", "clip.mp4") => format!("clip_{}.png", still(30).min(29)),
        ("video", "alpha.webm") => format!("alpha_{}.png", still(30).min(14)),
        ("gif", "spin.gif") => format!("spin_{}.png", still(10) % 4),
        ("image", file) => file.to_owned(),
        (kind, file) => panic!("no frame of the {kind} {file} is known"),
    }
}

pub(super) fn picture(item: &Value, local: i64) -> String {
    let at = |key: &str| number(&item[key], local);
    let percent = |key: &str| format!("{}%", at(key) * 100.0);
    format!(
        "<img src='{}' style='display:block;width:100%;height:100%;object-fit:fill;\
         clip-path:inset({} {} {} {} round {}px)'>",
        address(&source(item, local)),
        percent("cropTop"),
        percent("cropRight"),
        percent("cropBottom"),
        percent("cropLeft"),
        at("borderRadius"),
    )
}

/// A file that scales to any size.
pub(super) fn sticker(item: &Value) -> String {
    let address = address(item["assetId"].as_str().unwrap());
    format!("<img src='{address}' style='display:block;width:100%;height:100%'>")
}

pub(super) fn solid(item: &Value, local: i64) -> String {
    let star = (0..10).map(|i| {
        let reach = if i % 2 == 0 { 50.0 } else { 50.0 * 0.381_966 };
        let (sin, cos) = (f64::from(i) * 36.0).to_radians().sin_cos();
        format!("{}% {}%", 50.0 + reach * sin, 50.0 - reach * cos)
    });
    let shape = match item["shape"].as_str().unwrap() {
        "rectangle" => format!("border-radius:{}px", number(&item["borderRadius"], local)),
        "circle" => "border-radius:50%".to_owned(),
        "triangle" => "clip-path:polygon(50% 0,100% 100%,0 100%)".to_owned(),
        _ => format!("clip-path:polygon({})", star.collect::<Vec<_>>().join(",")),
    };
    let color = item["color"].as_str().unwrap();
    format!("<div style='width:100%;height:100%;background:{color};{shape}'></div>")
}

/// A drawing of the library, its tones made of the item's colour (`#rrggbb`) by CSS.
pub(super) fn illustration(item: &Value) -> String {
    let name = item["illustrationName"].as_str().unwrap();
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compositor/illustrations");
    let drawing = std::fs::read_to_string(library.join(format!("{name}.svg"))).unwrap();
    let main = item["color"].as_str().unwrap();
    let tones = [
        ("main", main.to_owned()),
        (
            "deep",
            format!("oklch(from {main} max(calc(l * 0.68), 0.2) c h)"),
        ),
        ("soft", format!("color-mix(in srgb, {main} 45%, white)")),
        ("pale", format!("color-mix(in srgb, {main} 15%, white)")),
        ("ink", format!("oklch(from {main} 0.26 min(c, 0.05) h)")),
        ("paper", "white".to_owned()),
        ("skin", "rgb(96% 78% 67%)".to_owned()),
        ("tan", "rgb(66% 45% 33%)".to_owned()),
    ];
    let rules = tones
        .map(|(tone, css)| format!(".{tone}{{fill:{css}}}.s-{tone}{{fill:none;stroke:{css}}}"));
    // A picture of its own: what it calls its tones is no one else's business.
    let (head, shapes) = drawing.split_once('>').unwrap();
    let fit = if item["keepAspectRatio"] == true {
        "xMidYMid"
    } else {
        "none"
    };
    let svg = format!(
        "{head} preserveAspectRatio='{fit}'><style>{}</style>{shapes}",
        rules.concat()
    );
    let hex = main.trim_start_matches('#');
    let file = stage::media_dir().join(format!("{name}_{hex}_{fit}.svg"));
    std::fs::write(&file, svg).unwrap();
    format!(
        "<img src='file://{}' style='display:block;width:100%;height:100%'>",
        file.display()
    )
}

/// The texts of a template whose picture is not in the document.
pub(super) fn template(item: &Value) -> String {
    let nodes = item["nodes"].as_array().unwrap().iter();
    let texts = nodes.filter(|node| node["type"] == "text").map(|node| {
        format!(
            "<div style='position:absolute;left:{}px;top:{}px;width:{}px;height:{}px'>{}</div>",
            node["x"],
            node["y"],
            node["width"],
            node["height"],
            words::text(node),
        )
    });
    texts.collect()
}
