//! Documents and bodies that tests send.

use serde_json::{Value, json};

/// A still number, written as the service keeps it: whole ones without a point.
fn number(value: f64) -> Value {
    let value = if value.fract() == 0.0 {
        json!(value as i64)
    } else {
        json!(value)
    };
    json!({ "value": value, "keyframes": [] })
}

/// Geometry that every item has.
pub fn geometry(size: u32) -> Value {
    json!({
        "top": number(0.0), "left": number(0.0), "width": number(f64::from(size)),
        "height": number(f64::from(size)), "scaleX": number(1.0), "scaleY": number(1.0),
        "opacity": number(1.0), "rotation": number(0.0), "keepAspectRatio": false,
        "isDraggingInTimeline": false,
    })
}

pub fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("an object")
    };
    base.as_object_mut().unwrap().extend(more);
    base
}

/// A red square for so many seconds.
pub fn state(width: u32, height: u32, seconds: f64) -> Value {
    let ticks = (seconds * 240_000.0).round() as u64;
    let square = json!({
        "id": "square", "type": "solid", "startTicks": 0, "durationTicks": ticks,
        "color": "#ff0000", "shape": "rectangle", "borderRadius": number(0.0),
    });
    json!({
        "stateSchemaVersion": "v1", "compositionWidth": width, "compositionHeight": height,
        "timebaseTicksPerSecond": 240_000,
        "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
        "assets": {}, "transitions": {},
        "items": { "square": with(geometry(50), square) },
    })
}

/// A second of a red square in generation 0: no version, and the times of media in seconds.
pub fn old_state() -> Value {
    let mut old = state(100, 100, 1.0);
    old.as_object_mut().unwrap().remove("stateSchemaVersion");
    old["items"]["clip"] = with(
        geometry(50),
        json!({
            "id": "clip", "type": "audio", "assetId": "a", "startTicks": 0,
            "durationTicks": 240_000, "audioStartFromInSeconds": 0.5, "playbackRate": 1,
            "decibelAdjustment": { "value": 0, "keyframes": [] },
            "audioFadeInDurationInSeconds": 0, "audioFadeOutDurationInSeconds": 0,
        }),
    );
    old["assets"]["a"] = json!({
        "id": "a", "type": "audio", "filename": "a.mp3", "size": 1, "mimeType": "audio/mpeg",
        "durationInSeconds": 2, "remoteUrl": "https://example.com/a.mp3", "remoteKey": null,
    });
    old
}

/// A state whose square slides into a copy of itself from a corner, which no slide does.
pub fn slid_from_a_corner(mut state: Value) -> Value {
    let ticks = &state["items"]["square"]["durationTicks"];
    let next = with(
        state["items"]["square"].clone(),
        json!({ "id": "next", "startTicks": ticks }),
    );
    state["items"]["next"] = next;
    state["tracks"][0]["items"] = json!(["square", "next"]);
    state["transitions"]["cut"] = json!({
        "id": "cut", "trackId": "t", "fromClipId": "square", "toClipId": "next",
        "type": "slide", "durationTicks": 1000, "params": { "direction": "from-top-left" },
    });
    state
}

/// A create body of generation 1.
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads well where it is called"
)]
pub fn body_of(state: Value) -> Value {
    json!({
        "editorState": state, "stateSchemaVersion": "v1",
        "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
    })
}

/// What syncs a state.
pub fn synced_body(state: &Value) -> Value {
    json!({ "editorState": state, "stateSchemaVersion": "v1" })
}

/// A state that names uploaded files, besides its square.
pub fn state_with(files: &[&Value]) -> Value {
    let mut state = state(100, 100, 1.0);
    for (index, asset) in files.iter().enumerate() {
        let id = format!("file-{index}");
        state["assets"][&id] = json!({
            "id": id, "type": "image", "filename": "f", "size": 1, "mimeType": "image/png",
            "remoteUrl": null, "remoteKey": asset["fileKey"], "width": 8, "height": 8,
        });
    }
    state
}

/// A valid create body: two seconds of a small square.
pub fn body() -> Value {
    body_of(state(100, 100, 2.0))
}

pub fn body_with(more: Value) -> Value {
    with(body(), more)
}
