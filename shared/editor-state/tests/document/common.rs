//! Documents and tools that the tests share.

use std::path::PathBuf;

use darkroom_editor_state::{EditorState, Fault, Library, read};
use serde_json::{Value, json};

/// A file that `cargo xtask setup` fetches, as JSON.
pub(crate) fn tool_json(relative: &str) -> Value {
    let path = tools().join(relative);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}); run `cargo xtask setup` to fetch it",
            path.display()
        )
    });
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `target/tools`, or what `DARKROOM_TOOLS` names.
pub(crate) fn tools() -> PathBuf {
    std::env::var_os("DARKROOM_TOOLS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools")),
        PathBuf::from,
    )
}

/// An animated number.
pub(crate) fn ant(value: f64) -> Value {
    json!({ "value": value, "keyframes": [{ "timeTicks": 0, "value": 1 }, { "timeTicks": 100, "value": 2.5 }] })
}

/// One object out of several: later keys win.
pub(crate) fn merge(parts: &[Value]) -> Value {
    let fields = parts
        .iter()
        .flat_map(|part| part.as_object().unwrap().clone());
    Value::Object(fields.collect())
}

/// The fields every drawn item has, at a place on the timeline.
pub(crate) fn item(id: &str, kind: &str, start: i64, own: &Value) -> Value {
    let base = json!({
        "id": id, "type": kind, "startTicks": start, "durationTicks": 1000,
        "isDraggingInTimeline": false, "linkGroupId": "g",
        "top": ant(1.0), "left": ant(2.0), "width": ant(100.0), "height": ant(50.0),
        "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0),
    });
    merge(&[base, own.clone()])
}

fn animations() -> Value {
    json!({
        "in": { "type": "slide-up", "durationTicks": 10, "easing": "ease-in-out", "params": { "a": 1, "b": "x", "c": true } },
        "out": { "type": "fade", "durationTicks": 20 },
    })
}

fn caption_animations() -> Value {
    json!({
        "in": { "type": "converge", "durationTicks": 10, "easing": "linear" },
        "out": { "type": "jitter", "durationTicks": 10, "params": {} },
        "loop": { "type": "rainbow", "durationTicks": 10 },
    })
}

fn text_style() -> Value {
    json!({
        "color": "#fff", "align": "center", "fontFamily": "Inter",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 24, "lineHeight": 1.2,
        "letterSpacing": 0, "direction": "ltr", "strokeWidth": 0, "strokeColor": "#000",
        "background": { "color": "#000", "horizontalPadding": 4, "borderRadius": 2 },
    })
}

fn media(asset: &str) -> Value {
    json!({
        "assetId": asset, "keepAspectRatio": true, "borderRadius": ant(3.0), "rotation": ant(0.0),
        "cropLeft": ant(0.1), "cropTop": ant(0.0), "cropRight": ant(0.0), "cropBottom": ant(0.0),
        "animations": animations(),
    })
}

fn sound() -> Value {
    json!({
        "sourceStartTicks": 5, "playbackRate": 1.5, "decibelAdjustment": ant(-3.0),
        "audioFadeInDurationTicks": 10, "audioFadeOutDurationTicks": 0,
    })
}

fn chart(id: &str, kind: &str, start: i64, data: &Value) -> Value {
    let own = json!({
        "chartType": kind, "themeColor": "#0af", "data": data, "animationDurationTicks": 100,
        "keepAspectRatio": false, "rotation": ant(0.0), "animations": animations(),
    });
    item(id, "chart", start, &own)
}

fn nodes() -> Value {
    let place = json!({ "x": 0, "y": 1.5, "width": 10, "height": 10, "animations": animations() });
    let text = json!({ "id": "n2", "type": "text", "text": "T", "captionAnimations": caption_animations() });
    json!([
        merge(&[
            place.clone(),
            json!({
                "id": "n1", "type": "image", "imageType": "svg", "imageComponentId": null,
                "imageLottieJson": { "v": 1 }, "opacity": 1,
            })
        ]),
        merge(&[place, text_style(), text]),
    ])
}

