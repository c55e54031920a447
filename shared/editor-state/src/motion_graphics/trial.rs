//! Whether what a motion graphic makes is valid, whatever a document says.
//!
//! The limits of an item's fields are ranges, so that what is valid for the least and
//! the most of a prop is valid for all between; a number that is not whole shows where
//! only whole ones may stand.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::expand::expand_item;
use super::prop::COLOR_CHARACTERS;
use super::{MotionGraphic, Prop, library::Library};
use crate::fault::{FaultCode, Faults};
use crate::schema;
use crate::semantics::{self, MAX_TICKS};

/// Longest text before or after a running number, which is kept once a step.
const MAX_AFFIX: usize = 32;

/// What the props are in a trial, and what a document would say for that.
type Trial = (&'static str, fn(&Prop) -> Value);

const TRIALS: [Trial; 4] = [
    ("", usual),
    ("with every prop at its least", least),
    ("with every prop at its most", most),
    ("with props that are not whole numbers", broken),
];

/// What a document gives, or has to: something that it may say.
fn usual(prop: &Prop) -> Value {
    prop.default().unwrap_or_else(|| match prop {
        Prop::String { max_length, .. } => json!("Text".get(..*max_length).unwrap_or("Text")),
        Prop::Number { min, max, .. } => json!(0.0_f64.max(*min).min(*max)),
        Prop::Boolean { .. } => json!(true),
        Prop::Color { .. } => json!("#ffffff"),
    })
}

fn least(prop: &Prop) -> Value {
    match prop {
        Prop::String { .. } | Prop::Color { .. } => json!(""),
        Prop::Number { min, .. } => json!(min),
        Prop::Boolean { .. } => json!(false),
    }
}

fn most(prop: &Prop) -> Value {
    match prop {
        Prop::String { max_length, .. } => json!("m".repeat(*max_length)),
        Prop::Color { .. } => json!("m".repeat(COLOR_CHARACTERS)),
        Prop::Number { max, .. } => json!(max),
        Prop::Boolean { .. } => json!(true),
    }
}

/// Not whole, whatever a file multiplies it by.
fn broken(prop: &Prop) -> Value {
    match prop {
        Prop::Number { min, max, .. } => json!(min + (max - min) * 0.381_966_011_250_105),
        _ => usual(prop),
    }
}

/// Fills in the props in every way of [`TRIALS`] and checks what comes out.
pub(super) fn run(graphic: &MotionGraphic, faults: &mut Faults) {
    let mut told = BTreeSet::new();
    for (when, pick) in TRIALS {
        let said: Map<String, Value> = graphic
            .props
            .iter()
            .map(|(name, prop)| (name.clone(), pick(prop)))
            .collect();
        let mut found = Faults::default();
        let document = filled_in(graphic, &said.into(), &mut found);
        schema::collect(&document, &mut found);
        semantics::collect(&document, &Library::default(), &mut found);
        for fault in found.into_sorted(&document) {
            // What a motion graphic does not say: its start is at fault then.
            let of_ours = fault.path.split('/').nth(3) == Some("durationTicks");
            if of_ours || !told.insert(fault.path.clone()) {
                continue;
            }
            let message = if when.is_empty() {
                fault.message
            } else {
                format!(
                    "{} It is so {when}: give the props used here limits that fit.",
                    fault.message
                )
            };
            faults.push(fault.code, fault.path, message);
        }
    }
}

/// A document of the motion graphic's items alone, each under its index, so that places
/// in it are places in the file.
fn filled_in(graphic: &MotionGraphic, props: &Value, faults: &mut Faults) -> Value {
    let slots: Map<String, Value> = graphic
        .slots
        .keys()
        .map(|name| (name.clone(), name.as_str().into()))
        .collect();
    let assets: Map<String, Value> = graphic
        .slots
        .iter()
        .map(|(name, slot)| (name.clone(), asset(name, &slot.asset_type)))
        .collect();
    let slots = Value::Object(slots);
    let mut items = Map::new();
    for (index, written) in graphic.items.iter().enumerate() {
        let Some((filled, count)) = expand_item(graphic, written, props, &slots) else {
            continue;
        };
        if let Some(count) = count {
            check_count(&count, &format!("/items/{index}/text/$count"), faults);
        }
        items.insert(index.to_string(), whole(index, filled.item));
    }
    json!({
        "stateSchemaVersion": "v1", "compositionWidth": 1920, "compositionHeight": 1080,
        "timebaseTicksPerSecond": 240_000, "assets": assets, "items": items, "transitions": {},
        "tracks": [{ "id": "track", "items": [], "hidden": false, "muted": false }],
    })
}

fn asset(id: &str, kind: &str) -> Value {
    json!({
        "id": id, "type": kind, "filename": "file", "size": 0, "mimeType": "image/png",
        "remoteKey": "file", "width": 1, "height": 1,
    })
}

/// An item with what a motion graphic may leave out.
fn whole(index: usize, mut item: Value) -> Value {
    let zero = json!({ "value": 0, "keyframes": [] });
    let left_out = [
        ("startTicks", json!(0)),
        ("isDraggingInTimeline", json!(false)),
        ("left", zero.clone()),
        ("top", zero.clone()),
        ("width", zero.clone()),
        ("height", zero.clone()),
        ("rotation", zero.clone()),
        ("borderRadius", zero),
        ("keepAspectRatio", json!(false)),
        ("resizeOnEdit", json!(false)),
        ("direction", json!("ltr")),
        ("strokeWidth", json!(0)),
        ("strokeColor", json!("")),
    ];
    if let Some(item) = item.as_object_mut() {
        for (key, value) in left_out {
            item.entry(key).or_insert(value);
        }
        let start = item["startTicks"].as_f64().unwrap_or_default();
        let rest = (MAX_TICKS - start).max(1.0) as i64;
        item.insert("durationTicks".to_owned(), rest.into());
        item.insert("id".to_owned(), index.to_string().into());
    }
    item
}

fn check_count(count: &Value, path: &str, faults: &mut Faults) {
    schema::collect_count(count, path, faults);
    for affix in ["prefix", "suffix"] {
        let text = count[affix].as_str().unwrap_or_default();
        if text.chars().nth(MAX_AFFIX).is_some() {
            let message = format!(
                "{affix} is longer than {MAX_AFFIX} characters. Shorten it, or set maxLength of its prop."
            );
            let place = format!("{path}/{affix}");
            faults.push(FaultCode::MotionGraphicInvalid, place, message);
        }
    }
}
