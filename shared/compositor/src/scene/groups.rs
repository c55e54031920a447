//! Groups: parts drawn as one picture, in their item's box.
//!
//! Parts of an upright group are drawn where they land on the canvas, as sharp as items
//! of their own; the parts of one that is turned or mirrored are drawn upright at their
//! final size, and turned together. The group's opacity weighs the finished picture.
//!
//! What overflows the box of a template shows, and its nodes slide in from outside the
//! composition, as items do. A motion graphic is stretched to its box and cut at its
//! edges, on whole pixels; its items slide in from outside of it.

use std::sync::Arc;

use darkroom_editor_state::{GroupItem, Ticks};

use super::items::{Artist, Cache};
use crate::bitmap::Bitmap;
use crate::canvas::{Op, Surface};
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Placement, Rect, Stage};
use crate::layer::{Image, Layer};

/// How the space that parts are placed in is shown.
struct View {
    /// For the parts.
    stage: Stage,
    /// From what is drawn to the canvas.
    left: Affine,
    /// What can be seen, in pixels of what is drawn.
    clip: Pixels,
}

impl View {
    fn new(
        space: Option<(f64, f64)>,
        placement: &Placement,
        stage: Stage,
        clip: Pixels,
    ) -> Option<Self> {
        let Some((width, height)) = space else {
            let composition = placement.matrix.inverse()?.bounds(stage.area());
            return Self::of(placement.matrix, composition, placement.moving, clip);
        };
        let stretch = Affine::scale(placement.width / width, placement.height / height);
        let composition = Rect::new(0.0, 0.0, width, height);
        let matrix = placement.matrix.after(stretch);
        let view = Self::of(matrix, composition, placement.moving, clip)?;
        let edges = view.stage.area().snapped().outside();
        Some(Self {
            clip: view.clip.intersect(edges),
            ..view
        })
    }

    /// A space that `matrix` maps to the canvas.
    fn of(matrix: Affine, composition: Rect, moving: bool, clip: Pixels) -> Option<Self> {
        matrix.inverse()?;
        if matrix.is_upright() {
            return Some(Self {
                stage: Stage {
                    to_canvas: matrix,
                    composition,
                    sliding: moving,
                },
                left: Affine::IDENTITY,
                clip,
            });
        }
        let (along, down) = matrix.lengths();
        let upright = Affine::scale(along, down);
        let left = matrix.after(upright.inverse()?);
        Some(Self {
            stage: Stage {
                to_canvas: upright,
                composition,
                sliding: false,
            },
            left,
            clip: left.inverse()?.bounds(clip.to_rect()).outside(),
        })
    }
}

impl Artist<'_> {
    /// The picture of a group, `None` where nothing of it shows.
    pub(super) fn group(
        &mut self,
        group: &GroupItem,
        (local, duration): (Ticks, Ticks),
        placement: &Placement,
        stage: Stage,
        caches: &mut Vec<Cache>,
    ) -> Result<Option<Image>, CompositorError> {
        let Some(view) = View::new(group.space, placement, stage, self.clip) else {
            return Ok(None);
        };
        let layers = self.parts(group, (local, duration), &view, caches)?;
        let around = layers.iter().map(Layer::bounds).reduce(Pixels::union);
        let around = around.map(|around| around.intersect(view.clip));
        let Some(around) = around.filter(|around| !around.is_empty()) else {
            return Ok(None);
        };
        let mut bitmap = Bitmap::clear(around.width(), around.height(), Vec::new());
        for layer in &layers {
            let mut surface = Surface::of(&mut bitmap, around.x0, around.y0);
            layer.paint(&mut surface, around, 255, Op::Over)?;
        }
        let corner = Affine::translate(f64::from(around.x0), f64::from(around.y0));
        Ok(Some(Image {
            clip: Rect::new(0.0, 0.0, bitmap.width as f64, bitmap.height as f64),
            bitmap: Arc::new(bitmap),
            matrix: view.left.after(corner),
            opacity: (placement.opacity * 255.0).round() as u8,
            yuv: None,
        }))
    }

    /// The layers of the parts that show, the lowest first. While a transition shows the
    /// group early or late, the parts of its first or last instant show.
    fn parts(
        &mut self,
        group: &GroupItem,
        (local, duration): (Ticks, Ticks),
        view: &View,
        caches: &mut Vec<Cache>,
    ) -> Result<Vec<Layer>, CompositorError> {
        let now = Ticks(local.0.min(duration.0 - 1).max(0));
        let mut inside = Artist {
            clip: view.clip,
            context: &mut *self.context,
            scaler: &mut *self.scaler,
            ..*self
        };
        caches.resize_with(group.parts.len(), Cache::default);
        let mut layers = Vec::new();
        for (part, cache) in group.parts.iter().zip(caches) {
            if part.start <= now && now < part.end() {
                layers.extend(inside.layer(part, local - part.start, view.stage, cache)?);
            } else {
                *cache = Cache::default();
            }
        }
        Ok(layers)
    }
}
