//! Documents, a few words each.

use darkroom_editor_state::{EditorState, Library};
use serde_json::{Map, Value, json};

pub const SECOND: i64 = 240_000;

/// A number that stays.
pub fn ant(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

/// A number with keyframes at ticks.
pub fn keyed(value: f64, keyframes: &[(i64, f64)]) -> Value {
    let keyframes: Vec<Value> = keyframes
        .iter()
        .map(|(time, value)| json!({ "timeTicks": time, "value": value }))
        .collect();
    json!({ "value": value, "keyframes": keyframes })
}

/// An item of `asset`, `span` being its start and duration in ticks.
fn item(kind: &str, asset: &str, span: (i64, i64), own: &Value) -> Value {
    let mut item = json!({
        "type": kind, "startTicks": span.0, "durationTicks": span.1, "isDraggingInTimeline": false,
        "assetId": asset,
        "left": ant(0.0), "top": ant(0.0), "width": ant(64.0), "height": ant(64.0),
        "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0),
    });
    let item_map = item.as_object_mut().unwrap();
    item_map.extend(own.as_object().unwrap().clone());
    item
}

fn drawn() -> Value {
    json!({ "keepAspectRatio": false, "borderRadius": ant(0.0), "rotation": ant(0.0) })
}

fn heard() -> Value {
    json!({
        "sourceStartTicks": 0, "playbackRate": 1, "decibelAdjustment": ant(0.0),
        "audioFadeInDurationTicks": 0, "audioFadeOutDurationTicks": 0,
    })
}

fn both(mut one: Value, other: &Value) -> Value {
    let map = one.as_object_mut().unwrap();
    map.extend(other.as_object().unwrap().clone());
    one
}

pub fn audio(asset: &str, span: (i64, i64)) -> Value {
    item("audio", asset, span, &heard())
}

pub fn video(asset: &str, span: (i64, i64)) -> Value {
    item("video", asset, span, &both(drawn(), &heard()))
}

pub fn gif(asset: &str, span: (i64, i64)) -> Value {
    let own = json!({ "sourceStartTicks": 0, "playbackRate": 1 });
    item("gif", asset, span, &both(drawn(), &own))
}

pub fn sticker(asset: &str, span: (i64, i64)) -> Value {
    let own = json!({ "sourceStartTicks": 0, "playbackRate": 1 });
    item("lottie", asset, span, &both(drawn(), &own))
}

pub fn image(asset: &str, span: (i64, i64)) -> Value {
    item("image", asset, span, &drawn())
}

pub fn solid(color: &str, span: (i64, i64)) -> Value {
    let own = json!({ "color": color, "shape": "rectangle" });
    let mut item = item("solid", "", span, &both(drawn(), &own));
    item.as_object_mut().unwrap().remove("assetId");
    item
}

/// A document under construction. Items get the ids `i0`, `i1`, ...
pub struct Film {
    width: u32,
    height: u32,
    tracks: Vec<Value>,
    items: Map<String, Value>,
    transitions: Map<String, Value>,
}

impl Film {
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            tracks: Vec::new(),
            items: Map::new(),
            transitions: Map::new(),
        }
    }

    /// One item on a track of its own.
    pub fn of(item: Value) -> Self {
        Self::new(64, 64).track(vec![item])
    }

    /// A track below the ones before.
    pub fn track(self, items: Vec<Value>) -> Self {
        self.track_with(items, false, false)
    }

    pub fn track_with(mut self, items: Vec<Value>, hidden: bool, muted: bool) -> Self {
        let mut ids = Vec::new();
        for mut item in items {
            let id = format!("i{}", self.items.len());
            item["id"] = json!(id);
            ids.push(id.clone());
            self.items.insert(id, item);
        }
        let id = format!("t{}", self.tracks.len());
        self.tracks
            .push(json!({ "id": id, "items": ids, "hidden": hidden, "muted": muted }));
        self
    }

    /// A `fade` of `ticks` between two items of the last track.
    pub fn fade(self, from: &str, to: &str, ticks: i64) -> Self {
        self.transition("fade", from, to, ticks)
    }

    /// A transition of `ticks` between two items of the last track.
    pub fn transition(mut self, kind: &str, from: &str, to: &str, ticks: i64) -> Self {
        let track = format!("t{}", self.tracks.len() - 1);
        let transition = json!({
            "id": "x", "trackId": track, "fromClipId": from, "toClipId": to,
            "type": kind, "durationTicks": ticks,
        });
        self.transitions.insert("x".to_owned(), transition);
        self
    }

    /// Gives the transition an easing.
    pub fn eased(mut self, easing: &str) -> Self {
        self.transitions["x"]["easing"] = json!(easing);
        self
    }

    /// The document, its assets taken from its items: declared as whatever the
    /// items want, which is not always what the files are.
    pub fn state(&self) -> EditorState {
        let mut assets = Map::new();
        for item in self.items.values() {
            let Some(id) = item["assetId"].as_str() else {
                continue;
            };
            let asset = json!({
                "id": id, "type": item["type"], "filename": id, "size": 1,
                "mimeType": "application/octet-stream", "remoteKey": id, "remoteUrl": null,
                "width": 64, "height": 64, "durationInSeconds": 1, "hasAudioTrack": true,
                "loopBehavior": "loop", "resourceType": "svg",
            });
            assets.insert(id.to_owned(), asset);
        }
        let document = json!({
            "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
            "compositionWidth": self.width, "compositionHeight": self.height,
            "tracks": self.tracks, "items": self.items, "assets": assets,
            "transitions": self.transitions,
        });
        darkroom_editor_state::read(document, &Library::default())
            .unwrap_or_else(|faults| panic!("{faults:#?}"))
            .state
    }
}
