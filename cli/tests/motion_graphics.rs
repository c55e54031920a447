//! Motion graphics of the operator: tried out from a folder, added to a service, named
//! by a document, drawn by it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;

use std::path::Path;

use common::pixels::{read_png, red};
use common::{Service, moving_square, probe, run, stdout, write};
use serde_json::{Value, json};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A panel with a bar at its left, 100 x 100.
fn panel() -> Value {
    json!({
        "id": "half-panel", "version": 3, "label": "Half a panel", "width": 100, "height": 100,
        "props": {
            "color": { "type": "color", "default": "#0000ff" },
            "share": { "type": "number", "min": 0, "max": 1 },
        },
        "slots": { "logo": { "assetType": "image" } },
        "items": [
            {
                "type": "solid", "width": { "$prop": "share", "times": 100 }, "height": 100,
                "shape": "rectangle", "color": { "$prop": "color" },
            },
            { "type": "image", "assetId": { "$slot": "logo" }, "width": 10, "height": 10 },
        ],
    })
}

/// The left half of 64 x 64 pixels in red.
fn document(version: u32) -> Value {
    let mut state = moving_square(64, 1.0);
    let item = state["items"]["square"].as_object_mut().unwrap();
    let graphic = json!({
        "type": "motion-graphic", "motionGraphicId": "half-panel",
        "motionGraphicVersion": version, "slots": {},
        "props": { "color": "#ff0000", "share": 0.5 },
        "left": { "value": 0, "keyframes": [] }, "width": { "value": 64, "keyframes": [] },
        "height": { "value": 64, "keyframes": [] },
    });
    item.extend(graphic.as_object().unwrap().clone());
    state
}

fn assert_left_half_is_red(png: &Path) {
    let (width, pixels) = read_png(png);
    assert_eq!(width, 64);
    for y in [4, 32, 60] {
        assert!(red(&pixels, width, 4, y) && red(&pixels, width, 28, y));
        assert!(!red(&pixels, width, 36, y) && !red(&pixels, width, 60, y));
    }
}

#[test]
fn a_folder_of_motion_graphics_is_tried_out_without_a_service() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("graphics");
    std::fs::create_dir(&folder).unwrap();
    let file = write(&folder, "panel.json", &panel());
    std::fs::write(folder.join("notes.txt"), "not one").unwrap();
    let state = write(dir.path(), "s.json", &document(3));
    let png = dir.path().join("f.png");
    let own = ["--motion-graphics", text(&folder)];
    let with = |args: &[&str], code| stdout(&run(&[args, &own].concat(), code));

    let unknown = stdout(&run(&["validate", text(&state)], 1));
    assert!(unknown.contains("motionGraphicId"), "{unknown}");
    assert!(with(&["validate", text(&state)], 0).contains("valid"));
    with(
        &["frame", text(&state), "--frame", "10", "-o", text(&png)],
        0,
    );
    assert_left_half_is_red(&png);
    let video = dir.path().join("o.mp4");
    with(&["render", text(&state), "-o", text(&video)], 0);
    assert_eq!(probe(&video)["nb_read_frames"], "30");

    let other = write(dir.path(), "other.json", &document(4));
    let refused = with(&["validate", text(&other)], 1);
    assert!(refused.contains("has version 3 alone"), "{refused}");
    std::fs::copy(&file, folder.join("twice.json")).unwrap();
    let twice = run(&[&["validate", text(&state)], &own[..]].concat(), 3);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("half-panel version 3 twice"));
    std::fs::remove_file(folder.join("twice.json")).unwrap();

    let mut faulty = panel();
    faulty["items"][0]["color"] = json!({ "$prop": "colour" });
    let faulty = write(&folder, "panel.json", &faulty);
    let faults = with(&["validate", text(&state)], 1);
    assert!(
        faults.contains("/items/0/color/$prop") && faults.contains("Did you mean color?"),
        "{faults}"
    );
    assert!(
        faults.starts_with(&format!("{}:", faulty.display())),
        "{faults}"
    );
    run(
        &["validate", text(&state), "--motion-graphics", "/nowhere"],
        3,
    );
}

#[tokio::test]
async fn an_added_motion_graphic_is_listed_and_exported() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = text(dir.path());
    let graphics = |args: &[&str], code| {
        run(
            &[&["motion-graphics"], args, &["--data", data]].concat(),
            code,
        )
    };
    let file = write(dir.path(), "panel.json", &panel());
    let file = text(&file);

    // A faulty file beside a good one: nothing is added.
    let mut faulty = panel();
    faulty["width"] = json!("wide");
    faulty["more"] = json!(1);
    let faulty = write(dir.path(), "faulty.json", &faulty);
    let faults = stdout(&graphics(&["add", file, text(&faulty)], 1));
    assert_eq!(faults.lines().count(), 2, "{faults}");
    let body = common::request(&document(3));
    let refused = service.post(&service.key, None, &body).await;
    assert_eq!(refused.status, 422, "{}", refused.body);

    assert_eq!(
        stdout(&graphics(&["add", file], 0)),
        "half-panel 3: added\n"
    );
    assert_eq!(
        stdout(&graphics(&["add", file], 0)),
        "half-panel 3: already there\n"
    );
    let mut changed = panel();
    changed["label"] = json!("Another");
    let changed = write(dir.path(), "changed.json", &changed);
    let refused = graphics(&["add", text(&changed)], 1);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(message.contains("raise version"), "{message}");

    let shown = stdout(&graphics(&["list"], 0));
    for line in [
        "half-panel 3  Half a panel (own, 100x100)",
        "  color: color = \"#0000ff\"",
        "  share: number, required",
        "  slot logo: image",
        "counter 1  Counter (built in, 640x320)",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    let listed: Vec<Value> = stdout(&graphics(&["list", "--json"], 0))
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(listed.len(), 6);
    let own = listed.last().unwrap();
    assert_eq!(
        (&own["id"], &own["builtIn"]),
        (&json!("half-panel"), &json!(false))
    );
    assert_eq!(
        own["props"]["share"],
        json!({ "type": "number", "min": 0.0, "max": 1.0 })
    );

    let task = service.created(&document(3)).await;
    let done = service.ended(&task).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    let film = service.http.get(done["outputUrl"].as_str().unwrap());
    let film = film.send().await.unwrap().bytes().await.unwrap();
    let video = dir.path().join("o.mp4");
    std::fs::write(&video, film).unwrap();
    let png = dir.path().join("f.png");
    assert_left_half_is_red(&first_frame(&video, png));
}

fn first_frame(video: &Path, png: std::path::PathBuf) -> std::path::PathBuf {
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let status = std::process::Command::new(ffmpeg)
        .args([
            "-v",
            "error",
            "-i",
            text(video),
            "-frames:v",
            "1",
            "-pix_fmt",
            "rgb24",
        ])
        .arg(&png)
        .status();
    assert!(status.unwrap().success());
    png
}

#[test]
fn without_a_service_they_say_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "panel.json", &panel());
    for args in [&["list"][..], &["add", text(&file)]] {
        let output = run(
            &[&["motion-graphics"], args, &["--data", text(dir.path())]].concat(),
            3,
        );
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("darkroom serve"), "{message}");
    }
    run(&["motion-graphics", "add"], 2);
}
