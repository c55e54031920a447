//! Reading of generation 0: media times in seconds, milliseconds or frames
//! become ticks, under the names of generation 1.
//!
//! A document is of generation 0 when it has no `stateSchemaVersion`. Only what
//! has another name in generation 1 is touched; a value that is not a number is
//! moved as it is, and the schema check then reports it under its new name.

use serde_json::{Map, Value, json};

use crate::model::TICKS_PER_SECOND;

const SECOND: f64 = TICKS_PER_SECOND as f64;
const MILLISECOND: f64 = SECOND / 1000.0;
/// Frames of generation 0 are counted at 30 a second.
const FRAME: f64 = SECOND / 30.0;

/// Item type, old name, new name, ticks in one old unit.
const ITEM_TIMES: &[(&str, &str, &str, f64)] = &[
    (
        "video",
        "videoStartFromInSeconds",
        "sourceStartTicks",
        SECOND,
    ),
    ("gif", "gifStartFromInSeconds", "sourceStartTicks", SECOND),
    (
        "lottie",
        "lottieStartFromInSeconds",
        "sourceStartTicks",
        SECOND,
    ),
    (
        "audio",
        "audioStartFromInSeconds",
        "sourceStartTicks",
        SECOND,
    ),
    (
        "video",
        "audioFadeInDurationInSeconds",
        "audioFadeInDurationTicks",
        SECOND,
    ),
    (
        "video",
        "audioFadeOutDurationInSeconds",
        "audioFadeOutDurationTicks",
        SECOND,
    ),
    (
        "audio",
        "audioFadeInDurationInSeconds",
        "audioFadeInDurationTicks",
        SECOND,
    ),
    (
        "audio",
        "audioFadeOutDurationInSeconds",
        "audioFadeOutDurationTicks",
        SECOND,
    ),
    (
        "captions",
        "pageDurationInMilliseconds",
        "pageDurationTicks",
        MILLISECOND,
    ),
    (
        "captions",
        "contentStartOffsetMs",
        "contentStartOffsetTicks",
        MILLISECOND,
    ),
];

/// Turns a generation 0 document into generation 1, in place; leaves any other alone.
pub(crate) fn normalise(document: &mut Value) {
    let Some(root) = document.as_object_mut() else {
        return;
    };
    if root.contains_key("stateSchemaVersion") {
        return;
    }
    root.insert("stateSchemaVersion".to_owned(), json!("v1"));
    root.entry("timebaseTicksPerSecond")
        .or_insert_with(|| json!(TICKS_PER_SECOND));
    if let Some(items) = root.get_mut("items").and_then(Value::as_object_mut) {
        for item in items.values_mut().filter_map(Value::as_object_mut) {
            let kind = item
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            for (of, old, new, unit) in ITEM_TIMES {
                if *of == kind {
                    rename(item, old, new, *unit);
                }
            }
        }
    }
    if let Some(brand) = root.get_mut("brandRuntime").and_then(Value::as_object_mut) {
        rename(brand, "introShiftInFrames", "introShiftTicks", FRAME);
    }
}

/// Moves a time to its new name; where both are there, the one in ticks holds.
fn rename(map: &mut Map<String, Value>, old: &str, new: &str, unit: f64) {
    let Some(value) = map.remove(old) else { return };
    let ticks = value.as_f64().map(|time| (time * unit).round());
    let value = match ticks {
        Some(ticks) if ticks.abs() < 9.0e15 => json!(ticks as i64),
        Some(ticks) => json!(ticks),
        None => value,
    };
    map.entry(new).or_insert(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_ticks_under_their_new_names() {
        let mut document = json!({
            "items": {
                "v": { "type": "video", "videoStartFromInSeconds": 1.5, "audioFadeInDurationInSeconds": 0.1 },
                "c": { "type": "captions", "pageDurationInMilliseconds": 1200, "contentStartOffsetMs": 0.5 },
                "t": { "type": "text", "videoStartFromInSeconds": 1 },
            },
            "brandRuntime": { "introShiftInFrames": 45 },
        });
        normalise(&mut document);
        assert_eq!(document["stateSchemaVersion"], "v1");
        assert_eq!(document["timebaseTicksPerSecond"], 240_000);
        assert_eq!(
            document["items"],
            json!({
                "v": { "type": "video", "sourceStartTicks": 360_000, "audioFadeInDurationTicks": 24_000 },
                "c": { "type": "captions", "pageDurationTicks": 288_000, "contentStartOffsetTicks": 120 },
                "t": { "type": "text", "videoStartFromInSeconds": 1 },
            })
        );
        assert_eq!(
            document["brandRuntime"],
            json!({ "introShiftTicks": 360_000 })
        );
    }

    #[test]
    fn generation_1_is_left_alone_and_ticks_win() {
        let mut v1 = json!({ "stateSchemaVersion": "v1", "items": { "v": { "type": "video", "videoStartFromInSeconds": 1 } } });
        let before = v1.clone();
        normalise(&mut v1);
        assert_eq!(v1, before);
        let mut both = json!({ "items": { "g": { "type": "gif", "gifStartFromInSeconds": 1, "sourceStartTicks": 7 } } });
        normalise(&mut both);
        assert_eq!(both["items"]["g"]["sourceStartTicks"], 7);
    }
}
