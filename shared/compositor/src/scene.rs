//! From a timeline and a tick to a frame.

mod base;
mod behind;
mod changes;
mod charts;
mod groups;
mod items;
mod stack;
mod steady;
mod words;

use std::collections::{BTreeSet, HashMap};

use darkroom_editor_state::{Background, EditorState, Item, ItemKind, OutputLayout, Ticks};
use parley::FontContext;

use crate::background::{Blurred, backdrop};
use crate::canvas::Canvas;
use crate::chart;
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Rect, Stage};
use crate::layer::{Drawn, Tools};
use crate::picture::{Picture, RgbaFrame, YuvFrame};
use crate::text::Fonts;
use crate::timeline::{Shown, Timeline, media};
use items::Cache;
use words::Words;

/// Longest side of a canvas in pixels.
const LONGEST_SIDE: u32 = 8192;

/// A picture that drawing a tick needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaNeed<'a> {
    /// Item that shows it, or part of one (see `Item::pieces`).
    pub item_id: &'a str,
    /// Asset it comes from.
    pub asset_id: &'a str,
    /// Instant of the source: below 0 or past its end while a transition shows the
    /// clip early or late; clamp it to what the source has. 0 for stills.
    pub source_time: Ticks,
    /// Past its end the source begins again.
    pub loops: bool,
}

/// A timeline ready to be drawn, frame by frame, in any order.
pub struct Scene {
    timeline: Timeline,
    layout: OutputLayout,
    stage: Stage,
    clip: Pixels,
    canvas: Canvas,
    /// What charts on the bare background are read on.
    background: Color,
    blurred: Option<Blurred>,
    fonts: Fonts,
    context: FontContext,
    tools: Tools,
    caches: HashMap<usize, Cache>,
    /// Of layers that a frame keeps ready: see [`Scene::keeping_ready`].
    most_bytes: usize,
    /// Whether layers are drawn by bands: see [`Scene::drawing_whole`].
    by_bands: bool,
    warnings: Vec<String>,
}

impl Scene {
    /// Prepares a timeline for a canvas. `background` is the picture of the asset that a
    /// [`Background::Image`] names; other backgrounds need none.
    ///
    /// # Errors
    /// [`CompositorError::CanvasSize`] for a canvas that is odd, empty or too large;
    /// [`CompositorError::MissingPicture`] and [`CompositorError::PictureSize`] for a
    /// background that is not there, or not as big as it says.
    pub fn new(
        state: &EditorState,
        layout: OutputLayout,
        fonts: Fonts,
        background: Option<&RgbaFrame>,
    ) -> Result<Self, CompositorError> {
        let (width, height) = (layout.width, layout.height);
        let fits = |side: u32| (2..=LONGEST_SIDE).contains(&side) && side.is_multiple_of(2);
        if !fits(width) || !fits(height) {
            return Err(CompositorError::CanvasSize { width, height });
        }
        let composition = (
            f64::from(state.composition_width),
            f64::from(state.composition_height),
        );
        let mut warnings = state.unread.clone();
        if let Some(frame) = background {
            check_bytes(
                "globalBackground",
                (frame.width, frame.height),
                frame.data.len(),
                rgba_bytes,
            )?;
        }
        let backdrop = backdrop(&state.background, background, layout, &mut warnings)?;
        let canvas = Canvas::new(width, height, backdrop);
        let blurred = match state.background {
            Background::Blur { level } => Some(Blurred::new(level, (width, height), layout.scale)),
            _ => None,
        };
        let edge = |at: f64, side: u32| at.round().clamp(0.0, f64::from(side)) as i32;
        let clip = Pixels {
            x0: edge(layout.offset_x, width),
            y0: edge(layout.offset_y, height),
            x1: edge(layout.offset_x + composition.0 * layout.scale, width),
            y1: edge(layout.offset_y + composition.1 * layout.scale, height),
        };
        let mut scene = Self {
            timeline: Timeline::new(state),
            layout,
            stage: Stage {
                to_canvas: Affine::translate(layout.offset_x, layout.offset_y)
                    .after(Affine::scale(layout.scale, layout.scale)),
                composition: Rect::new(0.0, 0.0, composition.0, composition.1),
                sliding: false,
            },
            clip,
            canvas,
            background: charts::middle(&state.background, layout),
            blurred,
            context: fonts.context(),
            fonts,
            tools: Tools::default(),
            caches: HashMap::new(),
            most_bytes: stack::MOST_BYTES,
            by_bands: true,
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
            if let ItemKind::Group(group) = &clip.item.kind {
                found.extend(group.missing.iter().map(|line| format!("{place}: {line}")));
            }
            for piece in clip.item.pieces() {
                if let Some(words) = Words::of(piece) {
                    words.typesetter(&place, &self.fonts, &mut self.context, &mut found);
                }
                match &piece.kind {
                    ItemKind::Chart(chart) => chart::warnings(chart, &place, &mut found),
                    ItemKind::Illustration(drawing) => {
                        Color::parse_or(&drawing.color, Color::BLACK, &place, &mut found);
                    }
                    ItemKind::Solid(solid) => {
                        Color::parse_or(&solid.color, Color::TRANSPARENT, &place, &mut found);
                    }
                    _ => {}
                }
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|line| seen.insert(line.clone()));
        self.warnings.append(&mut found);
    }

    /// What could not be honoured: unknown font families, colours that are none, what the
    /// document says and nothing reads. One sentence each; known from the start.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Media needed to draw a tick: items that show on it, transitions included, on
    /// tracks that are not hidden; the lowest first.
    pub fn media_at(&self, tick: Ticks) -> Vec<MediaNeed<'_>> {
        let shown = self.timeline.at(tick);
        let clips = shown.iter().flat_map(Shown::clips);
        clips.flat_map(|index| self.needs(index, tick)).collect()
    }

