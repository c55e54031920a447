//! From an item and a tick to its layer.

use std::collections::HashMap;

use darkroom_editor_state::{ItemKind, Shape, SolidItem, Ticks};

use super::Scene;
use super::words::{Set, Words, WordsCache};
use crate::art::{self, Art, ArtCache, Mark};
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::{Pixels, Placement, Rect, Stage, place};
use crate::layer::{Image, Layer};
use crate::media::{MediaBox, MediaCache};
use crate::picture::Picture;
use crate::shape::outline;
use crate::timeline::{Clip, animations, geometry, media};

/// What is kept of an item between frames, while it lasts.
#[derive(Default)]
pub(super) struct Cache {
    words: WordsCache,
    art: ArtCache,
    media: MediaCache,
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
        let layer = match placement {
            Some(placement) if placement.opacity > 0.0 => {
                let scaler = &mut self.tools.scaler;
                match (&clip.item.kind, &words) {
                    (_, Some(set)) => {
                        let (art, cache) = (&set.art, &mut cache.art);
                        art::layer(art, set.variant, &placement, self.clip, scaler, cache)?
                            .map(Layer::Image)
                    }
                    (ItemKind::Solid(solid), _) => {
                        let art = &mut cache.art;
                        solid_layer(solid, local, &placement, self.clip, |made, variant| {
                            art::layer(made, variant, &placement, self.clip, scaler, art)
                        })?
                    }
                    (kind, _) => match (media(kind), pictures.get(&clip.item.id)) {
                        (Some(media), Some(picture)) => MediaBox {
                            picture,
                            frame: media.frame,
                            local,
                            placement: &placement,
                            clip: self.clip,
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

fn placement(clip: &Clip, local: Ticks, stage: Stage, words: Option<&Set>) -> Option<Placement> {
    let kind = &clip.item.kind;
    let geometry = geometry(kind)?;
    Some(place(
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
    ))
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
