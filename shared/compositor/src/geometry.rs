//! Rectangles, affine maps, and where an item's box lands on the canvas.

use darkroom_editor_state::{Animations, Geometry, Ticks};

use crate::animation::effect;

/// A rectangle by its edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Rect {
    pub(crate) const fn new(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self { x0, y0, x1, y1 }
    }

    pub(crate) fn width(self) -> f64 {
        self.x1 - self.x0
    }

    pub(crate) fn height(self) -> f64 {
        self.y1 - self.y0
    }

    pub(crate) fn is_empty(self) -> bool {
        // Written so that NaN counts as empty.
        !(self.x0 < self.x1 && self.y0 < self.y1)
    }

    pub(crate) fn intersect(self, other: Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    pub(crate) fn corners(self) -> [(f64, f64); 4] {
        [
            (self.x0, self.y0),
            (self.x1, self.y0),
            (self.x1, self.y1),
            (self.x0, self.y1),
        ]
    }

    /// Edges moved to whole numbers where they are within a thousandth of one:
    /// what rounding errors of a few products may cost.
    pub(crate) fn snapped(self) -> Self {
        let snap = |x: f64| {
            let whole = x.round();
            if (x - whole).abs() < 1e-3 { whole } else { x }
        };
        Self::new(snap(self.x0), snap(self.y0), snap(self.x1), snap(self.y1))
    }

    /// The same rectangle in whole pixels, if its edges are whole.
    pub(crate) fn whole(self) -> Option<Pixels> {
        let whole = |x: f64| x.fract() == 0.0 && x.abs() < 1e9;
        (whole(self.x0) && whole(self.y0) && whole(self.x1) && whole(self.y1)).then_some(Pixels {
            x0: self.x0 as i32,
            y0: self.y0 as i32,
            x1: self.x1 as i32,
            y1: self.y1 as i32,
        })
    }

    /// The smallest rectangle of whole pixels around this one.
    pub(crate) fn outside(self) -> Pixels {
        let limit = 1e9;
        Pixels {
            x0: self.x0.floor().clamp(-limit, limit) as i32,
            y0: self.y0.floor().clamp(-limit, limit) as i32,
            x1: self.x1.ceil().clamp(-limit, limit) as i32,
            y1: self.y1.ceil().clamp(-limit, limit) as i32,
        }
    }
}

/// A rectangle of whole pixels; empty where an end is not after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pixels {
    pub x0: i32,
    pub y0: i32,
    pub x1: i32,
    pub y1: i32,
}

impl Pixels {
    pub(crate) fn is_empty(self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }

    pub(crate) fn intersect(self, other: Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.x0 <= other.x0 && self.y0 <= other.y0 && self.x1 >= other.x1 && self.y1 >= other.y1
    }

    /// What is left of it around `inner`, which lies within: above, below, to the left and
    /// to the right.
    pub(crate) fn around(self, inner: Self) -> Vec<Self> {
        if inner.is_empty() {
            return vec![self];
        }
        let (mut above, mut below, mut left, mut right) = (self, self, inner, inner);
        (above.y1, below.y0) = (inner.y0, inner.y1);
        (left.x0, left.x1) = (self.x0, inner.x0);
        (right.x0, right.x1) = (inner.x1, self.x1);
        let parts = [above, below, left, right];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn width(self) -> usize {
        (self.x1 - self.x0).max(0) as usize
    }

    pub(crate) fn height(self) -> usize {
        (self.y1 - self.y0).max(0) as usize
    }

    pub(crate) fn to_rect(self) -> Rect {
        Rect::new(
            f64::from(self.x0),
            f64::from(self.y0),
            f64::from(self.x1),
            f64::from(self.y1),
        )
    }
}

/// `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Affine {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
}

impl Affine {
    pub(crate) const IDENTITY: Self = Self::scale(1.0, 1.0);

    pub(crate) const fn scale(x: f64, y: f64) -> Self {
        Self {
            a: x,
            b: 0.0,
            c: 0.0,
            d: y,
            e: 0.0,
            f: 0.0,
        }
    }

    pub(crate) const fn translate(x: f64, y: f64) -> Self {
        Self {
            a: 1.0,
            b: 0.0,
            c: 0.0,
            d: 1.0,
            e: x,
            f: y,
        }
    }

    /// Clockwise, y pointing down; quarter turns are exact.
    #[expect(clippy::float_cmp, reason = "only exact quarter turns are exact")]
    pub(crate) fn rotate(degrees: f64) -> Self {
        let turn = degrees.rem_euclid(360.0);
        let (sin, cos) = if turn == 0.0 {
            (0.0, 1.0)
        } else if turn == 90.0 {
            (1.0, 0.0)
        } else if turn == 180.0 {
            (0.0, -1.0)
        } else if turn == 270.0 {
            (-1.0, 0.0)
        } else {
            turn.to_radians().sin_cos()
        };
        Self {
            a: cos,
            b: sin,
            c: -sin,
            d: cos,
            e: 0.0,
            f: 0.0,
        }
    }

