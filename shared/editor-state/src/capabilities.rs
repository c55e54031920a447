//! What an editor may offer: the answer of `getEditorCapabilities`, made from
//! the tables of [`crate::names`]. Only what this build draws is offered.

use serde_json::{Value, json};

use crate::model::TICKS_PER_SECOND;
use crate::names::{self, Name};

/// Colours an editor may offer for the global background.
pub const BACKGROUND_COLORS: &[&str] = &[
    "#000000", "#ffffff", "#1f2937", "#475569", "#b91c1c", "#c2410c", "#ca8a04", "#15803d",
    "#0e7490", "#1d4ed8", "#6d28d9", "#be185d",
];

/// Gradients an editor may offer for the global background, in CSS.
pub const BACKGROUND_GRADIENTS: &[&str] = &[
    "linear-gradient(180deg, #0f172a 0%, #334155 100%)",
    "linear-gradient(135deg, #1d4ed8 0%, #7c3aed 100%)",
    "linear-gradient(135deg, #f97316 0%, #db2777 100%)",
    "linear-gradient(135deg, #059669 0%, #0891b2 100%)",
    "linear-gradient(90deg, #fde68a 0%, #fca5a5 100%)",
];

/// Levels of a blurred background, from sharp to strongest.
pub const BACKGROUND_BLUR_LEVELS: &[u8] = &[0, 1, 2, 3, 4];

/// Effects and filters begin with this length, in seconds.
const DEFAULT_SECONDS: f64 = 3.0;

/// The `EditorCapabilities` object of the contract, with no other key.
///
/// It offers no preset images: a preset of an editor's own is a URL like any other.
/// `version` names the generation of the document format.
pub fn capabilities() -> Value {
    let captions = caption_presets();
    json!({
        "version": "v1",
        "animations": names::ids(names::ANIMATIONS),
        "captionAnimations": { "in": captions, "out": captions, "loop": captions },
        "transitions": names::ids(names::TRANSITIONS),
        "transitionPresets": transition_presets(),
        "effects": names::ids(names::EFFECTS),
        "effectPresets": presets(names::EFFECTS, true),
        "filters": names::ids(names::FILTERS),
        "filterPresets": presets(names::FILTERS, true),
        "shapes": names::ids(names::SHAPES),
        "backgroundPresets": {
            "colors": BACKGROUND_COLORS,
            "gradients": BACKGROUND_GRADIENTS,
            "images": [],
            "blurLevels": BACKGROUND_BLUR_LEVELS,
        },
    })
}

fn presets(vocabulary: &[Name], timed: bool) -> Vec<Value> {
    let preset = |name: &Name| {
        let mut preset = json!({ "id": name.id, "type": name.id, "label": name.label });
        if let (true, Some(map)) = (timed, preset.as_object_mut()) {
            map.insert(
                "defaultDurationInSeconds".to_owned(),
                json!(DEFAULT_SECONDS),
            );
            map.insert("defaultIntensity".to_owned(), json!(1.0));
            if let Some(params) = preset_params(name.id) {
                map.insert("params".to_owned(), params);
            }
        }
        preset
    };
    vocabulary.iter().map(preset).collect()
}

/// Parameters that an effect cannot do without, or is better shown with.
fn preset_params(effect: &str) -> Option<Value> {
    let tenth = TICKS_PER_SECOND / 10;
    match effect {
        "flash-to-black" => Some(json!({
            "brightTicks": 2 * tenth, "darkTicks": tenth, "tailDarkTicks": 0, "maxOpacity": 1,
        })),
        "blurred-opening" => Some(json!({ "maxBlurPx": 24 })),
        _ => None,
    }
}

/// One preset a type and direction.
fn transition_presets() -> Vec<Value> {
    names::TRANSITIONS
        .iter()
        .flat_map(|name| match names::directions(name.id) {
            [] => vec![json!({ "id": name.id, "type": name.id, "label": name.label })],
            directions => directions
                .iter()
                .map(|from| {
                    json!({
                        "id": format!("{}-{}", name.id, from.id),
                        "type": name.id,
                        "label": format!("{} {}", name.label, from.label),
                        "params": { "direction": from.id },
                    })
                })
                .collect(),
        })
        .collect()
}

fn caption_presets() -> Vec<Value> {
    let preset = |name: &Name| json!({ "id": name.id, "type": name.id, "label": name.label, "preview": name.label });
    names::CAPTION_ANIMATIONS.iter().map(preset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_keys_of_the_contract_and_no_other() {
        let value = capabilities();
        let mut keys: Vec<_> = value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "animations",
                "backgroundPresets",
                "captionAnimations",
                "effectPresets",
                "effects",
                "filterPresets",
                "filters",
                "shapes",
                "transitionPresets",
                "transitions",
                "version"
            ]
        );
        assert_eq!(value["animations"].as_array().unwrap().len(), 7);
        assert_eq!(
            value["shapes"],
            json!(["rectangle", "circle", "triangle", "star"])
        );
    }

    #[test]
    fn caption_animations_and_blur_levels_are_offered() {
        let value = capabilities();
        let animations = &value["captionAnimations"];
        assert_eq!(animations["in"].as_array().map(Vec::len), Some(9));
        assert_eq!(animations["in"], animations["loop"]);
        assert_eq!(
            value["backgroundPresets"]["blurLevels"],
            json!([0, 1, 2, 3, 4])
        );
    }

    #[test]
    fn transitions_are_offered_once_a_direction() {
        let value = capabilities();
        let presets = value["transitionPresets"].as_array().unwrap();
        assert_eq!(presets.len(), 1 + 4 + 8 + 4 + 1 + 1);
        assert!(presets.contains(&json!({
            "id": "wipe-from-top-left", "type": "wipe", "label": "Wipe from the top left",
            "params": { "direction": "from-top-left" },
        })));
    }
}
