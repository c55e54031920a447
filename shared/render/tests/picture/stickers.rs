//! Stickers: Lottie animations and an SVG, of our own making.

use serde_json::{Value, json};

/// The text of the file called `name`.
pub(crate) fn file(name: &str) -> Option<String> {
    match name {
        "badge.svg" => Some(BADGE.to_owned()),
        "broken.json" => Some(r#"{ "layers": "#.to_owned()),
        name => animation(name).map(|json| json.to_string()),
    }
}

/// The Lottie animation called `name`.
pub(crate) fn animation(name: &str) -> Option<Value> {
    match name {
        "wheel.json" => Some(wheel()),
        "parts.json" => Some(parts()),
        "veil.json" => Some(veil()),
        _ => None,
    }
}

const BADGE: &str = r##"<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <style>.ring { fill: none; stroke: #2050c0; stroke-width: 6 }</style>
  <defs>
    <linearGradient id="g" x2="0" y2="1"><stop stop-color="#ffd040"/><stop offset="1" stop-color="#e05030"/></linearGradient>
    <clipPath id="c"><path d="M32 6 58 58H6z"/></clipPath>
  </defs>
  <circle class="ring" cx="32" cy="32" r="28"/>
  <g clip-path="url(#c)" opacity=".9"><rect width="64" height="64" fill="url(#g)"/><circle cx="32" cy="40" r="8" fill="#fff"/></g>
</svg>"##;

fn fixed(value: impl Into<Value>) -> Value {
    json!({ "a": 0, "k": value.into() })
}

/// From one value to another over 30 frames, slowly at both ends.
fn eased(from: &Value, to: &Value) -> Value {
    let handles = (
        json!({ "x": [0.42], "y": [0] }),
        json!({ "x": [0.58], "y": [1] }),
    );
    json!({ "a": 1, "k": [{ "t": 0, "s": from, "o": handles.0, "i": handles.1 }, { "t": 30, "s": to }] })
}

fn placed(x: f64, y: f64) -> Value {
    json!({ "p": fixed(vec![x, y]), "a": fixed(vec![0, 0]), "s": fixed(vec![100, 100]), "r": fixed(0), "o": fixed(100) })
}

fn film(size: (u32, u32), layers: &Value, assets: &Value) -> Value {
    json!({ "v": "5.7.0", "fr": 30, "ip": 0, "op": 30, "w": size.0, "h": size.1, "layers": layers, "assets": assets })
}

fn layer(index: usize, place: &Value, shapes: &Value) -> Value {
    json!({ "ty": 4, "ind": index, "ip": 0, "op": 30, "st": 0, "ks": place, "shapes": shapes })
}

fn ellipse(x: f64, y: f64, size: f64) -> Value {
    json!({ "ty": "el", "p": fixed(vec![x, y]), "s": fixed(vec![size, size]) })
}

fn rectangle(x: f64, y: f64, size: f64) -> Value {
    json!({ "ty": "rc", "p": fixed(vec![x, y]), "s": fixed(vec![size, size]), "r": fixed(0) })
}

fn fill(r: f64, g: f64, b: f64) -> Value {
    json!({ "ty": "fl", "c": fixed(vec![r, g, b, 1.0]), "o": fixed(100) })
}

fn stroke(width: f64) -> Value {
    json!({ "ty": "st", "c": fixed(vec![1.0, 1.0, 1.0, 1.0]), "o": fixed(100), "w": fixed(width), "lc": 1, "lj": 1 })
}

fn group(shapes: &[Value]) -> Value {
    let mut items = shapes.to_vec();
    let mut own = placed(0.0, 0.0);
    own["ty"] = json!("tr");
    items.push(own);
    json!({ "ty": "gr", "it": items })
}

/// A star that turns once a second, eased, and a ball on a bent way above a ring that
/// is drawn out.
fn wheel() -> Value {
    let mut turning = placed(50.0, 50.0);
    turning["r"] = eased(&json!([0]), &json!([360]));
    let star = json!({
        "ty": "sr", "sy": 1, "pt": fixed(5), "p": fixed(vec![0, 0]), "r": fixed(0),
        "or": fixed(34), "ir": fixed(15), "os": fixed(0), "is": fixed(0),
    });
    let gradient = json!({
        "ty": "gf", "t": 1, "s": fixed(vec![0, -34]), "e": fixed(vec![0, 34]), "o": fixed(100),
        "g": { "p": 2, "k": fixed(vec![0.0, 1.0, 0.85, 0.2, 1.0, 0.9, 0.2, 0.2]) },
    });
    let mut riding = placed(0.0, 0.0);
    riding["p"] = json!({ "a": 1, "k": [
        { "t": 0, "s": [10, 50], "to": [0, -45], "ti": [0, -45] }, { "t": 30, "s": [90, 50] },
    ] });
    let trim = json!({ "ty": "tm", "s": fixed(0), "e": eased(&json!([0]), &json!([100])), "o": fixed(0), "m": 1 });
    let layers = json!([
        layer(
            1,
            &riding,
            &json!([group(&[ellipse(0.0, 0.0, 16.0), fill(0.2, 0.5, 0.9)])])
        ),
        layer(2, &turning, &json!([group(&[star, gradient])])),
        layer(
            3,
            &placed(50.0, 50.0),
            &json!([group(&[ellipse(0.0, 0.0, 84.0), stroke(5.0), trim])])
        ),
    ]);
    film((100, 100), &layers, &json!([]))
}

/// Two discs, one over the other, that fade as one.
fn veil() -> Value {
    let mut place = placed(0.0, 0.0);
    place["o"] = eased(&json!([100]), &json!([0]));
    let shapes = json!([
        group(&[ellipse(40.0, 50.0, 50.0), fill(0.9, 0.2, 0.2)]),
        group(&[ellipse(60.0, 50.0, 50.0), fill(0.2, 0.4, 0.9)]),
    ]);
    film((100, 100), &json!([layer(1, &place, &shapes)]), &json!([]))
}

fn square(x: f64, y: f64, half: f64) -> Value {
    let (a, b, c, d) = (x - half, y - half, x + half, y + half);
    let none = json!([[0, 0], [0, 0], [0, 0], [0, 0]]);
    fixed(json!({ "v": [[a, b], [c, b], [c, d], [a, d]], "i": none, "o": none, "c": true }))
}

fn mask(mode: &str, inverted: bool, x: f64, half: f64) -> Value {
    json!({ "mode": mode, "inv": inverted, "pt": square(x, 0.0, half), "o": fixed(100) })
}

/// One part of the format a cell of 40x40.
fn parts() -> Value {
    let cell = |n: usize| placed(20.0 + 40.0 * (n % 4) as f64, 20.0 + 40.0 * (n / 4) as f64);
    let disc = |n: usize| {
        layer(
            n + 1,
            &cell(n),
            &json!([group(&[ellipse(0.0, 0.0, 32.0), fill(0.2, 0.7, 0.4)])]),
        )
    };
    let with = |mut layer: Value, key: &str, value: Value| {
        layer[key] = value;
        layer
    };
    let shapes = |n: usize, shapes: &[Value]| layer(n + 1, &cell(n), &json!([group(shapes)]));
    let even_odd = with(fill(0.9, 0.7, 0.2), "r", json!(2));
    let dashes = json!([{ "n": "d", "v": fixed(6) }, { "n": "g", "v": fixed(4) }, { "n": "o", "v": fixed(2) }]);
    let mut copy = placed(10.0, 0.0);
    copy["so"] = fixed(100);
    copy["eo"] = fixed(30);
    let repeater = json!({ "ty": "rp", "c": fixed(4), "o": fixed(-1.5), "m": 1, "tr": copy });
    let glow = json!({
        "ty": "gf", "t": 2, "s": fixed(vec![0, 0]), "e": fixed(vec![16, 0]), "h": fixed(40), "a": fixed(-45), "o": fixed(100),
        "g": { "p": 2, "k": fixed(vec![0.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.2, 0.5, 0.0, 1.0, 0.8, 1.0, 1.0, 0.0]) },
    });
    let matte = |n: usize| {
        with(
            shapes(n, &[rectangle(-8.0, 0.0, 26.0), fill(0.0, 0.5, 0.0)]),
            "td",
            json!(1),
        )
    };
    let remap = json!({ "a": 1, "k": [{ "t": 0, "s": [1], "o": { "x": 0, "y": 0 }, "i": { "x": 1, "y": 1 } }, { "t": 30, "s": [0] }] });
    let inner = json!({
        "ty": 0, "ind": 40, "ip": 0, "op": 30, "st": 0, "refId": "inner", "w": 36, "h": 36, "tm": remap,
        "ks": { "p": cell(10)["p"], "a": fixed(vec![18, 18]), "s": fixed(vec![100, 100]), "r": fixed(20), "o": fixed(100) },
    });
    let mut riding = placed(0.0, 0.0);
    riding["p"] = eased(&json!([0, 18]), &json!([36, 18]));
    let assets = json!([{ "id": "inner", "layers": [
        layer(1, &riding, &json!([group(&[ellipse(0.0, 0.0, 20.0), fill(1.0, 1.0, 1.0)])])),
        { "ty": 1, "ind": 2, "ip": 0, "op": 30, "st": 0, "ks": placed(0.0, 0.0), "sw": 60, "sh": 60, "sc": "#8040c0" },
    ] }]);
    let layers = json!([
        with(disc(0), "masksProperties", json!([mask("a", false, -10.0, 8.0), mask("a", false, 8.0, 8.0)])),
        with(disc(1), "masksProperties", json!([mask("s", false, 0.0, 8.0)])),
        with(disc(2), "masksProperties", json!([mask("a", true, 6.0, 8.0), mask("i", false, 4.0, 14.0)])),
        matte(3),
        with(disc(3), "tt", json!(1)),
        matte(4),
        with(disc(4), "tt", json!(4)),
        shapes(5, &[ellipse(0.0, 0.0, 32.0), rectangle(0.0, 0.0, 14.0), even_odd]),
        shapes(6, &[rectangle(0.0, 0.0, 28.0), with(stroke(3.0), "d", dashes)]),
        shapes(7, &[ellipse(0.0, 0.0, 8.0), fill(0.9, 0.3, 0.3), repeater]),
        shapes(8, &[ellipse(0.0, 0.0, 32.0), glow]),
        with(shapes(9, &[rectangle(6.0, 0.0, 22.0), fill(1.0, 0.9, 0.3)]), "bm", json!(1)),
        disc(9),
        inner,
        with(shapes(11, &[rectangle(0.0, 0.0, 20.0), fill(0.4, 0.8, 0.9)]), "parent", json!(50)),
        { "ty": 3, "ind": 50, "ip": 0, "op": 30, "st": 0, "ks": with(placed(-51.7, 50.0), "r", fixed(-30)) },
        { "ty": 5, "ind": 60, "ip": 0, "op": 30, "st": 0, "ks": placed(0.0, 0.0), "t": {} },
    ]);
    film((160, 120), &layers, &assets)
}
