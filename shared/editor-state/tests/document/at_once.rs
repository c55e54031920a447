//! More clips at one instant than are rendered are refused with the document.

use darkroom_editor_state::{Fault, Library, MAX_FILMS_AT_ONCE, MAX_SOUNDS_AT_ONCE, read};
use serde_json::{Value, json};

use crate::common::base;

/// A document of tracks that each hold such items of the base, each with its start, all
/// 1000 ticks long.
fn document(tracks: &[&[(&str, i64)]]) -> Value {
    let mut document = base();
    let models = document["items"].take();
    document["transitions"] = json!({});
    let (mut items, mut all) = (json!({}), Vec::new());
    for (t, track) in tracks.iter().enumerate() {
        let mut ids = Vec::new();
        for (i, (model, start)) in track.iter().enumerate() {
            let id = format!("{t}-{i}");
            let mut item = models[*model].clone();
            (item["id"], item["startTicks"]) = (json!(id), json!(start));
            items[&id] = item;
            ids.push(id);
        }
        let id = format!("t{t}");
        all.push(json!({ "id": id, "items": ids, "hidden": false, "muted": false }));
    }
    (document["items"], document["tracks"]) = (items, json!(all));
    document
}

fn refused(document: Value) -> Vec<Fault> {
    let read = read(document, &Library::default());
    read.err().unwrap_or_default()
}

/// The place of what is one too many, if anything is.
fn place(document: Value) -> Option<String> {
    let mut faults = refused(document);
    assert!(faults.len() < 2, "{faults:?}");
    let fault = faults.pop()?;
    assert_eq!(fault.code.as_str(), "EDITOR_TOO_MANY_AT_ONCE");
    Some(fault.path)
}

#[test]
fn as_many_as_are_rendered_and_no_more() {
    for (models, most) in [
        (["i-video", "i-gif"], MAX_FILMS_AT_ONCE),
        (["i-audio", "i-audio"], MAX_SOUNDS_AT_ONCE),
    ] {
        // The last begins a tick before the others end.
        let tracks: Vec<[(&str, i64); 1]> = (0..=most)
            .map(|n| [(models[n % 2], if n == most { 1999 } else { 1000 })])
            .collect();
        let all: Vec<&[(&str, i64)]> = tracks.iter().map(<[_; 1]>::as_slice).collect();
        assert_eq!(place(document(&all[1..])), None);
        let last = format!("/tracks/{most}/items/0");
        assert_eq!(place(document(&all)), Some(last));
        for (field, frees) in [
            ("hidden", models[0] == "i-video"),
            ("muted", models[0] == "i-audio"),
        ] {
            let mut without = document(&all);
            without["tracks"][3][field] = json!(true);
            assert_eq!(place(without).is_none(), frees, "{models:?} {field}");
        }
        let mut later = document(&all);
        later["items"][format!("{most}-0")]["startTicks"] = json!(2000);
        assert_eq!(place(later), None);
    }
}

#[test]
fn a_transition_lets_both_its_clips_play() {
    for (model, most) in [
        ("i-video", MAX_FILMS_AT_ONCE),
        ("i-gif", MAX_FILMS_AT_ONCE),
        ("i-audio", MAX_SOUNDS_AT_ONCE),
    ] {
        let pair = [(model, 1000), (model, 2000)];
        let over = [(model, 1500)];
        let mut tracks: Vec<&[(&str, i64)]> = vec![&over[..]; most - 1];
        tracks.push(&pair);
        let mut document = document(&tracks);
        assert_eq!(place(document.clone()), None);
        let (track, ids) = (most - 1, [0, 1].map(|i| format!("{}-{i}", most - 1)));
        document["transitions"]["x"] = json!({
            "id": "x", "trackId": format!("t{track}"), "fromClipId": ids[0], "toClipId": ids[1],
            "type": "fade", "durationTicks": 200,
        });
        assert_eq!(place(document), Some(format!("/tracks/{track}/items/1")));
    }
}

#[test]
fn the_sentence_says_what_when_and_what_to_do() {
    let one = [("i-video", 240_000)];
    let tracks: Vec<&[(&str, i64)]> = vec![&one[..]; MAX_FILMS_AT_ONCE + 1];
    assert_eq!(
        refused(document(&tracks))[0].message,
        "With \"32-0\" 33 videos and gifs are drawn at once at 1.00 s; at most 32 are rendered. \
         Put them one after the other, or join some of them."
    );
}
