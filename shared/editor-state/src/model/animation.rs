//! In and out animations, and easing.

use super::Ticks;

/// In and out animation of an item.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Animations {
    /// At the item's start.
    pub enter: Option<Animation>,
    /// At the item's end.
    pub leave: Option<Animation>,
}

/// One animation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Animation {
    /// What moves.
    pub kind: AnimationKind,
    /// For how long, at least one tick.
    pub duration: Ticks,
    /// Progress curve; `linear` when the document names none.
    pub easing: Easing,
}

/// Animation type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnimationKind {
    /// `fade`
    Fade,
    /// `slide-up`
    SlideUp,
    /// `slide-down`
    SlideDown,
    /// `slide-left`
    SlideLeft,
    /// `slide-right`
    SlideRight,
    /// `zoom-in`
    ZoomIn,
    /// `zoom-out`
    ZoomOut,
}

/// CSS easing keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Easing {
    /// `linear`
    #[default]
    Linear,
    /// `ease-in`
    EaseIn,
    /// `ease-out`
    EaseOut,
    /// `ease-in-out`
    EaseInOut,
}

impl Easing {
    /// How far what began at 0 has come, when `progress` of its time has passed: 0..=1,
    /// along the curve that CSS calls so. Before its start 0, past its end 1.
    pub fn at(self, progress: f64) -> f64 {
        let progress = progress.clamp(0.0, 1.0);
        match self {
            Self::Linear => progress,
            Self::EaseIn => cubic_bezier(0.42, 0.0, 1.0, 1.0, progress),
            Self::EaseOut => cubic_bezier(0.0, 0.0, 0.58, 1.0, progress),
            Self::EaseInOut => cubic_bezier(0.42, 0.0, 0.58, 1.0, progress),
        }
    }
}

/// CSS `cubic-bezier(x1, y1, x2, y2)`: the curve's y where its x is `x`.
fn cubic_bezier(x1: f64, y1: f64, x2: f64, y2: f64, x: f64) -> f64 {
    let along = |p1: f64, p2: f64, t: f64| {
        let s = 1.0 - t;
        3.0 * s * s * t * p1 + 3.0 * s * t * t * p2 + t * t * t
    };
    // x grows with t, so halving always closes in; 53 halvings exhaust an f64.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..53 {
        let middle = f64::midpoint(low, high);
        if along(x1, x2, middle) < x {
            low = middle;
        } else {
            high = middle;
        }
    }
    along(y1, y2, f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_those_of_css() {
        // As browsers compute them.
        for (easing, values) in [
            (Easing::Linear, [0.25, 0.5, 0.75]),
            (Easing::EaseIn, [0.0935, 0.3154, 0.6219]),
            (Easing::EaseOut, [0.3781, 0.6846, 0.9065]),
            (Easing::EaseInOut, [0.1292, 0.5000, 0.8708]),
        ] {
            for (progress, value) in [0.25, 0.5, 0.75].into_iter().zip(values) {
                let eased = easing.at(progress);
                assert!(
                    (eased - value).abs() < 1e-4,
                    "{easing:?} at {progress}: {eased}"
                );
            }
            for (progress, end) in [(-0.5, 0.0), (0.0, 0.0), (1.0, 1.0), (1.5, 1.0)] {
                let eased = easing.at(progress);
                assert!(
                    (eased - end).abs() < 1e-9,
                    "{easing:?} at {progress}: {eased}"
                );
            }
        }
    }
}
