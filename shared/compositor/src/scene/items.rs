//! From an item and a tick to its layer.

use std::collections::HashMap;
use std::sync::Arc;

use darkroom_editor_state::{Item, ItemKind, Shape, SolidItem, Ticks};
use parley::FontContext;

use super::Scene;
use super::charts::{ChartCache, ink};
use super::words::{Set, Words, WordsCache};
use crate::art::{self, Art, ArtCache, Mark};
use crate::chart::Chart;
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::{Pixels, Placement, Rect, Stage, place};
use crate::illustration::{self, DrawingCache};
use crate::layer::{Image, Layer};
use crate::media::{MediaBox, MediaCache};
use crate::picture::Picture;
use crate::scale::Scaler;
use crate::shape::outline;
use crate::text::Fonts;
use crate::timeline::{Clip, animations, geometry, media};
use crate::vector::{self, VectorCache};

/// What is kept of an item between frames, while it lasts.
#[derive(Default)]
pub(super) struct Cache {
    words: WordsCache,
    chart: ChartCache,
    drawing: DrawingCache,
    art: ArtCache,
    media: MediaCache,
    vector: VectorCache,
    /// Of the parts of a group.
    parts: Vec<Cache>,
}

impl Scene {
    /// The layer of one clip, `None` where nothing of it shows.
    pub(super) fn layer(
        &mut self,
        index: usize,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        stage: Stage,
    ) -> Result<Option<Layer>, CompositorError> {
        let Some(clip) = self.timeline.clips.get(index) else {
            return Ok(None);
        };
        let mut cache = self.caches.remove(&index).unwrap_or_default();
        let mut artist = Artist {
            clips: &self.timeline.clips,
            index,
            background: self.background,
            pictures,
            clip: self.clip,
            fonts: &self.fonts,
            context: &mut self.context,
            scaler: &mut self.tools.scaler,
        };
        let local = tick - clip.item.start;
        let layer = artist.layer(&clip.item, local, stage, &mut cache)?;
        self.caches.insert(index, cache);
        Ok(layer)
    }
}

/// What the layers of one clip are made with.
pub(super) struct Artist<'a> {
    pub clips: &'a [Clip],
    /// The clip.
    pub index: usize,
    pub background: Color,
    pub pictures: &'a HashMap<String, Picture>,
    /// What can be seen.
    pub clip: Pixels,
    pub fonts: &'a Fonts,
    pub context: &'a mut FontContext,
    pub scaler: &'a mut Scaler,
}

