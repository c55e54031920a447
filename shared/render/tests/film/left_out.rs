//! What of a sticker is not drawn is told.

use darkroom_editor_state::{EditorState, Library, read};
use serde_json::json;

use crate::rig::*;

/// The file `sticker` for a second.
fn state() -> EditorState {
    let item = json!({
        "id": "i", "type": "lottie", "startTicks": 0, "durationTicks": SECOND,
        "isDraggingInTimeline": false, "left": ant(0.0), "top": ant(0.0), "width": ant(64.0),
        "height": ant(64.0), "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0),
        "rotation": ant(0.0), "assetId": "sticker", "keepAspectRatio": true,
        "sourceStartTicks": 0, "playbackRate": 1,
    });
    let asset = json!({
        "id": "sticker", "type": "lottie", "filename": "s.svg", "size": 1,
        "mimeType": "image/svg+xml", "remoteKey": "sticker", "remoteUrl": null,
        "durationInSeconds": 1, "width": 64, "height": 64, "resourceType": "svg",
        "resourceJson": null, "resourceComponentId": null,
    });
    let document = json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
        "compositionWidth": 64, "compositionHeight": 64,
        "tracks": [{ "id": "t", "items": ["i"], "hidden": false, "muted": false }],
        "items": { "i": item }, "assets": { "sticker": asset }, "transitions": {},
    });
    read(document, &Library::default()).unwrap().state
}

#[tokio::test]
async fn what_is_left_out_of_an_svg_is_told_with_the_export() {
    let rig = Rig::new();
    let svg = |inside: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'>{inside}</svg>")
    };
    let badge = "<rect width='64' height='64' fill='#f00'/>";
    rig.media.write("sticker", svg(badge));
    let plain = rig.captured(&state(), &spec(30)).await;
    assert!(plain.report.warnings.is_empty(), "{:?}", plain.report);

    let price = "<text x='9' y='40'>-50 %</text><image href='logo.png' width='9' height='9'/>";
    rig.media.write("sticker", svg(&format!("{badge}{price}")));
    let told = rig.captured(&state(), &spec(30)).await;
    assert_eq!(
        told.report.warnings,
        ["asset \"sticker\": not drawn are its images, text"]
    );
    assert!(told.frames == plain.frames);
}
