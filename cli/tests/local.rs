//! The commands that need no service: validate, frame, render.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;
mod memory;
mod output;
mod validate;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::pixels::{read_png, red};
use common::{darkroom, moving_square, on_terminal, probe, run, stdout, write};
use serde_json::{Value, json};

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn wrong_usage_and_missing_files_have_their_own_codes() {
    run(&["validate"], 2);
    run(&["render", "s.json", "-o", "x.mp4", "--fps", "25"], 2);
    run(&["render", "s.json", "-o", "x.avi"], 2);
    run(&["frame", "s.json", "-o", "x.png"], 2);
    for name in ["x.jpg", "x", "png"] {
        let refused = run(&["frame", "s.json", "--frame", "0", "-o", name], 2);
        let words = String::from_utf8_lossy(&refused.stderr);
        assert!(words.contains("must end in .png"), "{words}");
    }
    let output = run(&["validate", "/nowhere/s.json"], 3);
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/s.json"));
}

#[test]
fn help_tells_what_a_refusal_ends_with_and_where_a_secret_comes_from() {
    let words = |args: &[&str]| {
        let help = stdout(&run(args, 0));
        help.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let main = words(&["--help"]);
    assert!(
        main.contains("the service refused what was asked"),
        "{main}"
    );
    let serve = words(&["serve", "--help"]);
    let remedy = "`darkroom webhooks secret --rotate --overlap 0`";
    assert!(serve.contains(remedy), "{serve}");
}

#[test]
fn an_ffmpeg_that_is_missing_or_too_old_is_said_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let old = dir.path().join("ffmpeg");
    let script = "#!/bin/sh\n[ \"$1\" = -version ] && echo ffmpeg version 4.4.2 || exit 1\n";
    std::fs::write(&old, script).unwrap();
    std::fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let out = dir.path().join("o.mp4");
    for (ffmpeg, said) in [
        (text(&old), "ffmpeg is version 4.4.2, but 5.1 is the oldest"),
        ("/nowhere/ffmpeg", "set DARKROOM_FFMPEG to its path"),
    ] {
        let output = darkroom()
            .args(["render", text(&state), "-o", text(&out)])
            .env("DARKROOM_FFMPEG", ffmpeg)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains(said), "{words}");
        assert!(!out.exists());
    }
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
    let forever = ["--at", "1e300s", "-o", text(&png_path)];
    run(&[&["frame", text(&state)], &forever[..]].concat(), 3);
}

#[test]
fn the_documents_own_ratio_is_drawn_unless_another_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut document = moving_square(64, 1.0);
    document["outputRatio"] = json!("9:16");
    let state = write(dir.path(), "s.json", &document);
    let png_path = dir.path().join("f.png");
    let width = |more: &[&str]| {
        let args = ["frame", text(&state), "--frame", "0", "-o", text(&png_path)];
        run(&[&args[..], more].concat(), 0);
        read_png(&png_path).0
    };
    assert_eq!(width(&[]), 36);
    assert_eq!(width(&["--ratio", "custom"]), 64);
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
fn what_is_drawn_otherwise_is_told_of_a_frame_as_of_a_film() {
    let dir = tempfile::tempdir().unwrap();
    let mut document = moving_square(64, 0.1);
    document["items"]["square"]["color"] = json!("blurple");
    let state = write(dir.path(), "s.json", &document);
    let [png, film] = ["f.png", "o.mp4"].map(|name| dir.path().join(name));
    let frame = ["frame", text(&state), "--frame", "0", "-o", text(&png)];
    let render = ["render", text(&state), "-o", text(&film)];
    let told = "item \"square\": \"blurple\" is not a CSS colour; nothing is drawn instead";
    let warned = format!("warning: {told}");
    for args in [&frame[..], &render[..]] {
        for args in [args.to_vec(), [args, &["--json"]].concat()] {
            let output = run(&args, 0);
            let words = String::from_utf8_lossy(&output.stderr);
            let times = words.lines().filter(|line| *line == warned).count();
            assert_eq!(times, 1, "{args:?}: {words}");
            if args.ends_with(&["--json"]) {
                let printed = stdout(&output);
                let last = printed.lines().last().unwrap();
                let last: Value = serde_json::from_str(last).unwrap();
                assert_eq!(last["warnings"], json!([told]), "{args:?}");
            }
        }
    }
}

/// The square as a picture that names its file in these two ways.
fn picture(remote_key: Option<&str>, filename: &str) -> Value {
    let mut document = moving_square(64, 1.0);
    document["assets"] = json!({ "pic": {
        "id": "pic", "type": "image", "filename": filename, "size": 1,
        "mimeType": "image/png", "remoteUrl": null, "remoteKey": remote_key,
        "width": 10, "height": 10,
    }});
    let item = document["items"]["square"].as_object_mut().unwrap();
    item.insert("type".to_owned(), json!("image"));
    item.insert("assetId".to_owned(), json!("pic"));
    for key in ["color", "shape"] {
        item.remove(key);
    }
    document
}

