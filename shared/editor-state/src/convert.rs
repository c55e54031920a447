//! From JSON that the checks have passed to the typed document.
//!
//! Nothing fails here: what the schema requires is there. Where the schema lets a
//! field be absent, the default stands next to the field.

mod assets;
mod captions;
mod chart;
mod context;
mod graphics;
mod templates;
mod unread;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{
    AnimatedNumber, Animation, AnimationKind, Animations, AudioItem, Direction, Easing,
    EditorState, EffectItem, EffectKind, FilterItem, Frame, Geometry, GifItem, IllustrationItem,
    ImageItem, Item, ItemKind, Keyframe, LottieItem, Origin, Ratio, Shape, SolidItem, Sound,
    SourceTime, TextAlign, TextBackground, TextItem, TextStyle, Ticks, Track, Transition,
    TransitionKind, VideoItem,
};
use crate::motion_graphics::Library;
use context::Context;

pub(crate) fn state(root: &Value, library: &Library) -> EditorState {
    let mut context = Context::new(root, library, map(&root["assets"], assets::asset));
    let background = assets::background(root.get("globalBackground"), &mut context);
    EditorState {
        composition_width: number(root, "compositionWidth") as u32,
        composition_height: number(root, "compositionHeight") as u32,
        output_ratio: root
            .get("outputRatio")
            .and_then(Value::as_str)
            .and_then(Ratio::parse),
        tracks: root["tracks"]
            .as_array()
            .into_iter()
            .flatten()
            .map(track)
            .collect(),
        items: map(&root["items"], |id, value| item(id, value, &mut context)),
        assets: context.assets,
        transitions: map(&root["transitions"], transition),
        background,
        unread: unread::collect(root),
    }
}

fn map<T>(value: &Value, mut make: impl FnMut(&str, &Value) -> T) -> BTreeMap<String, T> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, v)| (id.clone(), make(id, v)))
        .collect()
}

fn text(value: &Value, key: &str) -> String {
    optional_text(value, key).unwrap_or_default()
}

