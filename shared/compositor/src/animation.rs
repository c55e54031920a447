//! What in and out animations do to an item.

use darkroom_editor_state::{Animation, AnimationKind, Animations, Ticks};

use crate::geometry::Rect;

/// What animations do to an item at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Effect {
    /// Factor on opacity.
    pub opacity: f64,
    /// Factor on both scales.
    pub zoom: f64,
    /// Movement in composition pixels.
    pub shift: (f64, f64),
    /// Whether the item moves or grows while this lasts.
    pub moves: bool,
}

impl Effect {
    const NONE: Self = Self {
        opacity: 1.0,
        zoom: 1.0,
        shift: (0.0, 0.0),
        moves: false,
    };
}

/// The combined effect of both animations.
///
/// `local` counts from the item's start and may lie outside `0..duration` while a
/// transition shows the item early or late: animations then stand at their ends.
/// `bounds` is what the item covers at rest, `canvas` the composition's box, both
/// in composition pixels: a slide begins (ends) where nothing of it is inside.
/// `slide-up` moves upwards, both in and out, and so on.
pub(crate) fn effect(
    animations: Animations,
    local: Ticks,
    duration: Ticks,
    bounds: Rect,
    canvas: Rect,
) -> Effect {
    let mut sum = Effect::NONE;
    let enter = animations.enter.and_then(|animation| {
        let done = local.0 as f64 / animation.duration.0.max(1) as f64;
        (done < 1.0).then(|| (animation, animation.easing.at(done), true))
    });
    let leave = animations.leave.and_then(|animation| {
        let since = local - (duration - animation.duration);
        let done = since.0 as f64 / animation.duration.0.max(1) as f64;
        (done > 0.0).then(|| (animation, animation.easing.at(done), false))
    });
    for (animation, progress, entering) in [enter, leave].into_iter().flatten() {
        apply(&mut sum, animation, progress, entering, bounds, canvas);
    }
    sum
}

fn apply(
    sum: &mut Effect,
    animation: Animation,
    progress: f64,
    entering: bool,
    bounds: Rect,
    canvas: Rect,
) {
    // How far from rest: 1 at the outer end of the animation, 0 at rest.
    let away = if entering { 1.0 - progress } else { progress };
    let fade = 1.0 - away;
    // Distances that put the item just outside each edge.
    let past_right = (canvas.x1 - bounds.x0).max(0.0) * away;
    let past_left = -(bounds.x1 - canvas.x0).max(0.0) * away;
    let past_bottom = (canvas.y1 - bounds.y0).max(0.0) * away;
    let past_top = -(bounds.y1 - canvas.y0).max(0.0) * away;
    match (animation.kind, entering) {
        (AnimationKind::Fade, _) => {
            sum.opacity *= fade;
            return;
        }
        (AnimationKind::SlideUp, true) | (AnimationKind::SlideDown, false) => {
            sum.shift.1 += past_bottom;
        }
        (AnimationKind::SlideUp, false) | (AnimationKind::SlideDown, true) => {
            sum.shift.1 += past_top;
        }
        (AnimationKind::SlideLeft, true) | (AnimationKind::SlideRight, false) => {
            sum.shift.0 += past_right;
        }
        (AnimationKind::SlideLeft, false) | (AnimationKind::SlideRight, true) => {
            sum.shift.0 += past_left;
        }
        (AnimationKind::ZoomIn, true) | (AnimationKind::ZoomOut, false) => {
            sum.zoom *= 1.0 - 0.5 * away;
            sum.opacity *= fade;
        }
        (AnimationKind::ZoomIn, false) | (AnimationKind::ZoomOut, true) => {
            sum.zoom *= 1.0 + 0.5 * away;
            sum.opacity *= fade;
        }
    }
    sum.moves = true;
}

#[cfg(test)]
mod tests {
    use darkroom_editor_state::Easing;

    use super::*;

    #[test]
    fn animations_of_any_length_have_a_place_at_any_time() {
        let bounds = Rect::new(0.0, 0.0, 10.0, 10.0);
        for length in [1, (1 << 53) - 1, i64::MAX] {
            let animation = Animation {
                kind: AnimationKind::SlideLeft,
                duration: Ticks(length),
                easing: Easing::Linear,
            };
            let both = Animations {
                enter: Some(animation),
                leave: Some(animation),
            };
            for (local, duration) in [(-9, 1), (5, 1), (i64::MAX, 1), (i64::MIN, i64::MAX)] {
                let moved = effect(both, Ticks(local), Ticks(duration), bounds, bounds);
                assert!(moved.shift.0.is_finite(), "{length} {local} {duration}");
            }
        }
    }
}
