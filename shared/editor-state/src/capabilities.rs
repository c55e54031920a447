//! What an editor may offer: the answer of `getEditorCapabilities`, made from
//! the tables of [`crate::names`]. Only what this build draws is offered.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::{Background, TICKS_PER_SECOND};
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

/// Does not compile where a level has no blur, or a blur no level.
const _: () = assert!(BACKGROUND_BLUR_LEVELS.len() == Background::BLURS.len());

/// Effects and filters begin with this length, in seconds.
const DEFAULT_SECONDS: f64 = 3.0;

/// What an editor may offer: what this service draws, and nothing else.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditorCapabilities {
    /// Generation of the document format.
    version: &'static str,
    /// Animations of items, in and out.
    animations: Vec<&'static str>,
    /// Animations of letters.
    caption_animations: CaptionAnimations,
    /// Transitions.
    transitions: Vec<&'static str>,
    /// Transitions, once a direction.
    transition_presets: Vec<TransitionPreset>,
    /// Effects.
    effects: Vec<&'static str>,
    /// Effects with the settings to begin with.
    effect_presets: Vec<EffectPreset>,
    /// Filters.
    filters: Vec<&'static str>,
    /// Filters with the settings to begin with.
    filter_presets: Vec<EffectPreset>,
    /// Shapes of `solid` items.
    shapes: Vec<&'static str>,
    /// What an editor may offer for the global background.
    background_presets: BackgroundPresets,
}

/// Animations of letters: as they come, as they go, and all the time between.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CaptionAnimations {
    r#in: Vec<CaptionPreset>,
    out: Vec<CaptionPreset>,
    r#loop: Vec<CaptionPreset>,
}

/// An animation of letters.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CaptionPreset {
    id: &'static str,
    /// Value of the document's `type`.
    r#type: &'static str,
    /// Name to show.
    label: &'static str,
    /// Text to show it on.
    preview: &'static str,
}

/// A transition, with its direction where it has one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TransitionPreset {
    id: String,
    /// Value of the document's `type`.
    r#type: &'static str,
    /// Name to show.
    label: String,
    /// The document's `params`.
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<TransitionParams>,
}

/// Parameters of a transition.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TransitionParams {
    /// Where it comes from.
    direction: &'static str,
}

/// An effect or a filter.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EffectPreset {
    id: &'static str,
    /// Value of the document's `effectType` or `filterType`.
    r#type: &'static str,
    /// Name to show.
    label: &'static str,
    /// Length to begin with.
    default_duration_in_seconds: f64,
    /// Intensity to begin with.
    default_intensity: f64,
    /// The document's `params`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    params: Option<Value>,
}

/// Global backgrounds.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackgroundPresets {
    /// CSS colours.
    colors: &'static [&'static str],
    /// CSS gradients.
    gradients: &'static [&'static str],
    /// Addresses of pictures.
    images: &'static [&'static str],
    /// Levels of a blurred background.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<u32>))]
    blur_levels: &'static [u8],
}

/// What an editor may offer, made from the vocabularies.
///
/// It offers no preset images: a preset of an editor's own is a URL like any other.
pub fn capabilities() -> EditorCapabilities {
    EditorCapabilities {
        version: "v1",
        animations: names::ids(names::ANIMATIONS),
        caption_animations: CaptionAnimations {
            r#in: caption_presets(),
            out: caption_presets(),
            r#loop: caption_presets(),
        },
        transitions: names::ids(names::TRANSITIONS),
        transition_presets: transition_presets(),
        effects: names::ids(names::EFFECTS),
        effect_presets: presets(names::EFFECTS),
        filters: names::ids(names::FILTERS),
        filter_presets: presets(names::FILTERS),
        shapes: names::ids(names::SHAPES),
        background_presets: BackgroundPresets {
            colors: BACKGROUND_COLORS,
            gradients: BACKGROUND_GRADIENTS,
            images: &[],
            blur_levels: BACKGROUND_BLUR_LEVELS,
        },
    }
}

fn presets(vocabulary: &[Name]) -> Vec<EffectPreset> {
    let preset = |name: &Name| EffectPreset {
        id: name.id,
        r#type: name.id,
        label: name.label,
        default_duration_in_seconds: DEFAULT_SECONDS,
        default_intensity: 1.0,
        params: preset_params(name.id),
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
fn transition_presets() -> Vec<TransitionPreset> {
    let preset = |name: &Name, id: String, label: String, params| TransitionPreset {
        id,
        r#type: name.id,
        label,
        params,
    };
    names::TRANSITIONS
        .iter()
        .flat_map(|name| match names::directions(name.id) {
            [] => vec![preset(
                name,
                name.id.to_owned(),
                name.label.to_owned(),
                None,
            )],
            directions => directions
                .iter()
                .map(|from| {
                    let id = format!("{}-{}", name.id, from.id);
                    let label = format!("{} {}", name.label, from.label);
                    let direction = from.id;
                    preset(name, id, label, Some(TransitionParams { direction }))
                })
                .collect(),
        })
        .collect()
}

fn caption_presets() -> Vec<CaptionPreset> {
    let preset = |name: &Name| CaptionPreset {
        id: name.id,
        r#type: name.id,
        label: name.label,
        preview: name.label,
    };
    names::CAPTION_ANIMATIONS.iter().map(preset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_keys_of_the_contract_and_no_other() {
        let value = json!(capabilities());
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
        let value = json!(capabilities());
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
        let value = json!(capabilities());
        let presets = value["transitionPresets"].as_array().unwrap();
        assert_eq!(presets.len(), 1 + 4 + 8 + 4 + 1 + 1);
        assert!(presets.contains(&json!({
            "id": "wipe-from-top-left", "type": "wipe", "label": "Wipe from the top left",
            "params": { "direction": "from-top-left" },
        })));
    }
}
