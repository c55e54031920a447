//! What a file holds that is not drawn.

use std::collections::BTreeSet;

use serde_json::Value;

use super::blend::matte_mode;
use super::still::Places;

/// What a file may hold that is left out: key and value that tell it, and its name.
const GAPS: [(&str, Gap, &str); 13] = [
    ("ty", Gap::Number(2), "image layers"),
    ("ty", Gap::Number(5), "text layers"),
    ("ef", Gap::List, "layer effects"),
    ("sy", Gap::List, "layer styles"),
    ("ddd", Gap::Number(1), "layers in space"),
    ("ao", Gap::Number(1), "layers that turn along their way"),
    ("ty", Gap::Word("rd"), "rounded corners of paths"),
    ("ty", Gap::Word("pb"), "puckered and bloated paths"),
    ("ty", Gap::Word("zz"), "zigzag paths"),
    ("ty", Gap::Word("tw"), "twisted paths"),
    ("ty", Gap::Word("op"), "offset paths"),
    ("mm", Gap::Above(1), "merged paths of modes 2 to 5"),
    ("bm", Gap::Number(17), "hard mix blends"),
];

enum Gap {
    Number(u64),
    Above(u64),
    Word(&'static str),
    List,
}

/// Names of what it holds and is not drawn.
pub(super) fn of(file: &Value) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let assets = file["assets"].as_array().into_iter().flatten();
    for layers in assets.chain([file]).map(|holder| &holder["layers"]) {
        look_for_gaps(layers, &mut found);
        if has_matte_of_matte(layers) {
            found.insert("mattes of mattes");
        }
        if has_expression(layers) {
            found.insert("expressions");
        }
        if takes_from(&file["slots"], layers) {
            found.insert("slots");
        }
    }
    found
}

/// Looks through layers and their shapes.
fn look_for_gaps(list: &Value, found: &mut BTreeSet<&'static str>) {
    for entry in list.as_array().into_iter().flatten() {
        for (key, gap, name) in &GAPS {
            let value = &entry[*key];
            let is_there = match gap {
                Gap::Number(number) => value.as_u64() == Some(*number),
                Gap::Above(number) => value.as_u64().is_some_and(|value| value > *number),
                Gap::Word(word) => value == word,
                Gap::List => value.as_array().is_some_and(|list| !list.is_empty()),
            };
            if is_there {
                found.insert(name);
            }
        }
        if entry["ty"] == "tm" && entry["m"].as_u64() == Some(2) {
            found.insert("paths trimmed one after the other");
        }
        look_at_masks(entry, found);
        look_for_gaps(&entry["shapes"], found);
        look_for_gaps(&entry["it"], found);
    }
}

fn look_at_masks(layer: &Value, found: &mut BTreeSet<&'static str>) {
    let masks = layer["masksProperties"].as_array().into_iter().flatten();
    for mask in masks.filter(|mask| mask["mode"] != "n") {
        // Drawn as if they added.
        if matches!(mask["mode"].as_str(), Some("l" | "d" | "f")) {
            found.insert("masks that lighten, darken or differ");
        }
        if is_something(&mask["x"]["k"]) {
            found.insert("expanded masks");
        }
        if is_something(&mask["f"]["k"]) {
            found.insert("feathered masks");
        }
    }
}

/// Whether numbers, at keyframes or not, are anything but 0 throughout.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() > 0.0),
        Value::Array(list) => list.iter().any(is_something),
        Value::Object(keyframe) => ["s", "e"]
            .iter()
            .any(|key| keyframe.get(*key).is_some_and(is_something)),
        _ => false,
    }
}

/// Whether a layer that is another one's matte has one itself.
fn has_matte_of_matte(list: &Value) -> bool {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let places = Places::of(list);
    let mut layers = list.iter().enumerate();
    layers.any(|(index, layer)| {
        let matte = places.matte_of(index, layer);
        let matte = matte.and_then(|(_, matte)| list.get(matte));
        matte.is_some_and(|matte| matte_mode(matte).is_some())
    })
}

/// Whether a property is computed by a script.
fn has_expression(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_expression),
        Value::Object(map) => {
            map.get("x").is_some_and(Value::is_string) || map.values().any(has_expression)
        }
        _ => false,
    }
}

