//! Items in a few words.

use serde_json::{Map, Value, json};

use super::FRAME;
use crate::stickers;

/// Fields that are animated numbers.
const ANIMATED: [&str; 13] = [
    "top",
    "left",
    "width",
    "height",
    "scaleX",
    "scaleY",
    "opacity",
    "rotation",
    "borderRadius",
    "cropLeft",
    "cropTop",
    "cropRight",
    "cropBottom",
];

/// An item, without its id.
#[derive(Debug, Clone)]
pub(crate) struct Item(pub(super) Map<String, Value>);

impl Item {
    fn new(kind: &str, [left, top, width, height]: [f64; 4], own: &Value) -> Self {
        let base = json!({
            "type": kind, "startTicks": 0, "durationTicks": 30 * FRAME, "isDraggingInTimeline": false,
        });
        let mut item = Self(base.as_object().unwrap().clone());
        item.0.extend(own.as_object().unwrap().clone());
        let place = [
            ("left", left),
            ("top", top),
            ("width", width),
            ("height", height),
            ("scaleX", 1.0),
            ("scaleY", 1.0),
            ("opacity", 1.0),
            ("rotation", 0.0),
        ];
        place
            .into_iter()
            .fold(item, |item, (key, value)| item.with(key, value))
    }

    /// Sets a field; a bare number becomes an animated one where the schema wants it.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let value = if ANIMATED.contains(&key) {
            json!({ "value": value, "keyframes": [] })
        } else {
            value
        };
        self.0.insert(key.to_owned(), value);
        self
    }

    /// Animates a field: its value, and keyframes as (frame, value).
    pub(crate) fn keys(mut self, key: &str, value: f64, keyframes: &[(i64, f64)]) -> Self {
        let keyframes: Vec<Value> = keyframes
            .iter()
            .map(|(frame, value)| json!({ "timeTicks": frame * FRAME, "value": value }))
            .collect();
        let number = json!({ "value": value, "keyframes": keyframes });
        self.0.insert(key.to_owned(), number);
        self
    }

    /// First frame and number of frames.
    pub(crate) fn at(self, start: i64, frames: i64) -> Self {
        self.with("startTicks", start * FRAME)
            .with("durationTicks", frames * FRAME)
    }

    /// An `in`, `out` or `loop` animation of letters over some frames.
    pub(crate) fn letters(self, side: &str, kind: &str, frames: i64) -> Self {
        let animation = json!({ "type": kind, "durationTicks": frames * FRAME });
        self.with_letters(side, animation)
    }

    /// The same with an easing.
    pub(crate) fn eased_letters(self, side: &str, kind: &str, frames: i64, easing: &str) -> Self {
        self.letters_for(side, kind, frames * FRAME, easing)
    }

    /// The same over some ticks.
    pub(crate) fn letters_for(self, side: &str, kind: &str, ticks: i64, easing: &str) -> Self {
        let animation = json!({ "type": kind, "durationTicks": ticks, "easing": easing });
        self.with_letters(side, animation)
    }

    fn with_letters(mut self, side: &str, animation: Value) -> Self {
        let animations = self.0.entry("captionAnimations");
        animations.or_insert_with(|| json!({}))[side] = animation;
        self
    }

    /// An `in` or `out` animation over some frames.
    pub(crate) fn animate(self, side: &str, kind: &str, frames: i64, easing: &str) -> Self {
        self.animate_for(side, kind, frames * FRAME, easing)
    }

    /// The same over some ticks.
    pub(crate) fn animate_for(mut self, side: &str, kind: &str, ticks: i64, easing: &str) -> Self {
        let animation = json!({ "type": kind, "durationTicks": ticks, "easing": easing });
        let animations = self.0.entry("animations").or_insert_with(|| json!({}));
        animations[side] = animation;
        self
    }
}

/// The `file` of `media`, in a box.
fn shown(kind: &str, file: &str, place: [f64; 4]) -> Item {
    let own = json!({ "assetId": file, "keepAspectRatio": false });
    Item::new(kind, place, &own).with("borderRadius", 0)
}

pub(crate) fn image(file: &str, place: [f64; 4]) -> Item {
    shown("image", file, place)
}

pub(crate) fn video(file: &str, place: [f64; 4]) -> Item {
    shown("video", file, place)
        .with("sourceStartTicks", 0)
        .with("playbackRate", 1)
        .with("decibelAdjustment", json!({ "value": 0, "keyframes": [] }))
        .with("audioFadeInDurationTicks", 0)
        .with("audioFadeOutDurationTicks", 0)
}

pub(crate) fn gif(file: &str, place: [f64; 4]) -> Item {
    shown("gif", file, place)
        .with("sourceStartTicks", 0)
        .with("playbackRate", 1)
}

/// A Lottie animation or an SVG.
pub(crate) fn sticker(file: &str, place: [f64; 4]) -> Item {
    let own = json!({ "assetId": file, "keepAspectRatio": false });
    Item::new("lottie", place, &own)
        .with("sourceStartTicks", 0)
        .with("playbackRate", 1)
}

pub(crate) fn audio(file: &str) -> Item {
    let own = json!({ "assetId": file });
    Item::new("audio", [0.0; 4], &own)
        .with("sourceStartTicks", 0)
        .with("playbackRate", 1)
        .with("decibelAdjustment", json!({ "value": 0, "keyframes": [] }))
        .with("audioFadeInDurationTicks", 0)
        .with("audioFadeOutDurationTicks", 0)
}

