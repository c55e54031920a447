//! The layers of one frame, and how many of them are kept ready.
//!
//! They are prepared from the topmost down, as what is hidden need not be, and drawn from
//! the lowest up. Each may have a bitmap of four canvases: a document of many large ones
//! would fill any memory. So beyond a budget they are not kept, but prepared again when
//! their turn to be drawn comes.

use std::collections::HashMap;
use std::sync::Arc;

use darkroom_editor_state::Ticks;

use super::Scene;
use crate::error::CompositorError;
use crate::geometry::Pixels;
use crate::layer::Drawn;
use crate::picture::{Picture, YuvFrame};
use crate::timeline::Shown;

/// Bytes of layers that are kept ready: sixty-four canvases of 1920 x 1080.
pub(super) const MOST_BYTES: usize = 512 << 20;

/// One place in the stack.
#[expect(
    clippy::large_enum_variant,
    reason = "there are few, and nearly all of them are ready"
)]
enum Place {
    Ready(Drawn),
    /// To be prepared again: an index into what shows.
    Later {
        entry: usize,
        hides_all: bool,
    },
}

/// What is drawn of a frame, the topmost first.
#[derive(Default)]
pub(super) struct Stack {
    places: Vec<Place>,
    bytes: usize,
}

impl Stack {
    /// Whether the lowest hides all of the canvas, which is `area`.
    pub(super) fn hides(&self, area: Pixels) -> bool {
        self.places.last().is_some_and(|lowest| match lowest {
            Place::Ready(drawn) => drawn.hides(area),
            Place::Later { hides_all, .. } => *hides_all,
        })
    }

    /// How many at the top are ready and drawn by rows.
    fn on_top(&self) -> usize {
        let by_rows = |place: &&Place| matches!(place, Place::Ready(drawn) if drawn.by_rows());
        self.places.iter().take_while(by_rows).count()
    }

    /// Takes the lowest away where it is `base` on the whole canvas; whether it was.
    pub(super) fn take_base(&mut self, scene: &Scene, base: &Arc<YuvFrame>) -> bool {
        let is_base = |lowest: &mut Place| match lowest {
            Place::Ready(drawn) => scene.is_base(drawn) && drawn.shows(base),
            // It has a bitmap of its own.
            Place::Later { .. } => false,
        };
        self.places.pop_if(is_base).is_some()
    }
}

impl Scene {
    /// The same scene with another number of bytes of layers that are kept ready for a
    /// frame, which is 512 MiB. It changes the time and memory that a frame takes, and no
    /// pixel of it.
    #[must_use]
    pub fn keeping_ready(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// The same scene that draws each layer on the whole canvas before the next, instead of
    /// all of them on one band of it before the next band where they can be. It changes the
    /// time that a frame takes, and no pixel of it.
    #[must_use]
    pub fn drawing_whole(mut self) -> Self {
        self.by_bands = false;
        self
    }

    /// Prepares what shows, down to what hides all that can be seen below it.
    pub(super) fn stack(
        &mut self,
        shown: &[Shown],
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Stack, CompositorError> {
        let mut stack = Stack::default();
        for (entry, shows) in shown.iter().enumerate().rev() {
            let Some(drawn) = self.prepare(shows, tick, pictures)? else {
                continue;
            };
            let hides = drawn.hides(self.clip);
            let bytes = drawn.bytes();
            if bytes == 0 || stack.bytes + bytes <= self.most_bytes {
                stack.bytes += bytes;
                stack.places.push(Place::Ready(drawn));
            } else {
                let hides_all = drawn.hides(self.canvas.area());
                stack.places.push(Place::Later { entry, hides_all });
                self.forget(shows);
            }
            let below = shown.get(..entry).unwrap_or_default();
            if hides && !self.changes_around(below, tick) {
                break;
            }
        }
        Ok(stack)
    }

    /// Whether any of these changes what another ratio leaves around the composition, which
    /// nothing hides: effects and filters act on the whole canvas, and a blur brings there
    /// what lies inside.
    fn changes_around(&self, shown: &[Shown], tick: Ticks) -> bool {
        let mut clips = shown.iter().flat_map(Shown::clips);
        self.clip != self.canvas.area() && clips.any(|index| self.adjust(index, tick).is_some())
    }

    /// Draws the stack of what shows, the lowest first, and finishes the frame. What lies
    /// on top and is drawn by rows is drawn band by band, each finished before the next.
    pub(super) fn draw_stack(
        &mut self,
        mut stack: Stack,
        shown: &[Shown],
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &mut YuvFrame,
    ) -> Result<(), CompositorError> {
        let on_top = if self.by_bands { stack.on_top() } else { 0 };
        let whole = stack.places.split_off(on_top);
        for place in whole.into_iter().rev() {
            self.draw_place(place, shown, tick, pictures, out)?;
        }
        for band in self.canvas.bands() {
            self.canvas.begin_band(band);
            let clip = self.clip.intersect(band);
            for place in stack.places.iter().rev() {
                if let Place::Ready(drawn) = place {
                    drawn.draw(&mut self.canvas, out, &mut self.tools, clip)?;
                }
            }
            self.canvas.finish(out, band)?;
        }
        Ok(())
    }

    fn draw_place(
        &mut self,
        place: Place,
        shown: &[Shown],
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
        out: &mut YuvFrame,
    ) -> Result<(), CompositorError> {
        let again = match &place {
            Place::Ready(_) => None,
            Place::Later { entry, .. } => shown.get(*entry),
        };
        let drawn = match (place, again) {
            (Place::Ready(drawn), _) => Some(drawn),
            (Place::Later { .. }, Some(shows)) => self.prepare(shows, tick, pictures)?,
            (Place::Later { .. }, None) => None,
        };
        if let Some(drawn) = drawn {
            drawn.draw(&mut self.canvas, out, &mut self.tools, self.clip)?;
        }
        if let Some(shows) = again {
            self.forget(shows);
        }
        Ok(())
    }

    /// Drops what is kept of items between frames.
    fn forget(&mut self, shown: &Shown) {
        for clip in shown.clips() {
            self.caches.remove(&clip);
        }
    }
}