/// Whether a property has its value from one of the file's slots.
fn takes_from(slots: &Value, value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(|value| takes_from(slots, value)),
        Value::Object(map) => {
            let slot = map.get("sid").and_then(Value::as_str);
            slot.is_some_and(|id| slots.get(id).is_some())
                || map.values().any(|value| takes_from(slots, value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(layers: &Value) -> Vec<&'static str> {
        of(&json!({ "layers": layers })).into_iter().collect()
    }

    fn shapes(shapes: &Value) -> Value {
        json!([{ "ty": 4, "ks": {}, "shapes": [{ "ty": "gr", "it": shapes }] }])
    }

    #[test]
    fn what_is_left_out_is_named() {
        let computed = json!({ "ty": 4, "ks": { "p": { "k": [1, 2], "x": "wiggle(1, 2)" } } });
        let zigzag = shapes(&json!([{ "ty": "zz" }]));
        let layers = json!([{ "ty": 5, "ks": {} }, zigzag[0], computed]);
        assert_eq!(
            named(&layers),
            ["expressions", "text layers", "zigzag paths"]
        );
        let inner = json!({ "assets": [{ "id": "a", "layers": layers }], "layers": [] });
        assert_eq!(of(&inner).len(), 3);
    }

    #[test]
    fn properties_that_have_their_value_from_a_slot_are_named() {
        let slots = json!({ "accent": { "p": { "a": 0, "k": [1, 0, 0] } } });
        let file = |slots: &Value, slot: &str| {
            let fill = json!({ "ty": "fl", "c": { "k": [0, 0, 1], "sid": slot } });
            json!({ "slots": slots, "layers": shapes(&json!([fill])) })
        };
        let named = |file: &Value| Vec::from_iter(of(file));
        assert_eq!(named(&file(&slots, "accent")), ["slots"]);
        let mut inner = file(&slots, "accent");
        let layers = inner["layers"].take();
        inner["assets"] = json!([{ "id": "a", "layers": layers }]);
        assert_eq!(named(&inner), ["slots"]);
        // What stands there is drawn where the file has no such slot.
        assert_eq!(named(&file(&slots, "other")), [""; 0]);
        assert_eq!(named(&file(&Value::Null, "accent")), [""; 0]);
    }

    #[test]
    fn a_blend_mode_that_is_drawn_as_the_normal_one_is_named() {
        let blended = |mode: u64| named(&json!([{ "ty": 4, "ks": {}, "bm": mode }]));
        assert_eq!(blended(17), ["hard mix blends"]);
        for mode in 0..=16 {
            assert_eq!(blended(mode), [""; 0], "{mode}");
        }
    }

    #[test]
    fn modes_of_merged_and_trimmed_paths_that_are_drawn_otherwise_are_named() {
        for (shape, names) in [
            (json!({ "ty": "mm", "mm": 1 }), vec![]),
            (
                json!({ "ty": "mm", "mm": 2 }),
                vec!["merged paths of modes 2 to 5"],
            ),
            (
                json!({ "ty": "mm", "mm": 5 }),
                vec!["merged paths of modes 2 to 5"],
            ),
            (json!({ "ty": "tm", "m": 1 }), vec![]),
            (
                json!({ "ty": "tm", "m": 2 }),
                vec!["paths trimmed one after the other"],
            ),
            // A repeater's copies, the later ones below.
            (json!({ "ty": "rp", "m": 2 }), vec![]),
        ] {
            assert_eq!(named(&shapes(&json!([shape]))), names, "{shape}");
        }
    }

    #[test]
    fn masks_that_are_drawn_otherwise_are_named() {
        let masked = |mask: Value| named(&json!([{ "ty": 4, "masksProperties": [mask] }]));
        let plain = json!({ "mode": "a", "x": { "k": 0 }, "f": { "k": [0, 0.0] } });
        assert_eq!(masked(plain), [""; 0]);
        for mode in ["l", "d", "f"] {
            let names = ["masks that lighten, darken or differ"];
            assert_eq!(masked(json!({ "mode": mode })), names, "{mode}");
        }
        for mode in ["a", "s", "i"] {
            assert_eq!(masked(json!({ "mode": mode })), [""; 0], "{mode}");
        }
        let wide = json!({ "mode": "a", "x": { "k": -3 } });
        assert_eq!(masked(wide), ["expanded masks"]);
        let soft = json!([{ "t": 0, "s": [0, 0] }, { "t": 9, "s": [0, 4] }]);
        let mut mask = json!({ "mode": "s", "f": { "k": soft } });
        assert_eq!(masked(mask.clone()), ["feathered masks"]);
        // Of a mask that is turned off nothing is missed.
        mask["mode"] = json!("n");
        assert_eq!(masked(mask), [""; 0]);
    }

    #[test]
    fn a_matte_with_a_matte_is_named() {
        let layer = |index: u64, matte: Value| {
            let mut layer = json!({ "ty": 4, "ind": index, "ks": {} });
            layer
                .as_object_mut()
                .unwrap()
                .extend(matte.as_object().unwrap().clone());
            layer
        };
        let own = || json!({ "tt": 1 });
        let chain = json!([layer(0, json!({})), layer(1, own()), layer(2, own())]);
        assert_eq!(named(&chain), ["mattes of mattes"]);
        // Each has a layer of its own.
        let pairs = [json!({}), own(), json!({}), own()];
        let pairs: Vec<Value> = (0..).zip(pairs).map(|(at, own)| layer(at, own)).collect();
        assert_eq!(named(&json!(pairs)), [""; 0]);
        // They share one.
        let other = json!({ "tt": 2, "tp": 0 });
        let shared = json!([layer(0, json!({})), layer(1, own()), layer(2, other)]);
        assert_eq!(named(&shared), [""; 0]);
    }
}
