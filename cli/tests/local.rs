//! The commands that need no service: validate, frame, render.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;

use common::{moving_square, probe, run, stdout, write};
use serde_json::{Value, json};

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn validate_accepts_a_good_document() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let output = run(&["validate", text(&state)], 0);
    assert!(
        stdout(&output).contains("valid, 64x64, 1.000 s"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn validate_lists_every_fault_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let mut document = moving_square(64, 1.0);
    document["compositionWidth"] = json!(7);
    document["items"]["square"]["shape"] = json!("hexagon");
    let state = write(dir.path(), "s.json", &document);
    let output = run(&["validate", text(&state), "--json"], 1);
    let faults: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let paths: Vec<&str> = faults
        .iter()
        .map(|fault| fault["path"].as_str().unwrap())
        .collect();
    assert!(paths.contains(&"/compositionWidth"), "{paths:?}");
    assert!(paths.contains(&"/items/square/shape"), "{paths:?}");
    let content = std::fs::read_to_string(&state).unwrap();
    for fault in &faults {
        if fault["path"] == "/items/square/shape" {
            let line = fault["line"].as_u64().unwrap() as usize;
            let column = fault["column"].as_u64().unwrap() as usize;
            let place = &content.lines().nth(line - 1).unwrap()[column - 1..];
            assert!(place.starts_with("\"hexagon\""), "{place}");
        }
    }
    let output = run(&["validate", text(&state)], 1);
    assert!(stdout(&output).contains("s.json:"), "{}", stdout(&output));
}

#[test]
fn validate_places_a_syntax_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.json");
    std::fs::write(&path, "{\n  \"a\": }").unwrap();
    let output = run(&["validate", text(&path)], 1);
    assert!(
        stdout(&output).contains(":2:8: JSON_INVALID"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn wrong_usage_and_missing_files_have_their_own_codes() {
    run(&["validate"], 2);
    run(&["render", "s.json", "-o", "x.mp4", "--fps", "25"], 2);
    run(&["frame", "s.json", "-o", "x.png"], 2);
    let output = run(&["validate", "/nowhere/s.json"], 3);
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/s.json"));
}

#[test]
fn a_frame_shows_the_square_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let png_path = dir.path().join("f.png");
    run(
        &["frame", text(&state), "--frame", "0", "-o", text(&png_path)],
        0,
    );
    let (width, pixels) = read_png(&png_path);
    assert_eq!(width, 64);
    assert!(red(&pixels, width, 16, 16) && !red(&pixels, width, 48, 16));
    run(
        &[
            "frame",
            text(&state),
            "--at",
            "966ms",
            "-o",
            text(&png_path),
        ],
        0,
    );
    let (width, pixels) = read_png(&png_path);
    assert!(!red(&pixels, width, 8, 16) && red(&pixels, width, 48, 16));
    let output = run(
        &[
            "frame",
            text(&state),
            "--frame",
            "30",
            "-o",
            text(&png_path),
        ],
        3,
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("frames 0 to 29"));
}

fn read_png(path: &std::path::Path) -> (usize, Vec<u8>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, pixels)
}

fn red(pixels: &[u8], width: usize, x: usize, y: usize) -> bool {
    let at = (y * width + x) * 3;
    pixels[at] > 200 && pixels[at + 1] < 60 && pixels[at + 2] < 60
}

#[test]
fn render_writes_a_whole_file_and_json_lines() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    for (name, codec) in [("o.mp4", "h264"), ("o.webm", "vp9")] {
        let video = dir.path().join(name);
        let output = run(
            &["render", text(&state), "-o", text(&video), "--scale", "2"],
            0,
        );
        let last = stdout(&output).lines().last().unwrap().to_owned();
        assert!(last.contains("30 frames, 128x128"), "{last}");
        let stream = probe(&video);
        assert_eq!(stream["codec_name"], codec);
        assert_eq!(stream["width"], 128);
        assert_eq!(stream["nb_read_frames"], "30");
    }
    let leftovers: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".darkroom"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn render_names_the_asset_it_cannot_find() {
    let dir = tempfile::tempdir().unwrap();
    let mut document = moving_square(64, 1.0);
    document["assets"] = json!({ "pic": {
        "id": "pic", "type": "image", "filename": "pic.png", "size": 1,
        "mimeType": "image/png", "remoteUrl": null, "remoteKey": null,
        "width": 10, "height": 10,
    }});
    let mut image = document["items"]["square"].clone();
    for (key, value) in [("type", json!("image")), ("assetId", json!("pic"))] {
        image[key] = value;
    }
    for key in ["color", "shape"] {
        image.as_object_mut().unwrap().remove(key);
    }
    document["items"]["square"] = image;
    let state = write(dir.path(), "s.json", &document);
    let video = dir.path().join("o.mp4");
    let output = run(&["render", text(&state), "-o", text(&video)], 1);
    let message = String::from_utf8_lossy(&output.stderr).into_owned() + &stdout(&output);
    assert!(message.contains("pic"), "{message}");
    assert!(!video.exists());
}
