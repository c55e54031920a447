//! Paints what velato lays out.

use kurbo::{Affine, PathEl, Shape};
use peniko::{Brush, Compose};
use tiny_skia as skia;
use velato::RenderSink;
use velato::model::{ImageAsset, fixed};

use super::paint::Paint;
use super::still::{MaskMode, MaskNote, Note};

/// Pictures that are painted apart, a frame: masks, mattes, blends and fades.
const MOST_GROUPS: usize = 400;
/// Bytes of all pictures that are open at once.
const MOST_BYTES: usize = 512 << 20;
/// How far a curve may be off when velato hands out another shape than a path.
const ACCURACY: f64 = 0.05;

/// What is painted apart, until it goes back on what lies below.
enum Group {
    /// Was joined to the one below: nothing to do.
    Joined,
    Apart {
        below: skia::Pixmap,
        opacity: f32,
        blend: skia::BlendMode,
        mask: Option<skia::Mask>,
    },
}

/// A layer that is being painted.
struct Open {
    note: Note,
    /// Masks seen.
    masks: usize,
}

/// See the module.
pub(super) struct Sink<'a> {
    pixels: skia::Pixmap,
    paints: &'a [Paint],
    notes: &'a [Note],
    groups: Vec<Group>,
    layers: Vec<Open>,
    opened: usize,
}

impl<'a> Sink<'a> {
    pub(super) fn new(pixels: skia::Pixmap, paints: &'a [Paint], notes: &'a [Note]) -> Self {
        Self {
            pixels,
            paints,
            notes,
            groups: Vec::new(),
            layers: Vec::new(),
            opened: 0,
        }
    }

    /// `None` where the frame took more than it may.
    pub(super) fn finish(self) -> Option<skia::Pixmap> {
        (self.opened <= MOST_GROUPS).then_some(self.pixels)
    }

    fn open(&mut self, opacity: f32, blend: skia::BlendMode, mask: Option<skia::Mask>) {
        self.opened += 1;
        let bytes = self.pixels.data().len() * (self.groups.len() + 2);
        let fresh = skia::Pixmap::new(self.pixels.width(), self.pixels.height());
        match fresh {
            Some(fresh) if self.opened <= MOST_GROUPS && bytes <= MOST_BYTES => {
                let below = std::mem::replace(&mut self.pixels, fresh);
                self.groups.push(Group::Apart {
                    below,
                    opacity,
                    blend,
                    mask,
                });
            }
            _ => {
                self.opened = MOST_GROUPS + 1;
                self.groups.push(Group::Joined);
            }
        }
    }

    fn close(&mut self) {
        let Some(Group::Apart {
            mut below,
            opacity,
            blend,
            mask,
        }) = self.groups.pop()
        else {
            return;
        };
        if let Some(mask) = &mask {
            self.pixels.apply_mask(mask);
        }
        let paint = skia::PixmapPaint {
            opacity,
            blend_mode: blend,
            quality: skia::FilterQuality::Nearest,
        };
        let as_is = skia::Transform::identity();
        below.draw_pixmap(0, 0, self.pixels.as_ref(), &paint, as_is, None);
        self.pixels = below;
    }

    /// What one mask alone leaves.
    fn coverage(
        &self,
        note: MaskNote,
        transform: Affine,
        shape: &impl Shape,
    ) -> Option<skia::Mask> {
        let mut mask = skia::Mask::new(self.pixels.width(), self.pixels.height())?;
        if let Some(path) = path(shape) {
            mask.fill_path(&path, skia::FillRule::Winding, true, to_skia(transform));
        }
        if note.inverted {
            mask.invert();
        }
        if note.opacity < 1.0 {
            for value in mask.data_mut() {
                *value = (f32::from(*value) * note.opacity).round() as u8;
            }
        }
        Some(mask)
    }
}