fn optional_text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn number(value: &Value, key: &str) -> f64 {
    value.get(key).and_then(Value::as_f64).unwrap_or_default()
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn ticks(value: &Value, key: &str) -> Ticks {
    let number = value.get(key);
    // Loses nothing: `semantics::times` has refused what is past `semantics::MAX_TICKS`.
    Ticks(
        number
            .and_then(|n| n.as_i64().or_else(|| n.as_f64().map(|n| n as i64)))
            .unwrap_or(0),
    )
}

fn track(value: &Value) -> Track {
    Track {
        id: text(value, "id"),
        items: value["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        hidden: flag(value, "hidden"),
        muted: flag(value, "muted"),
    }
}

/// An animated number; one that is absent is constant 0 (no rotation, no crop).
fn animated(item: &Value, key: &str) -> AnimatedNumber {
    let Some(value) = item.get(key) else {
        return AnimatedNumber::constant(0.0);
    };
    let mut keyframes: Vec<Keyframe> = value["keyframes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|k| Keyframe {
            time: ticks(k, "timeTicks"),
            value: number(k, "value"),
        })
        .collect();
    keyframes.sort_by_key(|keyframe| keyframe.time);
    AnimatedNumber {
        value: number(value, "value"),
        keyframes,
    }
}

fn item(id: &str, value: &Value, context: &mut Context<'_>) -> Item {
    Item {
        id: id.to_owned(),
        start: ticks(value, "startTicks"),
        duration: ticks(value, "durationTicks"),
        kind: kind(id, value, context),
    }
}

fn kind(id: &str, value: &Value, context: &mut Context<'_>) -> ItemKind {
    let asset_id = text(value, "assetId");
    let geometry = geometry(value);
    let animations = animations(value);
    match value["type"].as_str().unwrap_or_default() {
        "image" => ItemKind::Image(ImageItem {
            asset_id,
            geometry,
            frame: frame(value),
            animations,
        }),
        "video" => ItemKind::Video(VideoItem {
            asset_id,
            geometry,
            frame: frame(value),
            animations,
            source: source(value),
            sound: sound(value),
        }),
        "gif" => ItemKind::Gif(GifItem {
            loops: context.declared(&asset_id)["loopBehavior"] == "loop",
            asset_id,
            geometry,
            frame: frame(value),
            animations,
            source: source(value),
        }),
        "lottie" => ItemKind::Lottie(LottieItem {
            asset_id,
            geometry,
            animations,
            source: source(value),
        }),
        "audio" => ItemKind::Audio(AudioItem {
            asset_id,
            source: source(value),
            sound: sound(value),
        }),
        "text" => ItemKind::Text(Box::new(TextItem {
            text: text(value, "text"),
            later: Vec::new(),
            style: text_style(value),
            geometry,
            resize_on_edit: flag(value, "resizeOnEdit"),
            animations,
            caption_animations: captions::caption_animations(value),
        })),
        "captions" => {
            let asset = context.assets.get(&asset_id);
            ItemKind::Captions(Box::new(captions::item(value, asset)))
        }
        "effect" => ItemKind::Effect(effect(value)),
        "filter" => ItemKind::Filter(filter(value)),
        "solid" => ItemKind::Solid(SolidItem {
            color: text(value, "color"),
            shape: match value["shape"].as_str().unwrap_or_default() {
                "circle" => Shape::Circle,
                "triangle" => Shape::Triangle,
                "star" => Shape::Star,
                _ => Shape::Rectangle,
            },
            geometry,
            border_radius: animated(value, "borderRadius"),
            animations,
        }),
        "illustration" => ItemKind::Illustration(IllustrationItem {
            name: text(value, "illustrationName"),
            color: text(value, "color"),
            keep_aspect_ratio: flag(value, "keepAspectRatio"),
            geometry,
            animations,
        }),
        "text-template" => ItemKind::Group(Box::new(templates::group(id, value, context))),
        "motion-graphic" => ItemKind::Group(Box::new(graphics::group(id, value, context))),
        _ => ItemKind::Chart(Box::new(chart::chart(value))),
    }
}

fn geometry(value: &Value) -> Geometry {
    Geometry {
        left: animated(value, "left"),
        top: animated(value, "top"),
        width: animated(value, "width"),
        height: animated(value, "height"),
        scale_x: animated(value, "scaleX"),
        scale_y: animated(value, "scaleY"),
        opacity: animated(value, "opacity"),
        rotation: animated(value, "rotation"),
    }
}

/// A box `[left, top, width, height]` that stays as it is.
fn constant_box(sides: [f64; 4]) -> Geometry {
    let [left, top, width, height] = sides.map(AnimatedNumber::constant);
    Geometry {
        left,
        top,
        width,
        height,
        scale_x: AnimatedNumber::constant(1.0),
        scale_y: AnimatedNumber::constant(1.0),
        opacity: AnimatedNumber::constant(1.0),
        rotation: AnimatedNumber::constant(0.0),
    }
}

fn frame(value: &Value) -> Frame {
    Frame {
        border_radius: animated(value, "borderRadius"),
        crop_left: animated(value, "cropLeft"),
        crop_top: animated(value, "cropTop"),
        crop_right: animated(value, "cropRight"),
        crop_bottom: animated(value, "cropBottom"),
    }
}

/// `blurred-opening` without `maxBlurPx` begins with this blur.
const OPENING_BLUR: f64 = 24.0;

fn effect(value: &Value) -> EffectItem {
    let params = &value["params"];
    EffectItem {
        kind: match value["effectType"].as_str().unwrap_or_default() {
            "flash-to-black" => EffectKind::FlashToBlack {
                bright: ticks(params, "brightTicks"),
                dark: ticks(params, "darkTicks"),
                tail_dark: ticks(params, "tailDarkTicks"),
                max_opacity: number(params, "maxOpacity"),
            },
            "blur" => EffectKind::Blur,
            "blurred-opening" => EffectKind::BlurredOpening {
                max_pixels: params
                    .get("maxBlurPx")
                    .and_then(Value::as_f64)
                    .unwrap_or(OPENING_BLUR),
            },
            "fade-in" => EffectKind::FadeIn,
            _ => EffectKind::FadeOut,
        },
        intensity: number(value, "intensity"),
    }
}

fn filter(value: &Value) -> FilterItem {
    let blend = value["params"].get("blend").and_then(Value::as_f64);
    FilterItem {
        look: text(value, "filterType"),
        strength: (number(value, "intensity") * blend.unwrap_or(1.0)).clamp(0.0, 1.0),
    }
}

fn source(value: &Value) -> SourceTime {
    SourceTime {
        start: ticks(value, "sourceStartTicks"),
        playback_rate: number(value, "playbackRate"),
    }
}

fn sound(value: &Value) -> Sound {
    Sound {
        decibel_adjustment: animated(value, "decibelAdjustment"),
        fade_in: ticks(value, "audioFadeInDurationTicks"),
        fade_out: ticks(value, "audioFadeOutDurationTicks"),
    }
}

fn text_style(value: &Value) -> TextStyle {
    let font = &value["fontStyle"];
    TextStyle {
        color: text(value, "color"),
        align: match value["align"].as_str().unwrap_or_default() {
            "center" => TextAlign::Center,
            "right" => TextAlign::Right,
            _ => TextAlign::Left,
        },
        font_family: text(value, "fontFamily"),
        font_variant: text(font, "variant"),
        font_weight: text(font, "weight"),
        font_size: number(value, "fontSize"),
        line_height: number(value, "lineHeight"),
        letter_spacing: number(value, "letterSpacing"),
        direction: if value["direction"] == "rtl" {
            Direction::Rtl
        } else {
            Direction::Ltr
        },
        stroke_width: number(value, "strokeWidth"),
        stroke_color: text(value, "strokeColor"),
        background: value
            .get("background")
            .filter(|b| b.is_object())
            .map(|b| TextBackground {
                color: text(b, "color"),
                horizontal_padding: number(b, "horizontalPadding"),
                border_radius: number(b, "borderRadius"),
            }),
    }
}

fn animations(value: &Value) -> Animations {
    let of = |key| {
        value
            .get("animations")
            .and_then(|a| a.get(key))
            .map(animation)
    };
    Animations {
        enter: of("in"),
        leave: of("out"),
    }
}

fn animation(value: &Value) -> Animation {
    Animation {
        kind: match value["type"].as_str().unwrap_or_default() {
            "slide-up" => AnimationKind::SlideUp,
            "slide-down" => AnimationKind::SlideDown,
            "slide-left" => AnimationKind::SlideLeft,
            "slide-right" => AnimationKind::SlideRight,
            "zoom-in" => AnimationKind::ZoomIn,
            "zoom-out" => AnimationKind::ZoomOut,
            _ => AnimationKind::Fade,
        },
        duration: ticks(value, "durationTicks"),
        easing: easing(value),
    }
}

fn easing(value: &Value) -> Easing {
    match value
        .get("easing")
        .and_then(Value::as_str)
        .unwrap_or_default()
    {
        "ease-in" => Easing::EaseIn,
        "ease-out" => Easing::EaseOut,
        "ease-in-out" => Easing::EaseInOut,
        _ => Easing::Linear,
    }
}

/// The type with its direction; [`crate::semantics`] has refused one that it does not have.
fn transition_kind(value: &Value) -> TransitionKind {
    let make = match value["type"].as_str().unwrap_or_default() {
        "fade" => return TransitionKind::Fade,
        "clock-wipe" => return TransitionKind::ClockWipe,
        "iris" => return TransitionKind::Iris,
        "wipe" => TransitionKind::Wipe,
        "flip" => TransitionKind::Flip,
        _ => TransitionKind::Slide,
    };
    let direction = value["params"]["direction"].as_str();
    make(direction.and_then(Origin::parse).unwrap_or_default())
}

fn transition(id: &str, value: &Value) -> Transition {
    Transition {
        id: id.to_owned(),
        track_id: text(value, "trackId"),
        from_clip_id: text(value, "fromClipId"),
        to_clip_id: text(value, "toClipId"),
        kind: transition_kind(value),
        duration: ticks(value, "durationTicks"),
        easing: easing(value),
    }
}
