//! The video that a frame begins as.

use std::collections::HashMap;

use darkroom_editor_state::{ItemKind, Ticks};

use super::Scene;
use super::items::placement;
use crate::error::CompositorError;
use crate::layer::{Drawn, Layer};
use crate::picture::Picture;
use crate::timeline::Shown;

impl Scene {
    /// The item whose picture fills the whole canvas as it is, opaque, pixel by pixel:
    /// whoever needs that picture no more may draw upon it, by
    /// [`Scene::draw_upon`], where [`Scene::draw`] would copy it. `None` where there is
    /// no such item, or the background shows the picture again.
    ///
    /// # Errors
    /// As [`Scene::draw`].
    pub fn base(
        &mut self,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Option<String>, CompositorError> {
        let shown = self.timeline.at(tick);
        for entry in shown.iter().rev() {
            let Shown::Clip(index) = *entry else {
                continue;
            };
            let Some(id) = self.solid_video(index, tick) else {
                continue;
            };
            if self.steady_size(&id) != Some((self.layout.width, self.layout.height)) {
                continue;
            }
            let layer = self.layer(index, tick, pictures, self.stage)?;
            if layer.is_some_and(|layer| self.is_base(&Drawn::Layer(layer))) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The item of a clip that is video, shown opaque and with its corners: only then is
    /// its layer made without touching a pixel.
    fn solid_video(&self, index: usize, tick: Ticks) -> Option<String> {
        let item = &self.timeline.clips.get(index)?.item;
        let ItemKind::Video(video) = &item.kind else {
            return None;
        };
        let local = tick - item.start;
        let opaque = placement(item, local, self.stage, None)?.opacity >= 1.0;
        let square = video.frame.border_radius.at(local) <= 0.0;
        (opaque && square).then(|| item.id.clone())
    }

    /// Whether drawing this is copying a picture onto the whole canvas.
    pub(super) fn is_base(&self, drawn: &Drawn) -> bool {
        match drawn {
            Drawn::Layer(Layer::Video(video)) => {
                video.target == self.canvas.area()
                    && video.copied() == Some((0, 0))
                    && (video.source.width, video.source.height)
                        == (self.layout.width, self.layout.height)
            }
            _ => false,
        }
    }
}
