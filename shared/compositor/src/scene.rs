//! From a timeline and a tick to layers on the canvas.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use darkroom_editor_state::{
    Background, EditorState, ItemKind, OutputLayout, Shape, SolidItem, TextItem, Ticks,
    TransitionKind,
};
use parley::FontContext;

use crate::adjust::{self, Adjust};
use crate::art::{self, Art, ArtCache, Mark};
use crate::canvas::{Backdrop, Canvas};
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::{Pixels, Placement, Rect, Stage, place};
use crate::gradient::Gradient;
use crate::layer::{Dissolve, Drawn, Layer, Tools};
use crate::media::{MediaBox, MediaCache};
use crate::picture::{Picture, YuvFrame};
use crate::shape::outline;
use crate::text::{Fonts, lay_out};
use crate::timeline::{Clip, Shown, Timeline, animations, geometry, media};
use crate::transition::{self, Flip, Reveal};

/// Longest side of a canvas in pixels.
const LONGEST_SIDE: u32 = 8192;

/// A picture that drawing a tick needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaNeed<'a> {
    /// Item that shows it.
    pub item_id: &'a str,
    /// Asset it comes from.
    pub asset_id: &'a str,
    /// Instant of the source: below 0 or past its end while a transition shows the
    /// clip early or late; clamp it to what the source has. 0 for stills.
    pub source_time: Ticks,
    /// Past its end the source begins again.
    pub loops: bool,
}

/// What is kept of an item between frames, while it lasts.
#[derive(Default)]
struct Cache {
    /// A text's layout and the box width it was made for.
    text: Option<(f64, Arc<Art>)>,
    art: ArtCache,
    media: MediaCache,
}

/// A timeline ready to be drawn, frame by frame, in any order.
pub struct Scene {
    timeline: Timeline,
    stage: Stage,
    clip: Pixels,
    canvas: Canvas,
    fonts: Fonts,
    context: FontContext,
    tools: Tools,
    caches: HashMap<usize, Cache>,
    warnings: Vec<String>,
}

impl Scene {
    /// Prepares a timeline for a canvas.
    ///
    /// # Errors
    /// [`CompositorError::CanvasSize`] for a canvas that is odd, empty or too large.
    pub fn new(
        state: &EditorState,
        layout: OutputLayout,
        fonts: Fonts,
    ) -> Result<Self, CompositorError> {
        let (width, height) = (layout.width, layout.height);
        let fits = |side: u32| side >= 2 && side <= LONGEST_SIDE && side.is_multiple_of(2);
        if !fits(width) || !fits(height) {
            return Err(CompositorError::CanvasSize { width, height });
        }
        let composition = (
            f64::from(state.composition_width),
            f64::from(state.composition_height),
        );
        let mut warnings = Vec::new();
        let backdrop = backdrop(&state.background, layout, &mut warnings)?;
        let canvas = Canvas::new(width, height, backdrop);
        let edge = |at: f64, side: u32| at.round().clamp(0.0, f64::from(side)) as i32;
        let clip = Pixels {
            x0: edge(layout.offset_x, width),
            y0: edge(layout.offset_y, height),
            x1: edge(layout.offset_x + composition.0 * layout.scale, width),
            y1: edge(layout.offset_y + composition.1 * layout.scale, height),
        };
        let mut scene = Self {
            timeline: Timeline::new(state),
            stage: Stage {
                layout,
                composition,
                sliding: false,
            },
            clip,
            canvas,
            context: fonts.context(),
            fonts,
            tools: Tools::default(),
            caches: HashMap::new(),
            warnings,
        };
        scene.check_styles();
        Ok(scene)
    }

