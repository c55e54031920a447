//! What a blurred background shows.

use std::collections::HashMap;

use darkroom_editor_state::{ItemKind, Ticks};

use super::Scene;
use crate::background::Part;
use crate::error::CompositorError;
use crate::layer::Layer;
use crate::media::uncropped;
use crate::picture::Picture;
use crate::timeline::{Shown, media};

impl Scene {
    /// The layer below all others, if the background is one.
    pub(super) fn behind(
        &mut self,
        shown: &[Shown],
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Option<Layer>, CompositorError> {
        if self.blurred.is_none() {
            return Ok(None);
        }
        let lowest = shown.iter().map(|entry| self.parts(entry, tick, pictures));
        let parts = lowest.into_iter().find(|parts| !parts.is_empty());
        let (Some(parts), Some(blurred)) = (parts, &mut self.blurred) else {
            return Ok(None);
        };
        blurred.layer(parts, &mut self.tools.scaler, &mut self.tools.blurrer)
    }

    /// The images and videos of one place in the stack.
    fn parts(&self, shown: &Shown, tick: Ticks, pictures: &HashMap<String, Picture>) -> Vec<Part> {
        let shares = match *shown {
            Shown::Clip(index) => vec![(index, 255)],
            Shown::Transition {
                outgoing,
                incoming,
                progress,
                ..
            } => {
                let weight = (progress * 255.0).round() as u8;
                let pair = [
                    outgoing.map(|o| (o, 255 - weight)),
                    incoming.map(|i| (i, weight)),
                ];
                pair.into_iter().flatten().collect()
            }
        };
        let part = |(index, weight): (usize, u8)| {
            let clip = self.timeline.clips.get(index)?;
            if !matches!(clip.item.kind, ItemKind::Image(_) | ItemKind::Video(_)) {
                return None;
            }
            let picture = pictures.get(&clip.item.id)?;
            let frame = media(&clip.item.kind)?.frame;
            let crop = uncropped(frame, tick - clip.item.start, picture);
            (!crop.is_empty()).then(|| Part {
                picture: picture.clone(),
                crop,
                weight,
            })
        };
        shares.into_iter().filter_map(part).collect()
    }
}