impl Artist<'_> {
    /// The layer of the clip, or of a part of it, `local` ticks after its start.
    pub(super) fn layer(
        &mut self,
        item: &Item,
        local: Ticks,
        stage: Stage,
        cache: &mut Cache,
    ) -> Result<Option<Layer>, CompositorError> {
        let words = Words::of(item)
            .map(|words| words.set(local, self.fonts, self.context, &mut cache.words));
        let placement = placement(item, local, stage, words.as_ref());
        let Some(placement) = placement.filter(|placement| placement.opacity > 0.0) else {
            return Ok(None);
        };
        if let Some((art, variant)) = self.art(item, local, &placement, words, cache) {
            let (clip, scaler) = (self.clip, &mut *self.scaler);
            let image = art::layer(&art, variant, &placement, clip, scaler, &mut cache.art)?;
            return Ok(image.map(Layer::Image));
        }
        match &item.kind {
            ItemKind::Solid(solid) => {
                let (clip, scaler, art) = (self.clip, &mut *self.scaler, &mut cache.art);
                solid_layer(solid, local, &placement, clip, |made, variant| {
                    art::layer(made, variant, &placement, clip, scaler, art)
                })
            }
            ItemKind::Group(group) => {
                let times = (local, item.duration);
                let image = self.group(group, times, &placement, stage, &mut cache.parts)?;
                Ok(image.map(Layer::Image))
            }
            _ => self.media(item, local, &placement, cache),
        }
    }

    /// The layer of an item that shows a picture.
    fn media(
        &mut self,
        item: &Item,
        local: Ticks,
        placement: &Placement,
        cache: &mut Cache,
    ) -> Result<Option<Layer>, CompositorError> {
        let clip = self.clip;
        let (Some(media), Some(picture)) = (media(&item.kind), self.pictures.get(&item.id)) else {
            return Ok(None);
        };
        match (&item.kind, picture) {
            (ItemKind::Lottie(sticker), Picture::Vector(drawn)) => {
                let seconds = sticker.source.at(local).seconds();
                let cache = &mut cache.vector;
                let image = vector::layer(&item.id, drawn, seconds, placement, clip, cache)?;
                Ok(image.map(Layer::Image))
            }
            (ItemKind::Lottie(_), _) => Ok(None),
            _ => MediaBox {
                picture,
                frame: media.frame,
                local,
                placement,
                clip,
            }
            .layer(self.scaler, &mut cache.media),
        }
    }

    /// The art of words (set before), an illustration or a chart, and what names it
    /// among the art that the item has over its life.
    fn art(
        &mut self,
        item: &Item,
        local: Ticks,
        placement: &Placement,
        words: Option<Set>,
        cache: &mut Cache,
    ) -> Option<(Arc<Art>, [f64; 4])> {
        if let Some(set) = words {
            return Some((set.art, set.variant));
        }
        let size = (placement.width, placement.height);
        match &item.kind {
            ItemKind::Illustration(drawing) => Some((
                cache.drawing.fitted(drawing, size),
                [size.0, size.1, 0.0, 0.0],
            )),
            ItemKind::Chart(chart) => Some(cache.chart.art(chart, local, size, |chart, size| {
                let ink = ink(self.clips, self.index, self.background);
                Chart::new(chart, size, ink, self.fonts, self.context)
            })),
            _ => None,
        }
    }
}

pub(super) fn placement(
    item: &Item,
    local: Ticks,
    stage: Stage,
    words: Option<&Set>,
) -> Option<Placement> {
    let kind = &item.kind;
    let mut placed = place(
        geometry(kind)?,
        animations(kind),
        local,
        item.duration,
        stage,
        |width, height| {
            let inside = Rect::new(0.0, 0.0, width, height);
            let overflow = words.and_then(|set| set.bounds);
            overflow.map_or(inside, |overflow| inside.union(overflow))
        },
    );
    if let ItemKind::Illustration(drawing) = kind {
        placed.opacity *= illustration::opacity(drawing);
    }
    Some(placed)
}

/// The layer of a solid: a plain rectangle, or a shape through `rasterise`.
fn solid_layer(
    solid: &SolidItem,
    local: Ticks,
    placement: &Placement,
    clip: Pixels,
    rasterise: impl FnOnce(&Art, [f64; 4]) -> Result<Option<Image>, CompositorError>,
) -> Result<Option<Layer>, CompositorError> {
    let color = Color::parse(&solid.color).unwrap_or(Color::TRANSPARENT);
    let radius = solid.border_radius.at(local).max(0.0);
    let (width, height) = (placement.width, placement.height);
    if width <= 0.0 || height <= 0.0 || placement.matrix.inverse().is_none() {
        return Ok(None);
    }
    if solid.shape == Shape::Rectangle && radius == 0.0 && placement.matrix.is_upright() {
        let rect = placement
            .matrix
            .bounds(Rect::new(0.0, 0.0, width, height))
            .snapped();
        let [r, g, b, a] = color.0;
        let color = Color([r, g, b, a * placement.opacity as f32]).premultiplied();
        let seen = rect.intersect(clip.to_rect());
        return Ok((!seen.is_empty()).then_some(Layer::Fill { rect, color }));
    }
    let Some(path) = outline(solid.shape, width, height, radius) else {
        return Ok(None);
    };
    let art = Art {
        marks: vec![Mark::Fill {
            path,
            color: color.premultiplied(),
        }],
    };
    Ok(rasterise(&art, [width, height, radius, 0.0])?.map(Layer::Image))
}
