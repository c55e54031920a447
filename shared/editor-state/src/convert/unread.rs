//! What a document says and nothing reads: a sentence for each, for the film's warnings.
//!
//! The schema leaves parameters open, and lets the numbers of a chart name any series, so
//! that neither is a fault. Parameters of animations are not told: no animation has any.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::OPENING_BLUR;
use super::chart::each;
use crate::names;
use crate::schema::show;

/// Sentences about one item or transition.
const MOST_OF_ONE: usize = 10;
/// Sentences about a document.
const MOST: usize = 100;

/// Of the items on tracks that are not hidden, and of the transitions.
pub(super) fn collect(root: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |what: &str, id: &str, found: Vec<String>| {
        let found = bounded(found, MOST_OF_ONE).into_iter();
        lines.extend(found.map(|line| format!("{what} \"{id}\": {line}")));
    };
    for track in each(root, "tracks").filter(|track| track["hidden"] != true) {
        for id in each(track, "items").filter_map(Value::as_str) {
            add("item", id, of_item(&root["items"][id]));
        }
    }
    for (id, transition) in root["transitions"].as_object().into_iter().flatten() {
        add("transition", id, of_transition(transition));
    }
    bounded(lines, MOST)
}

fn bounded(mut lines: Vec<String>, most: usize) -> Vec<String> {
    let more = lines.len().saturating_sub(most);
    if more > 0 {
        lines.truncate(most);
        lines.push(format!("{more} more like these"));
    }
    lines
}

fn of_item(item: &Value) -> Vec<String> {
    let params = &item["params"];
    match text(item, "type") {
        "effect" => effect(text(item, "effectType"), params),
        "filter" => filter(params),
        "chart" => chart(&item["data"]),
        _ => Vec::new(),
    }
}

fn of_transition(transition: &Value) -> Vec<String> {
    let ways = names::directions(text(transition, "type"));
    let known: &[&str] = if ways.is_empty() { &[] } else { &["direction"] };
    unknown(&transition["params"], known)
}

fn effect(kind: &str, params: &Value) -> Vec<String> {
    let mut lines = unknown(params, &names::ids(names::parameters(kind)));
    if let Some(blur) = params
        .get("maxBlurPx")
        .filter(|_| kind == "blurred-opening")
    {
        let given = show(blur);
        match blur.as_f64() {
            None => lines.push(format!(
                "params.maxBlurPx is {given}, which is no number; {OPENING_BLUR} is taken instead"
            )),
            Some(pixels) if pixels < 0.0 => lines.push(format!(
                "params.maxBlurPx is {given}, below 0; nothing is blurred"
            )),
            Some(_) => {}
        }
    }
    lines
}

fn filter(params: &Value) -> Vec<String> {
    let mut lines = unknown(params, &["blend"]);
    if let Some(blend) = params.get("blend") {
        let given = show(blend);
        match blend.as_f64() {
            None => lines.push(format!(
                "params.blend is {given}, which is no number; 1 is taken instead"
            )),
            Some(share) if !(0.0..=1.0).contains(&share) => lines.push(format!(
                "params.blend is {given}, outside of 0 to 1; intensity times blend is held to that"
            )),
            Some(_) => {}
        }
    }
    lines
}

fn unknown(params: &Value, known: &[&str]) -> Vec<String> {
    let keys = params.as_object().into_iter().flatten().map(|(key, _)| key);
    keys.filter(|key| !known.contains(&key.as_str()))
        .map(|key| format!("params has {}, which nothing reads", quote(key)))
        .collect()
}

/// Series and numbers that are not drawn, as they do not find each other.
fn chart(data: &Value) -> Vec<String> {
    let (mut keys, mut lines) = (BTreeSet::new(), Vec::new());
    for key in each(data, "series").map(|series| text(series, "key")) {
        if !keys.insert(key) {
            lines.push(format!(
                "a second series has the key {}; all numbers are the first one's",
                quote(key)
            ));
        }
    }
    let rows = each(data, "rows").filter_map(|row| row["values"].as_object());
    let of_rows = rows.flat_map(|values| values.keys().map(String::as_str));
    let of_points = each(data, "points").map(|point| text(point, "seriesKey"));
    let mut strays: BTreeMap<&str, usize> = BTreeMap::new();
    for key in of_rows.chain(of_points).filter(|key| !keys.contains(key)) {
        *strays.entry(key).or_default() += 1;
    }
    lines.extend(strays.into_iter().map(|(key, count)| {
        let key = quote(key);
        format!("no series has the key {key}; its numbers are not drawn ({count})")
    }));
    lines
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn quote(text: &str) -> String {
    show(&Value::from(text))
}
