//! Charts: every type while it grows, and numbers and boxes of every kind.

use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{Film, Item, chart, film, solid};

/// Growth ends at frame 20.
const GROWTH: [u64; 3] = [0, 6, 20];
const SIZE: (u32, u32) = (320, 180);
const PLACE: [f64; 4] = [10.0, 8.0, 300.0, 164.0];

/// Rows of numbers: label, then a number a series; `null` leaves it out.
fn table(series: &[&str], rows: &[(&str, &[f64])]) -> Value {
    let keys: Vec<Value> = series
        .iter()
        .map(|label| json!({ "key": format!("k-{label}"), "label": label }))
        .collect();
    let rows: Vec<Value> = rows
        .iter()
        .map(|(label, values)| {
            let values: serde_json::Map<String, Value> = series
                .iter()
                .zip(*values)
                .filter(|(_, value)| value.is_finite())
                .map(|(label, value)| (format!("k-{label}"), json!(value)))
                .collect();
            json!({ "label": label, "values": values })
        })
        .collect();
    json!({ "series": keys, "rows": rows })
}

fn sales() -> Value {
    table(
        &["Online", "Stores", "Partners"],
        &[
            ("Jan", &[4200.0, 3100.0, 1200.0]),
            ("Feb", &[5100.0, 2900.0, 1500.0]),
            ("Mar", &[4700.0, 3300.0, 2100.0]),
            ("Apr", &[6400.0, 3600.0, 1900.0]),
            ("May", &[7300.0, 3400.0, 2600.0]),
            ("Jun", &[8100.0, 3900.0, 3200.0]),
        ],
    )
}

fn skills() -> Value {
    table(
        &["Ada", "Grace"],
        &[
            ("Design", &[80.0, 55.0]),
            ("Research", &[65.0, 90.0]),
            ("Speaking", &[40.0, 70.0]),
            ("Writing", &[85.0, 60.0]),
            ("Code", &[95.0, 85.0]),
            ("Planning", &[50.0, 75.0]),
        ],
    )
}

fn traffic() -> Value {
    let slices = [
        ("Search", 42.0),
        ("Direct", 23.0),
        ("Social", 18.0),
        ("Mail", 11.0),
        ("Ads", 4.0),
    ];
    json!({ "slices": slices.map(|(label, value)| json!({ "label": label, "value": value })) })
}

fn cloud() -> Value {
    let point = |index: u32| {
        let (i, second) = (f64::from(index), index % 2 == 1);
        let spread = (i * 2.399).sin() * 9.0;
        let x = 20.0 + i * 1.6;
        let y = if second {
            4.0 + i * 0.9 + spread
        } else {
            60.0 - i * 0.7 + spread
        };
        json!({ "seriesKey": if second { "b" } else { "a" }, "x": x, "y": y })
    };
    json!({
        "series": [{ "key": "a", "label": "Control" }, { "key": "b", "label": "Treatment" }],
        "points": (0..50).map(point).collect::<Vec<_>>(),
    })
}

fn on_dark(item: Item) -> Film {
    film()
        .size(SIZE.0, SIZE.1)
        .background(json!({ "type": "color", "color": "#0f172a", "gradient": null }))
        .track([item])
}

fn on_light(item: Item) -> Film {
    on_dark(item).background(json!({ "type": "color", "color": "#ffffff", "gradient": null }))
}

fn growing(kind: &str, data: &Value) -> Item {
    chart(kind, "#3b82f6", data, 20, PLACE)
}

fn grown(kind: &str, data: &Value) -> Item {
    chart(kind, "#3b82f6", data, 0, PLACE)
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = types();
    cases.extend(numbers());
    cases.extend(boxes());
    cases
}

fn types() -> Vec<Case> {
    vec![
        case("chart-bar", &GROWTH, on_dark(growing("bar", &sales()))),
        case("chart-line", &GROWTH, on_light(growing("line", &sales()))),
        case("chart-area", &GROWTH, on_dark(growing("area", &sales()))),
        case(
            "chart-radar",
            &GROWTH,
            on_light(growing("radar", &skills())),
        ),
        case("chart-pie", &GROWTH, on_dark(growing("pie", &traffic()))),
        case(
            "chart-scatter",
            &GROWTH,
            on_light(growing("scatter", &cloud())),
        ),
    ]
}

fn numbers() -> Vec<Case> {
    Vec::new()
}

fn boxes() -> Vec<Case> {
    let _ = (solid, grown);
    Vec::new()
}
