//! What users and operators bring along: a subtitle file and a font, from the first
//! command or request to the film.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{Service, moving_square, run, stdout, write};
use darkroom_test_stack::font;
use serde_json::{Value, json};

/// A white text on black, 160 x 90, for three seconds; `own` is what its type has.
fn words(own: &Value) -> Value {
    let mut state = moving_square(160, 3.0);
    state["compositionHeight"] = 90.into();
    let item = state["items"]["square"].as_object_mut().unwrap();
    for key in ["shape", "borderRadius", "keepAspectRatio"] {
        item.remove(key);
    }
    let text = json!({
        "left": { "value": 0, "keyframes": [] }, "width": { "value": 160, "keyframes": [] },
        "color": "#ffffff", "align": "left", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 40, "lineHeight": 1,
        "letterSpacing": 0, "resizeOnEdit": true, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null,
    });
    item.extend(text.as_object().unwrap().clone());
    item.extend(own.as_object().unwrap().clone());
    state
}

/// How many frames of a film show something, of each half second.
fn shown(film: &Path) -> Vec<usize> {
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let output = Command::new(ffmpeg)
        .args(["-v", "error", "-i"])
        .arg(film)
        .args(["-f", "rawvideo", "-pix_fmt", "gray", "-"])
        .output()
        .unwrap();
    let frames: Vec<&[u8]> = output.stdout.chunks(160 * 90).collect();
    let bright = |frame: &&&[u8]| frame.iter().any(|grey| *grey > 180);
    frames
        .chunks(15)
        .map(|half| half.iter().filter(bright).count())
        .collect()
}

#[tokio::test]
async fn an_uploaded_subtitle_file_is_drawn_at_its_times() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let file = "1\n00:00:00,500 --> 00:00:01,000\nOne\n\n2\n00:00:02,000 --> 00:00:02,500\nTwo\n";
    let uploaded = service
        .http
        .post(format!("{}/v1/uploads", service.url))
        .bearer_auth(&service.key)
        .header("x-file-name", "talk.srt")
        .header("content-type", "application/x-subrip")
        .body(file)
        .send()
        .await
        .unwrap();
    let uploaded: Value = uploaded.json().await.unwrap();
    let asset = &uploaded["data"];
    assert_eq!(
        (&asset["type"], &asset["duration"]),
        (&json!("CAPTION"), &json!(2.5))
    );
    let mut state = words(&json!({
        "type": "captions", "assetId": "talk", "highlightColor": "#ffffff",
        "pageDurationTicks": 240_000, "maxLines": 2, "contentStartOffsetTicks": 0,
        "source": "upload", "captionGroupId": null,
    }));
    state["assets"]["talk"] = json!({
        "id": "talk", "type": "caption", "filename": asset["filename"], "size": asset["size"],
        "mimeType": asset["mimetype"], "remoteKey": asset["fileKey"], "remoteUrl": null,
        "captions": [], "timingGranularity": "line",
    });
    let film = dir.path().join("film.mp4");
    let state = write(dir.path(), "s.json", &state);
    let [state, film] = [&state, &film].map(|path| path.to_str().unwrap());
    let data = dir.path().to_str().unwrap();
    run(&["exports", "create", state, "-o", film, "--data", data], 0);
    assert_eq!(shown(Path::new(film)), [0, 15, 0, 0, 15, 0]);
}

#[tokio::test]
async fn an_operators_font_is_added_listed_and_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (fonts, data) = (path("fonts"), path("data"));
    std::fs::create_dir_all(path("fonts/sub")).unwrap();
    let (own, page) = (path("fonts/sub/Marke.otf"), path("fonts/page.ttf"));
    std::fs::write(&own, font::renamed()).unwrap();
    std::fs::write(&page, "<!doctype html>").unwrap();
    std::fs::write(path("Marke.woff2"), font::renamed()).unwrap();
    std::fs::write(path("fonts/Marke.otf"), font::renamed()).unwrap();
    let state = |family: &str| {
        let text = json!({ "type": "text", "text": "Ag", "fontFamily": family });
        words(&text)
    };
    let draw = |family: &str, more: &[&str]| {
        let state = write(dir.path(), "s.json", &state(family));
        let png = path("f.png");
        let args = ["frame", state.to_str().unwrap(), "--frame", "0", "-o", &png];
        run(&[&args[..], more].concat(), 0);
        std::fs::read(&png).unwrap()
    };
    let like = draw(font::SAME_LETTERS, &[]);
    assert!(draw(font::FAMILY, &[]) != like);
    assert!(draw(font::FAMILY, &["--fonts", &fonts]) == like);

    let service = Service::start(Path::new(&data));
    for (file, says) in [
        (&page, "no TrueType or OpenType font"),
        (&path("Marke.woff2"), "must end in .ttf"),
        (&path("nothing.ttf"), "cannot read"),
        (&path("fonts/Marke.otf"), "two files are named Marke.otf"),
    ] {
        let refused = run(&["fonts", "add", &own, file, "--data", &data], 3);
        let refused = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.contains(says), "{refused}");
    }
    let list = ["fonts", "list", "--data", &data];
    assert_eq!(stdout(&run(&list, 0)), "", "nothing was added");
    let added = run(&["fonts", "add", &own, "--data", &data], 0);
    assert_eq!(stdout(&added), "Marke.otf: Marke Neue\n");
    let listed = stdout(&run(&[&list[..], &["--json"]].concat(), 0));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let size = std::fs::metadata(&own).unwrap().len();
    assert_eq!(listed, json!({ "name": "Marke.otf", "sizeBytes": size }));

    let mut warnings = Vec::new();
    for family in [font::FAMILY, "Not There"] {
        let task = service.created(&state(family)).await;
        assert_eq!(service.ended(&task).await["status"], "COMPLETED");
        let (_, answer) = service.get(&format!("/v1/exports/{task}")).await;
        warnings.push(answer["meta"]["warnings"].as_array().map_or(0, Vec::len));
    }
    assert_eq!(warnings, [0, 1]);
}