    /// Collects the warnings of all items, each once.
    fn check_styles(&mut self) {
        let mut found = Vec::new();
        for clip in &self.timeline.clips {
            let place = format!("item \"{}\"", clip.item.id);
            match &clip.item.kind {
                ItemKind::Text(text) => {
                    // Only its styling is of interest: a text of no letters will do.
                    let probe = TextItem {
                        text: String::new(),
                        ..(**text).clone()
                    };
                    lay_out(
                        &probe,
                        &place,
                        0.0,
                        &self.fonts,
                        &mut self.context,
                        &mut found,
                    );
                }
                ItemKind::Solid(solid) => {
                    Color::parse_or(&solid.color, Color::TRANSPARENT, &place, &mut found);
                }
                _ => {}
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|line| seen.insert(line.clone()));
        self.warnings.append(&mut found);
    }

    /// What could not be honoured: unknown font families, colours that are none. One
    /// sentence each; known from the start.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Media needed to draw a tick: items that show on it, transitions included, on
    /// tracks that are not hidden; the lowest first.
    pub fn media_at(&self, tick: Ticks) -> Vec<MediaNeed<'_>> {
        let shown = self.timeline.at(tick);
        let clips = shown.iter().flat_map(Shown::clips);
        clips.filter_map(|index| self.need(index, tick)).collect()
    }

