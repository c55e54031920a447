//! A document as HTML and CSS, written from the editor-state reference alone: nothing
//! here is shared with the compositor.
//!
//! Browsers paint boxes on whole pixels, transforms anywhere: positions are therefore
//! written as a `translate`, and sizes that are no whole numbers cannot be compared.

use std::fmt::Write as _;

use serde_json::Value;

use crate::film::{FRAME, Film};
use crate::{media, stage};

/// Faces that the pages may use: family, weight, style, and the file below
/// `/usr/share/fonts` that the compositor draws them with as well.
const FACES: [(&str, u32, &str, &str); 15] = [
    ("DejaVu Sans", 400, "normal", "dejavu/DejaVuSans.ttf"),
    ("DejaVu Sans", 700, "normal", "dejavu/DejaVuSans-Bold.ttf"),
    ("DejaVu Serif", 400, "normal", "dejavu/DejaVuSerif.ttf"),
    (
        "DejaVu Sans Mono",
        400,
        "normal",
        "dejavu/DejaVuSansMono.ttf",
    ),
    (
        "Roboto",
        100,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Thin.ttf",
    ),
    (
        "Roboto",
        300,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Light.ttf",
    ),
    (
        "Roboto",
        400,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    ),
    (
        "Roboto",
        400,
        "italic",
        "roboto/unhinted/RobotoTTF/Roboto-Italic.ttf",
    ),
    (
        "Roboto",
        500,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    ),
    (
        "Roboto",
        700,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    ),
    (
        "Roboto",
        700,
        "italic",
        "roboto/unhinted/RobotoTTF/Roboto-BoldItalic.ttf",
    ),
    (
        "Roboto",
        900,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Black.ttf",
    ),
    (
        "Noto Naskh Arabic",
        400,
        "normal",
        "noto/NotoNaskhArabic-Regular.ttf",
    ),
    (
        "Noto Sans Hebrew",
        400,
        "normal",
        "noto/NotoSansHebrew-Regular.ttf",
    ),
    ("Noto Color Emoji", 400, "normal", "noto/NotoColorEmoji.ttf"),
];
/// What is tried for characters that the text's own family lacks. Collections cannot be
/// loaded by a page: Chromium takes this one from the installed fonts.
const FALLBACK: &str =
    "Roboto, 'Noto Color Emoji', 'DejaVu Sans', 'Noto Naskh Arabic', 'Noto Sans CJK JP'";

/// Frames of films, each at its place on one page.
pub(super) struct Page {
    styles: String,
    body: String,
}

impl Page {
    pub(super) fn new() -> Self {
        let mut styles = String::from(
            "*{margin:0;padding:0} body{background:#000;text-rendering:geometricPrecision}",
        );
        for (family, weight, style, file) in FACES {
            write!(
                styles,
                "@font-face{{font-family:'{family}';font-weight:{weight};font-style:{style};\
                 src:url('file:///usr/share/fonts/truetype/{file}')}}"
            )
            .unwrap();
        }
        Self {
            styles,
            body: String::new(),
        }
    }

    pub(super) fn html(&self) -> String {
        let Self { styles, body } = self;
        format!("<!doctype html><meta charset=utf-8><style>{styles}</style>{body}")
    }

    /// Adds frame `n` of a film, at 30 fps, `left` and `top` from the corner.
    pub(super) fn add(&mut self, film: &Film, n: u64, (left, top): (usize, usize)) {
        let (width, height) = film.size;
        let document = film.json();
        let shown = format!(
            "position:absolute;left:{left}px;top:{top}px;width:{width}px;height:{height}px;overflow:hidden;isolation:isolate"
        );
        write!(self.body, "<div style='{shown}'>").unwrap();
        let background = &document["globalBackground"];
        write!(
            self.body,
            "<div style='position:absolute;inset:0;background:{} {}'></div>",
            background["gradient"].as_str().unwrap_or(""),
            background["color"].as_str().unwrap_or("#000"),
        )
        .unwrap();
        let time = n as i64 * FRAME;
        for track in document["tracks"].as_array().unwrap().iter().rev() {
            for id in track["items"].as_array().unwrap() {
                self.item(&document["items"][id.as_str().unwrap()], time, film.size);
            }
        }
        self.body.push_str("</div>");
    }

    fn item(&mut self, item: &Value, time: i64, canvas: (u32, u32)) {
        let ticks = |key: &str| item[key].as_i64().unwrap();
        let local = time - ticks("startTicks");
        if !(0..ticks("durationTicks")).contains(&local) {
            return;
        }
        let at = |key: &str| number(&item[key], local);
        if item["type"] == "effect" {
            assert_eq!(item["effectType"], "blur");
            let radius = 12.0 * item["intensity"].as_f64().unwrap();
            write!(
                self.body,
                "<div style='position:absolute;inset:0;backdrop-filter:blur({radius}px)'></div>"
            )
            .unwrap();
            return;
        }
        let animation = self.animation(item, local, canvas);
        let (left, top, width, height) = (at("left"), at("top"), at("width"), at("height"));
        write!(
            self.body,
            "<div style='position:absolute;width:{width}px;height:{height}px;\
             transform:translate({left}px,{top}px)'>\
             <div style='width:100%;height:100%;{animation}'>\
             <div style='width:100%;height:100%;opacity:{};\
             transform:rotate({}deg) scale({},{})'>",
            at("opacity"),
            at("rotation"),
            at("scaleX"),
            at("scaleY"),
        )
        .unwrap();
        let inner = match item["type"].as_str().unwrap() {
            "image" => image(item, local),
            "solid" => solid(item, local),
            "text" => text(item),
            kind => panic!("{kind} has no counterpart in CSS here"),
        };
        self.body.push_str(&inner);
        self.body.push_str("</div></div></div>");
    }

