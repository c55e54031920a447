//! What changes clips or what lies below: transitions, effects and filters.

use std::collections::HashMap;

use darkroom_editor_state::{ItemKind, Ticks, TransitionKind};

use super::Scene;
use crate::adjust::{self, Adjust};
use crate::error::CompositorError;
use crate::geometry::Stage;
use crate::layer::{Dissolve, Drawn};
use crate::picture::Picture;
use crate::transition::{self, Flip, Reveal};

impl Scene {
    /// What an effect or filter does now, if the clip is one and does anything.
    pub(super) fn adjust(&self, index: usize, tick: Ticks) -> Option<Adjust> {
        let item = &self.timeline.clips.get(index)?.item;
        let scale = self.layout.scale;
        match &item.kind {
            ItemKind::Effect(effect) => {
                adjust::effect(*effect, tick - item.start, item.duration, scale)
            }
            ItemKind::Filter(filter) => adjust::filter(filter),
            _ => None,
        }
    }

    /// Two clips of one transition, as far as it has come.
    pub(super) fn transition(
        &mut self,
        clips: [Option<usize>; 2],
        progress: f64,
        kind: &TransitionKind,
        tick: Ticks,
        pictures: &HashMap<String, Picture>,
    ) -> Result<Drawn, CompositorError> {
        let (stage, scale) = (self.stage, self.layout.scale);
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
                scale,
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
}
