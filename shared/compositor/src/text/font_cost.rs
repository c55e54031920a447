//! What the glyphs of a font take to draw, counted before the first of them is drawn.
//!
//! A glyph may be composed of others, and a charstring calls subroutines. Both are held to
//! a depth where they are drawn, not to a number: ten of ten of ten, twelve times, would be
//! drawn for ever.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use skrifa::raw::TableProvider as _;
use skrifa::raw::ps::cff::blend::BlendState;
use skrifa::raw::ps::cff::index::Index;
use skrifa::raw::ps::cff::{CffFontRef, Subfont};
use skrifa::raw::ps::cs::{CharstringContext, CharstringKind, CommandSink, evaluate};
use skrifa::raw::ps::error::Error;
use skrifa::raw::tables::glyf::{Glyf, Glyph};
use skrifa::raw::tables::gvar::Gvar;
use skrifa::raw::tables::loca::Loca;
use skrifa::raw::tables::variations::ItemVariationStore;
use skrifa::raw::types::Fixed;
use skrifa::{FontRef, GlyphId, Tag};

use super::font_file::FontFault;

/// Most points and components of one glyph, those of its components among them. A glyph of
/// its own points alone has at most 65,536.
pub(super) const GLYPH_PARTS: usize = 100_000;
/// Most bytes of one glyph's charstring and of the subroutines that it calls, each as often
/// as it is called.
pub(super) const GLYPH_BYTES: usize = 1 << 20;
/// Most times that the variations of one glyph move a part of it, each axis of a variation
/// counted as a part. Fonts of a dozen axes have some ten thousand.
pub(super) const GLYPH_MOVES: usize = 1 << 22;
/// Most glyphs of a file and components that they name, and bytes that their charstrings come
/// to.
const FILE_COMPONENTS: usize = 1 << 24;
const FILE_BYTES: usize = 1 << 28;
/// Longest time that a file may take to count.
pub(super) const FILE_TIME: Duration = Duration::from_secs(10);
/// Most glyphs of a `glyf` table: components are named by 16 bits.
const GLYPHS: usize = 1 << 16;
/// Most parts of a CFF font with subroutines of their own, as its usual tables name them by
/// 8 bits.
const SUBFONTS: u16 = 256;
/// Most axes times regions that a charstring blends at once. Fonts have one to four axes,
/// and a few regions for each.
const BLENDED: usize = 256;
/// As deep as components of components are drawn.
const DEPTH: usize = 32;

/// What the fonts of one file may still take to count.
pub(super) struct Budget {
    components: usize,
    bytes: usize,
    until: Instant,
    /// Tables that were counted, by where they lie and how long they are: the fonts of a
    /// collection share them.
    counted: HashSet<[usize; 6]>,
}

/// A glyph of components.
struct Composed {
    id: usize,
    components: Vec<usize>,
    /// How often its own variations move one of them.
    moves: usize,
}

impl Budget {
    /// What a file may take that is counted before `until`.
    pub(super) fn new(until: Instant) -> Self {
        Self {
            components: FILE_COMPONENTS,
            bytes: FILE_BYTES,
            until,
            counted: HashSet::new(),
        }
    }

    /// Fails where a font of the file cannot be drawn in bounded time.
    pub(super) fn covers(&mut self, font: &FontRef<'_>) -> Result<(), FontFault> {
        if font.varc().is_ok() {
            return Err(FontFault::VariableComponents);
        }
        if let (Ok(loca), Ok(glyf)) = (font.loca(None), font.glyf()) {
            self.covers_outlines(&loca, &glyf, font.gvar().ok().as_ref())?;
        }
        for (tag, is_second) in [(b"CFF2", true), (b"CFF ", false)] {
            if let Some(data) = font.table_data(Tag::new(tag)) {
                self.covers_charstrings(data.as_bytes(), is_second)?;
            }
        }
        Ok(())
    }

    fn covers_outlines(
        &mut self,
        loca: &Loca<'_>,
        glyf: &Glyf<'_>,
        gvar: Option<&Gvar<'_>>,
    ) -> Result<(), FontFault> {
        if !self.is_new(&places(loca, glyf, gvar)) {
            return Ok(());
        }
        if loca.len() > GLYPHS {
            return Err(FontFault::TooComplex);
        }
        self.take_components(loca.len())?;
        let mut parts = vec![0; loca.len()];
        let mut moves = vec![0; loca.len()];
        let mut composed = Vec::new();
        for (id, (parts, moves)) in parts.iter_mut().zip(&mut moves).enumerate() {
            let glyph = GlyphId::new(id as u32);
            match loca.get_glyf(glyph, glyf) {
                Ok(Some(Glyph::Simple(simple))) => {
                    *parts = simple.num_points();
                    *moves = count_moves(gvar, glyph, *parts);
                    if *moves > GLYPH_MOVES {
                        return Err(FontFault::TooComplex);
                    }
                }
                Ok(Some(Glyph::Composite(composite))) => {
                    let components = composite.component_glyphs_and_flags();
                    let components = components.map(|(glyph, _)| usize::from(glyph.to_u16()));
                    let components: Vec<usize> = components.take(GLYPH_PARTS + 1).collect();
                    self.take_components(components.len())?;
                    composed.push(Composed {
                        id,
                        moves: count_moves(gvar, glyph, components.len()),
                        components,
                    });
                }
                // Nothing to draw, or nothing that is drawn.
                _ => {}
            }
        }
        let components = |glyph: &Composed| glyph.components.len();
        self.add_up(&mut parts, &composed, components, GLYPH_PARTS)?;
        self.add_up(&mut moves, &composed, |glyph| glyph.moves, GLYPH_MOVES)
    }

