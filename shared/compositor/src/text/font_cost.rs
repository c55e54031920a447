//! What the glyphs of a font take to draw, counted before the first of them is drawn.
//!
//! A glyph may be composed of others, and a charstring calls subroutines. Both are held to
//! a depth where they are drawn, not to a number: ten of ten of ten, twelve times, would be
//! drawn for ever.

use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use skrifa::raw::TableProvider as _;
use skrifa::raw::ps::cff::blend::BlendState;
use skrifa::raw::ps::cff::index::Index;
use skrifa::raw::ps::cff::{CffFontRef, Subfont};
use skrifa::raw::ps::cs::{CharstringContext, CharstringKind, CommandSink, evaluate};
use skrifa::raw::ps::error::Error;
use skrifa::raw::tables::glyf::{Glyf, Glyph};
use skrifa::raw::tables::loca::Loca;
use skrifa::raw::types::Fixed;
use skrifa::{FontRef, GlyphId, Tag};

use super::font_file::FontFault;

/// Most points and components of one glyph, those of its components among them. A glyph of
/// its own points alone has at most 65,536.
pub(super) const GLYPH_PARTS: usize = 100_000;
/// Most bytes of one glyph's charstring and of the subroutines that it calls, each as often
/// as it is called.
pub(super) const GLYPH_BYTES: usize = 1 << 20;
/// Most components that the glyphs of a file name, and bytes that their charstrings come to.
const FILE_COMPONENTS: usize = 1 << 22;
const FILE_BYTES: usize = 1 << 28;
/// Most glyphs of a `glyf` table: components are named by 16 bits.
const GLYPHS: usize = 1 << 16;
/// Most parts of a CFF font with subroutines of their own, as its usual tables name them by
/// 8 bits.
const SUBFONTS: u16 = 256;
/// As deep as components of components are drawn.
const DEPTH: usize = 32;

/// What the fonts of one file may still take to count.
pub(super) struct Budget {
    components: usize,
    bytes: usize,
    /// Tables that were counted, by where they lie and how long they are: the fonts of a
    /// collection share them.
    counted: HashSet<[usize; 4]>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            components: FILE_COMPONENTS,
            bytes: FILE_BYTES,
            counted: HashSet::new(),
        }
    }
}

impl Budget {
    /// Fails where a font of the file cannot be drawn in bounded time.
    pub(super) fn covers(&mut self, font: &FontRef<'_>) -> Result<(), FontFault> {
        if font.varc().is_ok() {
            return Err(FontFault::VariableComponents);
        }
        if let (Ok(loca), Ok(glyf)) = (font.loca(None), font.glyf()) {
            self.covers_outlines(&loca, &glyf)?;
        }
        for (tag, is_second) in [(b"CFF2", true), (b"CFF ", false)] {
            if let Some(data) = font.table_data(Tag::new(tag)) {
                self.covers_charstrings(data.as_bytes(), is_second)?;
            }
        }
        Ok(())
    }

    fn covers_outlines(&mut self, loca: &Loca<'_>, glyf: &Glyf<'_>) -> Result<(), FontFault> {
        let place = match loca {
            Loca::Short(offsets) => offsets.as_ptr().addr(),
            Loca::Long(offsets) => offsets.as_ptr().addr(),
        };
        let outlines = glyf.offset_data().as_bytes();
        let table = [outlines.as_ptr().addr(), outlines.len(), place, loca.len()];
        if !self.counted.insert(table) {
            return Ok(());
        }
        if loca.len() > GLYPHS {
            return Err(FontFault::TooComplex);
        }
        let mut parts = vec![0; loca.len()];
        let mut composed = Vec::new();
        for (id, parts) in parts.iter_mut().enumerate() {
            match loca.get_glyf(GlyphId::new(id as u32), glyf) {
                Ok(Some(Glyph::Simple(simple))) => *parts = simple.num_points(),
                Ok(Some(Glyph::Composite(composite))) => {
                    let components = composite.component_glyphs_and_flags();
                    let components = components.map(|(glyph, _)| usize::from(glyph.to_u16()));
                    let components: Vec<usize> = components.take(GLYPH_PARTS + 1).collect();
                    take(&mut self.components, components.len())?;
                    composed.push((id, components));
                }
                // Nothing to draw, or nothing that is drawn.
                _ => {}
            }
        }
        count_components(&mut parts, &composed)
    }

