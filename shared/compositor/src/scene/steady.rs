//! Clips that are shown in one size for as long as they last.

use darkroom_editor_state::{AnimationKind, Animations, Ticks};

use super::Scene;
use crate::geometry::{Rect, place};
use crate::timeline::{animations, geometry, media};

impl Scene {
    /// The whole canvas pixels that an item's picture fills in every frame, where
    /// that never changes and nothing is cropped away: a picture handed in in that
    /// size need not be resized. The item may still fade, slide or be rounded off.
    /// `None` where the size changes, is a fraction, or the box is turned or mirrored,
    /// and where the background may show the picture again, in its own proportions.
    pub fn steady_size(&self, item_id: &str) -> Option<(u32, u32)> {
        if self.blurred.is_some() {
            return None;
        }
        let mut clips = self.timeline.clips.iter();
        let item = &clips.find(|clip| clip.item.id == item_id)?.item;
        let frame = media(&item.kind)?.frame;
        let crops = [
            &frame.crop_left,
            &frame.crop_top,
            &frame.crop_right,
            &frame.crop_bottom,
        ];
        let whole = crops
            .iter()
            .all(|crop| crop.is_constant() && crop.at(Ticks(0)) == 0.0);
        let (geometry, animations) = (geometry(&item.kind)?, animations(&item.kind));
        if !whole || zooms(animations) {
            return None;
        }
        let placed = place(
            geometry,
            Animations::default(),
            Ticks(0),
            item.duration,
            self.stage,
            |width, height| Rect::new(0.0, 0.0, width, height),
        );
        let shown = Rect::new(0.0, 0.0, placed.width, placed.height);
        let target = placed.matrix.bounds(shown).snapped().whole()?;
        let steady = !placed.moving && placed.matrix.is_upright() && !target.is_empty();
        let side = |side: usize| u32::try_from(side).ok();
        let size = (side(target.width())?, side(target.height())?);
        steady.then_some(size)
    }
}

fn zooms(animations: Animations) -> bool {
    let both = [animations.enter, animations.leave];
    both.into_iter().flatten().any(|animation| {
        matches!(
            animation.kind,
            AnimationKind::ZoomIn | AnimationKind::ZoomOut
        )
    })
}