    /// A paused CSS animation at its instant, so that the easing is the browser's.
    fn animation(&mut self, item: &Value, local: i64, canvas: (u32, u32)) -> String {
        let duration = item["durationTicks"].as_i64().unwrap();
        for (side, end) in [("in", "from"), ("out", "to")] {
            let animation = &item["animations"][side];
            let Some(lasts) = animation["durationTicks"].as_i64() else {
                continue;
            };
            let done = if side == "in" {
                local
            } else {
                local - (duration - lasts)
            };
            if !(0..lasts).contains(&done) {
                continue;
            }
            let name = format!("k{}", self.styles.len());
            let kind = animation["type"].as_str().unwrap();
            let away = away(kind, side, item, local, canvas);
            write!(self.styles, "@keyframes {name}{{{end}{{{away}}}}}").unwrap();
            let seconds = |ticks: i64| ticks as f64 / 240_000.0;
            return format!(
                "animation:{name} {}s {} {}s both paused",
                seconds(lasts),
                animation["easing"].as_str().unwrap(),
                -seconds(done),
            );
        }
        String::new()
    }
}

/// Where an animation comes from or goes to: CSS declarations. For boxes not turned.
fn away(kind: &str, side: &str, item: &Value, local: i64, canvas: (u32, u32)) -> String {
    let at = |key: &str| number(&item[key], local);
    let right = f64::from(canvas.0) - at("left");
    let bottom = f64::from(canvas.1) - at("top");
    let (left, top) = (-at("left") - at("width"), -at("top") - at("height"));
    match (kind, side) {
        ("fade", _) => "opacity:0".to_owned(),
        ("zoom-in", "in") | ("zoom-out", "out") => "scale:0.5;opacity:0".to_owned(),
        ("zoom-in", "out") | ("zoom-out", "in") => "scale:1.5;opacity:0".to_owned(),
        ("slide-left", "in") | ("slide-right", "out") => format!("translate:{right}px 0"),
        ("slide-right", "in") | ("slide-left", "out") => format!("translate:{left}px 0"),
        ("slide-up", "in") | ("slide-down", "out") => format!("translate:0 {bottom}px"),
        ("slide-down", "in") | ("slide-up", "out") => format!("translate:0 {top}px"),
        _ => panic!("no animation is called {kind}"),
    }
}

/// An animated number at a tick of its item; 0 where there is none.
fn number(animated: &Value, local: i64) -> f64 {
    let value = animated["value"].as_f64().unwrap_or(0.0);
    let mut before = (0, value);
    for keyframe in animated["keyframes"].as_array().into_iter().flatten() {
        let time = keyframe["timeTicks"].as_i64().unwrap();
        let value = keyframe["value"].as_f64().unwrap();
        if local < time {
            let part = (local - before.0) as f64 / (time - before.0) as f64;
            return before.1 + (value - before.1) * part;
        }
        before = (time, value);
    }
    before.1
}

fn image(item: &Value, local: i64) -> String {
    let at = |key: &str| number(&item[key], local);
    let percent = |key: &str| format!("{}%", at(key) * 100.0);
    let file = media::file(stage::media_dir(), item["assetId"].as_str().unwrap());
    format!(
        "<img src='file://{}' style='display:block;width:100%;height:100%;object-fit:fill;\
         clip-path:inset({} {} {} {} round {}px)'>",
        file.display(),
        percent("cropTop"),
        percent("cropRight"),
        percent("cropBottom"),
        percent("cropLeft"),
        at("borderRadius"),
    )
}

fn solid(item: &Value, local: i64) -> String {
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

fn text(item: &Value) -> String {
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
    let words = word("text").replace('&', "&amp;").replace('<', "&lt;");
    let style = style.replace('\'', "\"");
    let background = &item["background"];
    if background.is_null() {
        return format!("<div style='{style}'>{words}</div>");
    }
    let padding = &background["horizontalPadding"];
    let plate = format!(
        "display:inline-block;vertical-align:top;padding:0 {padding}px;margin:0 -{padding}px;\
         background:{};border-radius:{}px",
        background["color"].as_str().unwrap(),
        background["borderRadius"],
    );
    let lines = words.split('\n');
    let lines = lines.map(|line| format!("<div><span style='{plate}'>{line}</span></div>"));
    format!("<div style='{style}'>{}</div>", lines.collect::<String>())
}