    fn covers_charstrings(&mut self, data: &[u8], is_second: bool) -> Result<(), FontFault> {
        let table = [data.as_ptr().addr(), data.len(), usize::from(is_second), 0];
        if !self.counted.insert(table) {
            return Ok(());
        }
        let font = if is_second {
            CffFontRef::new_cff2(data, None)
        } else {
            CffFontRef::new_cff(data, 0, None)
        };
        let font = font.map_err(|_| FontFault::NoFont)?;
        if font.num_subfonts() > SUBFONTS {
            return Err(FontFault::TooComplex);
        }
        let mut subfonts = HashMap::new();
        for id in (0..font.num_glyphs()).map(GlyphId::new) {
            let number = font.subfont_index(id).unwrap_or(0);
            let subfont = match subfonts.entry(number) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => {
                    let read = font.subfont(number, &[]);
                    *unknown.insert(read.map_err(|_| FontFault::NoFont)?)
                }
            };
            let bytes = charstring_bytes(&font, &subfont, id, is_second);
            if bytes > GLYPH_BYTES {
                return Err(FontFault::TooComplex);
            }
            take(&mut self.bytes, bytes)?;
        }
        Ok(())
    }
}

fn take(left: &mut usize, count: usize) -> Result<(), FontFault> {
    *left = left.checked_sub(count).ok_or(FontFault::TooComplex)?;
    Ok(())
}

/// Adds up glyphs of components, from the points of all others: one level deeper each time,
/// so that no way of naming each other makes it take longer.
fn count_components(
    parts: &mut [usize],
    composed: &[(usize, Vec<usize>)],
) -> Result<(), FontFault> {
    for _ in 0..=DEPTH {
        let of = |component: &usize| 1 + parts.get(*component).copied().unwrap_or_default();
        let sum = |components: &[usize]| components.iter().map(of).sum::<usize>();
        let sums = composed.iter().map(|(_, components)| sum(components));
        let sums: Vec<usize> = sums.collect();
        if sums.iter().any(|sum| *sum > GLYPH_PARTS) {
            return Err(FontFault::TooComplex);
        }
        let mut has_changed = false;
        for ((id, _), sum) in composed.iter().zip(sums) {
            has_changed |= parts[*id] != sum;
            parts[*id] = sum;
        }
        if !has_changed {
            break;
        }
    }
    Ok(())
}

/// Bytes that a glyph's charstring comes to: at most a few more than [`GLYPH_BYTES`] and the
/// last subroutine, where it comes to more. Where it fails halfway, it is drawn no further.
fn charstring_bytes(
    font: &CffFontRef<'_>,
    subfont: &Subfont,
    id: GlyphId,
    is_second: bool,
) -> usize {
    let subroutines = match subfont.subrs_offset() as usize {
        0 => Some(Index::Empty),
        offset => {
            let data = font.data().get(offset..);
            data.and_then(|data| Index::new(data, is_second).ok())
        }
    };
    let code = font.charstrings().get(id.to_u32() as usize);
    let (Some(subroutines), Ok(code)) = (subroutines, code) else {
        return 0;
    };
    let store = font.var_store().cloned();
    let blend = store.and_then(|store| BlendState::new(store, &[], subfont.vs_index()).ok());
    let metered = Metered {
        code: (
            font.data(),
            font.charstrings(),
            font.global_subrs(),
            &subroutines,
        ),
        bytes: Cell::new(0),
    };
    if metered.count(code.len()).is_ok() {
        let _ = evaluate(&metered, blend, code, &mut Nowhere);
    }
    metered.bytes.get()
}

/// The charstrings that a charstring calls, counted as they are called.
struct Metered<'a> {
    /// The table, its charstrings, its global subroutines and the local ones.
    code: (&'a [u8], &'a Index<'a>, &'a Index<'a>, &'a Index<'a>),
    bytes: Cell<usize>,
}

impl Metered<'_> {
    /// Counts a call, which is not nothing where it calls nothing. Fails, and with it the
    /// charstring, where it is too much.
    fn count(&self, bytes: usize) -> Result<(), Error> {
        let bytes = self.bytes.get().saturating_add(bytes + 1);
        self.bytes.set(bytes);
        if bytes > GLYPH_BYTES {
            return Err(Error::CharstringNestingDepthLimitExceeded);
        }
        Ok(())
    }
}

impl CharstringContext for Metered<'_> {
    fn kind(&self) -> CharstringKind {
        self.code.kind()
    }

    fn seac_components(&self, base: i32, accent: i32) -> Result<[&[u8]; 2], Error> {
        // Both are looked for among the names of all.
        self.count(self.code.1.count() as usize)?;
        let both = self.code.seac_components(base, accent)?;
        self.count(both.iter().map(|code| code.len()).sum())?;
        Ok(both)
    }

    fn global_subr(&self, index: i32) -> Result<&[u8], Error> {
        let code = self.code.global_subr(index)?;
        self.count(code.len())?;
        Ok(code)
    }

    fn subr(&self, index: i32) -> Result<&[u8], Error> {
        let code = self.code.subr(index)?;
        self.count(code.len())?;
        Ok(code)
    }
}

/// Where an outline goes that is only counted.
struct Nowhere;

impl CommandSink for Nowhere {
    fn move_to(&mut self, _: Fixed, _: Fixed) {}
    fn line_to(&mut self, _: Fixed, _: Fixed) {}
    fn curve_to(&mut self, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed) {}
    fn close(&mut self) {}
}
