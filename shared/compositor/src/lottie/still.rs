//! One frame of a Lottie file, as the picture that velato draws: every property has
//! its value at that frame, every precomposition its own time.

use std::collections::HashMap;

use kurbo::PathEl;
use serde_json::Value;
use tiny_skia::BlendMode;
use velato::Composition;
use velato::model::{self, Content, Draw, Geometry, GroupTransform, Layer, Shape};

use super::blend::{blend_mode, matte_mode};
use super::keyframes::{number_at, value_at};
use super::paint::{Paint, full};
use super::shapes::{edges, geometry, path, repeater, stroke, transform, trim};
use crate::color::Color;

/// Layers of a frame at most, precompositions counted each time they are used.
const MOST_LAYERS: usize = 4_000;
/// Precompositions inside one another at most.
const DEEPEST: usize = 16;
/// Copies that repeaters make of one shape at most, those inside others multiplied.
const MOST_COPIES: f64 = 500.0;
/// Segments of all paths that are painted at most, counted for each paint and copy.
const MOST_SEGMENTS: usize = 2_000_000;

/// How a mask joins those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MaskMode {
    Add,
    Subtract,
    Intersect,
}

/// One mask of a layer; velato has its path.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaskNote {
    pub mode: MaskMode,
    pub inverted: bool,
    pub opacity: f32,
}

/// What velato does not know of a layer.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    pub masks: Vec<MaskNote>,
    /// Its matte counts by luminance, not by opacity.
    pub luma: bool,
    pub blend: BlendMode,
    /// Opacity of the layer as a whole; 1 where velato fades its shapes.
    pub opacity: f32,
}

/// A frame to draw. The red of each colour is the number of its paint; the name of
/// each layer is the number of its note.
pub(super) struct Still {
    pub composition: Composition,
    pub paints: Vec<Paint>,
    pub notes: Vec<Note>,
}

impl Still {
    /// `None` where the frame takes more than it may.
    pub(super) fn read(file: &Value, frame: f64) -> Option<Self> {
        let rate = file["fr"].as_f64().unwrap_or_default();
        let assets = file["assets"].as_array().map_or(&[][..], Vec::as_slice);
        let mut reader = Reader {
            assets: assets
                .iter()
                .filter_map(|asset| Some((asset["id"].as_str()?, asset)))
                .collect(),
            rate,
            full: full(file),
            layers: 0,
            segments: 0,
            still: Self {
                composition: Composition::default(),
                paints: Vec::new(),
                notes: Vec::new(),
            },
        };
        let layers = reader.layers(&file["layers"], frame, 0);
        let fits = reader.layers <= MOST_LAYERS && reader.segments <= MOST_SEGMENTS;
        let mut still = reader.still;
        still.composition.layers = layers;
        fits.then_some(still)
    }
}

/// Where in a list each layer stands, by its index.
pub(super) struct Places(HashMap<i64, usize>);

impl Places {
    pub(super) fn of(list: &[Value]) -> Self {
        let places = list.iter().enumerate().rev();
        let places = places.filter_map(|(place, layer)| Some((whole(&layer["ind"])?, place)));
        Self(places.collect())
    }

    fn at(&self, index: &Value) -> Option<usize> {
        self.0.get(&whole(index)?).copied()
    }

    /// How the layer at a place is matted, if it is, and where its matte stands.
    pub(super) fn matte_of(
        &self,
        place: usize,
        layer: &Value,
    ) -> Option<(peniko::BlendMode, usize)> {
        let mode = matte_mode(layer)?;
        let matte = self.at(&layer["tp"]).or(place.checked_sub(1));
        Some((mode, matte.filter(|matte| *matte != place)?))
    }
}

struct Reader<'a> {
    assets: HashMap<&'a str, &'a Value>,
    /// Frames a second.
    rate: f64,
    /// What the strongest red, green or blue is written as.
    full: f64,
    layers: usize,
    segments: usize,
    still: Still,
}

