//! A font that is not installed but brought along, in memory: an operator's own.

use std::path::Path;

use parley::fontique::{Blob, Collection, CollectionOptions, FontStyle, FontWeight, FontWidth};
use skrifa::bitmap::BitmapStrikes;
use skrifa::{FontRef, MetadataProvider as _};

/// Whether a name is one of a font file, by its ending: `.ttf`, `.otf`, `.ttc` or `.otc`.
pub fn is_font_name(name: &Path) -> bool {
    let ending = name.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase);
    matches!(ending.as_deref(), Some("ttf" | "otf" | "ttc" | "otc"))
}

/// A TrueType or OpenType file, or a collection of such. Cheap to clone.
#[derive(Clone)]
pub struct FontFile {
    data: Blob<u8>,
    faces: Vec<Face>,
}

/// One font of a file.
#[derive(Debug, Clone)]
pub(super) struct Face {
    pub(super) family: String,
    pub(super) width: FontWidth,
    pub(super) style: FontStyle,
    pub(super) weight: FontWeight,
}

impl std::fmt::Debug for FontFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FontFile")
            .field("faces", &self.faces)
            .finish_non_exhaustive()
    }
}

impl FontFile {
    /// Reads a file's tables; `None` where it is no font, or one of its fonts has no
    /// name, no characters or nothing to draw them with. WOFF files are no fonts here.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let data = Blob::from(bytes);
        let mut alone = Collection::new(CollectionOptions {
            shared: false,
            system_fonts: false,
        });
        let mut faces = Vec::new();
        for (family, fonts) in alone.register_fonts(data.clone(), None) {
            let family = alone.family_name(family)?.to_owned();
            for font in fonts {
                if !is_drawn(data.data(), font.index()) {
                    return None;
                }
                faces.push(Face {
                    family: family.clone(),
                    width: font.width(),
                    style: font.style(),
                    weight: font.weight(),
                });
            }
        }
        (!faces.is_empty()).then_some(Self { data, faces })
    }

    /// The families that the file has fonts of, by name.
    pub fn families(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.faces.iter().map(|face| &*face.family).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(super) fn faces(&self) -> &[Face] {
        &self.faces
    }

    pub(super) fn data(&self) -> Blob<u8> {
        self.data.clone()
    }
}

/// Whether a font has characters, and outlines or bitmaps for them.
fn is_drawn(data: &[u8], index: u32) -> bool {
    FontRef::from_index(data, index).is_ok_and(|font| {
        let pictures = font.outline_glyphs().format().is_some()
            || BitmapStrikes::new(&font).format().is_some();
        font.charmap().has_map() && pictures
    })
}
