//! For each fault that a document may have, one that has it and no other.

use darkroom_editor_state::FaultCode;
use serde_json::{Value, json};

use crate::common::{Service, answer, slid_from_a_corner, state, with};

/// Which of the faults a code stands for, if it stands for one.
pub fn number(code: &str) -> Option<usize> {
    let codes = FaultCode::ALL.iter();
    codes.map(|code| code.as_str()).position(|one| one == code)
}

/// A document with the fault of that code.
pub fn faulty(code: &str) -> Value {
    match code {
        "EDITOR_SCHEMA_INVALID" => squared(json!({ "color": 5 })),
        "KEYFRAME_OUT_OF_BOUNDS" => {
            let late = json!([{ "timeTicks": 480_000, "value": 1 }]);
            squared(json!({ "opacity": { "value": 1, "keyframes": late } }))
        }
        "EDITOR_TRACK_ITEM_OVERLAP" => listed(&["square", "square"]),
        "EDITOR_TRACK_ITEM_NOT_FOUND" => listed(&["square", "gone"]),
        "EDITOR_ID_MISMATCH" => squared(json!({ "id": "circle" })),
        "EDITOR_ASSET_NOT_FOUND" => backed("gone"),
        "EDITOR_ASSET_TYPE_MISMATCH" => with_words(backed("words"), "line"),
        "EDITOR_TRANSITION_CLIP_NOT_ADJACENT" => {
            let mut state = state(100, 100, 2.0);
            state["transitions"]["cut"] = json!({
                "id": "cut", "trackId": "t", "fromClipId": "square", "toClipId": "gone",
                "type": "fade", "durationTicks": 1000,
            });
            state
        }
        "EDITOR_TRANSITION_OVERLAP" => {
            let mut state = slid_from_a_corner(state(100, 100, 2.0));
            state["transitions"]["cut"]["params"] = json!({});
            let first = state["transitions"]["cut"].clone();
            state["transitions"]["again"] = with(first, json!({ "id": "again" }));
            state
        }
        "EDITOR_TRANSITION_TYPE_INVALID" => slid_from_a_corner(state(100, 100, 2.0)),
        "EDITOR_EFFECT_TYPE_INVALID" => {
            squared(json!({ "type": "effect", "effectType": "blurr", "intensity": 1 }))
        }
        "EDITOR_FILTER_TYPE_INVALID" => {
            squared(json!({ "type": "filter", "filterType": "lemon-cyann", "intensity": 1 }))
        }
        "EDITOR_TOO_MANY_AT_ONCE" => crowded(33),
        "EDITOR_ILLUSTRATION_NOT_FOUND" => {
            squared(json!({ "type": "illustration", "illustrationName": "IHelo" }))
        }
        _ => of_words(code)
            .or_else(|| of_graphic(code))
            .unwrap_or_else(|| panic!("say here which document has the fault {code}")),
    }
}

/// Faults of texts, captions and templates.
fn of_words(code: &str) -> Option<Value> {
    let image = |lottie: Value| {
        json!({
            "id": "image", "type": "image", "x": 0, "y": 0, "width": 9, "height": 9, "opacity": 1,
            "imageType": "lottie", "imageComponentId": null, "imageLottieJson": lottie,
        })
    };
    let template = |nodes: Value| {
        squared(json!({
            "type": "text-template", "schemaVersion": 2, "templateId": "t",
            "templateCategory": "c", "nodes": nodes,
        }))
    };
    Some(match code {
        "EDITOR_TEXT_TOO_LONG" => {
            let text = "x".repeat(200_001);
            squared(styled(
                json!({ "type": "text", "text": text, "resizeOnEdit": true }),
            ))
        }
        "EDITOR_CAPTION_ANIMATION_WORD_TIMING_CONFLICT" => {
            let captions = json!({
                "type": "captions", "assetId": "words", "highlightColor": "#ffff00",
                "pageDurationTicks": 10, "maxLines": 2, "contentStartOffsetTicks": 0,
                "source": "auto", "captionGroupId": null,
                "captionAnimations": { "loop": { "type": "rainbow", "durationTicks": 10 } },
            });
            with_words(squared(styled(captions)), "word")
        }
        "EDITOR_TEMPLATE_NODES_INVALID" => template(json!([image(json!({})), image(json!({}))])),
        "EDITOR_LOTTIE_INVALID" => {
            let text = styled(json!({
                "id": "text", "type": "text", "text": "Hi", "x": 0, "y": 0, "width": 9,
                "height": 9,
            }));
            template(json!([image(json!({ "layers": [] })), text]))
        }
        _ => return None,
    })
}

