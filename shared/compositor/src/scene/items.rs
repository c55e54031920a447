//! From an item and a tick to its layer.

use std::collections::HashMap;
use std::sync::Arc;

use darkroom_editor_state::{ItemKind, Shape, SolidItem, TextItem, Ticks};
use parley::FontContext;

use super::Scene;
use crate::art::{self, Art, ArtCache, Mark};
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::{Pixels, Placement, Rect, Stage, place};
use crate::layer::{Image, Layer};
use crate::media::{MediaBox, MediaCache};
use crate::picture::Picture;
use crate::shape::outline;
use crate::text::{Fonts, lay_out};
use crate::timeline::{Clip, animations, geometry, media};
use crate::vector::{self, VectorCache};

/// What is kept of an item between frames, while it lasts.
#[derive(Default)]
pub(super) struct Cache {
    /// A text's layout and the box width it was made for.
    text: Option<(f64, Arc<Art>)>,
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
        let text = match &clip.item.kind {
            ItemKind::Text(text) => Some(text_art(
                clip,
                text,
                local,
                &self.fonts,
                &mut self.context,
                &mut cache,
            )),
            _ => None,
        };
        let placement = placement(clip, local, stage, text.as_deref());
        let layer = match placement {
            Some(placement) if placement.opacity > 0.0 => {
                let scaler = &mut self.tools.scaler;
                match (&clip.item.kind, &text) {
                    (ItemKind::Text(_), Some(art)) => {
                        let variant = [placement.width, 0.0, 0.0];
                        art::layer(art, variant, &placement, self.clip, scaler, &mut cache.art)?
                            .map(Layer::Image)
                    }
                    (ItemKind::Solid(solid), _) => {
                        let art = &mut cache.art;
                        solid_layer(solid, local, &placement, self.clip, |made, variant| {
                            art::layer(made, variant, &placement, self.clip, scaler, art)
                        })?
                    }
                    (ItemKind::Lottie(sticker), _) => match pictures.get(&clip.item.id) {
                        Some(Picture::Vector(drawn)) => {
                            let seconds = sticker.source.at(local).seconds();
                            let (id, cache) = (&clip.item.id, &mut cache.vector);
                            vector::layer(id, drawn, seconds, &placement, self.clip, cache)?
                                .map(Layer::Image)
                        }
                        _ => None,
                    },
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

/// A text's layout, made when the width it wraps at has changed.
fn text_art(
    clip: &Clip,
    text: &TextItem,
    local: Ticks,
    fonts: &Fonts,
    context: &mut FontContext,
    cache: &mut Cache,
) -> Arc<Art> {
    let width = text.geometry.width.at(local).max(0.0);
    if let Some((last, art)) = &cache.text
        && last.to_bits() == width.to_bits()
    {
        return Arc::clone(art);
    }
    let mut told = Vec::new();
    let art = Arc::new(lay_out(
        text,
        &clip.item.id,
        width,
        fonts,
        context,
        &mut told,
    ));
    cache.text = Some((width, Arc::clone(&art)));
    art
}

fn placement(clip: &Clip, local: Ticks, stage: Stage, text: Option<&Art>) -> Option<Placement> {
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
            let overflow = text.and_then(Art::bounds);
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
    rasterise: impl FnOnce(&Art, [f64; 3]) -> Result<Option<Image>, CompositorError>,
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
    Ok(rasterise(&art, [width, height, radius])?.map(Layer::Image))
}
