//! Glyphs: outlines as paths, colour glyphs as bitmaps.

use std::sync::Arc;

use parley::FontData;
use parley::fontique::Synthesis;
use skrifa::bitmap::BitmapStrikes;
use skrifa::instance::{NormalizedCoord, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use tiny_skia_path::{LineCap, LineJoin, Path, PathBuilder, Stroke};

use super::pictures::{self, PictureKey, Pictures};
use crate::bitmap::Bitmap;
use crate::geometry::Affine;

/// One face at one size.
pub(super) struct Face<'a> {
    file: &'a FontData,
    font: FontRef<'a>,
    size: f32,
    coords: Vec<NormalizedCoord>,
    skew: f32,
    bolder: f32,
}

/// What a glyph looks like.
pub(super) enum Shape {
    /// Nothing to see (a space).
    Empty,
    /// Inside this path, in text coordinates.
    Outline(Path),
    /// A colour picture and its map into text coordinates.
    Picture(Arc<Bitmap>, Affine),
}

impl<'a> Face<'a> {
    /// A font at a size in pixels, with its variation coordinates in 2.14 bits.
    pub(super) fn new(
        font: &'a FontData,
        size: f32,
        coords: impl Iterator<Item = i16>,
        synthesis: Synthesis,
    ) -> Option<Self> {
        Some(Self {
            file: font,
            font: FontRef::from_index(font.data.as_ref(), font.index).ok()?,
            size,
            coords: coords.map(NormalizedCoord::from_bits).collect(),
            skew: synthesis
                .skew()
                .map_or(0.0, |degrees| degrees.to_radians().tan()),
            bolder: if synthesis.embolden() {
                boldness(size)
            } else {
                0.0
            },
        })
    }

    /// The glyph with its origin at (`x`, `y`).
    pub(super) fn glyph(&self, id: u32, x: f32, y: f32, pictures: &Pictures) -> Shape {
        let id = GlyphId::new(id);
        let mut pen = Pen {
            builder: PathBuilder::new(),
            x,
            y,
            skew: self.skew,
        };
        let settings = DrawSettings::unhinted(Size::new(self.size), self.coords.as_slice());
        let drawn = self
            .font
            .outline_glyphs()
            .get(id)
            .is_some_and(|glyph| glyph.draw(settings, &mut pen).is_ok());
        if drawn && let Some(path) = pen.builder.finish() {
            return Shape::Outline(self.embolden(path));
        }
        self.picture(id, x, y, pictures).unwrap_or(Shape::Empty)
    }

    fn embolden(&self, path: Path) -> Path {
        if self.bolder <= 0.0 {
            return path;
        }
        let Some(rim) = stroke(&path, self.bolder) else {
            return path;
        };
        let mut both = PathBuilder::new();
        both.push_path(&path);
        both.push_path(&rim);
        both.finish().unwrap_or(path)
    }

    fn picture(&self, id: GlyphId, x: f32, y: f32, pictures: &Pictures) -> Option<Shape> {
        let glyph = BitmapStrikes::new(&self.font).glyph_for_size(Size::new(self.size), id)?;
        let key = PictureKey::new(self.file.index, id.to_u32(), &glyph);
        let bitmap = pictures.get(&self.file.data, key, || pictures::bitmap(&glyph))?;
        let scale = (self.size / glyph.ppem_x, self.size / glyph.ppem_y);
        let map = Affine {
            a: f64::from(scale.0),
            b: 0.0,
            c: 0.0,
            d: f64::from(scale.1),
            e: f64::from(x + glyph.inner_bearing_x * scale.0),
            f: f64::from(y - glyph.inner_bearing_y * scale.1),
        };
        Some(Shape::Picture(bitmap, map))
    }
}

/// The outline of a line along a path, `width` wide, its corners as browsers draw
/// stroked text.
pub(super) fn stroke(path: &Path, width: f32) -> Option<Path> {
    let stroke = Stroke {
        width,
        miter_limit: 4.0,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Miter,
        dash: None,
    };
    path.stroke(&stroke, 8.0)
}

/// How much wider a synthesised bold is drawn: as in Skia, 1/24 of small sizes, 1/32
/// of large ones.
fn boldness(size: f32) -> f32 {
    let (small, large) = (9.0, 36.0);
    let part = ((size - small) / (large - small)).clamp(0.0, 1.0);
    size * (1.0 / 24.0 + (1.0 / 32.0 - 1.0 / 24.0) * part)
}

/// Collects an outline; font coordinates point up, ours down.
struct Pen {
    builder: PathBuilder,
    x: f32,
    y: f32,
    skew: f32,
}

impl Pen {
    fn map(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x + y * self.skew, self.y - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.map(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.map(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.map(cx, cy), self.map(x, y));
        self.builder.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.map(ax, ay), self.map(bx, by), self.map(x, y));
        self.builder.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
