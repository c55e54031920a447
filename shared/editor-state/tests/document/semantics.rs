//! The rules beyond the schema, each with its code and its place.

use darkroom_editor_state::MAX_TICKS;
use serde_json::{Value, json};

use crate::common::{base, faults, item, one, raw};

#[test]
fn the_base_has_no_fault() {
    assert_eq!(faults(|_| {}), []);
}

#[test]
fn keyframes_end_before_their_item() {
    let at = |ticks: i64| {
        faults(move |d| {
            d["items"]["i-video"]["decibelAdjustment"]["keyframes"][1]["timeTicks"] = json!(ticks);
        })
    };
    assert_eq!(at(999), []);
    let place = "/items/i-video/decibelAdjustment/keyframes/1/timeTicks";
    assert_eq!(at(1000), one("KEYFRAME_OUT_OF_BOUNDS", place));
    // A key of an open object that only looks like an animated number is none.
    assert_eq!(
        faults(|d| d["items"]["i-solid"]["mine"] = json!({ "keyframes": [{ "timeTicks": 1e6 }] })),
        []
    );
}

#[test]
fn items_of_a_track_may_touch_but_not_overlap() {
    let place = "/tracks/0/items/14";
    assert_eq!(
        faults(|d| d["items"]["i-radar"]["startTicks"] = json!(13_999)),
        one("EDITOR_TRACK_ITEM_OVERLAP", place)
    );
    // A long item reaches over its neighbour to later ones.
    let long = faults(|d| d["items"]["i-solid"]["durationTicks"] = json!(2500));
    assert_eq!(
        long,
        [
            ("EDITOR_TRACK_ITEM_OVERLAP", "/tracks/0/items/9".to_owned()),
            ("EDITOR_TRACK_ITEM_OVERLAP", "/tracks/0/items/10".to_owned())
        ]
    );
    // On another track the same times are fine; twice on tracks they are not.
    assert_eq!(
        faults(|d| d["tracks"][1]["items"] = json!(["i-text"])),
        one("EDITOR_TRACK_ITEM_OVERLAP", "/tracks/1/items/0")
    );
    let free = |d: &mut Value| {
        d["items"]["free"] = item("free", "audio", 0, &json!({}));
        d["items"]["free"] = d["items"]["i-solid"].clone();
        d["items"]["free"]["id"] = json!("free");
        d["tracks"][1]["items"] = json!(["free"]);
    };
    assert_eq!(faults(free), []);
}

#[test]
fn references_lead_somewhere() {
    assert_eq!(
        faults(|d| d["tracks"][1]["items"] = json!(["gone"])),
        one("EDITOR_TRACK_ITEM_NOT_FOUND", "/tracks/1/items/0")
    );
    assert_eq!(
        faults(|d| d["items"]["i-gif"]["assetId"] = json!("gone")),
        one("EDITOR_ASSET_NOT_FOUND", "/items/i-gif/assetId")
    );
    let named = |id: &str| {
        let background =
            json!({ "type": "image", "imageAssetId": id, "imageUrl": "u", "source": "custom" });
        faults(|d| d["globalBackground"] = background)
    };
    let place = "/globalBackground/imageAssetId";
    assert_eq!(named("gone"), one("EDITOR_ASSET_NOT_FOUND", place));
    assert_eq!(named("a-gif"), one("EDITOR_ASSET_TYPE_MISMATCH", place));
    assert_eq!(named("a-image"), []);
    for (kind, wrong) in [
        ("image", "video"),
        ("video", "image"),
        ("gif", "image"),
        ("audio", "video"),
        ("lottie", "gif"),
        ("captions", "audio"),
    ] {
        let place = format!("/items/i-{kind}/assetId");
        let wrong = format!("a-{wrong}");
        let mismatch = faults(|d| d["items"][format!("i-{kind}")]["assetId"] = json!(wrong));
        assert_eq!(mismatch, one("EDITOR_ASSET_TYPE_MISMATCH", &place));
    }
}

#[test]
fn keys_equal_ids_and_ids_are_unique() {
    assert_eq!(
        faults(|d| d["assets"]["a-lottie"]["id"] = json!("x")),
        one("EDITOR_ID_MISMATCH", "/assets/a-lottie/id")
    );
    assert_eq!(
        faults(|d| d["transitions"]["x-fade"]["id"] = json!("x")),
        one("EDITOR_ID_MISMATCH", "/transitions/x-fade/id")
    );
    assert_eq!(
        faults(|d| d["tracks"][1]["id"] = json!("t1")),
        one("EDITOR_ID_MISMATCH", "/tracks/1/id")
    );
}

