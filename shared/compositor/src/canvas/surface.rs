//! A window of premultiplied RGBA pixels that layers are drawn on.

use super::blend::{self, Op};
use crate::bitmap::Bitmap;
use crate::geometry::{Pixels, Rect};

/// RGBA pixels and where they lie on the canvas.
pub(crate) struct Surface<'a> {
    pub data: &'a mut [u8],
    /// Canvas pixels the buffer stands for, rows packed.
    pub area: Pixels,
}

impl<'a> Surface<'a> {
    pub(crate) fn of(bitmap: &'a mut Bitmap, x: i32, y: i32) -> Self {
        let area = Pixels {
            x0: x,
            y0: y,
            x1: x + bitmap.width as i32,
            y1: y + bitmap.height as i32,
        };
        Self {
            data: &mut bitmap.data,
            area,
        }
    }

    /// Pixels `x0..x1` of row `y`, all of them inside the area.
    pub(crate) fn span(&mut self, y: i32, x0: i32, x1: i32) -> &mut [u8] {
        let row = (y - self.area.y0).max(0) as usize * self.area.width();
        let from = row + (x0 - self.area.x0).max(0) as usize;
        let to = row + (x1 - self.area.x0).max(0) as usize;
        self.data.get_mut(from * 4..to * 4).unwrap_or_default()
    }

    /// Draws `bitmap` with its top left corner on pixel (`x`, `y`), inside `region`.
    pub(crate) fn blit(
        &mut self,
        bitmap: &Bitmap,
        at: (i32, i32),
        region: Pixels,
        opacity: u8,
        op: Op,
    ) {
        let whole = Pixels {
            x0: at.0,
            y0: at.1,
            x1: at.0 + bitmap.width as i32,
            y1: at.1 + bitmap.height as i32,
        };
        let part = whole.intersect(region).intersect(self.area);
        if part.is_empty() {
            return;
        }
        for y in part.y0..part.y1 {
            let source = bitmap.row((y - at.1) as usize);
            let from = (part.x0 - at.0) as usize * 4;
            let source = source
                .get(from..from + part.width() * 4)
                .unwrap_or_default();
            let target = self.span(y, part.x0, part.x1);
            if opacity == 255 && bitmap.opaque && op == Op::Over {
                target.copy_from_slice(source);
            } else {
                blend::row(target, source, opacity, op);
            }
        }
    }

    /// Fills a rectangle, its edges covering pixels in part.
    pub(crate) fn fill(&mut self, rect: Rect, color: [u8; 4], region: Pixels) {
        let part = rect.outside().intersect(region).intersect(self.area);
        if part.is_empty() {
            return;
        }
        let covered = |at: i32, from: f64, to: f64| {
            let at = f64::from(at);
            ((at + 1.0).min(to) - at.max(from)).clamp(0.0, 1.0)
        };
        let inner = Rect::new(rect.x0.ceil(), rect.y0, rect.x1.floor(), rect.y1);
        let inner = (
            (inner.x0 as i32).clamp(part.x0, part.x1),
            (inner.x1 as i32).clamp(part.x0, part.x1),
        );
        let inner = (inner.0, inner.1.max(inner.0));
        for y in part.y0..part.y1 {
            let down = covered(y, rect.y0, rect.y1);
            let edges = (part.x0..inner.0).chain(inner.1..part.x1);
            for x in edges {
                let coverage = (covered(x, rect.x0, rect.x1) * down * 255.0).round() as u8;
                blend::cover_row(self.span(y, x, x + 1), color, &[coverage]);
            }
            let coverage = (down * 255.0).round() as u8;
            blend::flat_row(self.span(y, inner.0, inner.1), color, coverage);
        }
    }
}