    /// This map after `first`.
    pub(crate) fn after(self, first: Self) -> Self {
        Self {
            a: self.a * first.a + self.c * first.b,
            b: self.b * first.a + self.d * first.b,
            c: self.a * first.c + self.c * first.d,
            d: self.b * first.c + self.d * first.d,
            e: self.a * first.e + self.c * first.f + self.e,
            f: self.b * first.e + self.d * first.f + self.f,
        }
    }

    pub(crate) fn apply(self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.a * x + self.c * y + self.e,
            self.b * x + self.d * y + self.f,
        )
    }

    /// The way back, if nothing is flattened.
    pub(crate) fn inverse(self) -> Option<Self> {
        let det = self.a * self.d - self.b * self.c;
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Some(Self {
            a,
            b,
            c,
            d,
            e: -(a * self.e + c * self.f),
            f: -(b * self.e + d * self.f),
        })
    }

    /// Length of a unit along each axis after mapping.
    pub(crate) fn lengths(self) -> (f64, f64) {
        (self.a.hypot(self.b), self.c.hypot(self.d))
    }

    /// Neither turned nor mirrored.
    pub(crate) fn is_upright(self) -> bool {
        self.b == 0.0 && self.c == 0.0 && self.a > 0.0 && self.d > 0.0
    }

    /// The rectangle around a mapped rectangle.
    pub(crate) fn bounds(self, rect: Rect) -> Rect {
        let mut around = Rect::new(
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        );
        for corner in rect.corners() {
            let (x, y) = self.apply(corner);
            around = around.union(Rect::new(x, y, x, y));
        }
        around
    }
}

/// Where an item's box lands, and how visible it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// Width of the box before scaling, composition pixels.
    pub width: f64,
    /// Height of the box before scaling, composition pixels.
    pub height: f64,
    /// From the box's own coordinates (origin at its top left corner, composition
    /// pixels) to canvas pixels.
    pub matrix: Affine,
    /// 0..=1
    pub opacity: f64,
    /// The box moves, turns or grows around this instant.
    pub moving: bool,
    /// The box turns over its life.
    pub turning: bool,
}

/// What [`place`] needs to know of the scene.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    /// From composition pixels to canvas pixels.
    pub to_canvas: Affine,
    /// What slides begin and end outside of, in composition pixels.
    pub composition: Rect,
    /// The composition itself is on the move.
    pub sliding: bool,
}

impl Stage {
    /// The composition's box on the canvas.
    pub(crate) fn area(self) -> Rect {
        self.to_canvas.bounds(self.composition)
    }

    /// Moved by parts of its own sides.
    pub(crate) fn shifted(mut self, (x, y): (f64, f64)) -> Self {
        let area = self.area();
        self.to_canvas.e += x * area.width();
        self.to_canvas.f += y * area.height();
        self.sliding = true;
        self
    }
}

/// Resolves an item's box at a time counted from its start. `content` tells what is
/// drawn in a box of that size, in the box's coordinates (text may overflow).
pub(crate) fn place(
    geometry: &Geometry,
    animations: Animations,
    local: Ticks,
    duration: Ticks,
    stage: Stage,
    content: impl FnOnce(f64, f64) -> Rect,
) -> Placement {
    let width = geometry.width.at(local).max(0.0);
    let height = geometry.height.at(local).max(0.0);
    let centre = (
        geometry.left.at(local) + width / 2.0,
        geometry.top.at(local) + height / 2.0,
    );
    let shape = |zoom: f64| {
        Affine::rotate(geometry.rotation.at(local))
            .after(Affine::scale(
                geometry.scale_x.at(local) * zoom,
                geometry.scale_y.at(local) * zoom,
            ))
            .after(Affine::translate(-width / 2.0, -height / 2.0))
    };
    let rest = Affine::translate(centre.0, centre.1).after(shape(1.0));
    let bounds = rest.bounds(content(width, height));
    let effect = effect(animations, local, duration, bounds, stage.composition);
    let matrix = stage
        .to_canvas
        .after(Affine::translate(
            centre.0 + effect.shift.0,
            centre.1 + effect.shift.1,
        ))
        .after(shape(effect.zoom));
    let turning = !geometry.rotation.is_constant();
    let fixed = [
        &geometry.left,
        &geometry.top,
        &geometry.width,
        &geometry.height,
        &geometry.scale_x,
        &geometry.scale_y,
    ]
    .iter()
    .all(|number| number.is_constant());
    Placement {
        width,
        height,
        matrix,
        opacity: (geometry.opacity.at(local).clamp(0.0, 1.0) * effect.opacity).clamp(0.0, 1.0),
        moving: !fixed || turning || effect.moves || stage.sliding,
        turning,
    }
}
