//! A hundred thousand of anything, or as many as a body holds: few faults are told of it,
//! and what is valid is taken, however much of it there is.

use serde_json::{Map, Value, json};

use crate::{Hostile, MANY, SCHEMA, changed, refused, taken};

const MORE: &str = "more faults than are listed";
/// As many items as a body holds.
const ITEMS: usize = 8_000;
/// As many tracks as a body holds.
const TRACKS: usize = 70_000;

fn keyframes(ticks: u64) -> Value {
    let keyframes = (0..MANY).map(|n| json!({ "timeTicks": ticks, "value": n % 2 }));
    json!({ "value": 1, "keyframes": keyframes.collect::<Vec<_>>() })
}

pub(crate) fn all() -> Vec<Hostile> {
    let mut all = broken();
    all.push(taken(
        "keyframes at one time",
        changed(|state| state["items"]["square"]["opacity"] = keyframes(1)),
    ));
    all.push(taken("empty tracks", changed(empty_tracks)));
    all.push(taken("items of a tick", changed(short_items)));
    all
}

fn broken() -> Vec<Hostile> {
    let mut all = Vec::new();
    let empty: Map<String, Value> = (0..MANY).map(|n| (format!("i{n}"), json!({}))).collect();
    for list in ["items", "assets", "transitions"] {
        let many = changed(|state| state[list] = empty.clone().into());
        all.push(refused(format!("empty {list}"), many, 422, SCHEMA, MORE));
    }
    let numbers: Vec<Value> = (0..MANY).map(|n| json!(n)).collect();
    for list in ["tracks", "deletedAssets"] {
        let many = changed(|state| state[list] = numbers.clone().into());
        let name = format!("numbers as {list}");
        all.push(refused(name, many, 422, SCHEMA, MORE));
    }
    let gone = changed(|state| {
        let gone = (0..MANY).map(|n| json!(format!("gone-{n}")));
        state["tracks"][0]["items"] = gone.collect();
    });
    let code = "EDITOR_TRACK_ITEM_NOT_FOUND";
    all.push(refused("items that are not there", gone, 422, code, MORE));
    let late = changed(|state| state["items"]["square"]["opacity"] = keyframes(1_000_000_000));
    let code = "KEYFRAME_OUT_OF_BOUNDS";
    all.push(refused("keyframes past the end", late, 422, code, MORE));
    let again = changed(|state| state["tracks"][0]["items"] = vec!["square"; MANY].into());
    let code = "EDITOR_TRACK_ITEM_OVERLAP";
    all.push(refused("one item again and again", again, 422, code, MORE));
    all
}

fn empty_tracks(state: &mut Value) {
    let track = |n| json!({ "id": format!("{n}"), "items": [], "hidden": false, "muted": false });
    let mut tracks: Vec<Value> = (0..TRACKS).map(track).collect();
    tracks.push(state["tracks"][0].clone());
    state["tracks"] = tracks.into();
}

fn short_items(state: &mut Value) {
    let square = state["items"]["square"].clone();
    let item = |n: usize| {
        let mut item = square.clone();
        item["id"] = json!(format!("i{n}"));
        (item["startTicks"], item["durationTicks"]) = (json!(n), json!(1));
        item
    };
    let items = (0..ITEMS).map(|n| (format!("i{n}"), item(n)));
    state["items"] = items.collect::<Map<_, _>>().into();
    state["tracks"][0]["items"] = (0..ITEMS).map(|n| json!(format!("i{n}"))).collect();
}