impl Reader<'_> {
    fn layers(&mut self, list: &Value, frame: f64, depth: usize) -> Vec<Layer> {
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        self.layers += list.len();
        if self.layers > MOST_LAYERS {
            return Vec::new();
        }
        let places = Places::of(list);
        let mut layers = Vec::with_capacity(list.len());
        let mut mattes = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let mut layer = self.layer(value, frame, depth);
            layer.parent = places
                .at(&value["parent"])
                .filter(|parent| *parent != index);
            layer.mask_layer = places.matte_of(index, value);
            mattes.extend(layer.mask_layer.map(|(_, matte)| matte));
            layers.push(layer);
        }
        // A matte has none of its own: two could wait for each other for ever.
        for matte in mattes {
            if let Some(layer) = layers.get_mut(matte) {
                layer.mask_layer = None;
                layer.is_mask = true;
            }
        }
        layers
    }

    fn layer(&mut self, value: &Value, frame: f64, depth: usize) -> Layer {
        let from = value["ip"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let until = value["op"].as_f64().unwrap_or(f64::INFINITY);
        // A matte works with its eye shut.
        let hidden = value["hd"] == true && value["td"] != 1;
        let shown = !hidden && from <= frame && frame < until;
        let mut layer = Layer {
            transform: model::Transform::Fixed(transform(&value["ks"], frame)),
            opacity: model::Value::Fixed(100.0),
            is_mask: value["td"] == 1,
            stretch: 1.0,
            name: self.still.notes.len().to_string(),
            ..Layer::default()
        };
        let mut note = Note {
            luma: matches!(value["tt"].as_u64(), Some(3 | 4)),
            blend: blend_mode(&value["bm"]),
            opacity: opacity(&value["ks"]["o"], frame),
            ..Note::default()
        };
        // Held while its own precompositions take the next ones.
        self.still.notes.push(Note::default());
        let index = self.still.notes.len() - 1;
        if shown && note.opacity > 0.0 {
            layer.frames = 0.0..1.0;
            layer.content = self.content(value, frame, depth);
            if !matches!(layer.content, Content::None) {
                masks(value, frame, &mut layer, &mut note);
            }
            if fades_by_itself(&layer.content) {
                layer.opacity = model::Value::Fixed(f64::from(note.opacity) * 100.0);
                note.opacity = 1.0;
            }
        }
        if let Some(held) = self.still.notes.get_mut(index) {
            *held = note;
        }
        layer
    }

    fn content(&mut self, value: &Value, frame: f64, depth: usize) -> Content {
        match value["ty"].as_u64() {
            Some(0) => {
                let asset = value["refId"]
                    .as_str()
                    .and_then(|id| self.assets.get(id).copied());
                let (Some(asset), true) = (asset, depth < DEEPEST) else {
                    return Content::None;
                };
                let inner = inner_frame(value, frame, self.rate);
                let layers = self.layers(&asset["layers"], inner, depth + 1);
                let name = self.still.composition.assets.len().to_string();
                self.still.composition.assets.insert(name.clone(), layers);
                Content::Instance {
                    name,
                    time_remap: None,
                }
            }
            Some(1) => self.solid(value),
            Some(4) => Content::Shape(self.shapes(&value["shapes"], frame, 1.0).0),
            _ => Content::None,
        }
    }

    fn solid(&mut self, value: &Value) -> Content {
        let side = |key: &str| value[key].as_f64().unwrap_or_default();
        let rect = edges(side("sw"), side("sh"));
        let color = value["sc"].as_str().and_then(Color::parse);
        let brush = self.brush(Paint::flat(color.unwrap_or(Color::BLACK).0));
        Content::Shape(vec![
            Shape::Geometry(Geometry::Fixed(rect)),
            Shape::Draw(Draw {
                stroke: None,
                brush,
                opacity: model::Value::Fixed(100.0),
            }),
        ])
    }

    /// Shapes of a list, and how many segments their paths have. `copies` is how often
    /// those around it repeat it.
    fn shapes(&mut self, list: &Value, frame: f64, copies: f64) -> (Vec<Shape>, usize) {
        let visible = || {
            let items = list.as_array().into_iter().flatten();
            items.filter(|item| item["hd"] != true)
        };
        let mut left = MOST_COPIES / copies;
        let mut repeats = Vec::new();
        for item in visible().filter(|item| item["ty"] == "rp") {
            let count = number_at(&item["c"], frame, 0.0).round().max(0.0);
            if count > left {
                self.segments = usize::MAX;
                return (Vec::new(), 0);
            }
            left /= count.max(1.0);
            repeats.push(count);
        }
        let copies = MOST_COPIES / left;
        let mut repeats = repeats.into_iter();
        let (mut shapes, mut segments) = (Vec::new(), 0);
        for item in visible() {
            if self.segments > MOST_SEGMENTS {
                break;
            }
            let shape = match item["ty"].as_str().unwrap_or_default() {
                "gr" => {
                    let (inner, more) = self.shapes(&item["it"], frame, copies);
                    segments += more;
                    let mut own = item["it"].as_array().into_iter().flatten();
                    let own = own.rfind(|part| part["ty"] == "tr");
                    let placed = own.map(|own| GroupTransform {
                        transform: model::Transform::Fixed(transform(own, frame)),
                        opacity: model::Value::Fixed(number_at(&own["o"], frame, 100.0)),
                    });
                    Shape::Group(inner, placed)
                }
                "fl" | "gf" | "st" | "gs" => {
                    let more = segments.saturating_mul(copies as usize);
                    self.segments = self.segments.saturating_add(more);
                    Shape::Draw(self.draw(item, frame))
                }
                "tm" => Shape::Trim(trim(item, frame)),
                "rp" => {
                    let count = repeats.next().unwrap_or_default();
                    Shape::Repeater(repeater(item, frame, count as usize))
                }
                _ => match geometry(item, frame) {
                    Some((geometry, more)) => {
                        segments += more;
                        Shape::Geometry(geometry)
                    }
                    None => continue,
                },
            };
            shapes.push(shape);
        }
        (shapes, segments)
    }

    fn draw(&mut self, item: &Value, frame: f64) -> Draw {
        let is_stroke = matches!(item["ty"].as_str(), Some("st" | "gs"));
        let stroke = is_stroke.then(|| model::Stroke::Fixed(stroke(item, frame)));
        Draw {
            stroke,
            brush: self.brush(Paint::read(item, frame, self.full)),
            opacity: model::Value::Fixed(number_at(&item["o"], frame, 100.0)),
        }
    }

    /// A colour that names a paint.
    fn brush(&mut self, paint: Paint) -> model::Brush {
        let number = self.still.paints.len() as f32;
        self.still.paints.push(paint);
        model::Brush::Fixed(peniko::Color::new([number, 0.0, 0.0, 1.0]).into())
    }
}

