//! Strings of megabytes are refused in few words, or taken for what they are.

use serde_json::{Value, json};

use crate::{Hostile, INVALID, SCHEMA, as_text, body, changed, refused, taken};

const TEXT_TOO_LONG: &str = "EDITOR_TEXT_TOO_LONG";

pub(crate) fn all() -> Vec<Hostile> {
    let long = "x".repeat(4_000_000);
    let mut all = Vec::from(texts(&long));
    all.extend(words(&long));
    for field in ["clientTaskId", "filename", "callbackUrl", "ratio", "format"] {
        let mut body = body();
        body[field] = json!(long);
        let (name, path) = (format!("4 MB of {field}"), format!("/{field}"));
        all.push(refused(name, body.to_string(), 400, INVALID, path));
    }
    let mut unknown = body();
    unknown[&long] = json!(1);
    let unknown = unknown.to_string();
    all.push(refused(
        "an unknown field of 4 MB",
        unknown,
        400,
        INVALID,
        "remove it",
    ));
    // A colour may be any text: what is none is drawn in black, with a warning.
    let colour = changed(|state| state["items"]["square"]["color"] = json!(long));
    all.push(taken("a colour of 4 MB", colour));
    all
}

fn texts(long: &str) -> [Hostile; 3] {
    let larger = "x".repeat(10_000_000);
    let large = changed(|state| as_text(state, &larger));
    let limit = "the body has more than 4194304 bytes";
    let text = changed(|state| as_text(state, long));
    let alone = "have 4000000 characters; at most 200000 are drawn";
    let together = "have 303000 characters; at most 200000 are drawn";
    [
        refused("a text of 10 MB", large, 413, "PAYLOAD_TOO_LARGE", limit),
        refused("a text of 4 MB", text, 422, TEXT_TOO_LONG, alone),
        refused(
            "101 long texts",
            changed(many_texts),
            422,
            TEXT_TOO_LONG,
            together,
        ),
    ]
}

fn many_texts(state: &mut Value) {
    as_text(state, &"y".repeat(3000));
    let square = state["items"]["square"].clone();
    for n in 0..100 {
        let mut item = square.clone();
        item["id"] = json!(format!("i{n}"));
        state["items"][format!("i{n}")] = item;
        let mut track = state["tracks"][0].clone();
        (track["id"], track["items"]) = (json!(n.to_string()), json!([format!("i{n}")]));
        state["tracks"].as_array_mut().unwrap().push(track);
    }
}

/// Words of the document itself.
fn words(long: &str) -> Vec<Hostile> {
    let key = changed(|state| state["items"][long] = json!({}));
    let says = "a key of more than 1000 bytes";
    let mut all = vec![refused("an item's key of 4 MB", key, 422, SCHEMA, says)];
    for field in ["type", "shape"] {
        let word = changed(|state| state["items"]["square"][field] = json!(long));
        let name = format!("an item's {field} of 4 MB");
        all.push(refused(name, word, 422, SCHEMA, "must be one of"));
    }
    let id = changed(|state| state["items"]["square"]["id"] = json!(long));
    let says = "Make the two equal";
    all.push(refused(
        "an item's id of 4 MB",
        id,
        422,
        "EDITOR_ID_MISMATCH",
        says,
    ));
    all
}
