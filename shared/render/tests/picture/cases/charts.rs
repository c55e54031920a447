//! Charts: every type while it grows, and numbers and boxes of every kind.

use std::ops::Range;

use darkroom_editor_state::names;
use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{Film, Item, chart, film, image, solid};

/// Frames of the growth, the first full one included.
pub(super) const GROWTH: Range<u64> = 0..21;
const GROWTH_FRAMES: [u64; 4] = [0, 6, 10, 20];
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

/// Every type as it grows, on dark and on light.
fn types() -> Vec<Case> {
    let one = |kind: &names::Name| {
        let data = match kind.id {
            "line" | "bar" | "area" => sales(),
            "radar" => skills(),
            "pie" => traffic(),
            "scatter" => cloud(),
            other => panic!("{other} charts have no numbers here"),
        };
        let chart = growing(kind.id, &data);
        let film = match kind.id {
            "line" | "radar" | "scatter" => on_light(chart),
            _ => on_dark(chart),
        };
        case(format!("chart-{}", kind.id), &GROWTH_FRAMES, film)
    };
    names::CHARTS.iter().map(one).collect()
}

/// One row, one number, one series.
fn single(value: f64) -> Value {
    table(&["Total"], &[("2024", &[value])])
}

/// Numbers of both signs, and one that is missing.
fn profit() -> Value {
    table(
        &["Profit", "Plan"],
        &[
            ("Q1", &[-12.5, -8.0]),
            ("Q2", &[3.0, -2.0]),
            ("Q3", &[f64::NAN, 4.0]),
            ("Q4", &[9.5, 7.0]),
            ("Q5", &[-4.0, 10.0]),
        ],
    )
}

