//! Animations of letters, as far as CSS has words for them.

use serde_json::{Value, json};

use super::{changes, words};

/// `curtain-close`: width in ems of the curtain's soft edge.
const HEM: f64 = 0.15;
/// `rainbow`: ems over which all hues follow one another, how much further they are
/// down than across, and the hues.
const WAVE: f64 = 7.0;
const LEAN: f64 = 0.25;
const HUES: [&str; 6] = [
    "rgb(100% 32% 36%)",
    "rgb(100% 66% 20%)",
    "rgb(100% 90% 30%)",
    "rgb(32% 87% 46%)",
    "rgb(26% 70% 100%)",
    "rgb(72% 45% 100%)",
];

/// A text, with what its `in` animation makes of it `local` ticks after its start, and
/// past that its loop.
pub(super) fn text(item: &Value, local: i64) -> String {
    let under_way = |side: &'static str| {
        let animation = &item["captionAnimations"][side];
        let rounds = local as f64 / animation["durationTicks"].as_f64()?;
        let word = |key: &str| animation[key].as_str().unwrap();
        let done = changes::eased(word("easing"), rounds.fract());
        (side == "loop" || rounds < 1.0).then(|| (side, word("type"), done))
    };
    match under_way("in").or_else(|| under_way("loop")) {
        None => words::text(item),
        Some(("in", "typewriter", done)) => typed(item, |index, count| {
            (index as f64) < (done * count as f64).floor()
        }),
        Some(("in", "center-type-out", done)) => {
            typed(item, |index, count| from_middle(index, count) < done)
        }
        Some(("in", "curtain-close", done)) => curtain(item, done),
        Some(("loop", "rainbow", done)) => rainbow(item, done),
        Some((side, kind, _)) => panic!("{kind} as {side} has no counterpart in CSS here"),
    }
}

/// How far a letter is from the middle of its line, the line's end being 1. For letters
/// that are all as wide.
fn from_middle(index: usize, count: usize) -> f64 {
    let half = count as f64 / 2.0;
    (index as f64 + 0.5 - half).abs() / half
}

/// The letters that show of those in a line, in their places.
fn typed(item: &Value, shown: impl Fn(usize, usize) -> bool) -> String {
    let lines = item["text"].as_str().unwrap().split('\n');
    let line = |line: &str| -> String {
        let count = line.chars().count();
        let letters = line.chars().enumerate().map(|(index, letter)| {
            let seen = if shown(index, count) {
                "visible"
            } else {
                "hidden"
            };
            format!("<span style='visibility:{seen}'>{letter}</span>")
        });
        letters.collect()
    };
    let lines: Vec<String> = lines.map(line).collect();
    words::set(item, &lines)
}

/// Two edges that move from both ends of the longest line to its middle, what is outside
/// of them showing.
fn curtain(item: &Value, done: f64) -> String {
    let hem = HEM * item["fontSize"].as_f64().unwrap();
    // From the middle to an edge: part of the line, in percent, and pixels beside it.
    let (part, beside) = (50.0 * (1.0 - done), hem * (1.0 - 2.0 * done));
    let stops = [
        ("black", 50.0 - part, -beside - hem),
        ("transparent", 50.0 - part, -beside),
        ("transparent", 50.0 + part, beside),
        ("black", 50.0 + part, beside + hem),
    ];
    let stops = stops.map(|(color, part, pixels)| format!("{color} calc({part}% + {pixels}px)"));
    let mask = format!("linear-gradient(90deg,{})", stops.join(","));
    format!(
        "<div style='width:max-content;-webkit-mask-image:{mask};mask-image:{mask}'>{}</div>",
        words::text(item)
    )
}

/// Hues that flow in reading direction, cut out by the letters.
fn rainbow(item: &Value, phase: f64) -> String {
    let wave = WAVE * item["fontSize"].as_f64().unwrap() / 1_f64.hypot(LEAN);
    let angle = 90.0 + LEAN.atan().to_degrees();
    let hues = HUES.iter().chain(HUES.first()).enumerate();
    let stops = hues.map(|(index, hue)| {
        let at = index as f64 / HUES.len() as f64 + phase;
        format!("{hue} {}px", at * wave)
    });
    let stops: Vec<String> = stops.collect();
    let mut hollow = item.clone();
    hollow["color"] = json!("transparent");
    format!(
        "<div style='background:repeating-linear-gradient({angle}deg,{});\
         -webkit-background-clip:text;background-clip:text'>{}</div>",
        stops.join(","),
        words::text(&hollow)
    )
}
