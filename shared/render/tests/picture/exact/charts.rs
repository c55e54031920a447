//! Charts whose numbers are hostile, and what growth may not change.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::film::{Film, chart, film, solid};
use crate::stage::{Rgb, draw};

const PLACE: [f64; 4] = [0.0, 0.0, 160.0, 90.0];

fn table(series: usize, rows: usize, label: &str, value: impl Fn(usize) -> f64) -> Value {
    let keys = (0..series).map(|i| json!({ "key": format!("{i}"), "label": label }));
    let values = |row: usize| -> serde_json::Map<String, Value> {
        (0..series)
            .map(|i| (format!("{i}"), json!(value(row + i))))
            .collect()
    };
    let rows = (0..rows).map(|row| json!({ "label": label, "values": values(row) }));
    json!({ "series": keys.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>() })
}

fn jagged(i: usize) -> f64 {
    ((i * 7919) % 1000) as f64 - 500.0
}

fn frame(kind: &str, data: &Value, growth: i64, n: u64) -> Rgb {
    let film = film().track([chart(kind, "#3b82f6", data, growth, PLACE)]);
    Rgb::of(&draw(&film, n))
}

#[test]
fn charts_of_any_size_are_drawn_soon() {
    let long = "label ".repeat(2000);
    let slices: Vec<Value> = (0..50_000)
        .map(|i| json!({ "label": "x", "value": i % 17 }))
        .collect();
    let points: Vec<Value> = (0..50_000)
        .map(|i| json!({ "seriesKey": "a", "x": jagged(i), "y": jagged(i * 31) }))
        .collect();
    let pie = json!({ "slices": slices });
    let scatter = json!({ "series": [{ "key": "a", "label": long }], "points": points });
    let (tall, wide) = (table(2, 30_000, "r", jagged), table(3000, 10, "s", jagged));
    let wordy = table(20, 20, &long, jagged);
    let mut cases = vec![("pie", &pie), ("scatter", &scatter)];
    for kind in ["line", "bar", "area", "radar"] {
        cases.extend([(kind, &tall), (kind, &wide), (kind, &wordy)]);
    }
    for (kind, data) in cases {
        let begin = Instant::now();
        frame(kind, data, 20, 10);
        // Reading the document is in it, and the machine may be busy.
        let took = begin.elapsed();
        assert!(
            took < Duration::from_secs(20),
            "a {kind} chart took {took:?}"
        );
    }
}

#[test]
fn the_largest_and_smallest_numbers_are_drawn() {
    for value in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0] {
        for kind in ["line", "bar", "area", "radar"] {
            frame(
                kind,
                &table(2, 3, "n", |i| if i == 1 { value } else { 1.0 }),
                0,
                0,
            );
            frame(kind, &table(2, 3, "n", |_| value), 0, 0);
        }
        let point = |x: f64, y: f64| json!({ "seriesKey": "a", "x": x, "y": y });
        let series = json!([{ "key": "a", "label": "a" }]);
        let points = [point(value, -value), point(-value, value), point(0.0, 0.0)];
        frame(
            "scatter",
            &json!({ "series": series, "points": points }),
            0,
            0,
        );
        let slices = [value.abs(), value.abs(), 1.0].map(|v| json!({ "label": "a", "value": v }));
        frame("pie", &json!({ "slices": slices }), 0, 0);
    }
}

#[test]
fn letters_can_be_read_on_what_a_chart_lies_on_however_that_is_scaled_and_turned() {
    let data = table(2, 4, "n", |i| i as f64);
    let plain = || {
        film()
            .background(json!({ "type": "color", "color": "black", "gradient": null }))
            .track([chart("bar", "#3b82f6", &data, 0, PLACE)])
    };
    let on = |solids: &Film| Rgb::of(&draw(solids, 0));
    let white = |place| solid("rectangle", "white", place);
    // As large as this one only when it is scaled.
    let whole = on(&plain().track([white([-135.0, -135.0, 300.0, 300.0])]));
    let scaled = white([10.0, 10.0, 10.0, 10.0])
        .with("scaleX", 30)
        .with("scaleY", 30);
    assert!(on(&plain().track([scaled])) == whole);
    // Under the middle of the chart only before it is scaled.
    let beside = on(&plain().track([white([120.0, 40.0, 100.0, 10.0])]));
    let shrunk = white([70.0, 35.0, 200.0, 20.0])
        .with("scaleX", 0.5)
        .with("scaleY", 0.5);
    assert!(on(&plain().track([shrunk])) == beside);
    // Upright, and beside the canvas, only when it is turned.
    let turned = white([70.0, 35.0, 200.0, 20.0]).with("rotation", 90);
    assert!(on(&plain().track([turned])) == on(&plain()));
}

#[test]
fn growth_ends_after_its_duration_and_none_is_the_end_at_once() {
    let data = table(2, 4, "n", |i| i as f64);
    for kind in ["line", "bar", "area", "radar"] {
        let grown = frame(kind, &data, 0, 0);
        assert_ne!(frame(kind, &data, 10, 0), grown, "{kind}");
        assert_ne!(frame(kind, &data, 10, 5), grown, "{kind}");
        assert_eq!(frame(kind, &data, 10, 10), grown, "{kind}");
        assert_eq!(frame(kind, &data, 10, 29), grown, "{kind}");
    }
}
