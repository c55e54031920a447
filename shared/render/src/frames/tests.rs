//! Whether a frame begins as its video's own bytes, told from where they lie in memory.

use std::path::Path;
use std::process::Command;

use darkroom_compositor::{Fonts, font_dirs};
use darkroom_editor_state::{Library, Ratio};
use serde_json::{Value, json};

use super::*;
use crate::media::{Role, Roles, Source};
use crate::spec::{ExportSpec, Format};
use crate::{RenderEnv, scene};

/// Pixels a side of canvas and video.
const SIDE: u32 = 64;
/// Ticks of a frame at 30 fps.
const FRAME: i64 = 8000;
/// Frames of the document; the file has more.
const FRAMES: u64 = 3;

fn make_film(path: &Path) {
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let source = format!("testsrc=s={SIDE}x{SIDE}:r=30");
    let status = Command::new(ffmpeg)
        .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", &source])
        .args(["-frames:v", "10", "-pix_fmt", "yuv420p", "-c:v", "libx264"])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

fn still(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

fn item(id: &str, side: f64, opacity: f64, own: &Value) -> Value {
    let mut item = json!({
        "id": id, "startTicks": 0, "durationTicks": FRAME * FRAMES as i64,
        "isDraggingInTimeline": false, "keepAspectRatio": false,
        "left": still(0.0), "top": still(0.0), "width": still(side), "height": still(side),
        "scaleX": still(1.0), "scaleY": still(1.0), "opacity": still(opacity),
        "borderRadius": still(0.0), "rotation": still(0.0),
    });
    let own = own.as_object().unwrap().clone();
    item.as_object_mut().unwrap().extend(own);
    item
}

/// A video on the whole canvas, so opaque, under a red square that one sees through.
fn document(opacity: f64) -> EditorState {
    let square = item(
        "square",
        16.0,
        0.5,
        &json!({ "type": "solid", "color": "#ff0000", "shape": "rectangle" }),
    );
    let film = item(
        "film",
        f64::from(SIDE),
        opacity,
        &json!({
            "type": "video", "assetId": "a", "sourceStartTicks": 0, "playbackRate": 1,
            "decibelAdjustment": still(0.0), "audioFadeInDurationTicks": 0,
            "audioFadeOutDurationTicks": 0,
        }),
    );
    let track = |id: &str| json!({ "id": id, "items": [id], "hidden": false, "muted": false });
    let asset = json!({
        "id": "a", "type": "video", "filename": "a.mp4", "size": 1, "mimeType": "video/mp4",
        "remoteKey": "a", "remoteUrl": null, "width": SIDE, "height": SIDE,
        "durationInSeconds": 1, "hasAudioTrack": false,
    });
    let state = json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": TICKS_PER_SECOND,
        "compositionWidth": SIDE, "compositionHeight": SIDE,
        "tracks": [track("square"), track("film")],
        "items": { "square": square, "film": film }, "assets": { "a": asset },
        "transitions": {},
    });
    let read = darkroom_editor_state::read(state, &Library::default());
    read.unwrap_or_else(|faults| panic!("{faults:#?}")).state
}

/// Draws each frame, which must be that of [`Scene::draw`], and says of each whether it
/// was drawn upon the bytes of the video's picture.
fn drawn_upon(opacity: f64) -> Vec<bool> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mp4");
    make_film(&path);
    let tools = Tools::discover().unwrap();
    let roles = Roles::from([Role::Film]);
    let sources = vec![("a".to_owned(), roles, Source::File(path))];
    let media = Media::probe(&tools, dir.path(), sources).unwrap();
    let env = RenderEnv::new(tools.clone(), Fonts::load(&font_dirs()).unwrap());
    let spec = ExportSpec {
        format: Format::Mp4,
        fps: 30,
        ratio: Ratio::Custom,
        scale: 1.0,
        composition: None,
    };
    let doc = document(opacity);
    let begin = || scene(&doc, &spec, &env, &media).unwrap();
    let (mut drawing, mut plain) = (begin(), begin());
    let mut pictures = Pictures::new(&doc, &media, &tools, 30);
    let mut taken = Vec::new();
    for n in 0..FRAMES {
        let Picture::Yuv(picture) = &pictures.at(&drawing, n).unwrap()["film"] else {
            panic!("not a picture of a film")
        };
        let (at, copy) = (picture.data.as_ptr(), Arc::new(YuvFrame::clone(picture)));
        let copies = HashMap::from([("film".to_owned(), Picture::Yuv(copy))]);
        let mut wanted = YuvFrame::new_black(SIDE, SIDE);
        plain.draw(frame_tick(n, 30), &copies, &mut wanted).unwrap();
        let mut frame = YuvFrame::new_black(SIDE, SIDE);
        pictures.draw(&mut drawing, n, &mut frame).unwrap();
        assert!(frame == wanted, "frame {n}");
        taken.push(frame.data.as_ptr() == at);
    }
    taken
}

#[test]
fn a_loop_runs_no_whole_rounds_between_two_frames() {
    let near = |rate: f64, wanted: f64| {
        let found = within_a_round(rate, 0.5, 30);
        assert!((found - wanted).abs() < 1e-6, "{rate}: {found}");
    };
    // A round a frame is 15.
    near(0.01, 0.01);
    near(14.5, 14.5);
    near(18.0, 3.0);
    near(1_500_004.25, 4.25);
    // Back at the same picture each time, and still no rate of nothing.
    near(15.0, 15.0);
    near(30.0, 15.0);
    near(30.001, 15.001);
    assert!((0.0..15.01).contains(&within_a_round(f64::MAX, 0.5, 30)));
}

#[test]
fn a_frame_takes_over_the_picture_of_its_base_unless_that_is_shown_again() {
    // Behind the last frame there is no picture that would replace this one.
    assert_eq!(drawn_upon(1.0), [true, true, false]);
    assert_eq!(drawn_upon(0.5), [false; 3]);
}