/// As many rows and series as one likes.
fn many(series: usize, rows: usize) -> Value {
    let names: Vec<String> = (0..series).map(|i| format!("Series {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let labels: Vec<String> = (0..rows).map(|i| format!("Row {i}")).collect();
    let values = |row: usize| -> Vec<f64> {
        let wave = |i: usize| (row as f64 / 40.0 + i as f64).sin() * 50.0 + (row % 7) as f64 * 3.0;
        (0..series).map(wave).collect()
    };
    let values: Vec<Vec<f64>> = (0..rows).map(values).collect();
    let rows: Vec<(&str, &[f64])> = labels
        .iter()
        .zip(&values)
        .map(|(label, values)| (label.as_str(), values.as_slice()))
        .collect();
    table(&names, &rows)
}

fn slices(values: &[f64]) -> Value {
    let slice =
        |(index, value): (usize, &f64)| json!({ "label": format!("Part {index}"), "value": value });
    json!({ "slices": values.iter().enumerate().map(slice).collect::<Vec<_>>() })
}

fn points(points: &[(f64, f64)]) -> Value {
    let point = |(x, y): &(f64, f64)| json!({ "seriesKey": "a", "x": x, "y": y });
    json!({
        "series": [{ "key": "a", "label": "Measured" }],
        "points": points.iter().map(point).collect::<Vec<_>>(),
    })
}

fn numbers() -> Vec<Case> {
    let dark = |name, kind, data: &Value| case(name, &[0], on_dark(grown(kind, data)));
    let level = table(
        &["Visits"],
        &[
            ("Mon", &[1005.0]),
            ("Tue", &[1040.0]),
            ("Wed", &[1012.0]),
            ("Thu", &[1090.0]),
        ],
    );
    let tiny = table(
        &["Error"],
        &[("a", &[2e-7]), ("b", &[5.5e-7]), ("c", &[1e-7])],
    );
    let huge = table(
        &["Stars"],
        &[("a", &[2e22]), ("b", &[-1e22]), ("c", &[4e22])],
    );
    let millions = table(
        &["Viewers"],
        &[("2022", &[1.2e6]), ("2023", &[1.9e6]), ("2024", &[2.4e6])],
    );
    vec![
        dark("chart-bar-negative", "bar", &profit()),
        dark("chart-line-negative", "line", &profit()),
        dark("chart-area-negative", "area", &profit()),
        dark("chart-radar-negative", "radar", &profit()),
        dark("chart-bar-single", "bar", &single(42.0)),
        dark("chart-line-single", "line", &single(42.0)),
        dark("chart-area-single", "area", &single(-3.0)),
        dark("chart-radar-single", "radar", &single(42.0)),
        dark("chart-pie-single", "pie", &slices(&[3.0])),
        dark("chart-scatter-single", "scatter", &points(&[(3.0, -2.0)])),
        dark(
            "chart-line-equal",
            "line",
            &table(&["Same"], &[("a", &[7.0]), ("b", &[7.0])]),
        ),
        dark(
            "chart-bar-zeros",
            "bar",
            &table(&["None"], &[("a", &[0.0]), ("b", &[0.0])]),
        ),
        dark("chart-line-level", "line", &level),
        dark("chart-line-tiny", "line", &tiny),
        dark("chart-bar-huge", "bar", &huge),
        dark("chart-bar-millions", "bar", &millions),
        dark("chart-pie-zero-sum", "pie", &slices(&[0.0, 0.0])),
        dark(
            "chart-pie-many",
            "pie",
            &slices(&[30.0, 12.0, 9.0, 8.0, 7.5].repeat(8)),
        ),
        dark("chart-bar-many", "bar", &many(3, 2000)),
        dark("chart-line-many", "line", &many(3, 5000)),
        dark("chart-area-many-series", "area", &many(40, 30)),
        dark("chart-radar-many", "radar", &many(2, 500)),
    ]
}

fn long() -> Value {
    table(
        &[
            "Visits from the newsletter of last year",
            "Visits\nfrom search 🔎",
            "بحث",
        ],
        &[
            ("North America and the Caribbean", &[12.0, 7.0, 3.0]),
            ("Europe, Middle East and Africa", &[9.0, 8.0, 5.0]),
            ("Asia", &[14.0, 6.0, 4.0]),
            ("Oceania and all that is left over", &[4.0, 3.0, 2.0]),
        ],
    )
}

fn boxes() -> Vec<Case> {
    let at = |kind: &str, data: &Value, place| chart(kind, "#f97316", data, 0, place);
    let small = |kind: &str, data: &Value| at(kind, data, [20.0, 20.0, 64.0, 40.0]);
    vec![
        case(
            "chart-bar-long-labels",
            &[0],
            on_dark(grown("bar", &long())),
        ),
        case(
            "chart-radar-long-labels",
            &[0],
            on_light(grown("radar", &long())),
        ),
        case(
            "chart-tiny-boxes",
            &[0],
            film()
                .size(320, 120)
                .track([small("bar", &sales())])
                .track([small("line", &sales()).with("left", 120)])
                .track([small("pie", &traffic()).with("left", 220)])
                .track([small("radar", &skills()).with("top", 70)])
                .track([small("scatter", &cloud()).with("left", 120).with("top", 70)])
                .track([at("bar", &sales(), [220.0, 70.0, 90.0, 6.0])]),
        ),
        case(
            "chart-tall-and-wide",
            &[0],
            on_light(at("pie", &traffic(), [0.0, 0.0, 100.0, 180.0]))
                .track([at("bar", &sales(), [100.0, 0.0, 100.0, 180.0])])
                .track([at("line", &sales(), [200.0, 0.0, 120.0, 70.0])])
                .track([at("radar", &skills(), [200.0, 70.0, 120.0, 110.0])]),
        ),
        case(
            "chart-width-keyframes",
            &[0, 15, 29],
            on_dark(chart("bar", "#22c55e", &sales(), 20, PLACE).keys(
                "width",
                90.0,
                &[(29, 300.0)],
            )),
        ),
        case(
            "chart-turned-and-faded",
            &[2, 15],
            on_dark(
                grown("bar", &sales())
                    .with("rotation", -12)
                    .with("scaleX", 0.8)
                    .with("opacity", 0.8)
                    .animate("in", "zoom-in", 10, "linear"),
            ),
        ),
        case(
            "chart-on-a-card",
            &[0],
            film()
                .size(SIZE.0, SIZE.1)
                .track([grown("line", &sales()).with("themeColor", "#111827")])
                .track([solid("rectangle", "#f8fafc", [4.0, 4.0, 312.0, 172.0])
                    .with("borderRadius", 10)]),
        ),
        case(
            "chart-over-a-picture",
            &[0],
            film()
                .size(SIZE.0, SIZE.1)
                .track([grown("line", &sales()).with("themeColor", "#fde047")])
                .track([image("flag.png", [0.0, 0.0, 320.0, 180.0])]),
        ),
        case(
            "chart-box-empty",
            &[0],
            on_dark(at("bar", &sales(), [10.0, 10.0, 0.0, 50.0])),
        ),
    ]
}
