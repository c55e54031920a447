//! What changes items or what lies below them: animations, transitions, effects and
//! filters.

use std::f64::consts::PI;

use serde_json::Value;

use super::number;

/// Where an animation comes from or goes to: CSS declarations. For boxes not turned.
pub(super) fn away(kind: &str, side: &str, item: &Value, local: i64, canvas: (u32, u32)) -> String {
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

/// A transition as far as it has come.
pub(super) struct Cut {
    /// The outgoing and the incoming clip.
    pub(super) clips: [Value; 2],
    pub(super) kind: String,
    /// Where the incoming clip comes from; empty where it comes from nowhere.
    pub(super) direction: String,
    pub(super) progress: f64,
}

/// How far a transition has come along the curve that CSS calls so. Their first handle is
/// level, as is their last: so y is the same in all of them.
pub(super) fn eased(easing: &str, done: f64) -> f64 {
    const STEPS: u32 = 100_000;
    let (first, last) = match easing {
        "linear" => return done,
        "ease-in" => (0.42, 1.0),
        "ease-out" => (0.0, 0.58),
        "ease-in-out" => (0.42, 0.58),
        other => panic!("no easing is called {other}"),
    };
    let x = |t: f64| {
        let handles = 3.0 * (1.0 - t) * t * ((1.0 - t) * first + t * last);
        handles + t.powi(3)
    };
    let mut steps = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
    let t = steps.find(|t| x(*t) >= done).unwrap_or(1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A layer as large as the composition.
fn layer(style: &str, html: &str) -> String {
    format!("<div style='position:absolute;inset:0;{style}'>{html}</div>")
}

/// Both clips of a transition, drawn each on its own.
pub(super) fn transition(
    cut: &Cut,
    [outgoing, incoming]: &[String; 2],
    canvas: (u32, u32),
) -> String {
    let (progress, left) = (cut.progress, 1.0 - cut.progress);
    let (width, height) = (f64::from(canvas.0), f64::from(canvas.1));
    let (x, y) = heading(&cut.direction);
    match cut.kind.as_str() {
        // The weighed sum of both.
        "fade" => mixed(
            &layer(&format!("opacity:{left}"), outgoing),
            &format!("opacity:{progress}"),
            incoming,
        ),
        "slide" => {
            let moved =
                |part: f64| format!("translate:{}px {}px", x * part * width, y * part * height);
            layer(&moved(progress), outgoing) + &layer(&moved(-left), incoming)
        }
        "flip" => {
            let (html, turned) = if progress < 0.5 {
                (outgoing, progress)
            } else {
                (incoming, -left)
            };
            // The edge it comes from turns towards the eye.
            let (axis, sign) = if x == 0.0 { ("X", -y) } else { ("Y", x) };
            let card = format!(
                "overflow:hidden;transform:rotate{axis}({}rad)",
                turned * PI * sign
            );
            layer("perspective:1000px", &layer(&card, html))
        }
        kind => {
            let path = uncovered(kind, (x, y), progress, (width, height));
            let all = format!("M0 0H{width}V{height}H0Z");
            let around = format!("clip-path:path(evenodd,\"{all}{path}\")");
            let within = format!("clip-path:path(\"{path}\")");
            mixed(&layer(&around, outgoing), &within, incoming)
        }
    }
}

/// A layer and another one that is added to it.
fn mixed(below: &str, style: &str, html: &str) -> String {
    let style = format!("{style};mix-blend-mode:plus-lighter");
    let both = below.to_owned() + &layer(&style, html);
    layer("isolation:isolate", &both)
}

/// Where something goes that comes from there: rightwards and downwards are 1.
fn heading(direction: &str) -> (f64, f64) {
    let part = |forth: &str, back: &str| {
        if direction.contains(forth) {
            1.0
        } else if direction.contains(back) {
            -1.0
        } else {
            0.0
        }
    };
    (part("left", "right"), part("top", "bottom"))
}

/// The outline of what the incoming clip has taken.
fn uncovered(kind: &str, (x, y): (f64, f64), progress: f64, (width, height): (f64, f64)) -> String {
    let (left, top) = (width / 2.0 * (1.0 - x), height / 2.0 * (1.0 - y));
    let (middle, radius) = ((width / 2.0, height / 2.0), width.hypot(height) / 2.0);
    match kind {
        // From a corner: a triangle of which two sides grow to twice the composition's.
        "wipe" if x != 0.0 && y != 0.0 => {
            let (along, down) = (2.0 * x * progress * width, 2.0 * y * progress * height);
            format!("M{left} {top}h{along}L{left} {}Z", top + down)
        }
        "wipe" if y == 0.0 => format!("M{left} 0h{}v{height}H{left}Z", x * progress * width),
        "wipe" => format!("M0 {top}v{}h{width}V{top}Z", y * progress * height),
        "clock-wipe" => {
            let (sin, cos) = (progress * 2.0 * PI).sin_cos();
            let end = (middle.0 + radius * sin, middle.1 - radius * cos);
            let large = i32::from(progress > 0.5);
            format!(
                "M{} {}v{}A{radius} {radius} 0 {large} 1 {} {}Z",
                middle.0, middle.1, -radius, end.0, end.1
            )
        }
        "iris" => {
            let radius = radius * progress;
            let (left, across) = (middle.0 - radius, 2.0 * radius);
            format!(
                "M{left} {}a{radius} {radius} 0 1 1 {across} 0a{radius} {radius} 0 1 1 {} 0Z",
                middle.1, -across
            )
        }
        other => panic!("{other} has no counterpart in CSS here"),
    }
}

/// What an effect makes of all below it.
pub(super) fn effect(below: &str, item: &Value, local: i64) -> String {
    let done = local as f64 / item["durationTicks"].as_f64().unwrap();
    let intensity = item["intensity"].as_f64().unwrap();
    let param = |key: &str, absent: f64| item["params"][key].as_f64().unwrap_or(absent);
    let blurred = |radius: f64| format!("backdrop-filter:blur({}px)", radius * intensity);
    let darkened = |part: f64| format!("background:rgba(0,0,0,{})", part * intensity);
    let style = match item["effectType"].as_str().unwrap() {
        "blur" => blurred(12.0),
        "blurred-opening" => blurred(param("maxBlurPx", 24.0) * (1.0 - done)),
        "fade-in" => darkened(1.0 - done),
        "fade-out" => darkened(done),
        "flash-to-black" => {
            let (bright, dark) = (param("brightTicks", 0.0), param("darkTicks", 0.0));
            let round = (local as f64).rem_euclid(bright + dark);
            let left = item["durationTicks"].as_f64().unwrap() - local as f64;
            let is_dark = round >= bright || left <= param("tailDarkTicks", 0.0);
            darkened(if is_dark {
                param("maxOpacity", 1.0)
            } else {
                0.0
            })
        }
        other => panic!("{other} has no counterpart in CSS here"),
    };
    below.to_owned() + &layer(&style, "")
}

/// A name; saturation and contrast, gain and lift of red, green and blue.
type Look = (&'static str, [f64; 2], [f64; 3], [f64; 3]);

#[rustfmt::skip]
const LOOKS: [Look; 8] = [
    ("verdant-glow",   [1.15, 1.05], [0.94, 1.08, 0.90], [ 0.00,  0.03,  0.00]),
    ("cyberpunk-neon", [1.45, 1.20], [1.10, 0.86, 1.22], [ 0.02, -0.02,  0.06]),
    ("vaporwave-blue", [0.90, 0.92], [0.94, 0.92, 1.16], [ 0.06,  0.02,  0.10]),
    ("sunset-orange",  [1.20, 1.05], [1.16, 0.98, 0.78], [ 0.04,  0.01, -0.02]),
    ("lemon-cyan",     [1.10, 1.00], [0.98, 1.08, 0.92], [ 0.02,  0.05,  0.06]),
    ("absolute-red",   [0.30, 1.15], [1.28, 0.66, 0.66], [ 0.05, -0.03, -0.03]),
    ("sakura-pink",    [0.95, 0.92], [1.07, 0.95, 1.02], [ 0.07,  0.02,  0.05]),
    ("twilight-dusk",  [0.80, 1.10], [0.92, 0.86, 1.10], [-0.03, -0.03,  0.05]),
];

/// Part of red, green and blue in the brightness of a colour (Rec. 709).
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// What a filter makes of all below it, by `feColorMatrix`: four numbers for each of red,
/// green and blue, and one that is added.
pub(super) fn filter(below: &str, item: &Value) -> String {
    let look = LOOKS.iter().find(|look| item["filterType"] == look.0);
    let (name, [saturation, contrast], gain, lift) = *look.unwrap();
    let blend = item["params"]["blend"].as_f64().unwrap_or(1.0);
    let strength = (item["intensity"].as_f64().unwrap() * blend).min(1.0);
    let mut numbers = Vec::new();
    for out in 0..3 {
        for (from, luma) in LUMA.iter().enumerate() {
            let own = if from == out { 1.0 } else { 0.0 };
            let saturated = luma + (own - luma) * saturation;
            numbers.push(own + (saturated * contrast * gain[out] - own) * strength);
        }
        let centred = (1.0 - contrast) / 2.0 * gain[out];
        numbers.extend([0.0, (centred + lift[out]) * strength]);
    }
    let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
    let id = format!("{name}-{strength}").replace('.', "-");
    let definition = format!(
        "<svg width=0 height=0 style='position:absolute'>\
         <filter id='{id}' x=0 y=0 width=1 height=1 color-interpolation-filters=sRGB>\
         <feColorMatrix values='{} 0 0 0 1 0'/></filter></svg>",
        numbers.join(" ")
    );
    definition + &layer(&format!("filter:url(#{id})"), below)
}
