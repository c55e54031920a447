//! Captions that a subtitle file says are drawn as those that the document lists.

use darkroom_editor_state::EditorState;
use serde_json::{Value, json};

use crate::rig::{Rig, SECOND, ant, spec};

/// Six seconds of captions; `asset` is what the caption asset has of its own.
fn state(asset: &Value, hidden: bool) -> EditorState {
    let mut said = json!({
        "id": "said", "type": "caption", "filename": "said", "size": 1, "mimeType": "text/plain",
        "remoteKey": "said", "remoteUrl": null, "captions": [], "timingGranularity": "line",
    });
    let own = asset.as_object().unwrap().clone();
    said.as_object_mut().unwrap().extend(own);
    let item = json!({
        "id": "c", "type": "captions", "assetId": "said", "isDraggingInTimeline": false,
        "startTicks": 0, "durationTicks": 6 * SECOND,
        "left": ant(0.0), "top": ant(0.0), "width": ant(160.0), "height": ant(90.0),
        "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0), "rotation": ant(0.0),
        "color": "#ffffff", "highlightColor": "#ff0000", "align": "left", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1.2,
        "letterSpacing": 0, "resizeOnEdit": false, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null, "pageDurationTicks": 3 * SECOND,
        "maxLines": 2, "contentStartOffsetTicks": 0, "source": "upload", "captionGroupId": null,
    });
    let track = json!({ "id": "t", "items": ["c"], "hidden": hidden, "muted": false });
    let document = json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
        "compositionWidth": 160, "compositionHeight": 90, "tracks": [track],
        "items": { "c": item }, "assets": { "said": said }, "transitions": {},
    });
    let read = darkroom_editor_state::read(document, &darkroom_editor_state::Library::default());
    read.unwrap_or_else(|faults| panic!("{faults:#?}")).state
}

fn entry(text: &str, from: u32, to: u32) -> Value {
    json!({ "text": text, "startMs": from, "endMs": to })
}

/// Renders the file and what it should say; the milliseconds in which something shows.
async fn same(file: &str, timing: &str, expected: &[Value]) -> usize {
    let rig = Rig::new();
    rig.media.write("said", file);
    let by_file = json!({ "timingGranularity": timing });
    let listed = json!({ "timingGranularity": timing, "captions": expected });
    let drawn = rig.captured(&state(&by_file, false), &spec(30)).await;
    let expected = rig.captured(&state(&listed, false), &spec(30)).await;
    let frames = drawn.report.frames as usize;
    for n in 0..frames {
        assert!(drawn.frame(n) == expected.frame(n), "{timing}: frame {n}");
    }
    let brightest = |n: &usize| drawn.frame(*n)[..160 * 90].iter().max() > Some(&40);
    (0..frames).filter(brightest).count() * 1000 / 30
}

#[tokio::test]
async fn lines_of_an_srt_file() {
    let file = "1\n00:00:01,000 --> 00:00:02,000\nOne <i>two</i>\nthree\n\n2\n00:00:03,000 --> 00:00:05,500\nFour\n";
    let listed = [
        entry("One two\nthree", 1000, 2000),
        entry("Four", 3000, 5500),
    ];
    assert_eq!(same(file, "line", &listed).await, 3500);
}

#[tokio::test]
async fn words_of_an_srt_file_share_the_time_of_their_cue() {
    let file =
        "00:00:01,000 --> 00:00:02,000\nOne two four\n\n00:00:03,000 --> 00:00:05,000\nFour\n";
    let listed = [
        entry("One", 1000, 1300),
        entry("two", 1300, 1600),
        entry("four", 1600, 2000),
        entry("Four", 3000, 5000),
    ];
    assert_eq!(same(file, "word", &listed).await, 3000);
}

#[tokio::test]
async fn words_of_lyrics_and_of_karaoke_have_their_own_times() {
    let listed = [
        entry("One", 1000, 1500),
        entry("two", 2000, 3000),
        entry("three", 3000, 4000),
    ];
    let lyrics = "[ar:Nobody]\n[00:01.00]<00:01.00>One <00:01.50> <00:02.00>two\n[00:03.00]three\n[00:04.00]\n";
    assert_eq!(same(lyrics, "word", &listed).await, 3000);
    let karaoke = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:04.00,,,0,0,0,,{\\k50}One {\\k50}{\\kf100}two {\\k100}three\n";
    assert_eq!(same(karaoke, "word", &listed).await, 3000);
}

#[tokio::test]
async fn the_file_is_read_only_where_the_document_leaves_it_to_it() {
    let rig = Rig::new();
    // There is no file.
    let listed = json!({ "captions": [entry("One", 0, 2000)] });
    let nowhere = json!({ "remoteKey": null });
    for (asset, hidden) in [(&listed, false), (&nowhere, false), (&json!({}), true)] {
        rig.drawn(&state(asset, hidden), &spec(30), 0).await;
    }
    assert!(
        rig.try_drawn(&state(&json!({}), false), &spec(30), 0)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_is_no_subtitle_file_is_named_with_its_line() {
    let rig = Rig::new();
    let page = "<!doctype html><p>Not found</p>";
    let large = " ".repeat(10 * 1024 * 1024 + 1);
    for (file, says) in [
        (page, "line 1: not times like 00:00:01,000 --> 00:00:02,500"),
        (
            "[00:01.00]One\ntwo",
            "line 2: not a line like [00:01.00]words",
        ),
        (&large, "subtitles may have 10485760"),
    ] {
        rig.media.write("said", file);
        let drawn = rig.try_drawn(&state(&json!({}), false), &spec(30), 0).await;
        let error = drawn.unwrap_err();
        assert!(error.is_callers_fault(), "{error}");
        let sentence = error.to_string();
        let whose = "asset `said` cannot be used: ";
        assert!(
            sentence.starts_with(whose) && sentence.ends_with(says),
            "{sentence}"
        );
    }
}