fn write_red_png(path: &Path) {
    let file = std::fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, 2, 2);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[255, 0, 0].repeat(4)).unwrap();
}

#[test]
fn render_names_the_asset_it_cannot_find() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &picture(None, "pic.png"));
    let video = dir.path().join("o.mp4");
    let output = run(&["render", text(&state), "-o", text(&video)], 1);
    let message = String::from_utf8_lossy(&output.stderr).into_owned() + &stdout(&output);
    assert!(
        message.contains("pic") && message.contains("--assets"),
        "{message}"
    );
    assert!(!video.exists());

    // The service knows no such folder, and `validate` speaks for it.
    let output = run(&["validate", text(&state)], 1);
    assert!(
        stdout(&output).contains("EDITOR_ASSET_NOT_FOUND at /assets/pic/remoteUrl"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn assets_are_found_by_key_and_by_filename_and_never_outside_their_folder() {
    let dir = tempfile::tempdir().unwrap();
    let assets = dir.path().join("assets");
    std::fs::create_dir_all(assets.join("uploads/ann")).unwrap();
    write_red_png(&assets.join("uploads/ann/by-key.png"));
    write_red_png(&assets.join("by-name.png"));
    write_red_png(&dir.path().join("outside.png"));
    let png_path = dir.path().join("f.png");
    let frame = |document: &Value, code| {
        let state = write(dir.path(), "s.json", document);
        let mut args = vec!["frame", text(&state), "--frame", "0"];
        args.extend(["-o", text(&png_path), "--assets", text(&assets)]);
        run(&args, code)
    };
    for found in [
        picture(Some("uploads/ann/by-key.png"), "other.png"),
        picture(None, "by-name.png"),
        picture(Some("elsewhere/by-name.png"), "other.png"),
    ] {
        frame(&found, 0);
        let (width, pixels) = read_png(&png_path);
        assert!(red(&pixels, width, 16, 16) && !red(&pixels, width, 48, 16));
        std::fs::remove_file(&png_path).unwrap();
    }
    let absolute = dir.path().join("outside.png");
    for outside in [
        picture(Some("../outside.png"), "x"),
        picture(Some("uploads/../../outside.png"), "x"),
        picture(Some(text(&absolute)), "x"),
        picture(None, "../outside.png"),
        picture(None, text(&absolute)),
        picture(Some(".."), ".."),
    ] {
        let output = frame(&outside, 1);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("pic"), "{message}");
        assert!(!png_path.exists());
    }
}

#[test]
fn an_interrupted_render_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let (out, scratch) = (dir.path().join("out"), dir.path().join("scratch"));
    std::fs::create_dir_all(&out).unwrap();
    std::fs::create_dir_all(&scratch).unwrap();
    let state = write(dir.path(), "s.json", &moving_square(720, 60.0));
    let mut child = darkroom()
        .args(["render", text(&state), "-o", text(&out.join("o.mp4"))])
        .env("TMPDIR", &scratch)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let count = |dir: &Path| std::fs::read_dir(dir).unwrap().count();
    let start = Instant::now();
    while count(&out) == 0 || count(&scratch) == 0 {
        assert!(start.elapsed() < common::LIMIT, "it does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!((count(&out), count(&scratch)), (0, 0));
}

#[test]
fn a_terminal_gets_a_bar_and_anything_else_json_lines() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(720, 4.0));
    let video = dir.path().join("o.mp4");
    let args = ["render", text(&state), "-o", text(&video)];
    let shown = on_terminal(&args, &[]);
    for part in ["rendering", "/120 frames", "frames/s", "left"] {
        assert!(shown.contains(part), "no `{part}` in {shown:?}");
    }
    assert!(shown.contains("o.mp4: 120 frames, 720x720"), "{shown:?}");
    assert!(!shown.contains("\"phase\""), "{shown:?}");

    // The result stands alone on standard output.
    let output = run(&args, 0);
    let printed = stdout(&output);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(printed.contains("o.mp4: 120 frames, 720x720"), "{printed}");
    let told = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<Value> = told
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let last = lines.iter().rfind(|line| line["frame"].is_u64()).unwrap();
    assert_eq!(
        (&last["frame"], &last["frames"]),
        (&json!(120), &json!(120))
    );
    assert!(last["framesPerSecond"].as_f64().unwrap() > 0.0, "{last}");
    assert_eq!(last["secondsLeft"], json!(0.0));

    let mut args = args.to_vec();
    args.push("--json");
    let printed = stdout(&run(&args, 0));
    assert!(printed.contains("\"framesPerSecond\""), "{printed}");
    for line in printed.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}