pub(crate) fn effect(kind: &str, intensity: f64, params: &Value) -> Item {
    let own = json!({ "effectType": kind, "intensity": intensity, "params": params });
    Item::new("effect", [0.0; 4], &own)
}

pub(crate) fn filter(look: &str, intensity: f64, params: &Value) -> Item {
    let own = json!({ "filterType": look, "intensity": intensity, "params": params });
    Item::new("filter", [0.0; 4], &own)
}

pub(crate) fn solid(shape: &str, color: &str, place: [f64; 4]) -> Item {
    let own = json!({ "color": color, "shape": shape, "keepAspectRatio": false });
    Item::new("solid", place, &own).with("borderRadius", 0)
}

/// A drawing of the library, fitted into its box.
pub(crate) fn illustration(name: &str, color: &str, place: [f64; 4]) -> Item {
    let own = json!({ "illustrationName": name, "color": color, "keepAspectRatio": true });
    Item::new("illustration", place, &own)
}

/// A chart that grows over some frames.
pub(crate) fn chart(kind: &str, theme: &str, data: &Value, growth: i64, place: [f64; 4]) -> Item {
    let own = json!({
        "chartType": kind, "themeColor": theme, "data": data,
        "animationDurationTicks": growth * FRAME, "keepAspectRatio": false,
    });
    Item::new("chart", place, &own)
}

/// White 16 px text, left-aligned.
fn style() -> Value {
    json!({
        "color": "#ffffff", "align": "left", "fontFamily": "DejaVu Sans",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 16, "lineHeight": 1.25,
        "letterSpacing": 0, "direction": "ltr", "strokeWidth": 0, "strokeColor": "#000000",
        "background": null,
    })
}

/// Text, broken at its box's edge.
pub(crate) fn text(words: &str, place: [f64; 4]) -> Item {
    Item::new("text", place, &style())
        .with("text", words)
        .with("resizeOnEdit", false)
}

/// A motion graphic of the library.
pub(crate) fn graphic(id: &str, props: &Value, place: [f64; 4]) -> Item {
    let own = json!({
        "motionGraphicId": id, "motionGraphicVersion": 1, "props": props, "slots": {},
    });
    Item::new("motion-graphic", place, &own)
}

/// A text template of nodes.
pub(crate) fn template(nodes: &[Node], place: [f64; 4]) -> Item {
    let nodes: Vec<Value> = (0..)
        .zip(nodes)
        .map(|(index, node)| node.json(index))
        .collect();
    let own = json!({
        "schemaVersion": 2, "templateId": "t", "templateCategory": "titles", "nodes": nodes,
    });
    Item::new("text-template", place, &own)
}

/// A node of a text template.
#[derive(Debug, Clone)]
pub(crate) struct Node(Map<String, Value>);

impl Node {
    fn new(kind: &str, [x, y, width, height]: [f64; 4]) -> Self {
        let base = json!({ "type": kind, "x": x, "y": y, "width": width, "height": height });
        Self(base.as_object().unwrap().clone())
    }

    /// The Lottie animation of [`stickers`] that is called so, or a component.
    pub(crate) fn image(name: &str, place: [f64; 4]) -> Self {
        let json = stickers::animation(name);
        Self::new("image", place)
            .with("imageType", if json.is_some() { "lottie" } else { "svg" })
            .with("imageComponentId", json.is_none().then_some(name))
            .with("imageLottieJson", json)
            .with("opacity", 1)
    }

    /// White 16 px text.
    pub(crate) fn text(words: &str, place: [f64; 4]) -> Self {
        let mut node = Self::new("text", place);
        node.0.extend(style().as_object().unwrap().clone());
        node.with("text", words)
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Sets an `in` and an `out` animation of 10 frames.
    pub(crate) fn animate(self, enter: &str, leave: &str) -> Self {
        let one =
            |kind: &str| json!({ "type": kind, "durationTicks": 10 * FRAME, "easing": "ease-out" });
        self.with("animations", json!({ "in": one(enter), "out": one(leave) }))
    }

    fn json(&self, index: usize) -> Value {
        self.clone().with("id", format!("n{index}")).0.into()
    }
}

/// Captions of (text, first frame, first frame after it), timed by `word` or `line`, in
/// pages of at most 10 s and two lines; what is spoken is yellow.
pub(crate) fn captions(timing: &str, entries: &[(&str, i64, i64)], place: [f64; 4]) -> Item {
    let milliseconds = |frame: i64| frame as f64 * 1000.0 / 30.0;
    let entries: Vec<Value> = entries
        .iter()
        .map(|&(text, from, to)| {
            json!({ "text": text, "startMs": milliseconds(from), "endMs": milliseconds(to) })
        })
        .collect();
    Item::new("captions", place, &style())
        .with("assetId", "said")
        .with(
            SAID,
            json!({ "captions": entries, "timingGranularity": timing }),
        )
        .with("highlightColor", "#ffd500")
        .with("pageDurationTicks", 300 * FRAME)
        .with("maxLines", 2)
        .with("contentStartOffsetTicks", 0)
        .with("source", "manual")
        .with("captionGroupId", Value::Null)
}

/// Where an item of captions carries what its asset says.
pub(super) const SAID: &str = "said";