    /// Adds up what glyphs of components take, from what all others do and what is their
    /// `own`: one level deeper each time, so that no way of naming each other makes it take
    /// longer.
    fn add_up(
        &self,
        counts: &mut [usize],
        composed: &[Composed],
        own: impl Fn(&Composed) -> usize,
        most: usize,
    ) -> Result<(), FontFault> {
        for _ in 0..=DEPTH {
            self.in_time()?;
            let of = |component: &usize| counts.get(*component).copied().unwrap_or_default();
            let sum =
                |glyph: &Composed| own(glyph) + glyph.components.iter().map(of).sum::<usize>();
            let sums: Vec<usize> = composed.iter().map(sum).collect();
            if sums.iter().any(|sum| *sum > most) {
                return Err(FontFault::TooComplex);
            }
            let mut has_changed = false;
            for (glyph, sum) in composed.iter().zip(sums) {
                has_changed |= counts[glyph.id] != sum;
                counts[glyph.id] = sum;
            }
            if !has_changed {
                break;
            }
        }
        Ok(())
    }

    fn covers_charstrings(&mut self, data: &[u8], is_second: bool) -> Result<(), FontFault> {
        if !self.is_new(&[data.as_ptr().addr(), data.len(), usize::from(is_second)]) {
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
        if let Some(store) = font.var_store() {
            self.covers_blends(store)?;
        }
        let mut subfonts: HashMap<u16, Subfont> = HashMap::new();
        for id in (0..font.num_glyphs()).map(GlyphId::new) {
            let number = font.subfont_index(id).unwrap_or(0);
            let subfont = match subfonts.get(&number).copied() {
                Some(known) => known,
                // How many there are is said in 16 bits, whatever there are.
                None if subfonts.len() >= usize::from(SUBFONTS) => {
                    return Err(FontFault::TooComplex);
                }
                None => {
                    let read = font.subfont(number, &[]).map_err(|_| FontFault::NoFont)?;
                    subfonts.insert(number, read);
                    read
                }
            };
            let bytes = charstring_bytes(&font, &subfont, id, is_second);
            if bytes > GLYPH_BYTES {
                return Err(FontFault::TooComplex);
            }
            self.take_bytes(bytes)?;
        }
        Ok(())
    }

    /// A blend of no operands takes a byte or two, and all the regions of its set.
    fn covers_blends(&self, store: &ItemVariationStore<'_>) -> Result<(), FontFault> {
        let regions = store.variation_region_list();
        let axes = regions.map_or(0, |regions| usize::from(regions.axis_count()));
        let axes = axes.max(1);
        for set in store.item_variation_data().iter().flatten().flatten() {
            self.in_time()?;
            if axes * usize::from(set.region_index_count()) > BLENDED {
                return Err(FontFault::TooComplex);
            }
        }
        Ok(())
    }

    /// Whether tables were not counted yet. They are now.
    fn is_new(&mut self, tables: &[usize]) -> bool {
        let mut key = [0; 6];
        for (place, number) in key.iter_mut().zip(tables) {
            *place = *number;
        }
        self.counted.insert(key)
    }

    fn in_time(&self) -> Result<(), FontFault> {
        if Instant::now() >= self.until {
            return Err(FontFault::TooSlow);
        }
        Ok(())
    }

    fn take_components(&mut self, count: usize) -> Result<(), FontFault> {
        take(&mut self.components, count)?;
        self.in_time()
    }

    fn take_bytes(&mut self, count: usize) -> Result<(), FontFault> {
        take(&mut self.bytes, count)?;
        self.in_time()
    }
}

fn take(left: &mut usize, count: usize) -> Result<(), FontFault> {
    *left = left.checked_sub(count).ok_or(FontFault::TooComplex)?;
    Ok(())
}

/// Where the tables of outlines lie, and how long they are.
fn places(loca: &Loca<'_>, glyf: &Glyf<'_>, gvar: Option<&Gvar<'_>>) -> [usize; 6] {
    let offsets = match loca {
        Loca::Short(offsets) => offsets.as_ptr().addr(),
        Loca::Long(offsets) => offsets.as_ptr().addr(),
    };
    let outlines = glyf.offset_data().as_bytes();
    let variations = gvar.map(Gvar::as_bytes).unwrap_or_default();
    [
        outlines.as_ptr().addr(),
        outlines.len(),
        variations.as_ptr().addr(),
        variations.len(),
        offsets,
        loca.len(),
    ]
}

/// How often the variations of a glyph move one of its own parts.
fn count_moves(gvar: Option<&Gvar<'_>>, glyph: GlyphId, parts: usize) -> usize {
    /// The other bits are flags.
    const COUNT: u16 = 0x0fff;
    let Some(gvar) = gvar else {
        return 0;
    };
    let data = gvar.data_for_gid(glyph).ok().flatten();
    let tuples = data.and_then(|data| data.read_at::<u16>(0).ok());
    let tuples = usize::from(tuples.unwrap_or_default() & COUNT);
    tuples * (parts + usize::from(gvar.axis_count()))
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

#[cfg(test)]
mod tests;
