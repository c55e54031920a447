//! Reading of generation 0: media times in seconds, milliseconds or frames
//! become ticks, under the names of generation 1.
//!
//! A document is of generation 0 when it has no `stateSchemaVersion`. Only what
//! has another name in generation 1 is touched; a value that is not a number is
//! moved as it is, and the schema check then reports it under its new name.

use serde_json::{Map, Value, json};

use crate::model::TICKS_PER_SECOND;

/// What generation 0 counts a time in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Frames, of which there are 30 a second whatever the output has.
    Frames,
}

impl OldUnit {
    /// Ticks in one.
    fn ticks(self) -> f64 {
        let second = TICKS_PER_SECOND as f64;
        match self {
            Self::Seconds => second,
            Self::Milliseconds => second / 1000.0,
            Self::Frames => second / 30.0,
        }
    }

    /// What it is called in a table, as a plural.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Frames => "frames, 30 a second",
        }
    }
}

/// A time that generation 0 has under another name and in another unit.
#[derive(Debug, Clone, Copy)]
pub struct OldTime {
    /// Name in generation 0.
    pub old: &'static str,
    /// What it counts there.
    pub unit: OldUnit,
    /// Name in generation 1, where it is in ticks.
    pub new: &'static str,
}

const fn seconds(old: &'static str, new: &'static str) -> OldTime {
    let unit = OldUnit::Seconds;
    OldTime { old, unit, new }
}

const fn milliseconds(old: &'static str, new: &'static str) -> OldTime {
    let unit = OldUnit::Milliseconds;
    OldTime { old, unit, new }
}

/// The times of items that have another name, each with the `type` of its item.
pub const ITEM_TIMES: &[(&str, OldTime)] = &[
    (
        "video",
        seconds("videoStartFromInSeconds", "sourceStartTicks"),
    ),
    ("gif", seconds("gifStartFromInSeconds", "sourceStartTicks")),
    (
        "lottie",
        seconds("lottieStartFromInSeconds", "sourceStartTicks"),
    ),
    (
        "audio",
        seconds("audioStartFromInSeconds", "sourceStartTicks"),
    ),
    (
        "video",
        seconds("audioFadeInDurationInSeconds", "audioFadeInDurationTicks"),
    ),
    (
        "video",
        seconds("audioFadeOutDurationInSeconds", "audioFadeOutDurationTicks"),
    ),
    (
        "audio",
        seconds("audioFadeInDurationInSeconds", "audioFadeInDurationTicks"),
    ),
    (
        "audio",
        seconds("audioFadeOutDurationInSeconds", "audioFadeOutDurationTicks"),
    ),
    (
        "captions",
        milliseconds("pageDurationInMilliseconds", "pageDurationTicks"),
    ),
    (
        "captions",
        milliseconds("contentStartOffsetMs", "contentStartOffsetTicks"),
    ),
];

/// The time of `brandRuntime` that has another name.
pub const BRAND_TIME: OldTime = OldTime {
    old: "introShiftInFrames",
    unit: OldUnit::Frames,
    new: "introShiftTicks",
};

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
            for (of, time) in ITEM_TIMES {
                if *of == kind {
                    rename(item, time);
                }
            }
        }
    }
    if let Some(brand) = root.get_mut("brandRuntime").and_then(Value::as_object_mut) {
        rename(brand, &BRAND_TIME);
    }
}

/// Moves a time to its new name; where both are there, the one in ticks holds.
fn rename(map: &mut Map<String, Value>, &OldTime { old, unit, new }: &OldTime) {
    let Some(value) = map.remove(old) else { return };
    let ticks = value.as_f64().map(|time| (time * unit.ticks()).round());
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
    fn every_time_of_the_tables_is_read() {
        let ticks = |unit| match unit {
            OldUnit::Seconds => 240_000,
            OldUnit::Milliseconds => 240,
            OldUnit::Frames => 8_000,
        };
        for (kind, time) in ITEM_TIMES {
            let mut document = json!({ "items": { "i": { "type": kind, time.old: 2 } } });
            normalise(&mut document);
            let wanted = json!({ "type": kind, time.new: 2 * ticks(time.unit) });
            assert_eq!(document["items"]["i"], wanted);
        }
        let mut document = json!({ "brandRuntime": { BRAND_TIME.old: 2 } });
        normalise(&mut document);
        let wanted = json!({ BRAND_TIME.new: 2 * ticks(BRAND_TIME.unit) });
        assert_eq!(document["brandRuntime"], wanted);
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
