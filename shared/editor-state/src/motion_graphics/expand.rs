//! From a motion graphic and what a document says of it to plain items.

use serde_json::{Map, Value, json};

use super::{MotionGraphic, count};
use crate::model::TextStep;

/// An item with every placeholder filled: JSON of an editor state, its `startTicks`
/// counted from the motion graphic's start, and the texts that follow its first one.
pub(crate) struct Filled {
    pub item: Value,
    pub later: Vec<TextStep>,
}

/// Fills in what a document says. What it leaves out is its default; what it says is as
/// declared (`semantics` sees to both).
pub(crate) fn expand(graphic: &MotionGraphic, props: &Value, slots: &Value) -> Vec<Filled> {
    let filler = Filler {
        graphic,
        props,
        slots,
    };
    let shown = graphic.items.iter().filter(|item| filler.is_shown(item));
    shown.filter_map(|item| filler.item(item)).collect()
}

/// The same of one item, whatever its `$when` says, and its `$count` as it is filled in.
/// `None`: its slot is empty.
pub(super) fn expand_item(
    graphic: &MotionGraphic,
    written: &Map<String, Value>,
    props: &Value,
    slots: &Value,
) -> Option<(Filled, Option<Value>)> {
    let filler = Filler {
        graphic,
        props,
        slots,
    };
    let count = written.get("text").and_then(|text| text.get("$count"));
    Some((filler.item(written)?, count.map(|count| filler.fill(count))))
}

struct Filler<'a> {
    graphic: &'a MotionGraphic,
    props: &'a Value,
    slots: &'a Value,
}

impl Filler<'_> {
    fn is_shown(&self, written: &Map<String, Value>) -> bool {
        let Some(name) = written.get("$when").and_then(Value::as_str) else {
            return true;
        };
        let said = self.prop(name);
        said != false && said != ""
    }

    fn item(&self, written: &Map<String, Value>) -> Option<Filled> {
        let mut item = Map::new();
        let mut later = Vec::new();
        for (key, value) in written.iter().filter(|(key, _)| *key != "$when") {
            let value = match placeholder(value) {
                Some(("$slot", name)) => self.slots.get(name.as_str()?)?.as_str()?.into(),
                Some(("$count", count)) => {
                    let (first, rest) = count::texts(&self.fill(count));
                    later = rest;
                    first.into()
                }
                _ => self.fill(value),
            };
            item.insert(key.clone(), value);
        }
        let unit = ["scaleX", "scaleY", "opacity"];
        for key in unit {
            item.entry(key).or_insert(json!(1));
        }
        for value in item.iter_mut().filter_map(|(key, value)| {
            let animated = crate::semantics::ANIMATED.contains(&key.as_str());
            (animated && value.is_number()).then_some(value)
        }) {
            *value = json!({ "value": value, "keyframes": [] });
        }
        Some(Filled {
            item: item.into(),
            later,
        })
    }

    /// A value with the props in it.
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::Object(map) => match placeholder(value) {
                Some(("$prop", name)) => {
                    let said = self.prop(name.as_str().unwrap_or_default());
                    let factor = map.get("times").and_then(Value::as_f64);
                    match (said.as_f64(), factor) {
                        (Some(number), Some(factor)) => json!(number * factor),
                        _ => said,
                    }
                }
                _ => Value::Object(
                    map.iter()
                        .map(|(key, value)| (key.clone(), self.fill(value)))
                        .collect(),
                ),
            },
            Value::Array(list) => list.iter().map(|value| self.fill(value)).collect(),
            other => other.clone(),
        }
    }

    fn prop(&self, name: &str) -> Value {
        let said = self.props.get(name).cloned();
        let declared = || self.graphic.props.get(name)?.default();
        said.or_else(declared).unwrap_or_default()
    }
}

/// The kind of a placeholder, and what it names.
fn placeholder(value: &Value) -> Option<(&'static str, &Value)> {
    let kinds = ["$prop", "$slot", "$count"];
    kinds
        .into_iter()
        .find_map(|kind| Some((kind, value.get(kind)?)))
}