    fn needs(&self, index: usize, tick: Ticks) -> impl Iterator<Item = MediaNeed<'_>> {
        let item = self.timeline.clips.get(index).map(|clip| &clip.item);
        let pieces = item.into_iter().flat_map(Item::pieces);
        pieces.filter_map(move |piece| need(item?, piece, tick))
    }

    /// First tick on which an item is drawn and the first on which it is not any more,
    /// transitions included; `None` for items that are never drawn.
    pub fn media_span(&self, item_id: &str) -> Option<(Ticks, Ticks)> {
        let mut clips = self.timeline.clips.iter();
        clips
            .find(|clip| clip.item.pieces().iter().any(|piece| piece.id == item_id))
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
        self.compose(tick, pictures, out, None)
    }

    /// As [`Scene::draw`], where `out` holds what the picture of `base` held, the item
    /// that [`Scene::base`] named. `pictures` still has one of its size, whatever that
    /// shows.
    ///
    /// # Errors
    /// As [`Scene::draw`].
    pub fn draw_upon(
        &mut self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        base: &str,
        out: &mut YuvFrame,
    ) -> Result<(), CompositorError> {
        self.compose(tick, pictures, out, pictures.get(base))
    }

    fn compose(
        &mut self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &mut YuvFrame,
        base: Option<&Picture>,
    ) -> Result<(), CompositorError> {
        self.check(tick, pictures, out)?;
        let shown = self.timeline.at(tick);
        let alive: Vec<usize> = shown.iter().flat_map(Shown::clips).collect();
        self.caches.retain(|index, _| alive.contains(index));
        let mut stack = self.stack(&shown, tick, pictures)?;
        self.canvas.begin();
        let area = self.canvas.area();
        let hidden = self.clip == area && stack.hides(area);
        if !hidden && let Some(behind) = self.behind(&shown, tick, pictures)? {
            behind.draw(&mut self.canvas, out, &mut self.tools, area)?;
        }
        // A base hides all below itself: it is the lowest, or hidden by another, which may be
        // such a clip, too.
        if let Some(Picture::Yuv(base)) = base
            && stack.take_base(self, base)
        {
            self.canvas.all_video();
        }
        self.draw_stack(stack, &shown, tick, pictures, out)
    }

    /// Whether everything handed in is there and as big as it says.
    fn check(
        &self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &YuvFrame,
    ) -> Result<(), CompositorError> {
        let layout = self.layout;
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
            let (size, item) = (picture.size(), need.item_id);
            match picture {
                Picture::Yuv(frame) => check_bytes(item, size, frame.data.len(), YuvFrame::bytes)?,
                Picture::Rgba(frame) => check_bytes(item, size, frame.data.len(), rgba_bytes)?,
                Picture::Vector(_) => {}
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
                Some(adjust) => Ok(Some(Drawn::Adjust(adjust))),
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
}

/// What an item, or its part `piece`, needs.
fn need<'a>(item: &Item, piece: &'a Item, tick: Ticks) -> Option<MediaNeed<'a>> {
    let origin = match item.kind {
        ItemKind::Group(_) => item.start,
        _ => Ticks(0),
    };
    let media = media(&piece.kind)?;
    let local = tick - origin - piece.start;
    Some(MediaNeed {
        item_id: &piece.id,
        asset_id: media.asset_id,
        source_time: media.source.map_or(Ticks(0), |source| source.at(local)),
        loops: media.loops,
    })
}

fn rgba_bytes(width: u32, height: u32) -> usize {
    width as usize * height as usize * 4
}

/// Whether a picture holds the bytes that its size needs.
fn check_bytes(
    item: &str,
    (width, height): (u32, u32),
    bytes: usize,
    needed: impl Fn(u32, u32) -> usize,
) -> Result<(), CompositorError> {
    let expected = needed(width, height);
    if bytes == expected && width > 0 && height > 0 {
        return Ok(());
    }
    Err(CompositorError::PictureSize {
        item: item.to_owned(),
        width,
        height,
        bytes,
        expected,
    })
}