    fn need(&self, index: usize, tick: Ticks) -> Option<MediaNeed<'_>> {
        let clip = self.timeline.clips.get(index)?;
        let media = media(&clip.item.kind)?;
        let source_time = media.source.map_or(Ticks(0), |source| {
            let local = (tick - clip.item.start).0 as f64;
            source.start + Ticks((local * source.playback_rate).round() as i64)
        });
        Some(MediaNeed {
            item_id: &clip.item.id,
            asset_id: media.asset_id,
            source_time,
            loops: media.loops,
        })
    }

    /// First tick on which an item is drawn and the first on which it is not any more,
    /// transitions included; `None` for items that are never drawn.
    pub fn media_span(&self, item_id: &str) -> Option<(Ticks, Ticks)> {
        let mut clips = self.timeline.clips.iter();
        clips
            .find(|clip| clip.item.id == item_id)
            .map(|clip| (clip.from, clip.until))
    }

    /// Draws one frame over whatever `out` holds. `pictures` has, by item id, what
    /// [`Scene::media_at`] asks for; the canvas' size is `out`'s.
    ///
    /// # Errors
    /// [`CompositorError::MissingPicture`], [`CompositorError::PictureSize`] and
    /// [`CompositorError::FrameSize`] for input that does not fit together.
    pub fn draw(
        &mut self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &mut YuvFrame,
    ) -> Result<(), CompositorError> {
        self.check(tick, pictures, out)?;
        let shown = self.timeline.at(tick);
        let alive: Vec<usize> = shown.iter().flat_map(Shown::clips).collect();
        self.caches.retain(|index, _| alive.contains(index));
        let mut stack = Vec::new();
        for entry in shown.iter().rev() {
            let Some(drawn) = self.prepare(entry, tick, pictures)? else {
                continue;
            };
            let hides = drawn.hides(self.clip);
            stack.push(drawn);
            if hides {
                break;
            }
        }
        self.canvas.begin();
        for drawn in stack.iter().rev() {
            drawn.draw(&mut self.canvas, out, &mut self.tools, self.clip)?;
        }
        self.canvas.finish(out)
    }

    /// Whether everything handed in is there and as big as it says.
    fn check(
        &self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &YuvFrame,
    ) -> Result<(), CompositorError> {
        let layout = self.stage.layout;
        let bytes = YuvFrame::bytes(layout.width, layout.height);
        if (out.width, out.height, out.data.len()) != (layout.width, layout.height, bytes) {
            return Err(CompositorError::FrameSize {
                width: out.width,
                height: out.height,
                bytes: out.data.len(),
                canvas_width: layout.width,
                canvas_height: layout.height,
            });
        }
        for need in self.media_at(tick) {
            let picture =
                pictures
                    .get(need.item_id)
                    .ok_or_else(|| CompositorError::MissingPicture {
                        item: need.item_id.to_owned(),
                    })?;
            let (width, height, bytes, expected) = match picture {
                Picture::Yuv(frame) => (
                    frame.width,
                    frame.height,
                    frame.data.len(),
                    YuvFrame::bytes(frame.width, frame.height),
                ),
                Picture::Rgba(frame) => (
                    frame.width,
                    frame.height,
                    frame.data.len(),
                    frame.width as usize * frame.height as usize * 4,
                ),
            };
            if bytes != expected || width == 0 || height == 0 {
                return Err(CompositorError::PictureSize {
                    item: need.item_id.to_owned(),
                    width,
                    height,
                    bytes,
                    expected,
                });
            }
        }
        Ok(())
    }

    fn prepare(
        &mut self,
        shown: &Shown,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Option<Drawn>, CompositorError> {
        match *shown {
            Shown::Clip(index) => match self.adjust(index, tick) {
                Some(adjust) => Ok(adjust.map(Drawn::Adjust)),
                None => Ok(self
                    .layer(index, tick, pictures, self.stage)?
                    .map(Drawn::Layer)),
            },
            Shown::Transition {
                outgoing,
                incoming,
                progress,
                ref kind,
            } => self
                .transition([outgoing, incoming], progress, kind, tick, pictures)
                .map(Some),
        }
    }

    /// What an effect or filter does now; `None` for clips that show something.
    fn adjust(&self, index: usize, tick: Ticks) -> Option<Option<Adjust>> {
        let item = &self.timeline.clips.get(index)?.item;
        let scale = self.stage.layout.scale;
        match &item.kind {
            ItemKind::Effect(effect) => Some(adjust::effect(
                *effect,
                tick - item.start,
                item.duration,
                scale,
            )),
            ItemKind::Filter(filter) => Some(adjust::filter(filter)),
            _ => None,
        }
    }

    fn transition(
        &mut self,
        clips: [Option<usize>; 2],
        progress: f64,
        kind: &TransitionKind,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Drawn, CompositorError> {
        let stage = self.stage;
        let mut layer = |index: Option<usize>, stage: Stage| match index {
            Some(index) => self.layer(index, tick, pictures, stage),
            None => Ok(None),
        };
        if let TransitionKind::Slide(from) = kind {
            let [one, two] = transition::slide(*from, progress).map(|shift| stage.shifted(shift));
            let pair = [layer(clips[0], one)?, layer(clips[1], two)?];
            return Ok(Drawn::Pair(pair));
        }
        if let TransitionKind::Flip(from) = kind {
            let (incoming, angle) = transition::flip_angle(*from, progress);
            return Ok(Drawn::Flip(Flip {
                layer: layer(clips[usize::from(incoming)], stage)?,
                upright: from.heading().0 != 0.0,
                angle,
                stage: stage.area(),
                scale: stage.layout.scale,
            }));
        }
        let (outgoing, incoming) = (layer(clips[0], stage)?, layer(clips[1], stage)?);
        Ok(match kind {
            TransitionKind::Wipe(_) | TransitionKind::ClockWipe | TransitionKind::Iris => {
                Drawn::Reveal(Reveal {
                    outgoing,
                    incoming,
                    path: transition::uncovered(kind, progress, stage.area()),
                })
            }
            _ => Drawn::Dissolve(Dissolve {
                outgoing,
                incoming,
                weight: (progress * 255.0).round() as u8,
            }),
        })
    }

    /// The layer of one clip, `None` where nothing of it shows.
    fn layer(
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
    rasterise: impl FnOnce(&Art, [f64; 3]) -> Result<Option<crate::layer::Image>, CompositorError>,
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

/// What the document's background looks like on a canvas.
fn backdrop(
    background: &Background,
    layout: OutputLayout,
    warnings: &mut Vec<String>,
) -> Result<Backdrop, CompositorError> {
    let black = [0, 0, 0, 255];
    let Background::Color { color, gradient } = background else {
        return Backdrop::flat(black);
    };
    let over_black = |color: Color| {
        let [r, g, b, a] = color.0;
        Color([r * a, g * a, b * a, 1.0])
    };
    let color = over_black(Color::parse_or(
        color,
        Color::BLACK,
        "globalBackground",
        warnings,
    ));
    let Some(css) = gradient.as_deref().filter(|css| !css.trim().is_empty()) else {
        return Backdrop::flat(color.premultiplied());
    };
    let Some(gradient) = Gradient::parse(css) else {
        warnings.push(format!(
            "globalBackground: \"{css}\" is not a CSS linear-gradient that can be drawn; its colour is drawn instead"
        ));
        return Backdrop::flat(color.premultiplied());
    };
    let (width, height) = (layout.width as usize, layout.height as usize);
    Backdrop::picture(gradient.draw(width, height, layout.scale, color))
}
