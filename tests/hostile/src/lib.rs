//! Bodies and documents that nobody sends in good faith, and what each of them is to be
//! answered. For tests and measurements only: the tests of the api send all of them and
//! look at the answers, and `cargo xtask bench --only hostile` at the time they take.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may fail loudly"
)]

mod long;
mod many;
mod scrawled;
mod sized;

use serde_json::{Value, json};

/// As many of anything as the issue of hostile input names.
const MANY: usize = 100_000;
/// Code of a body that is no request.
const INVALID: &str = "REQUEST_INVALID";
/// Code of a document that the schema refuses.
const SCHEMA: &str = "EDITOR_SCHEMA_INVALID";

/// One body of `POST /v1/exports`.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// What it is, in a few words that no other one of its group has.
    pub name: String,
    /// It need not be JSON.
    pub body: String,
    /// What it is answered.
    pub answer: Answer,
}

/// What a body is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A problem.
    Refused {
        /// HTTP status.
        status: u16,
        /// `errorCode`.
        code: &'static str,
        /// The problem says this somewhere.
        says: String,
    },
    /// 201: it is valid.
    Taken,
}

/// Bodies of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// What kind.
    pub name: &'static str,
    /// Makes them, of up to 10 MB each: no more than one group need be in memory.
    pub make: fn() -> Vec<Hostile>,
}

/// What is hardly JSON.
pub const SCRAWLED: Group = Group {
    name: "hardly JSON",
    make: scrawled::all,
};
/// A hundred thousand of anything.
pub const NUMEROUS: Group = Group {
    name: "100,000 of anything",
    make: many::all,
};
/// Strings of megabytes.
pub const LONG: Group = Group {
    name: "strings of megabytes",
    make: long::all,
};
/// Sizes and times without end.
pub const SIZED: Group = Group {
    name: "sizes without end",
    make: sized::all,
};

/// All of them.
pub const GROUPS: [Group; 4] = [SCRAWLED, NUMEROUS, LONG, SIZED];

fn refused(
    name: impl Into<String>,
    body: String,
    status: u16,
    code: &'static str,
    says: impl Into<String>,
) -> Hostile {
    let says = says.into();
    Hostile {
        name: name.into(),
        body,
        answer: Answer::Refused { status, code, says },
    }
}

fn taken(name: impl Into<String>, body: String) -> Hostile {
    Hostile {
        name: name.into(),
        body,
        answer: Answer::Taken,
    }
}

/// A red square of 50 pixels for so many seconds.
fn state(width: u32, height: u32, seconds: f64) -> Value {
    let number = |value: u32| json!({ "value": value, "keyframes": [] });
    json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": 240_000,
        "compositionWidth": width, "compositionHeight": height,
        "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
        "assets": {}, "transitions": {},
        "items": { "square": {
            "id": "square", "type": "solid", "startTicks": 0,
            "durationTicks": (seconds * 240_000.0).round() as u64,
            "isDraggingInTimeline": false, "keepAspectRatio": false,
            "color": "#ff0000", "shape": "rectangle", "borderRadius": number(0),
            "top": number(0), "left": number(0), "width": number(50), "height": number(50),
            "scaleX": number(1), "scaleY": number(1), "opacity": number(1), "rotation": number(0),
        }},
    })
}

/// A create of a document.
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads well where it is called"
)]
fn body_of(state: Value) -> Value {
    json!({
        "editorState": state, "stateSchemaVersion": "v1",
        "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
    })
}

/// A create that anybody may send: two seconds of a small square.
fn body() -> Value {
    body_of(state(100, 100, 2.0))
}

/// The same, with its document changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut state = state(100, 100, 2.0);
    change(&mut state);
    body_of(state).to_string()
}

/// The square as a text.
fn as_text(state: &mut Value, text: &str) {
    let square = state["items"]["square"].as_object_mut().unwrap();
    square.retain(|key, _| key != "shape" && key != "borderRadius");
    let own = json!({
        "type": "text", "text": text, "align": "left", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1,
        "letterSpacing": 0, "resizeOnEdit": true, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null,
    });
    square.extend(own.as_object().unwrap().clone());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_is_refused_or_taken() {
        for group in GROUPS {
            let all = (group.make)();
            let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
            assert_eq!(names.len(), all.len(), "{}", group.name);
            assert!(names.iter().all(|name| name.len() < 80), "{}", group.name);
            let (taken, refused): (Vec<_>, Vec<_>) =
                all.iter().partition(|one| one.answer == Answer::Taken);
            assert!(!taken.is_empty() && !refused.is_empty(), "{}", group.name);
        }
    }
}
