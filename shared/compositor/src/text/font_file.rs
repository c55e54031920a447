//! A font that is not installed but brought along, in memory: an operator's own.

use std::path::Path;
use std::time::Instant;

use parley::fontique::{Blob, Collection, CollectionOptions, FontStyle, FontWeight, FontWidth};
use skrifa::bitmap::BitmapStrikes;
use skrifa::raw::FileRef;
use skrifa::{FontRef, MetadataProvider as _};

use super::font_cost::{Budget, FILE_TIME, GLYPH_BYTES, GLYPH_MOVES, GLYPH_PARTS};

/// Most fonts of a collection: each is read, even where all of them are one.
const FONTS: u32 = 512;

/// Whether a name is one of a font file, by its ending: `.ttf`, `.otf`, `.ttc` or `.otc`.
pub fn is_font_name(name: &Path) -> bool {
    let ending = name.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase);
    matches!(ending.as_deref(), Some("ttf" | "otf" | "ttc" | "otc"))
}

/// Why a file is not used as a font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FontFault {
    /// It is none, or has a font without a name, characters, or anything to draw them with.
    #[error("it is no TrueType or OpenType font that texts can be drawn with")]
    NoFont,
    /// A glyph, or all of them, would take more work than those of any font that was made
    /// to be read.
    #[error(
        "its glyphs are too complex: at most {GLYPH_PARTS} points and components of a glyph are \
         drawn, and {GLYPH_BYTES} bytes of a charstring with its subroutines; use a font without \
         such glyphs (those of a variable font may be moved {GLYPH_MOVES} times, each point for \
         each variation)"
    )]
    TooComplex,
    /// It took longer than 10 seconds to count what its glyphs take.
    #[error(
        "its glyphs were not counted within {} s; use a font with fewer or simpler glyphs",
        FILE_TIME.as_secs()
    )]
    TooSlow,
    /// It is a collection of more than 512 fonts.
    #[error("it is a collection of more than {FONTS} fonts; use one with fewer")]
    TooManyFonts,
    /// It has a `VARC` table, whose components nobody counts.
    #[error(
        "it has variable components (a VARC table), which are not drawn; use a font without them"
    )]
    VariableComponents,
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
    /// Reads a file's tables, and counts what its glyphs take to draw, for ten seconds at
    /// most. WOFF files are no fonts here. What a variable CFF2 font's subroutines call is
    /// counted where no axis is moved; that it is the same elsewhere is taken on trust, as are
    /// the fonts that are installed, and how many pixels all colour glyphs of a font have: only
    /// the operator adds fonts.
    ///
    /// # Errors
    /// Where it is no font, or cannot be drawn in bounded time: see [`FontFault`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, FontFault> {
        let mut budget = Budget::new(Instant::now() + FILE_TIME);
        if let Ok(FileRef::Collection(collection)) = FileRef::new(&bytes)
            && collection.len() > FONTS
        {
            return Err(FontFault::TooManyFonts);
        }
        let data = Blob::from(bytes);
        let mut alone = Collection::new(CollectionOptions {
            shared: false,
            system_fonts: false,
        });
        let mut faces = Vec::new();
        for (family, fonts) in alone.register_fonts(data.clone(), None) {
            let family = alone.family_name(family).ok_or(FontFault::NoFont)?;
            let family = family.to_owned();
            for font in fonts {
                let tables = FontRef::from_index(data.data(), font.index());
                let tables = tables.ok().filter(is_drawn).ok_or(FontFault::NoFont)?;
                budget.covers(&tables)?;
                faces.push(Face {
                    family: family.clone(),
                    width: font.width(),
                    style: font.style(),
                    weight: font.weight(),
                });
            }
        }
        if faces.is_empty() {
            return Err(FontFault::NoFont);
        }
        Ok(Self { data, faces })
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
fn is_drawn(font: &FontRef<'_>) -> bool {
    let pictures =
        font.outline_glyphs().format().is_some() || BitmapStrikes::new(font).format().is_some();
    font.charmap().has_map() && pictures
}
