//! Texts and captions: from a time to what is painted.
//!
//! Text is laid out once, and captions once a page, as long as the box's width stays
//! the same. When the highlight moves on, or letters are animated, the paths of that
//! layout are painted anew.

use std::sync::Arc;

use darkroom_editor_state::{CaptionsItem, Item, ItemKind, TextItem, Ticks};
use parley::FontContext;

use crate::art::Art;
use crate::geometry::Rect;
use crate::pages::{self, Limits, Page};
use crate::text::{Block, Fonts, Look, Typesetter, look};

/// An item made of words.
#[derive(Clone, Copy)]
pub(super) enum Words<'a> {
    /// A text, and how long it shows.
    Text(&'a TextItem, Ticks),
    Captions(&'a CaptionsItem),
}

/// Words ready to be painted.
pub(super) struct Set {
    pub art: Arc<Art>,
    /// Names the art among all of the item.
    pub variant: [f64; 4],
    /// What the words cover at rest, in the box's coordinates.
    pub bounds: Option<Rect>,
}

/// What is kept of an item between frames.
#[derive(Default)]
pub(super) struct WordsCache {
    typesetter: Option<Arc<Typesetter>>,
    pages: Option<Arc<[Page]>>,
    /// The last layout: its page, the width it was made for.
    laid_out: Option<(usize, u64, Arc<LaidOut>)>,
    /// The last art and its variant.
    art: Option<([f64; 4], Arc<Art>)>,
}

struct LaidOut {
    block: Block,
    bounds: Option<Rect>,
}

/// What shows of an item at an instant.
struct Instant<'a> {
    /// Index of the page, or of the text among those that take its place.
    page: usize,
    text: &'a str,
    since: Ticks,
    length: Ticks,
    /// The page of captions and the captions' own time.
    spoken: Option<(&'a Page, Ticks)>,
}

impl<'a> Words<'a> {
    pub(super) fn of(item: &'a Item) -> Option<Self> {
        match &item.kind {
            ItemKind::Text(text) => Some(Self::Text(text, item.duration)),
            ItemKind::Captions(captions) => Some(Self::Captions(captions)),
            _ => None,
        }
    }

    /// What its words are set with. What could not be honoured is told in `warnings`.
    pub(super) fn typesetter(
        self,
        place: &str,
        fonts: &Fonts,
        context: &mut FontContext,
        warnings: &mut Vec<String>,
    ) -> Typesetter {
        match self {
            Self::Text(text, _) => Typesetter::new(&text.style, place, fonts, context, warnings),
            Self::Captions(captions) => {
                let mut setter = Typesetter::new(&captions.style, place, fonts, context, warnings);
                setter.highlight(&captions.highlight_color, place, warnings);
                setter
            }
        }
    }

    /// What is painted `local` ticks after the item's start.
    pub(super) fn set(
        self,
        local: Ticks,
        fonts: &Fonts,
        context: &mut FontContext,
        cache: &mut WordsCache,
    ) -> Set {
        let setter =
            Arc::clone(cache.typesetter.get_or_insert_with(|| {
                Arc::new(self.typesetter("", fonts, context, &mut Vec::new()))
            }));
        let pages = match self {
            Self::Text(..) => Arc::default(),
            Self::Captions(captions) => {
                let pages = cache.pages.get_or_insert_with(|| {
                    let width = captions.geometry.width.at(Ticks(0)).max(0.0);
                    let limits = Limits {
                        duration: captions.page_duration,
                        lines: captions.max_lines,
                    };
                    let lines = |text: &str| setter.lines(text, width, fonts, context);
                    pages::pack(&captions.captions, limits, lines).into()
                });
                Arc::clone(pages)
            }
        };
        let (geometry, wraps, animations) = match self {
            Self::Text(text, _) => (
                &text.geometry,
                !text.resize_on_edit,
                text.caption_animations,
            ),
            Self::Captions(item) => (&item.geometry, true, item.caption_animations),
        };
        let Some(now) = self.now(local, &pages) else {
            return Set::nothing();
        };
        let width = geometry.width.at(local).max(0.0);
        let laid_out = cache.laid_out(now.page, width, || {
            setter.set(now.text, width, wraps, fonts, context)
        });
        let look = look(&laid_out.block, animations, now.since, now.length);
        let beat = now.spoken.map_or(0, |(page, time)| page.beat(time));
        let moment = look.as_ref().map_or(f64::NEG_INFINITY, |_| local.0 as f64);
        let variant = [width, now.page as f64, beat as f64, moment];
        let art = cache.art(variant, || {
            let spoken = now.spoken.map(|(page, time)| page.spoken(time));
            let (lit, look) = (spoken.unwrap_or_default(), look.unwrap_or_default());
            laid_out.block.art(&lit, &look)
        });
        Set {
            art,
            variant,
            bounds: laid_out.bounds,
        }
    }

    fn now(self, local: Ticks, pages: &'a [Page]) -> Option<Instant<'a>> {
        match self {
            Self::Text(text, duration) => {
                let page = text.later.partition_point(|step| step.time <= local);
                let step = page.checked_sub(1).and_then(|last| text.later.get(last));
                Some(Instant {
                    page,
                    text: step.map_or(&text.text, |step| &step.text),
                    since: local,
                    length: duration,
                    spoken: None,
                })
            }
            Self::Captions(captions) => {
                let time = local + captions.content_start;
                let (index, page) = pages::at(pages, time)?;
                Some(Instant {
                    page: index,
                    text: &page.text,
                    since: time - page.start,
                    length: page.end - page.start,
                    spoken: Some((page, time)),
                })
            }
        }
    }
}

impl Set {
    fn nothing() -> Self {
        Self {
            art: Arc::default(),
            variant: [f64::NEG_INFINITY; 4],
            bounds: None,
        }
    }
}

impl WordsCache {
    fn laid_out(&mut self, page: usize, width: f64, set: impl FnOnce() -> Block) -> Arc<LaidOut> {
        if let Some((last, at, laid_out)) = &self.laid_out
            && (*last, *at) == (page, width.to_bits())
        {
            return Arc::clone(laid_out);
        }
        let block = set();
        let bounds = block.art(&[], &Look::default()).bounds();
        let laid_out = Arc::new(LaidOut { block, bounds });
        self.laid_out = Some((page, width.to_bits(), Arc::clone(&laid_out)));
        laid_out
    }

    fn art(&mut self, variant: [f64; 4], paint: impl FnOnce() -> Art) -> Arc<Art> {
        if let Some((last, art)) = &self.art
            && last.map(f64::to_bits) == variant.map(f64::to_bits)
        {
            return Arc::clone(art);
        }
        let art = Arc::new(paint());
        self.art = Some((variant, Arc::clone(&art)));
        art
    }
}

#[cfg(test)]
mod tests;
