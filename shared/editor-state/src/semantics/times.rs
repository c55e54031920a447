//! Times that a reader of JSON would round, wherever a document has one that is read.

use serde_json::Value;

use super::{MAX_TICKS, span, text};
use crate::fault::{FaultCode, Faults, join};

/// Those of an item, of its animations, its parameters and its nodes.
pub(super) fn check_item(item: &Value, path: &str, faults: &mut Faults) {
    let end = span(item).map(|(_, end)| end);
    for (key, ticks) in times(item) {
        let reached = end.filter(|_| key == "durationTicks");
        refuse_late(
            key,
            reached.map_or(ticks, |end| end.max(ticks)),
            path,
            faults,
        );
    }
    check_animations(item, path, faults);
    match (text(item, "type"), text(item, "effectType")) {
        (Some("effect"), Some("flash-to-black")) => {
            if let Some(params) = item.get("params") {
                check(params, &join(path, "params"), faults);
            }
        }
        (Some("text-template"), _) => {
            let path = join(path, "nodes");
            let nodes = item.get("nodes").and_then(Value::as_array);
            for (index, node) in nodes.into_iter().flatten().enumerate() {
                check_animations(node, &join(&path, &index.to_string()), faults);
            }
        }
        _ => {}
    }
}

/// Those that stand on an object itself.
pub(super) fn check(object: &Value, path: &str, faults: &mut Faults) {
    for (key, ticks) in times(object) {
        refuse_late(key, ticks, path, faults);
    }
}

fn check_animations(owner: &Value, path: &str, faults: &mut Faults) {
    for field in ["animations", "captionAnimations"] {
        let animations = owner.get(field).and_then(Value::as_object);
        for (side, animation) in animations.into_iter().flatten() {
            if faults.is_full() {
                return;
            }
            check(animation, &join(&join(path, field), side), faults);
        }
    }
}

fn times(object: &Value) -> impl Iterator<Item = (&str, f64)> {
    let fields = object.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| key.ends_with("Ticks"))
        .filter_map(|(key, value)| Some((key.as_str(), value.as_f64()?)))
}

fn refuse_late(key: &str, ticks: f64, path: &str, faults: &mut Faults) {
    if ticks > MAX_TICKS {
        let message = format!(
            "{key} reaches tick {ticks:e}, past the last one, {MAX_TICKS}. Use a smaller time."
        );
        faults.push(FaultCode::SchemaInvalid, join(path, key), message);
    }
}