/// A layer's masks, and the edges of a precomposition.
fn masks(value: &Value, frame: f64, layer: &mut Layer, note: &mut Note) {
    let mut add = |path: Vec<PathEl>, mask: MaskNote| {
        layer.masks.push(model::Mask {
            mode: peniko::BlendMode::default(),
            geometry: Geometry::Fixed(path),
            opacity: model::Value::Fixed(100.0),
        });
        note.masks.push(mask);
    };
    for mask in value["masksProperties"].as_array().into_iter().flatten() {
        let mode = match mask["mode"].as_str() {
            Some("n") => continue,
            Some("s") => MaskMode::Subtract,
            Some("i") => MaskMode::Intersect,
            _ => MaskMode::Add,
        };
        let mask_note = MaskNote {
            mode,
            inverted: mask["inv"] == true,
            opacity: opacity(&mask["o"], frame),
        };
        add(path(&value_at(&mask["pt"], frame)), mask_note);
    }
    if let (Some(0), Some(width), Some(height)) = (
        value["ty"].as_u64(),
        value["w"].as_f64(),
        value["h"].as_f64(),
    ) {
        let inside = MaskNote {
            mode: MaskMode::Intersect,
            inverted: false,
            opacity: 1.0,
        };
        add(edges(width, height), inside);
    }
}

/// The frame that a layer's precomposition shows.
fn inner_frame(layer: &Value, frame: f64, rate: f64) -> f64 {
    if layer["tm"].is_null() {
        let stretch = layer["sr"].as_f64().filter(|sr| *sr > 0.0);
        let start = layer["st"].as_f64().unwrap_or_default();
        return (frame - start) / stretch.unwrap_or(1.0);
    }
    let inner = number_at(&layer["tm"], frame, 0.0) * rate;
    // Its very end is its last frame.
    let end = layer["op"].as_f64().unwrap_or(f64::INFINITY);
    if (inner - end).abs() < 1e-6 {
        end - 1.0
    } else {
        inner
    }
}

/// A whole number, written as one or not.
fn whole(value: &Value) -> Option<i64> {
    value.as_f64().map(|number| number as i64)
}

/// Whether fading what it paints is the same as fading all of it: nothing overlaps.
fn fades_by_itself(content: &Content) -> bool {
    fn draws(shapes: &[Shape]) -> usize {
        let count = |shape: &Shape| match shape {
            Shape::Group(inner, _) => draws(inner),
            Shape::Draw(_) => 1,
            Shape::Repeater(_) => 2,
            Shape::Geometry(_) | Shape::Trim(_) => 0,
        };
        shapes.iter().map(count).sum()
    }
    match content {
        Content::Shape(shapes) => draws(shapes) <= 1,
        Content::Instance { .. } => false,
        Content::None | Content::Image { .. } => true,
    }
}

fn opacity(property: &Value, frame: f64) -> f32 {
    (number_at(property, frame, 100.0) / 100.0).clamp(0.0, 1.0) as f32
}
