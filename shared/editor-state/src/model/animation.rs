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