impl RenderSink for Sink<'_> {
    /// Of a matte or of copies that fade: no edge of theirs cuts anything.
    fn push_layer(
        &mut self,
        blend: impl Into<peniko::BlendMode>,
        alpha: f32,
        _transform: Affine,
        _shape: &impl Shape,
    ) {
        let blend = match blend.into().compose {
            Compose::SrcIn => skia::BlendMode::SourceIn,
            Compose::SrcOut => skia::BlendMode::SourceOut,
            _ => skia::BlendMode::SourceOver,
        };
        let is_matte = blend != skia::BlendMode::SourceOver;
        if is_matte && self.layers.last().is_some_and(|layer| layer.note.luma) {
            by_luminance(&mut self.pixels);
        }
        self.open(alpha, blend, None);
    }

    fn push_clip_layer(&mut self, transform: Affine, shape: &impl Shape) {
        let note = self.layers.last_mut().and_then(|layer| {
            let note = layer.note.masks.get(layer.masks).copied();
            layer.masks += 1;
            Some((note?, layer.masks == 1))
        });
        // Without a layer it is the whole animation, which is the whole picture.
        let Some((note, is_first)) = note else {
            return self.groups.push(Group::Joined);
        };
        let Some(fresh) = self.coverage(note, transform, shape) else {
            return self.groups.push(Group::Joined);
        };
        if is_first {
            let mut mask = fresh;
            if note.mode == MaskMode::Subtract {
                mask.invert();
            }
            return self.open(1.0, skia::BlendMode::SourceOver, Some(mask));
        }
        let last = self.groups.iter_mut().rev().find_map(|group| match group {
            Group::Apart { mask, .. } => mask.as_mut(),
            Group::Joined => None,
        });
        if let Some(mask) = last {
            join(mask, &fresh, note.mode);
        }
        self.groups.push(Group::Joined);
    }

    fn pop_layer(&mut self) {
        self.close();
    }

    fn draw(
        &mut self,
        stroke: Option<&fixed::Stroke>,
        transform: Affine,
        brush: &fixed::Brush,
        shape: &impl Shape,
    ) {
        let Brush::Solid(color) = brush else {
            return;
        };
        let [number, _, _, alpha] = color.components;
        let own = self.paints.get(number as usize);
        let Some((own, shader)) = own.and_then(|own| Some((own, own.shader(alpha)?))) else {
            return;
        };
        let Some(path) = path(shape) else {
            return;
        };
        let paint = skia::Paint {
            shader,
            ..skia::Paint::default()
        };
        let transform = to_skia(transform);
        let rule = if own.even_odd {
            skia::FillRule::EvenOdd
        } else {
            skia::FillRule::Winding
        };
        match stroke {
            None => self.pixels.fill_path(&path, &paint, rule, transform, None),
            Some(stroke) => {
                let stroke = line(stroke, own.dash(&path));
                self.pixels
                    .stroke_path(&path, &paint, &stroke, transform, None);
            }
        }
    }

    /// Image layers are not read.
    fn draw_image(&mut self, _image: &ImageAsset, _transform: Affine, _alpha: f64) {}

    fn begin_layer_group(&mut self, name: &str, _index: usize) {
        let note = name
            .parse()
            .ok()
            .and_then(|index: usize| self.notes.get(index));
        let note = note.cloned().unwrap_or_default();
        if is_apart(&note) {
            self.open(note.opacity, note.blend, None);
        }
        self.layers.push(Open { note, masks: 0 });
    }

    fn end_layer_group(&mut self) {
        if self.layers.pop().is_some_and(|layer| is_apart(&layer.note)) {
            self.close();
        }
    }
}

fn is_apart(note: &Note) -> bool {
    note.opacity < 1.0 || note.blend != skia::BlendMode::SourceOver
}

/// Joins a mask to those before it.
fn join(mask: &mut skia::Mask, fresh: &skia::Mask, mode: MaskMode) {
    let product = |one: u8, two: u8| ((u32::from(one) * u32::from(two) + 127) / 255) as u8;
    for (value, fresh) in mask.data_mut().iter_mut().zip(fresh.data()) {
        *value = match mode {
            MaskMode::Add => 255 - product(255 - *value, 255 - *fresh),
            MaskMode::Subtract => product(*value, 255 - *fresh),
            MaskMode::Intersect => product(*value, *fresh),
        };
    }
}

/// Makes what is bright opaque, and what is dark transparent.
fn by_luminance(pixels: &mut skia::Pixmap) {
    for pixel in pixels.pixels_mut() {
        let [r, g, b] = [pixel.red(), pixel.green(), pixel.blue()].map(f32::from);
        let luminance = (0.2126 * r + 0.7152 * g + 0.0722 * b).round() as u8;
        *pixel = skia::ColorU8::from_rgba(255, 255, 255, luminance).premultiply();
    }
}

fn line(stroke: &fixed::Stroke, dash: Option<skia::StrokeDash>) -> skia::Stroke {
    skia::Stroke {
        width: stroke.width as f32,
        miter_limit: stroke.miter_limit as f32,
        line_cap: match stroke.start_cap {
            kurbo::Cap::Butt => skia::LineCap::Butt,
            kurbo::Cap::Round => skia::LineCap::Round,
            kurbo::Cap::Square => skia::LineCap::Square,
        },
        line_join: match stroke.join {
            kurbo::Join::Bevel => skia::LineJoin::Bevel,
            kurbo::Join::Miter => skia::LineJoin::Miter,
            kurbo::Join::Round => skia::LineJoin::Round,
        },
        dash,
    }
}

fn path(shape: &impl Shape) -> Option<skia::Path> {
    let mut path = skia::PathBuilder::new();
    let at = |point: kurbo::Point| (point.x as f32, point.y as f32);
    for element in shape.path_elements(ACCURACY) {
        match element {
            PathEl::MoveTo(to) => path.move_to(at(to).0, at(to).1),
            PathEl::LineTo(to) => path.line_to(at(to).0, at(to).1),
            PathEl::QuadTo(by, to) => path.quad_to(at(by).0, at(by).1, at(to).0, at(to).1),
            PathEl::CurveTo(one, two, to) => {
                let ((a, b), (c, d), (x, y)) = (at(one), at(two), at(to));
                path.cubic_to(a, b, c, d, x, y);
            }
            PathEl::ClosePath => path.close(),
        }
    }
    path.finish()
}

fn to_skia(transform: Affine) -> skia::Transform {
    let [a, b, c, d, e, f] = transform.as_coeffs().map(|number| number as f32);
    skia::Transform::from_row(a, b, c, d, e, f)
}
