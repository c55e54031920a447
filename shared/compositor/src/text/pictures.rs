//! Colour glyphs as bitmaps. Equal ones are one, whichever texts and scenes show them: a
//! document of nothing but emoji takes no more than the different glyphs of its fonts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use parley::fontique::Blob;
use skrifa::bitmap::{BitmapData, BitmapGlyph};

use crate::bitmap::Bitmap;
use crate::picture::RgbaFrame;

/// Most pixels a side of a colour glyph's picture, several times those of any emoji font: a
/// larger one is left out, since a head of a few bytes can ask for all memory there is.
const PICTURE_SIDE: u32 = 1024;

/// A colour glyph of a file, at one of the sizes that the file has it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PictureKey {
    /// Of the font within its file.
    index: u32,
    glyph: u32,
    /// Pixels per em, as bits.
    ppem: [u32; 2],
}

impl PictureKey {
    pub(super) fn new(index: u32, glyph: u32, picture: &BitmapGlyph<'_>) -> Self {
        let ppem = [picture.ppem_x, picture.ppem_y].map(f32::to_bits);
        Self { index, glyph, ppem }
    }
}

type Shown = HashMap<PictureKey, Weak<Bitmap>>;

/// The bitmaps that are shown of some fonts. Those that nobody shows any more are dropped.
#[derive(Default)]
pub(super) struct Pictures {
    /// By the number of the font's file. The file is kept, as it would have another number
    /// when it is mapped anew.
    files: Mutex<HashMap<u64, (Blob<u8>, Shown)>>,
}

impl Pictures {
    /// The bitmap of a glyph, which `read` makes where it is not shown yet.
    pub(super) fn get(
        &self,
        file: &Blob<u8>,
        key: PictureKey,
        read: impl FnOnce() -> Option<Bitmap>,
    ) -> Option<Arc<Bitmap>> {
        let known = self.shown(file, |shown| shown.get(&key).and_then(Weak::upgrade));
        if known.is_some() {
            return known;
        }
        // Others may look for theirs meanwhile, and even for this one.
        let fresh = Arc::new(read()?);
        Some(self.shown(file, |shown| {
            if let Some(first) = shown.get(&key).and_then(Weak::upgrade) {
                first
            } else {
                shown.insert(key, Arc::downgrade(&fresh));
                fresh
            }
        }))
    }

    fn shown<T>(&self, file: &Blob<u8>, find: impl FnOnce(&mut Shown) -> T) -> T {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, shown) = files
            .entry(file.id())
            .or_insert_with(|| (file.clone(), Shown::new()));
        find(shown)
    }
}

/// The pixels of a glyph; `None` where it has none in colour, or too many.
pub(super) fn bitmap(glyph: &BitmapGlyph<'_>) -> Option<Bitmap> {
    let bitmap = match glyph.data {
        BitmapData::Png(bytes) => decode(bytes)?,
        BitmapData::Bgra(bytes) => {
            let mut data = bytes.to_vec();
            for pixel in data.chunks_exact_mut(4) {
                pixel.swap(0, 2);
            }
            Bitmap {
                width: glyph.width as usize,
                height: glyph.height as usize,
                data,
                opaque: false,
            }
        }
        BitmapData::Mask(_) => return None,
    };
    (bitmap.data.len() == bitmap.width * bitmap.height * 4).then_some(bitmap)
}

fn decode(bytes: &[u8]) -> Option<Bitmap> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    // Before anything is made room for.
    let head = decoder.read_header_info().ok()?;
    if head.width.max(head.height) > PICTURE_SIDE {
        return None;
    }
    let mut reader = decoder.read_info().ok()?;
    let mut data = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut data).ok()?;
    if info.color_type != png::ColorType::Rgba {
        return None;
    }
    data.truncate(info.buffer_size());
    Some(Bitmap::premultiplied(&RgbaFrame {
        width: info.width,
        height: info.height,
        data,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::art::Mark;
    use crate::text::{Fonts, LabelStyle, font_dirs, label};

    /// The bitmaps of a text, as a scene of its own shows them.
    fn shown(text: &str, size: f64, fonts: &Fonts) -> Vec<Arc<Bitmap>> {
        let style = LabelStyle {
            size,
            weight: "400",
            color: [255; 4],
            halo: None,
        };
        let label = label(text, style, 10_000.0, fonts, &mut fonts.context());
        let bitmap = |mark: Mark| match mark {
            Mark::Picture { bitmap, .. } => Some(bitmap),
            _ => None,
        };
        label.at(0.0, 0.0).filter_map(bitmap).collect()
    }

    #[test]
    fn equal_glyphs_share_one_bitmap_as_long_as_one_is_shown() {
        let fonts = Fonts::load(&font_dirs()).unwrap();
        let first = shown("😀🎉😀", 20.0, &fonts);
        let second = shown("🎉 😀", 40.0, &fonts);
        let ([face, party, again], [other_party, other_face]) = (&*first, &*second) else {
            panic!("{} and {} pictures", first.len(), second.len());
        };
        assert!(!Arc::ptr_eq(face, party));
        for (one, other) in [(face, again), (face, other_face), (party, other_party)] {
            assert!(Arc::ptr_eq(one, other));
        }
        let face = Arc::downgrade(face);
        drop((first, second));
        assert!(face.upgrade().is_none(), "kept for nobody");
        assert_eq!(shown("😀", 20.0, &fonts).len(), 1);
    }

    /// A transparent PNG.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        let pixels = vec![0; (width * height * 4) as usize];
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn a_colour_glyph_of_more_pixels_than_any_is_left_out() {
        for (width, height) in [(136, 128), (PICTURE_SIDE, 1), (1, PICTURE_SIDE)] {
            let picture = decode(&png(width, height)).unwrap();
            assert_eq!(
                (picture.width, picture.height),
                (width as usize, height as usize)
            );
        }
        assert!(decode(&png(PICTURE_SIDE + 1, 1)).is_none());
        assert!(decode(&png(1, PICTURE_SIDE + 1)).is_none());
        // 2^24 by 2^31 - 1 pixels of one bit: no machine has room for them.
        let mut endless = png(1, 1);
        endless[16..33].copy_from_slice(b"\x01\0\0\0\x7f\xff\xff\xff\x01\0\0\0\0\xb1\xc5\x73\x24");
        assert!(decode(&endless).is_none());
    }
}
