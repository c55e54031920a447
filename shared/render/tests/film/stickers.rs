//! Where the drawing of a sticker comes from.

use darkroom_editor_state::{EditorState, Library};
use serde_json::{Value, json};

use crate::rig::{Rig, SECOND, ant, assert_color, spec};

/// Lottie of one colour all over.
fn plain(red: u8, blue: u8) -> Value {
    let fixed = |value: Value| json!({ "a": 0, "k": value });
    let color = fixed(json!([red, 0, blue, 1]));
    let place = json!({
        "p": fixed(json!([0, 0])), "a": fixed(json!([0, 0])), "s": fixed(json!([100, 100])),
        "r": fixed(json!(0)), "o": fixed(json!(100)),
    });
    let mut own = place.clone();
    own["ty"] = json!("tr");
    let shapes = json!([{ "ty": "gr", "it": [
        { "ty": "rc", "p": fixed(json!([32, 32])), "s": fixed(json!([64, 64])), "r": fixed(json!(0)) },
        { "ty": "fl", "c": color, "o": fixed(json!(100)) },
        own,
    ]}]);
    let layer = json!({
        "ty": 4, "ind": 1, "ip": 0, "op": 30, "st": 0, "ks": place, "shapes": shapes,
    });
    json!({ "v": "5.7.0", "fr": 30, "ip": 0, "op": 30, "w": 64, "h": 64, "layers": [layer] })
}

/// A sticker all over a canvas of 64 x 64.
fn state(resource: &Value) -> EditorState {
    let asset = json!({
        "id": "s", "type": "lottie", "filename": "s.json", "size": 1,
        "mimeType": "application/json", "remoteKey": "s.json",
        "remoteUrl": "https://nowhere.invalid/s.json", "width": 64, "height": 64,
        "durationInSeconds": 1, "resourceType": "lottie", "resourceJson": resource,
    });
    let item = json!({
        "id": "i", "type": "lottie", "assetId": "s", "isDraggingInTimeline": false,
        "startTicks": 0, "durationTicks": SECOND, "sourceStartTicks": 0, "playbackRate": 1,
        "keepAspectRatio": false, "left": ant(0.0), "top": ant(0.0), "width": ant(64.0),
        "height": ant(64.0), "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0),
        "rotation": ant(0.0),
    });
    let document = json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
        "compositionWidth": 64, "compositionHeight": 64,
        "tracks": [{ "id": "t", "items": ["i"], "hidden": false, "muted": false }],
        "items": { "i": item }, "assets": { "s": asset }, "transitions": {},
    });
    let read = darkroom_editor_state::read(document, &Library::default());
    read.unwrap_or_else(|faults| panic!("{faults:#?}")).state
}

#[tokio::test]
async fn the_json_in_the_document_wins_over_the_file() {
    let rig = Rig::new();
    rig.media.write("s", plain(0, 1).to_string());
    for (resource, wanted) in [(plain(1, 0), [255, 0, 0]), (Value::Null, [0, 0, 255])] {
        let frame = rig.drawn(&state(&resource), &spec(30), 3).await;
        let at = (32 * 64 + 32) * 3;
        let found = frame.to_rgb()[at..at + 3].try_into().unwrap();
        assert_color(found, wanted, 4, "the middle");
    }
}