#[test]
fn clips_of_a_transition_follow_one_another() {
    let code = "EDITOR_TRANSITION_CLIP_NOT_ADJACENT";
    let with = |key: &str, value: &str| faults(|d| d["transitions"]["x-fade"][key] = json!(value));
    assert_eq!(
        with("toClipId", "gone"),
        one(code, "/transitions/x-fade/toClipId")
    );
    assert_eq!(
        with("fromClipId", "gone"),
        one(code, "/transitions/x-fade/fromClipId")
    );
    assert_eq!(
        with("toClipId", "i-gif"),
        one(code, "/transitions/x-fade/toClipId")
    );
    assert_eq!(
        with("toClipId", "i-image"),
        one(code, "/transitions/x-fade/toClipId")
    );
    assert_eq!(
        with("trackId", "gone"),
        one(code, "/transitions/x-fade/trackId")
    );
    let elsewhere = faults(|d| d["transitions"]["x-fade"]["trackId"] = json!("t2"));
    assert_eq!(
        elsewhere,
        [
            (code, "/transitions/x-fade/fromClipId".to_owned()),
            (code, "/transitions/x-fade/toClipId".to_owned())
        ]
    );
}

#[test]
fn a_cut_has_one_transition() {
    let with = |from: &str, to: &str| {
        let ids = [from, to].map(|id| json!(id));
        raw(move |d| {
            let mut second = d["transitions"]["x-fade"].clone();
            (second["id"], second["type"]) = (json!("x/again"), json!("wipe"));
            [second["fromClipId"], second["toClipId"]] = ids;
            d["transitions"]["x/again"] = second;
        })
    };
    let first = &base()["transitions"]["x-fade"];
    let [from, to] = ["fromClipId", "toClipId"].map(|key| first[key].as_str().unwrap());
    let faults = with(from, to);
    let [fault] = faults.as_slice() else {
        panic!("{faults:?}")
    };
    assert_eq!(fault.code.as_str(), "EDITOR_TRANSITION_OVERLAP");
    assert_eq!(fault.path, "/transitions/x~1again");
    let says = "as \"x-fade\" does; a cut has one transition. Remove one of the two.";
    assert!(fault.message.ends_with(says), "{fault}");
    // Two clips that do not touch are told of, and not of what is no cut.
    let faults = with(to, from);
    let codes: Vec<_> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["EDITOR_TRANSITION_CLIP_NOT_ADJACENT"]);
}

#[test]
fn a_transition_comes_from_where_its_type_can() {
    let from = |kind: &str, direction: Value| {
        let kind = json!(kind);
        raw(move |d| {
            d["transitions"]["x-wipe"]["type"] = kind;
            d["transitions"]["x-wipe"]["params"] = json!({ "direction": direction });
        })
    };
    // A type without directions takes anything there as it takes any other parameter.
    for (kind, direction) in [
        ("wipe", json!("from-top-left")),
        ("slide", json!("from-top")),
        ("flip", json!("from-right")),
        ("iris", json!("from-top-left")),
    ] {
        assert_eq!(from(kind, direction.clone()), [], "{kind} {direction}");
    }
    for (kind, direction, says) in [
        ("slide", json!("from-top-left"), "Did you mean from-top?"),
        ("flip", json!("from-botom"), "Did you mean from-bottom?"),
        (
            "wipe",
            json!(7),
            "direction is 7, which a wipe does not have.",
        ),
    ] {
        let faults = from(kind, direction);
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        assert_eq!(fault.code.as_str(), "EDITOR_TRANSITION_TYPE_INVALID");
        assert_eq!(fault.path, "/transitions/x-wipe/params/direction");
        assert!(fault.message.contains(says), "{}", fault.message);
        assert!(fault.message.contains("from-left, from-right"), "{fault}");
    }
}

