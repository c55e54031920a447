//! Bodies and documents that nobody sends in good faith: each is answered soon, with a
//! sentence that says what to do, or taken for what it is. `film/hostile.rs` of the
//! renderer draws those that are taken.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::common::{Answer, Service, answer, assert_problem, body, body_of, state};

/// Many times what any of these takes on a busy machine: what has no bound fails by it.
const STALL: Duration = Duration::from_secs(60);
/// As many of anything as the issue of hostile input names.
const MANY: usize = 100_000;

/// Creates an export by a text that need not be JSON.
async fn sent(service: &Service, text: String) -> Answer {
    let request = service
        .to(Method::POST, "/v1/exports")
        .bearer_auth(&service.secret)
        .header("content-type", "application/json")
        .body(text);
    let answered = tokio::time::timeout(STALL, answer(request)).await;
    answered.expect("an answer")
}

/// The body of [`body`] with `value` as the square's opacity, whatever it is.
fn opaque(value: &str) -> String {
    let mut body = body();
    body["editorState"]["items"]["square"]["opacity"]["value"] = json!("HERE");
    body.to_string().replace("\"HERE\"", value)
}

/// A create of the square's document, changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut state = state(100, 100, 2.0);
    change(&mut state);
    body_of(state).to_string()
}

/// The square as a text.
fn as_text(state: &mut Value, text: &str) {
    let square = state["items"]["square"].as_object_mut().unwrap();
    square.retain(|key, _| key != "shape" && key != "borderRadius");
    let own = json!({
        "type": "text", "text": text, "align": "left", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1,
        "letterSpacing": 0, "resizeOnEdit": true, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null,
    });
    square.extend(own.as_object().unwrap().clone());
}

fn keyframes(count: usize, ticks: u64) -> Value {
    let keyframes = (0..count).map(|n| json!({ "timeTicks": ticks, "value": n % 2 }));
    json!({ "value": 1, "keyframes": keyframes.collect::<Vec<_>>() })
}

/// Asserts that a body is refused at once, in few words.
async fn refused(service: &Service, text: String, status: u16, code: &str, says: &str) {
    let answer = sent(service, text).await;
    assert_problem(&answer, status, code);
    assert!(
        answer.text.contains(says),
        "{says:?} is not said: {:.2000}",
        answer.text
    );
    assert!(answer.text.len() < 1 << 20, "{} bytes", answer.text.len());
}

