//! Assets that items draw or play.

use serde_json::{Value, json};

use crate::common::{faults, one, raw};

#[test]
fn an_asset_that_is_drawn_or_played_has_a_file() {
    let code = "EDITOR_ASSET_NOT_FOUND";
    let bare = |d: &mut Value, kind: &str| {
        d["assets"][format!("a-{kind}")]["remoteUrl"] = Value::Null;
    };
    for kind in ["image", "video", "gif", "audio"] {
        let place = format!("/assets/a-{kind}/remoteUrl");
        assert_eq!(faults(|d| bare(d, kind)), one(code, &place));
        let keyed = faults(|d| {
            bare(d, kind);
            d["assets"][format!("a-{kind}")]["remoteKey"] = json!("k");
        });
        assert_eq!(keyed, []);
    }
    assert_eq!(faults(|d| bare(d, "caption")), []);

    // A sticker may be in the document; its component is in the editor alone.
    let sticker = |json: Value| {
        raw(move |d| {
            bare(d, "lottie");
            d["assets"]["a-lottie"]["resourceJson"] = json;
        })
    };
    let whole = json!({ "w": 8, "h": 8, "fr": 30, "op": 30, "layers": [] });
    assert_eq!(sticker(whole), []);
    for json in [json!(null), json!({}), json!({ "layers": 1 })] {
        let faults = sticker(json);
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        let place = "/assets/a-lottie/resourceComponentId";
        assert_eq!((fault.code.as_str(), fault.path.as_str()), (code, place));
        assert!(fault.message.contains("not public"), "{}", fault.message);
        assert!(fault.message.contains("resourceJson"), "{}", fault.message);
    }
    // What nothing names needs none.
    let unused = faults(|d| {
        let mut asset = d["assets"]["a-image"].clone();
        asset["id"] = json!("spare");
        asset["remoteUrl"] = json!("");
        d["assets"]["spare"] = asset;
    });
    assert_eq!(unused, []);
}

#[test]
fn an_animation_in_the_document_is_one() {
    let whole = json!({ "w": 8, "h": 8, "fr": 30, "op": 30, "layers": [] });
    let without = |key: &str| {
        let mut json = whole.clone();
        json.as_object_mut().unwrap().remove(key);
        json
    };
    let asset = |json: Value| raw(move |d| d["assets"]["a-lottie"]["resourceJson"] = json);
    let node =
        |json: Value| raw(move |d| d["items"]["i-template"]["nodes"][0]["imageLottieJson"] = json);
    assert!(asset(whole.clone()).is_empty() && node(whole.clone()).is_empty());
    // Without layers it is none, and the asset's file is drawn.
    assert!(asset(without("layers")).is_empty() && node(without("layers")).is_empty());
    for (key, says) in [
        ("w", "no width and height"),
        ("h", "no width and height"),
        ("fr", "no frame rate"),
        ("op", "no end"),
    ] {
        for (faults, place) in [
            (asset(without(key)), "/assets/a-lottie/resourceJson"),
            (
                node(without(key)),
                "/items/i-template/nodes/0/imageLottieJson",
            ),
        ] {
            let [fault] = faults.as_slice() else {
                panic!("{key}: {faults:?}")
            };
            let found = (fault.code.as_str(), fault.path.as_str());
            assert_eq!(found, ("EDITOR_LOTTIE_INVALID", place));
            assert!(fault.message.contains(says), "{}", fault.message);
        }
    }
    // What no item draws may be anything.
    let unused = faults(|d| {
        let mut asset = d["assets"]["a-lottie"].clone();
        asset["id"] = json!("spare");
        asset["resourceJson"] = without("w");
        d["assets"]["spare"] = asset;
    });
    assert_eq!(unused, []);
}
