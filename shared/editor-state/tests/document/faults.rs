//! How faults are told: all of them, once, in order, and within bounds.

use darkroom_editor_state::{
    Library, MAX_CAPTION_CHARACTERS, MAX_FAULTS, MAX_TEXT_CHARACTERS, read,
};
use serde_json::{Value, json};

use crate::common::{ant, base, faults, raw};

#[test]
fn all_faults_are_listed_once_and_in_the_order_of_the_document() {
    let list = faults(|d| {
        d["assets"]["a-gif"]["width"] = json!(0);
        d["items"]["i-solid"]["opacity"] = ant(0.0);
        d["items"]["i-solid"]["opacity"]["keyframes"][1]["timeTicks"] = json!(5000);
        d["items"]["i-solid"]["opacity"]["keyframes"][0]["value"] = json!("x");
        d["tracks"][0]["items"][10] = json!("gone");
        d["tracks"][0]["items"][2] = json!(7);
        d["stateSchemaVersion"] = json!("v9");
        d["items"]["i/~"] = json!(3);
    });
    assert_eq!(
        list,
        [
            ("EDITOR_SCHEMA_INVALID", "/assets/a-gif/width".to_owned()),
            (
                "EDITOR_SCHEMA_INVALID",
                "/items/i-solid/opacity/keyframes/0/value".to_owned()
            ),
            (
                "KEYFRAME_OUT_OF_BOUNDS",
                "/items/i-solid/opacity/keyframes/1/timeTicks".to_owned()
            ),
            ("EDITOR_SCHEMA_INVALID", "/items/i~1~0".to_owned()),
            ("EDITOR_SCHEMA_INVALID", "/stateSchemaVersion".to_owned()),
            ("EDITOR_SCHEMA_INVALID", "/tracks/0/items/2".to_owned()),
            (
                "EDITOR_TRACK_ITEM_NOT_FOUND",
                "/tracks/0/items/10".to_owned()
            ),
            (
                "EDITOR_TRANSITION_CLIP_NOT_ADJACENT",
                "/transitions/x-wipe/toClipId".to_owned()
            ),
        ]
    );
}

#[test]
fn a_hostile_document_gets_a_bounded_answer() {
    let list = raw(|d| {
        d["tracks"][1]["items"] = (0..100_000).map(|i| json!(format!("gone{i}"))).collect();
    });
    assert_eq!(list.len(), MAX_FAULTS + 1);
    assert!(list[MAX_FAULTS].message.contains("more faults"));
    let long = raw(|d| d["items"]["i-solid"]["shape"] = json!("x".repeat(1_000_000)));
    assert!(long[0].message.len() < 300);
    for nonsense in [json!(null), json!([]), json!("x"), json!(1), json!({})] {
        assert!(!read(nonsense, &Library::default()).unwrap_err().is_empty());
    }
}

#[test]
fn a_document_cannot_make_an_answer_of_any_size_by_long_keys() {
    let faults = raw(|d| {
        d["items"] = (0..900)
            .map(|i| (format!("{i}{}", "k".repeat(900)), json!({})))
            .collect();
    });
    let bytes: usize = faults.iter().map(|f| f.path.len() + f.message.len()).sum();
    assert!(bytes < 600_000, "{bytes}");
    assert!(faults.last().unwrap().message.contains("more faults"));

    // One key above many values: refused before any path is made of it.
    let faults = raw(|d| d["items"]["i-solid"]["x/y"] = json!({ "k".repeat(1001): [] }));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].path, "/items/i-solid/x~1y");
}

#[test]
fn more_text_than_is_drawn_is_listed() {
    let listed = |change: &dyn Fn(&mut Value)| {
        let mut document = base();
        change(&mut document);
        let listed = read(document, &Library::default())
            .err()
            .unwrap_or_default();
        listed
            .into_iter()
            .map(|fault| (fault.path, fault.message))
            .collect::<Vec<_>>()
    };
    assert!(listed(&|_: &mut Value| ()).is_empty());
    let text = |length: usize| {
        listed(&move |document: &mut Value| {
            document["items"]["i-text"]["text"] = json!("\u{e4}".repeat(length));
        })
    };
    // The template and the motion graphic have texts, too.
    assert!(text(MAX_TEXT_CHARACTERS - 100).is_empty());
    let found = text(MAX_TEXT_CHARACTERS);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/tracks");
    assert!(found[0].1.contains("at most 200000 are drawn"), "{found:?}");

    let captions = |length: usize| {
        listed(&move |document: &mut Value| {
            let entry = &mut document["assets"]["a-caption"]["captions"][0];
            entry["text"] = json!("\u{e4}".repeat(length));
        })
    };
    assert!(captions(MAX_CAPTION_CHARACTERS).is_empty());
    let found = captions(MAX_CAPTION_CHARACTERS + 1);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/items/i-captions");
    assert!(found[0].1.contains("has 10001 characters"), "{found:?}");
}