fn assets() -> Value {
    let asset = |id: &str, kind: &str, own: Value| {
        let base = json!({
            "id": id, "type": kind, "filename": "f", "size": 10, "mimeType": "m/t",
            "remoteUrl": "https://example.com/f", "remoteKey": null,
        });
        merge(&[base, own])
    };
    json!({
        "a-image": asset("a-image", "image", json!({ "width": 10, "height": 10 })),
        "a-video": asset("a-video", "video", json!({ "durationInSeconds": 1.5, "hasAudioTrack": true, "width": 10, "height": 10 })),
        "a-gif": asset("a-gif", "gif", json!({ "durationInSeconds": 1, "width": 10, "height": 10, "loopBehavior": "loop" })),
        "a-audio": asset("a-audio", "audio", json!({ "durationInSeconds": 0 })),
        "a-lottie": asset("a-lottie", "lottie", json!({
            "durationInSeconds": 1, "width": 1, "height": 1, "resourceType": "svg",
            "resourceJson": {}, "resourceComponentId": "c", "materialConfig": null,
        })),
        "a-caption": asset("a-caption", "caption", json!({
            "timingGranularity": "line",
            "captions": [{ "text": "Hi", "startMs": 0, "endMs": 10.5, "timestampMs": null, "confidence": 0.5 }],
        })),
    })
}

fn items() -> Vec<Value> {
    let text = json!({ "text": "Hello", "resizeOnEdit": false, "rotation": ant(1.0), "animations": animations(), "captionAnimations": caption_animations() });
    let captions = json!({
        "assetId": "a-caption", "highlightColor": "#ff0", "pageDurationTicks": 10, "maxLines": 2,
        "contentStartOffsetTicks": 0, "source": "auto", "captionGroupId": null,
        "animations": animations(), "captionAnimations": caption_animations(),
    });
    let series = json!([{ "key": "k", "label": "K" }]);
    let xy = json!({ "series": series, "rows": [{ "label": "r", "values": { "k": 1.5 } }] });
    let sticker = json!({ "stickerId": "s", "stickerVersion": 1 });
    let flash = json!({ "brightTicks": 1, "darkTicks": 2, "tailDarkTicks": 3, "maxOpacity": 0.5 });
    vec![
        item(
            "i-image",
            "image",
            0,
            &merge(&[media("a-image"), sticker.clone()]),
        ),
        item(
            "i-video",
            "video",
            1000,
            &merge(&[media("a-video"), sound()]),
        ),
        item(
            "i-gif",
            "gif",
            2000,
            &merge(&[
                media("a-gif"),
                json!({ "sourceStartTicks": 0, "playbackRate": 0.01 }),
            ]),
        ),
        item(
            "i-audio",
            "audio",
            3000,
            &merge(&[sound(), json!({ "assetId": "a-audio" })]),
        ),
        item(
            "i-lottie",
            "lottie",
            4000,
            &merge(&[
                sticker,
                json!({
                    "assetId": "a-lottie", "keepAspectRatio": true, "rotation": ant(0.0),
                    "sourceStartTicks": 0, "playbackRate": 1, "animations": animations(),
                }),
            ]),
        ),
        item("i-text", "text", 5000, &merge(&[text_style(), text])),
        item(
            "i-template",
            "text-template",
            6000,
            &json!({
                "schemaVersion": 2, "templateId": "7b3c9d52-3a0d-4a5e-9c41-0d2f6a1b8e77",
                "templateCategory": "c", "nodes": nodes(), "rotation": ant(0.0), "animations": animations(),
            }),
        ),
        item(
            "i-captions",
            "captions",
            7000,
            &merge(&[text_style(), captions]),
        ),
        item(
            "i-solid",
            "solid",
            8000,
            &json!({
                "color": "red", "shape": "star", "keepAspectRatio": true, "borderRadius": ant(0.0),
                "rotation": ant(0.0), "animations": animations(),
            }),
        ),
        item(
            "i-illustration",
            "illustration",
            9000,
            &json!({
                "illustrationName": "IHello", "color": "red", "keepAspectRatio": true, "rotation": ant(0.0), "animations": animations(),
            }),
        ),
        item(
            "i-motion",
            "motion-graphic",
            10_000,
            &json!({
                "motionGraphicId": "title-card", "motionGraphicVersion": 1,
                "props": { "title": "c", "showBackground": false }, "slots": { "logo": "a-image" }, "rotation": ant(0.0), "animations": animations(),
            }),
        ),
        chart("i-line", "line", 11_000, &xy),
        chart("i-bar", "bar", 12_000, &xy),
        chart("i-area", "area", 13_000, &xy),
        chart("i-radar", "radar", 14_000, &xy),
        chart(
            "i-pie",
            "pie",
            15_000,
            &json!({ "slices": [{ "label": "l", "value": 0 }] }),
        ),
        chart(
            "i-scatter",
            "scatter",
            16_000,
            &json!({ "series": series, "points": [{ "seriesKey": "k", "x": 1, "y": -1 }] }),
        ),
        item(
            "i-flash",
            "effect",
            17_000,
            &json!({ "effectType": "flash-to-black", "intensity": 1, "params": flash }),
        ),
        item(
            "i-blur",
            "effect",
            18_000,
            &json!({ "effectType": "blurred-opening", "intensity": 0, "params": { "maxBlurPx": 10 } }),
        ),
        item(
            "i-filter",
            "filter",
            19_000,
            &json!({ "filterType": "lemon-cyan", "intensity": 0.5, "params": { "blend": 1 } }),
        ),
    ]
}

