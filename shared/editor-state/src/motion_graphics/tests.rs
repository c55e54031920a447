//! What the reader of files takes and refuses.

mod documents;
mod filled_in;
mod hostile;

use serde_json::{Value, json};

use super::*;
use crate::Fault;

/// A valid file, with every kind of prop and placeholder.
fn quote() -> Value {
    json!({
        "id": "big-quote", "version": 1, "label": "Big quote", "width": 800, "height": 400,
        "props": {
            "words": { "type": "string", "maxLength": 200 },
            "size": { "type": "number", "default": 40, "min": 1, "max": 200 },
            "votes": { "type": "number", "default": 10 },
            "framed": { "type": "boolean", "default": true },
            "color": { "type": "color", "default": "#ffffff" },
            "unit": { "type": "string", "default": "%", "maxLength": 8 },
        },
        "slots": { "face": { "assetType": "image" } },
        "items": [
            {
                "type": "solid", "$when": "framed", "shape": "rectangle",
                "color": { "$prop": "color" }, "width": { "$prop": "size", "times": 4 }, "height": 400,
            },
            {
                "type": "text", "$when": "words", "text": { "$prop": "words" }, "color": "#000",
                "align": "left", "fontFamily": "Inter",
                "fontStyle": { "variant": "normal", "weight": "400" },
                "fontSize": { "$prop": "size" }, "lineHeight": 1.2, "letterSpacing": 0,
                "width": 800, "height": { "value": 400, "keyframes": [{ "timeTicks": 0, "value": 1 }] },
            },
            {
                "type": "text", "startTicks": 240_000, "color": "#000", "align": "left",
                "text": { "$count": {
                    "from": 0, "to": { "$prop": "votes" }, "suffix": { "$prop": "unit" },
                    "durationTicks": 240_000,
                } },
                "fontFamily": "Inter", "fontStyle": { "variant": "normal", "weight": "400" },
                "fontSize": 20, "lineHeight": 1, "letterSpacing": 0, "width": 100, "height": 20,
            },
            { "type": "image", "assetId": { "$slot": "face" }, "width": 100, "height": 100 },
        ],
    })
}

fn faults_of(file: &Value) -> Vec<Fault> {
    MotionGraphic::from_json(&file.to_string())
        .err()
        .unwrap_or_default()
}

/// The only fault after a change: its place, when its sentence says `sentence`.
fn fault(sentence: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut file = quote();
    change(&mut file);
    let faults = faults_of(&file);
    let [fault] = faults.as_slice() else {
        panic!("{sentence}: {faults:#?}")
    };
    assert!(fault.message.contains(sentence), "{sentence}: {fault}");
    assert!(fault.message.ends_with(['.', '?']), "{fault}");
    fault.path.clone()
}

/// Puts a value where a pointer leads.
fn put(pointer: &'static str, value: Value) -> impl FnOnce(&mut Value) {
    move |file| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match file.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
            other => other[key] = value,
        }
    }
}

#[test]
fn what_is_built_in_holds_to_the_same_rules() {
    assert_eq!(built_in().len(), FILES.len());
    for (text, graphic) in FILES.iter().zip(built_in()) {
        // Under a name that is free.
        let free = text.replacen(&format!("\"{}\"", graphic.id), "\"free\"", 1);
        let mine = MotionGraphic::from_json(&free).unwrap_or_else(|f| panic!("{f:#?}"));
        assert_eq!(mine.items, graphic.items);
        assert_eq!(
            faults_of(&serde_json::from_str(text).unwrap())[0].path,
            "/id"
        );
    }
}

#[test]
fn what_is_read_is_written_and_read_again() {
    let graphic = MotionGraphic::from_json(&quote().to_string()).unwrap();
    let written = graphic.to_json();
    let again = MotionGraphic::from_json(&written).unwrap();
    assert_eq!((again.to_json(), &again), (written, &graphic));
}