/// Asserts that a body is taken; the task is ended, for the next to have its slot.
async fn taken(service: &Service, text: String) {
    let answer = sent(service, text).await;
    assert_eq!(answer.status, 201, "{:.2000}", answer.text);
    assert_eq!(service.cancel(&answer.task()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hardly_json_is_refused_with_its_place_or_read_as_json_is() {
    let service = Service::start().await;
    let invalid = "REQUEST_INVALID";
    let place = "the body is not JSON at line 1, column";
    for number in [
        "NaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "0x10",
        "+1",
        ".5",
        "1.",
        "01",
        "1_000",
        "1,5",
        "--1",
        "1e",
        "undefined",
    ] {
        refused(&service, opaque(number), 400, invalid, place).await;
    }
    for number in ["null", "\"1\"", "\"NaN\"", "[]", "{}", "true"] {
        let code = "EDITOR_SCHEMA_INVALID";
        let path = "/editorState/items/square/opacity/value";
        refused(&service, opaque(number), 422, code, path).await;
    }
    for open in ["[", "{\"a\":"] {
        let deep = format!("{{\"editorState\":{}", open.repeat(MANY));
        refused(&service, deep, 400, invalid, "recursion limit exceeded").await;
    }
    for cut in [
        "",
        "{",
        "{\"editorState\"",
        "\u{feff}{}",
        "{} {}",
        "\"\\ud800\"",
    ] {
        refused(
            &service,
            cut.to_owned(),
            400,
            invalid,
            "the body is not JSON",
        )
        .await;
    }
    service.assert_nothing_created().await;

    for number in [
        "-0.0",
        "1e-320",
        "1e308",
        "0.1000000000000000000000000000000000001",
    ] {
        taken(&service, opaque(number)).await;
    }
    // Of a key that is given twice the last one counts, and the first is no way around it.
    let twice = |fps: &str| body().to_string().replace("\"fps\":30", fps);
    taken(&service, twice("\"fps\":31,\"fps\":30")).await;
    refused(
        &service,
        twice("\"fps\":30,\"fps\":31"),
        400,
        invalid,
        "/fps",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_of_anything_is_answered_with_few_faults() {
    let service = Service::start().await;
    let schema = "EDITOR_SCHEMA_INVALID";
    let more = "more faults than are listed";
    let empty: Map<String, Value> = (0..MANY).map(|n| (format!("i{n}"), json!({}))).collect();
    for list in ["items", "assets", "transitions"] {
        let many = changed(|state| state[list] = empty.clone().into());
        refused(&service, many, 422, schema, more).await;
    }
    let numbers: Vec<Value> = (0..MANY).map(|n| json!(n)).collect();
    for list in ["tracks", "deletedAssets"] {
        let many = changed(|state| state[list] = numbers.clone().into());
        refused(&service, many, 422, schema, more).await;
    }
    let gone = changed(|state| {
        let gone = (0..MANY).map(|n| json!(format!("gone-{n}")));
        state["tracks"][0]["items"] = gone.collect();
    });
    refused(&service, gone, 422, "EDITOR_TRACK_ITEM_NOT_FOUND", more).await;
    let late = changed(|state| {
        state["items"]["square"]["opacity"] = keyframes(MANY, 1_000_000_000);
    });
    refused(&service, late, 422, "KEYFRAME_OUT_OF_BOUNDS", more).await;
    let again = changed(|state| state["tracks"][0]["items"] = vec!["square"; MANY].into());
    refused(&service, again, 422, "EDITOR_TRACK_ITEM_OVERLAP", more).await;
    service.assert_nothing_created().await;

    // What is valid is taken, however much of it there is.
    let storm = changed(|state| {
        state["items"]["square"]["opacity"] = keyframes(MANY, 1);
    });
    taken(&service, storm).await;
    let tracks = changed(|state| {
        let track =
            |n| json!({ "id": format!("{n}"), "items": [], "hidden": false, "muted": false });
        let mut tracks: Vec<Value> = (0..MANY).map(track).collect();
        tracks.push(state["tracks"][0].clone());
        state["tracks"] = tracks.into();
    });
    taken(&service, tracks).await;
    let items = changed(|state| {
        let square = state["items"]["square"].clone();
        let item = |n: usize| {
            let mut item = square.clone();
            item["id"] = json!(format!("i{n}"));
            (item["startTicks"], item["durationTicks"]) = (json!(n), json!(1));
            item
        };
        let items = (0..10_000).map(|n| (format!("i{n}"), item(n)));
        state["items"] = items.collect::<Map<_, _>>().into();
        state["tracks"][0]["items"] = (0..10_000).map(|n| json!(format!("i{n}"))).collect();
    });
    taken(&service, items).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strings_of_megabytes_are_refused_in_few_words() {
    let service = Service::start().await;
    let long = "x".repeat(5_000_000);
    let larger = "x".repeat(10_000_000);
    let large = changed(|state| as_text(state, &larger));
    let limit = "the body has more than 6291456 bytes";
    refused(&service, large, 413, "PAYLOAD_TOO_LARGE", limit).await;

    let text = changed(|state| as_text(state, &long));
    let drawn = "have 5000000 characters; at most 200000 are drawn";
    refused(&service, text, 422, "EDITOR_TEXT_TOO_LONG", drawn).await;
    let many = changed(|state| {
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
    });
    let together = "have 303000 characters; at most 200000 are drawn";
    refused(&service, many, 422, "EDITOR_TEXT_TOO_LONG", together).await;

    let schema = "EDITOR_SCHEMA_INVALID";
    let key = changed(|state| state["items"][&long] = json!({}));
    refused(&service, key, 422, schema, "a key of more than 1000 bytes").await;
    for field in ["type", "shape"] {
        let word = changed(|state| state["items"]["square"][field] = json!(long));
        refused(&service, word, 422, schema, "must be one of").await;
    }
    let id = changed(|state| state["items"]["square"]["id"] = json!(long));
    refused(
        &service,
        id,
        422,
        "EDITOR_ID_MISMATCH",
        "Make the two equal",
    )
    .await;
    for field in ["clientTaskId", "filename", "callbackUrl", "ratio", "format"] {
        let mut body = body();
        body[field] = json!(long);
        let path = format!("/{field}");
        refused(&service, body.to_string(), 400, "REQUEST_INVALID", &path).await;
    }
    let mut unknown = body();
    unknown[&long] = json!(1);
    refused(
        &service,
        unknown.to_string(),
        400,
        "REQUEST_INVALID",
        "remove it",
    )
    .await;
    service.assert_nothing_created().await;

    // A colour may be any text: what is none is drawn in black, with a warning.
    taken(
        &service,
        changed(|state| state["items"]["square"]["color"] = json!(long)),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_times_without_end_are_refused_or_drawn_within_the_limits() {
    let service = Service::start().await;
    let sized = |width: u32, height: u32, scale: f64, seconds: f64| {
        let mut body = body_of(state(width, height, seconds));
        body["scale"] = json!(scale);
        body.to_string()
    };
    let large = "EXPORT_OUTPUT_TOO_LARGE";
    let pixels = "the output would be 15360 x 15360 pixels";
    refused(&service, sized(1920, 1920, 8.0, 1.0), 422, large, pixels).await;
    let long = "EXPORT_TOO_LONG";
    let cut = "shorten the timeline";
    refused(&service, sized(50, 50, 1.0, 1e9), 422, long, cut).await;
    let schema = "EDITOR_SCHEMA_INVALID";
    let last = changed(|state| {
        state["items"]["square"]["durationTicks"] = json!(9_007_199_254_740_993_u64);
    });
    refused(&service, last, 422, schema, "past the last one").await;
    for (field, value) in [
        ("compositionWidth", json!(1_000_000_000)),
        ("compositionHeight", json!(0)),
        ("compositionWidth", json!(-50)),
        ("compositionHeight", json!(50.5)),
    ] {
        let path = format!("/editorState/{field}");
        let canvas = changed(|state| state[field] = value);
        refused(&service, canvas, 422, schema, &path).await;
    }
    service.assert_nothing_created().await;

    let square = [
        "left", "top", "width", "height", "scaleX", "scaleY", "rotation",
    ];
    for number in [0.0, -1.0, 8.0, 1e12, -1e308, 1.7e308] {
        let all = changed(|state| {
            for field in square {
                state["items"]["square"][field]["value"] = json!(number);
            }
        });
        taken(&service, all).await;
    }
}