/// A valid document with every type of item and asset, and the given background.
pub(crate) fn full(background: &Value) -> Value {
    let items = items();
    let ids: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
    let map: serde_json::Map<_, _> = items
        .into_iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item))
        .collect();
    let transition = |id: &str, kind: &str, from: &str, to: &str| {
        json!({
            "id": id, "trackId": "t1", "fromClipId": from, "toClipId": to, "type": kind,
            "durationTicks": 100, "easing": "ease-in", "params": { "direction": "from-left" },
        })
    };
    let deleted = |status: Value| json!({ "assetId": "d", "remoteUrl": null, "remoteKey": "k", "remoteAssetId": null, "statusAtDeletion": status });
    json!({
        "stateSchemaVersion": "v1", "compositionWidth": 1280, "compositionHeight": 720,
        "timebaseTicksPerSecond": 240_000, "outputRatio": "16:9",
        "tracks": [
            { "id": "t1", "items": ids, "hidden": false, "muted": false, "syncLocked": true },
            { "id": "t2", "items": [], "hidden": true, "muted": true },
        ],
        "assets": assets(), "items": map,
        "transitions": {
            "x-fade": transition("x-fade", "fade", "i-image", "i-video"),
            "x-wipe": transition("x-wipe", "wipe", "i-video", "i-gif"),
        },
        "globalBackground": background,
        "brandRuntime": {
            "brandId": null, "logoX": 1, "logoY": 2.5, "managedItemIds": ["a"], "managedAssetIds": [],
            "introShiftTicks": -5, "overlayTrackId": "o", "underlayTrackId": null,
        },
        "deletedAssets": [
            deleted(json!({ "type": "pending-upload" })),
            deleted(json!({ "type": "in-progress", "progress": { "progress": 0.5, "loadedBytes": 1, "totalBytes": 2 } })),
            deleted(json!({ "type": "uploaded" })),
            deleted(json!({ "type": "error", "error": { "a": 1 }, "canRetry": true })),
            deleted(json!({ "type": "error", "error": null, "canRetry": false })),
        ],
    })
}

/// One background of each kind.
pub(crate) fn backgrounds() -> Vec<Value> {
    vec![
        json!({ "type": "none" }),
        json!({ "type": "color", "color": "#000", "gradient": null }),
        json!({ "type": "color", "color": "#000", "gradient": "linear-gradient(red, blue)" }),
        json!({ "type": "blur", "level": 4 }),
        json!({ "type": "image", "imageAssetId": null, "imageUrl": "u", "source": "preset" }),
    ]
}

/// A valid document.
pub(crate) fn base() -> Value {
    full(&json!({ "type": "none" }))
}

/// What the renderer reads of a valid document.
pub(crate) fn state(document: Value) -> EditorState {
    read(document, &Library::default()).unwrap().state
}

/// Faults of the base document after a change, as (code, place).
pub(crate) fn faults(change: impl FnOnce(&mut Value)) -> Vec<(&'static str, String)> {
    let list = raw(change);
    assert!(
        list.iter().all(|f| f.message.ends_with(['.', '?'])),
        "{list:?}"
    );
    list.into_iter()
        .map(|fault| (fault.code.as_str(), fault.path))
        .collect()
}

/// Faults of the base document after a change.
pub(crate) fn raw(change: impl FnOnce(&mut Value)) -> Vec<Fault> {
    let mut document = base();
    change(&mut document);
    read(document, &Library::default())
        .err()
        .unwrap_or_default()
}

/// One fault, as [`faults`] gives it.
pub(crate) fn one(code: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(code, path.to_owned())]
}