#[test]
fn faults_of_the_head_are_told_with_their_places() {
    for (sentence, pointer, value) in [
        ("lower-case letters", "/id", json!("Big")),
        ("lower-case letters", "/id", json!("-a")),
        ("lower-case letters", "/id", json!("../a")),
        ("1 to 64", "/id", json!("a".repeat(65))),
        ("which is built in", "/id", json!("counter")),
        ("from 1 to", "/version", json!(0)),
        ("whole number", "/version", json!(1.5)),
        ("longer than 100", "/label", json!("l".repeat(101))),
        ("not empty", "/label", json!("")),
        ("from 1 to 10000", "/width", json!(0)),
        ("from 1 to 10000", "/height", json!(10_001)),
        ("has no field", "/author", json!("me")),
        (
            "one of string, number",
            "/props/more",
            json!({ "type": "date" }),
        ),
        ("no name for", "/props/a-b", json!({ "type": "boolean" })),
        (
            "must be a string",
            "/props/more",
            json!({ "type": "string", "default": 1 }),
        ),
        (
            "from 1 to 2000",
            "/props/more",
            json!({ "type": "string", "maxLength": 3000 }),
        ),
        (
            "has no field",
            "/props/more",
            json!({ "type": "boolean", "min": 1 }),
        ),
        (
            "above its max",
            "/props/more",
            json!({ "type": "number", "min": 2, "max": 1 }),
        ),
        (
            "at most 3 characters",
            "/props/more",
            json!({ "type": "string", "default": "four", "maxLength": 3 }),
        ),
        (
            "from 0 to 9",
            "/props/more",
            json!({ "type": "number", "default": 10, "min": 0, "max": 9 }),
        ),
        (
            "must be one of image",
            "/slots/more",
            json!({ "assetType": "video" }),
        ),
    ] {
        let path = fault(sentence, put(pointer, value));
        assert!(path.starts_with(pointer), "{sentence}: {path}");
    }
    for (field, most) in [("props", 50), ("slots", 10), ("items", 50)] {
        let path = fault("at most", |file| {
            let one = match field {
                "props" => json!({ "type": "boolean" }),
                "slots" => json!({ "assetType": "image" }),
                _ => file["items"][0].clone(),
            };
            for index in 0..=most {
                match &mut file[field] {
                    Value::Array(list) => list.push(one.clone()),
                    map => map[format!("n{index}")] = one.clone(),
                }
            }
        });
        assert_eq!(path, format!("/{field}"));
    }
}

#[test]
fn faults_of_items_are_told_with_their_places() {
    for (sentence, pointer, value, at) in [
        ("one of text, solid", "/items/0/type", json!("video"), ""),
        ("Did you mean rotation?", "/items/0/rotaton", json!(4), ""),
        ("has no field", "/items/0/durationTicks", json!(4), ""),
        ("has no field", "/items/0/id", json!("a"), ""),
        ("has no field", "/items/3/stickerId", json!("a"), ""),
        (
            "has no field",
            "/items/0/assetId",
            json!({ "$slot": "face" }),
            "",
        ),
        (
            "has no field",
            "/items/3/text",
            json!({ "$count": { "from": 0, "to": 1, "durationTicks": 1 } }),
            "",
        ),
        (
            "Did you mean color?",
            "/items/0/color",
            json!({ "$prop": "colr" }),
            "/$prop",
        ),
        (
            "only times",
            "/items/0/color",
            json!({ "$prop": "color", "or": 1 }),
            "/or",
        ),
        (
            "multiplies a number",
            "/items/0/color",
            json!({ "$prop": "color", "times": 2 }),
            "/times",
        ),
        (
            "must be a number",
            "/items/0/width",
            json!({ "$prop": "size", "times": "2" }),
            "/times",
        ),
        ("is no prop", "/items/0/$when", json!("face"), ""),
        (
            "type boolean or string",
            "/items/0/$when",
            json!("size"),
            "",
        ),
        (
            "Only $prop can",
            "/items/0/width",
            json!({ "$slot": "face" }),
            "/$slot",
        ),
        (
            "Only $prop can",
            "/items/1/fontStyle",
            json!({ "$when": "words" }),
            "/$when",
        ),
        (
            "no assets of its own",
            "/items/3/assetId",
            json!("a-image"),
            "",
        ),
        (
            "is no slot",
            "/items/3/assetId",
            json!({ "$slot": "fac" }),
            "/$slot",
        ),
        (
            "beside $count",
            "/items/2/text",
            json!({ "$count": {}, "b": 1 }),
            "/b",
        ),
        (
            "is no prop",
            "/items/2/text/$count/to",
            json!({ "$prop": "vote" }),
            "/$prop",
        ),
    ] {
        assert_eq!(
            fault(sentence, put(pointer, value)),
            format!("{pointer}{at}"),
            "{sentence}"
        );
    }
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_file() {
    let mut file = quote();
    file["id"] = json!("Big");
    file["items"][0]["color"] = json!({ "$prop": "no" });
    file["items"][3]["assetId"] = json!(null);
    file["width"] = json!("wide");
    let faults = faults_of(&file);
    let mut paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["/id", "/items/0/color/$prop", "/items/3/assetId", "/width"]
    );
}
