//! Items that are made of parts.

use darkroom_editor_state::{GroupItem, ItemKind, Ticks};
use serde_json::{Value, json};

use crate::common::{full, state};

#[test]
fn a_motion_graphic_is_a_group_of_what_the_document_says() {
    let group = |graphic: Value| {
        let mut document = full(&json!({ "type": "none" }));
        let item = &mut document["items"]["i-motion"];
        for (key, value) in graphic.as_object().unwrap() {
            item[key] = value.clone();
        }
        match state(document).items.remove("i-motion").map(|i| i.kind) {
            Some(ItemKind::Group(group)) => group,
            other => panic!("{other:?}"),
        }
    };
    let texts = |group: &GroupItem| -> Vec<String> {
        let texts = group.parts.iter().filter_map(|part| match &part.kind {
            ItemKind::Text(text) => Some(text.text.clone()),
            _ => None,
        });
        texts.collect()
    };
    let card = |props: Value, slots: Value| {
        group(json!({ "motionGraphicId": "title-card", "props": props, "slots": slots }))
    };
    // Without background, picture and subtitle: a title and its line.
    let bare = card(json!({ "title": "T", "showBackground": false }), json!({}));
    assert_eq!((texts(&bare), bare.parts.len()), (vec!["T".to_owned()], 2));
    assert_eq!(bare.space, Some((1280.0, 720.0)));
    let rich = card(
        json!({ "title": "T", "subtitle": "S", "accentColor": "red" }),
        json!({ "logo": "a-image" }),
    );
    assert_eq!(
        (texts(&rich), rich.parts.len()),
        (vec!["T".to_owned(), "S".to_owned()], 5)
    );
    let of = |kind: fn(&ItemKind) -> bool| rich.parts.iter().any(|part| kind(&part.kind));
    assert!(of(
        |kind| matches!(kind, ItemKind::Image(image) if image.asset_id == "a-image")
    ));
    assert!(of(
        |kind| matches!(kind, ItemKind::Solid(solid) if solid.color == "red")
    ));
    assert!(rich.parts.iter().all(|part| part.end() == Ticks(1000)));

    let bar =
        group(json!({ "motionGraphicId": "progress-bar", "props": { "value": 50 }, "slots": {} }));
    let [.., filled] = bar.parts.as_slice() else {
        panic!()
    };
    let ItemKind::Solid(filled) = &filled.kind else {
        panic!("{filled:?}")
    };
    assert_eq!(filled.geometry.width.at(Ticks(240_000 * 9)), 400.0);

    let count = group(json!({
        "motionGraphicId": "counter", "slots": {},
        "props": { "to": 1500, "prefix": "$" },
    }));
    let ItemKind::Text(number) = &count.parts[0].kind else {
        panic!("{count:?}")
    };
    assert_eq!(number.text, "$0");
    assert_eq!(
        number.later.last().map(|step| step.text.as_str()),
        Some("$1,500")
    );
}

#[test]
fn a_template_is_a_group_of_its_nodes() {
    let mut document = full(&json!({ "type": "none" }));
    // An item that is called as a part would be.
    let mut other = document["items"]["i-solid"].clone();
    other["id"] = json!("/items/i-template/nodes/1");
    document["items"]["/items/i-template/nodes/1"] = other;
    let group = |document: &Value| match state(document.clone()).items.remove("i-template") {
        Some(item) => match item.kind {
            ItemKind::Group(group) => group,
            kind => panic!("{kind:?}"),
        },
        None => panic!(),
    };
    // Its Lottie JSON has no layers, and it names no component.
    let without = group(&document);
    let [text] = without.parts.as_slice() else {
        panic!("{without:?}")
    };
    assert_eq!(text.id, "/items/i-template/nodes/1'");
    assert_eq!((text.start, text.duration), (Ticks(0), Ticks(1000)));
    assert_eq!(
        without.missing,
        ["image \"n1\" is left out: the document does not hold it"]
    );

    let image = &mut document["items"]["i-template"]["nodes"][0];
    image["imageLottieJson"] = json!({ "w": 8, "h": 8, "fr": 30, "op": 30, "layers": [] });
    image["opacity"] = json!(0.5);
    let with = group(&document);
    assert!(with.missing.is_empty());
    let ItemKind::Lottie(picture) = &with.parts[0].kind else {
        panic!("{with:?}")
    };
    assert_eq!(picture.geometry.opacity.value, 0.5);
    let held = &state(document).assets[&picture.asset_id];
    assert!(held.animation.is_some() && held.remote_url.is_none());
}