/// Faults of motion graphics.
fn of_graphic(code: &str) -> Option<Value> {
    let (id, props, slots) = match code {
        "EDITOR_MOTION_GRAPHIC_NOT_FOUND" => ("title-crad", json!({}), json!({})),
        "EDITOR_MOTION_GRAPHIC_PROPS_INVALID" => ("title-card", json!({ "title": 7 }), json!({})),
        "EDITOR_MOTION_GRAPHIC_SLOTS_INVALID" => (
            "title-card",
            json!({ "title": "Hi" }),
            json!({ "logo": ["words"] }),
        ),
        _ => return None,
    };
    Some(squared(json!({
        "type": "motion-graphic", "motionGraphicId": id, "motionGraphicVersion": 1,
        "props": props, "slots": slots,
    })))
}

/// Two seconds of an item that has this of its own, else what a square has.
fn squared(own: Value) -> Value {
    let mut state = state(100, 100, 2.0);
    state["items"]["square"] = with(state["items"]["square"].take(), own);
    state
}

/// So many tracks, each with a gif.
fn crowded(tracks: usize) -> Value {
    let mut state = squared(json!({
        "type": "gif", "assetId": "gif", "sourceStartTicks": 0, "playbackRate": 1,
    }));
    state["assets"]["gif"] = json!({
        "id": "gif", "type": "gif", "filename": "f.gif", "size": 1, "mimeType": "image/gif",
        "remoteUrl": "https://example.com/f.gif", "remoteKey": null, "width": 9, "height": 9,
        "durationInSeconds": 1, "loopBehavior": "loop",
    });
    let (gif, track) = (state["items"]["square"].take(), state["tracks"][0].take());
    state["items"] = json!({});
    let mut listed = Vec::new();
    for n in 0..tracks {
        let id = format!("gif-{n}");
        let (mut item, mut track) = (gif.clone(), track.clone());
        item["id"] = json!(id);
        (track["id"], track["items"]) = (json!(id), json!([id]));
        listed.push(track);
        state["items"][id] = item;
    }
    state["tracks"] = json!(listed);
    state
}

/// A track that lists these items.
fn listed(items: &[&str]) -> Value {
    let mut state = state(100, 100, 2.0);
    state["tracks"][0]["items"] = json!(items);
    state
}

/// A square before the picture of an asset.
fn backed(asset: &str) -> Value {
    let mut state = state(100, 100, 2.0);
    state["globalBackground"] = json!({
        "type": "image", "imageAssetId": asset, "imageUrl": "u", "source": "custom",
    });
    state
}

/// The same with captions, timed so, among its assets.
fn with_words(mut state: Value, timing: &str) -> Value {
    state["assets"]["words"] = json!({
        "id": "words", "type": "caption", "filename": "f", "size": 1, "mimeType": "text/plain",
        "remoteUrl": null, "remoteKey": null, "timingGranularity": timing,
        "captions": [{ "text": "Hi", "startMs": 0, "endMs": 10 }],
    });
    state
}

/// What words have beside their own.
fn styled(own: Value) -> Value {
    let style = json!({
        "color": "#ffffff", "align": "left", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1,
        "letterSpacing": 0, "direction": "ltr", "strokeWidth": 0, "strokeColor": "#000000",
        "background": null,
    });
    with(style, own)
}

#[tokio::test(flavor = "multi_thread")]
async fn validation_tells_every_fault_by_its_code() {
    let service = Service::start().await;
    let of_files = FaultCode::MotionGraphicInvalid;
    for code in FaultCode::ALL.iter().filter(|code| **code != of_files) {
        let body = json!({ "editorState": faulty(code.as_str()) });
        let verdict = answer(service.post("/v1/editor/validate", &body)).await;
        let data = verdict.data();
        assert_eq!(data["valid"], false, "{code}");
        let told = data["errors"].as_array().unwrap();
        let others = told.iter().filter(|one| one["code"] != code.as_str());
        assert_eq!(others.count(), 0, "{code}: {}", verdict.text);
    }
    let whole = json!({ "editorState": squared(json!({})) });
    let verdict = answer(service.post("/v1/editor/validate", &whole)).await;
    assert_eq!(verdict.data()["valid"], true, "{}", verdict.text);
}
