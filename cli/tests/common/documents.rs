//! Documents and requests, and files of them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A whole request for a document.
pub fn request(state: &Value) -> Value {
    json!({
        "editorState": state, "stateSchemaVersion": "v1",
        "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
    })
}

fn number(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

/// A red square that moves over `seconds`, on a canvas of `size` x `size` pixels.
pub fn moving_square(size: u32, seconds: f64) -> Value {
    let ticks = (seconds * 240_000.0) as i64;
    let side = f64::from(size) / 2.0;
    let left = json!({ "value": 0, "keyframes": [{ "timeTicks": ticks - 1, "value": side }] });
    json!({
        "stateSchemaVersion": "v1",
        "compositionWidth": size, "compositionHeight": size,
        "timebaseTicksPerSecond": 240_000,
        "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
        "assets": {}, "transitions": {},
        "items": { "square": {
            "id": "square", "type": "solid", "startTicks": 0, "durationTicks": ticks,
            "isDraggingInTimeline": false, "color": "#ff0000", "shape": "rectangle",
            "keepAspectRatio": false, "borderRadius": number(0.0), "rotation": number(0.0),
            "top": number(0.0), "left": left, "width": number(side), "height": number(side),
            "scaleX": number(1.0), "scaleY": number(1.0), "opacity": number(1.0),
        }},
    })
}

pub fn write(dir: &Path, name: &str, value: &Value) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    path
}
