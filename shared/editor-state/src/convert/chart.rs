//! The numbers of charts.

use std::collections::HashMap;

use serde_json::Value;

use super::{animations, geometry, number, text, ticks};
use crate::model::{ChartData, ChartItem, ChartSeries, ChartSlice, ChartTable, ScatterSeries};

pub(super) fn chart(value: &Value) -> ChartItem {
    let data = &value["data"];
    ChartItem {
        data: match value["chartType"].as_str().unwrap_or_default() {
            "bar" => ChartData::Bar(table(data)),
            "area" => ChartData::Area(table(data)),
            "radar" => ChartData::Radar(table(data)),
            "pie" => ChartData::Pie(each(data, "slices").map(slice).collect()),
            "scatter" => ChartData::Scatter(scatter(data)),
            _ => ChartData::Line(table(data)),
        },
        theme_color: text(value, "themeColor"),
        growth: ticks(value, "animationDurationTicks"),
        geometry: geometry(value),
        animations: animations(value),
    }
}

pub(super) fn each<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// The place of each series' key, the first one's where there are several.
fn places(data: &Value) -> HashMap<&str, usize> {
    let mut places = HashMap::new();
    for (place, series) in each(data, "series").enumerate() {
        if let Some(key) = series["key"].as_str() {
            places.entry(key).or_insert(place);
        }
    }
    places
}

fn table(data: &Value) -> ChartTable {
    let places = places(data);
    let mut series: Vec<ChartSeries> = each(data, "series")
        .map(|series| ChartSeries {
            label: text(series, "label"),
            values: Vec::new(),
        })
        .collect();
    for (row, entry) in each(data, "rows").enumerate() {
        for (key, value) in entry["values"].as_object().into_iter().flatten() {
            let place = places.get(key.as_str()).copied();
            let series = place.and_then(|place| series.get_mut(place));
            if let (Some(series), Some(value)) = (series, value.as_f64()) {
                series.values.push((row, value));
            }
        }
    }
    ChartTable {
        rows: each(data, "rows").map(|row| text(row, "label")).collect(),
        series,
    }
}

fn slice(value: &Value) -> ChartSlice {
    ChartSlice {
        label: text(value, "label"),
        value: number(value, "value"),
    }
}

fn scatter(data: &Value) -> Vec<ScatterSeries> {
    let places = places(data);
    let mut series: Vec<ScatterSeries> = each(data, "series")
        .map(|series| ScatterSeries {
            label: text(series, "label"),
            points: Vec::new(),
        })
        .collect();
    for point in each(data, "points") {
        let place = point["seriesKey"].as_str().and_then(|key| places.get(key));
        if let Some(series) = place.and_then(|place| series.get_mut(*place)) {
            series.points.push((number(point, "x"), number(point, "y")));
        }
    }
    series
}