#[test]
fn unknown_words_are_named_with_the_nearest() {
    let list = raw(|d| {
        d["transitions"]["x-wipe"]["type"] = json!("wip");
        d["items"]["i-flash"]["effectType"] = json!("blurr");
        d["items"]["i-filter"]["filterType"] = json!("lemon-cyann");
        d["items"]["i-solid"]["shape"] = json!("circel");
        d["items"]["i-text"]["animations"]["in"]["typo"] = json!(1);
    });
    let found: Vec<_> = list
        .iter()
        .map(|f| (f.code.as_str(), f.path.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("EDITOR_FILTER_TYPE_INVALID", "/items/i-filter/filterType"),
            ("EDITOR_EFFECT_TYPE_INVALID", "/items/i-flash/effectType"),
            ("EDITOR_SCHEMA_INVALID", "/items/i-solid/shape"),
            ("EDITOR_SCHEMA_INVALID", "/items/i-text/animations/in/typo"),
            ("EDITOR_TRANSITION_TYPE_INVALID", "/transitions/x-wipe/type"),
        ]
    );
    for (fault, nearest) in list
        .iter()
        .zip(["lemon-cyan?", "blur?", "circle?", "type?", "wipe?"])
    {
        assert!(
            fault.message.contains(&format!("Did you mean {nearest}")),
            "{fault}"
        );
    }
    assert_eq!(
        list[2].message,
        "shape must be one of rectangle, circle, triangle, star, not \"circel\". Did you mean circle?"
    );
}

#[test]
fn captions_timed_by_word_take_no_caption_animations() {
    let code = "EDITOR_CAPTION_ANIMATION_WORD_TIMING_CONFLICT";
    let word = |d: &mut Value| d["assets"]["a-caption"]["timingGranularity"] = json!("word");
    assert_eq!(
        faults(word),
        one(code, "/items/i-captions/captionAnimations")
    );
    assert_eq!(
        faults(|d| {
            word(d);
            d["items"]["i-captions"]["captionAnimations"] = json!({});
        }),
        []
    );
}

#[test]
fn templates_have_one_image_and_up_to_three_texts() {
    let nodes = |texts: usize, images: usize| {
        faults(move |d| {
            let [image, text] = [0, 1].map(|i| d["items"]["i-template"]["nodes"][i].clone());
            let mut list = vec![image; images];
            list.extend(vec![text; texts]);
            d["items"]["i-template"]["nodes"] = Value::Array(list);
        })
    };
    assert_eq!(nodes(3, 1), []);
    let refused = one("EDITOR_TEMPLATE_NODES_INVALID", "/items/i-template/nodes");
    assert_eq!(nodes(4, 1), refused);
    assert_eq!(nodes(1, 2), refused);
    assert_eq!(nodes(2, 0), refused);
}

#[test]
fn times_stay_exact() {
    let place = "/items/i-filter/durationTicks";
    let until =
        |ticks: f64| faults(move |d| d["items"]["i-filter"]["durationTicks"] = json!(ticks));
    assert_eq!(until(MAX_TICKS - 19_000.0), []);
    assert_eq!(
        until(MAX_TICKS - 18_998.0),
        one("EDITOR_SCHEMA_INVALID", place)
    );
    assert_eq!(until(1e300), one("EDITOR_SCHEMA_INVALID", place));
}

#[test]
fn times_of_animations_parameters_and_transitions_stay_exact() {
    for place in [
        "/items/i-image/animations/in/durationTicks",
        "/items/i-image/animations/out/durationTicks",
        "/items/i-text/captionAnimations/in/durationTicks",
        "/items/i-text/captionAnimations/out/durationTicks",
        "/items/i-text/captionAnimations/loop/durationTicks",
        "/items/i-template/nodes/0/animations/out/durationTicks",
        "/items/i-template/nodes/1/captionAnimations/loop/durationTicks",
        "/items/i-flash/params/brightTicks",
        "/items/i-flash/params/darkTicks",
        "/items/i-flash/params/tailDarkTicks",
        "/transitions/x-fade/durationTicks",
    ] {
        let with = |ticks: f64| faults(move |d| *d.pointer_mut(place).unwrap() = json!(ticks));
        assert_eq!(with(MAX_TICKS), [], "{place}");
        assert_eq!(with(MAX_TICKS + 1.0), one("EDITOR_SCHEMA_INVALID", place));
        assert_eq!(with(1e300), one("EDITOR_SCHEMA_INVALID", place));
    }
    // Nothing reads these.
    let unread = faults(|d| {
        d["items"]["i-image"]["animations"]["in"]["params"] = json!({ "xTicks": 1e300 });
        d["items"]["i-solid"]["mine"] = json!({ "xTicks": 1e300 });
    });
    assert_eq!(unread, []);
}
