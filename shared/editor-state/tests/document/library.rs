//! What documents name of the libraries of motion graphics and illustrations.

use serde_json::{Value, json};

use crate::common::raw;

#[test]
fn a_motion_graphic_is_given_what_it_declares() {
    let [missing, props, slots] = ["NOT_FOUND", "PROPS_INVALID", "SLOTS_INVALID"]
        .map(|code| format!("EDITOR_MOTION_GRAPHIC_{code}"));
    let graphic = |graphic: Value| {
        let faults = raw(move |d| {
            for (key, value) in graphic.as_object().unwrap() {
                d["items"]["i-motion"][key] = value.clone();
            }
        });
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        let place = fault.path.strip_prefix("/items/i-motion/").unwrap();
        (
            fault.code.to_string(),
            place.to_owned(),
            fault.message.clone(),
        )
    };
    for (given, code, place, sentence) in [
        (
            json!({ "motionGraphicId": "title-crad" }),
            &missing,
            "motionGraphicId",
            "Did you mean title-card?",
        ),
        (
            json!({ "motionGraphicVersion": 2 }),
            &missing,
            "motionGraphicVersion",
            "has version 1 alone",
        ),
        (
            json!({ "props": { "title": "t", "subtitel": "s" } }),
            &props,
            "props/subtitel",
            "Did you mean subtitle?",
        ),
        (
            json!({ "props": { "title": 7 } }),
            &props,
            "props/title",
            "a string of at most 500 characters, not 7",
        ),
        (
            json!({ "props": { "title": "t".repeat(501) } }),
            &props,
            "props/title",
            "a string of at most 500 characters",
        ),
        (
            json!({ "props": { "title": "t", "showBackground": "no" } }),
            &props,
            "props/showBackground",
            "true or false",
        ),
        (
            json!({ "props": {} }),
            &props,
            "props/title",
            "needs the prop title",
        ),
        (
            json!({ "motionGraphicId": "progress-bar", "props": { "value": 101 }, "slots": {} }),
            &props,
            "props/value",
            "a number from 0 to 100",
        ),
        (
            json!({ "slots": { "lgo": "a-image" } }),
            &slots,
            "slots/lgo",
            "Did you mean logo?",
        ),
        (
            json!({ "slots": { "logo": ["a-image"] } }),
            &slots,
            "slots/logo",
            "not a list",
        ),
        (
            json!({ "slots": { "logo": "a-video" } }),
            &"EDITOR_ASSET_TYPE_MISMATCH".to_owned(),
            "slots/logo",
            "of type image is needed",
        ),
    ] {
        let found = graphic(given);
        assert_eq!((&found.0, found.1.as_str()), (code, place), "{}", found.2);
        assert!(found.2.contains(sentence), "{}", found.2);
    }
}

#[test]
fn an_illustration_has_a_name_of_the_library() {
    let named = |name: &str| {
        let name = json!(name);
        raw(move |d| d["items"]["i-illustration"]["illustrationName"] = name)
    };
    assert!(named("IAiAgent").is_empty());
    let place = "/items/i-illustration/illustrationName";
    for (wrong, near) in [
        ("IChatbot", Some("\"IChatBot\"?")),
        ("hello", Some("\"IHello\"?")),
        ("xyzzy", None),
        (&"I".repeat(1000), None),
    ] {
        let faults = named(wrong);
        let [fault] = faults.as_slice() else {
            panic!("{wrong}: {faults:?}")
        };
        assert_eq!(
            (fault.code.as_str(), fault.path.as_str()),
            ("EDITOR_ILLUSTRATION_NOT_FOUND", place)
        );
        match near {
            Some(near) => assert!(fault.message.ends_with(near), "{}", fault.message),
            None => assert!(!fault.message.contains("Did you mean"), "{}", fault.message),
        }
    }
}
