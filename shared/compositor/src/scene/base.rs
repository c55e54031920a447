//! The video that a frame begins as.

use std::collections::HashMap;

use darkroom_editor_state::{ItemKind, Ticks};

use super::Scene;
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
            let item = self.timeline.clips.get(index).map(|clip| &clip.item);
            let Some(item) = item.filter(|item| matches!(item.kind, ItemKind::Video(_))) else {
                continue;
            };
            let id = item.id.clone();
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
