//! From an item and a tick to its layer.

use std::collections::HashMap;
use std::sync::Arc;

use darkroom_editor_state::{ItemKind, Shape, SolidItem, Ticks};
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
        let local = tick - clip.item.start;
        let words = Words::of(&clip.item)
            .map(|words| words.set(local, &self.fonts, &mut self.context, &mut cache.words));
        let placement = placement(clip, local, stage, words.as_ref());
        let mut artist = Artist {
            clips: &self.timeline.clips,
            background: self.background,
            fonts: &self.fonts,
            context: &mut self.context,
        };
        let layer = match placement {
            Some(placement) if placement.opacity > 0.0 => {
                let art = artist.art(index, local, &placement, words, &mut cache);
                let (clip_to, scaler) = (self.clip, &mut self.tools.scaler);
                match (art, &clip.item.kind) {
                    (Some((art, variant)), _) => {
                        art::layer(&art, variant, &placement, clip_to, scaler, &mut cache.art)?
                            .map(Layer::Image)
                    }
                    (None, ItemKind::Solid(solid)) => {
                        let art = &mut cache.art;
                        solid_layer(solid, local, &placement, clip_to, |made, variant| {
                            art::layer(made, variant, &placement, clip_to, scaler, art)
                        })?
                    }
                    (None, ItemKind::Lottie(sticker)) => match pictures.get(&clip.item.id) {
                        Some(Picture::Vector(drawn)) => {
                            let seconds = sticker.source.at(local).seconds();
                            let (id, cache) = (&clip.item.id, &mut cache.vector);
                            vector::layer(id, drawn, seconds, &placement, clip_to, cache)?
                                .map(Layer::Image)
                        }
                        _ => None,
                    },
                    (None, kind) => match (media(kind), pictures.get(&clip.item.id)) {
                        (Some(media), Some(picture)) => MediaBox {
                            picture,
                            frame: media.frame,
                            local,
                            placement: &placement,
                            clip: clip_to,
                        }
                        .layer(scaler, &mut cache.media)?,
                        _ => None,
                    },
                }
            }
            _ => None,
        };
        self.caches.insert(index, cache);
        Ok(layer)
    }
}

/// What is needed to make the art of items.
struct Artist<'a> {
    clips: &'a [Clip],
    background: Color,
    fonts: &'a Fonts,
    context: &'a mut FontContext,
}

impl Artist<'_> {
    /// The art of words (set before), an illustration or a chart, and what names it
    /// among the art that the item has over its life.
    fn art(
        &mut self,
        index: usize,
        local: Ticks,
        placement: &Placement,
        words: Option<Set>,
        cache: &mut Cache,
    ) -> Option<(Arc<Art>, [f64; 4])> {
        if let Some(set) = words {
            return Some((set.art, set.variant));
        }
        let size = (placement.width, placement.height);
        match &self.clips.get(index)?.item.kind {
            ItemKind::Illustration(drawing) => Some((
                cache.drawing.fitted(drawing, size),
                [size.0, size.1, 0.0, 0.0],
            )),
            ItemKind::Chart(chart) => Some(cache.chart.art(chart, local, size, |chart, size| {
                let ink = ink(self.clips, index, self.background);
                Chart::new(chart, size, ink, self.fonts, self.context)
            })),
            _ => None,
        }
    }
}

fn placement(clip: &Clip, local: Ticks, stage: Stage, words: Option<&Set>) -> Option<Placement> {
    let kind = &clip.item.kind;
    let geometry = geometry(kind)?;
    let mut placed = place(
        geometry,
        animations(kind),
        local,
        clip.item.duration,
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
