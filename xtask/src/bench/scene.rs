//! The scene as an editor state, for either canvas.

use serde_json::{Value, json};

pub(super) const SECOND: i64 = 240_000;

pub(super) fn still(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

pub(super) fn moving(points: &[(i64, f64)]) -> Value {
    let keyframes: Vec<Value> = points
        .iter()
        .map(|(time, value)| json!({ "timeTicks": time, "value": value }))
        .collect();
    json!({ "value": points.first().map_or(0.0, |point| point.1), "keyframes": keyframes })
}

/// Fields of every item, in a box.
pub(super) fn item(id: &str, kind: &str, span: (i64, i64), place: [f64; 4], own: &Value) -> Value {
    let [left, top, width, height] = place;
    let mut item = json!({
        "id": id, "type": kind, "startTicks": span.0, "durationTicks": span.1,
        "isDraggingInTimeline": false,
        "left": still(left), "top": still(top), "width": still(width), "height": still(height),
        "scaleX": still(1.0), "scaleY": still(1.0), "opacity": still(1.0),
    });
    if let (Some(item), Some(own)) = (item.as_object_mut(), own.as_object()) {
        item.extend(own.clone());
    }
    item
}

pub(super) fn media(asset: &str) -> Value {
    json!({
        "assetId": asset, "keepAspectRatio": true,
        "borderRadius": still(0.0), "rotation": still(0.0),
    })
}

fn heard(decibel: f64) -> Value {
    json!({
        "sourceStartTicks": 0, "playbackRate": 1, "decibelAdjustment": still(decibel),
        "audioFadeInDurationTicks": 0, "audioFadeOutDurationTicks": 0,
    })
}

pub(super) fn merged(parts: &[Value]) -> Value {
    let fields = parts.iter().filter_map(Value::as_object).flatten();
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

pub(super) fn asset(id: &str, kind: &str, file: &str, mime: &str, own: &Value) -> Value {
    let base = json!({
        "id": id, "type": kind, "filename": file, "size": 0, "mimeType": mime, "remoteKey": file,
    });
    merged(&[base, own.clone()])
}

pub(super) fn track(id: &str, items: &[&str]) -> Value {
    json!({ "id": id, "items": items, "hidden": false, "muted": false })
}

/// The scene on a 16:9 canvas of this height.
pub(crate) fn state(height: u32) -> Value {
    let h = f64::from(height);
    let w = h * 16.0 / 9.0;
    let end = 10 * SECOND;
    let large = json!({ "width": 1920, "height": 1080 });
    let clip =
        json!({ "width": 1920, "height": 1080, "durationInSeconds": 12, "hasAudioTrack": true });
    // The picture's centre goes from 360 to w - 360; it is 640 wide.
    let pip = merged(&[
        media("pip"),
        json!({
            "left": moving(&[(0, 40.0), (end - 1, w - 680.0)]),
            "rotation": moving(&[(0, 0.0), (end - 1, 15.0)]),
            "opacity": moving(&[(0, 0.0), (SECOND, 1.0)]),
        }),
    ]);
    let title = json!({
        "text": "Timeline Renderer", "color": "#ffffff", "align": "center",
        "fontFamily": "DejaVu Sans", "fontStyle": { "variant": "normal", "weight": "700" },
        "fontSize": 80, "lineHeight": 1.2, "letterSpacing": 0, "resizeOnEdit": true,
        "direction": "ltr", "strokeWidth": 4, "strokeColor": "#000000", "background": null,
        "animations": {
            "in": { "type": "fade", "durationTicks": SECOND / 2 },
            "out": { "type": "fade", "durationTicks": SECOND / 2 },
        },
    });
    let stills = [w / 8.0, h / 8.0, w * 0.75, h * 0.75];
    json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
        "compositionWidth": w as u32, "compositionHeight": height,
        "tracks": [
            track("titles", &["title"]), track("pips", &["pip"]),
            track("stills", &["still-a", "still-b"]), track("clips", &["bg"]),
            track("sound", &["music"]),
        ],
        "assets": {
            "bg": asset("bg", "video", "bg.mp4", "video/mp4", &clip),
            "still-a": asset("still-a", "image", "still-a.png", "image/png", &large),
            "still-b": asset("still-b", "image", "still-b.png", "image/png", &large),
            "pip": asset("pip", "image", "pip.png", "image/png", &json!({ "width": 640, "height": 360 })),
            "music": asset("music", "audio", "music.mp3", "audio/mpeg", &json!({ "durationInSeconds": 12 })),
        },
        "items": {
            "bg": item("bg", "video", (0, end), [0.0, 0.0, w, h], &merged(&[media("bg"), heard(0.0)])),
            "still-a": item("still-a", "image", (5 * SECOND, 5 * SECOND / 2), stills, &media("still-a")),
            "still-b": item("still-b", "image", (15 * SECOND / 2, 5 * SECOND / 2), stills, &media("still-b")),
            "pip": item("pip", "image", (0, end), [40.0, 0.62 * h - 180.0, 640.0, 360.0], &pip),
            "title": item("title", "text", (SECOND, 8 * SECOND), [w / 2.0 - 450.0, 0.12 * h - 48.0, 900.0, 96.0], &title),
            "music": item("music", "audio", (0, end), [0.0; 4], &merged(&[json!({ "assetId": "music" }), heard(-6.0)])),
        },
        "transitions": {
            "cut": {
                "id": "cut", "trackId": "stills", "fromClipId": "still-a", "toClipId": "still-b",
                "type": "fade", "durationTicks": SECOND,
            },
        },
    })
}
