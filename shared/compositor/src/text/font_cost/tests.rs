use skrifa::raw::{FontData, FontRead as _};

use super::*;
use crate::text::FontFile;

/// One font of charstrings, one of outlines.
const FONTS: [&str; 2] = [
    "/usr/share/fonts/opentype/bebas-neue/BebasNeue-Book.otf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
];

fn budget() -> Budget {
    Budget::new(Instant::now() + FILE_TIME)
}

fn covers(path: &str, mut budget: Budget) -> Result<(), FontFault> {
    let bytes = std::fs::read(path).unwrap();
    budget.covers(&FontRef::new(&bytes).unwrap())
}

/// Big-endian numbers of 16 bits.
fn words(numbers: impl IntoIterator<Item = u16>) -> Vec<u8> {
    numbers.into_iter().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn a_font_that_is_not_counted_in_time_is_left_out() {
    for path in FONTS {
        assert_eq!(covers(path, budget()), Ok(()), "{path}");
        let late = Budget::new(Instant::now());
        assert_eq!(covers(path, late), Err(FontFault::TooSlow), "{path}");
    }
}

#[test]
fn every_glyph_of_a_file_counts() {
    for path in FONTS {
        let few = Budget {
            components: 200,
            bytes: 200,
            ..budget()
        };
        assert_eq!(covers(path, few), Err(FontFault::TooComplex), "{path}");
    }
}

#[test]
fn a_collection_of_more_fonts_than_any_is_left_out() {
    let of = |fonts: u16| {
        let head = [&b"ttcf\0\x01\0\0\0\0"[..], &fonts.to_be_bytes()].concat();
        FontFile::read([head, vec![0; usize::from(fonts) * 4]].concat()).err()
    };
    assert_eq!(of(512), Some(FontFault::NoFont));
    assert_eq!(of(513), Some(FontFault::TooManyFonts));
}

#[test]
fn sets_of_more_regions_than_any_blends_are_too_complex() {
    let covers = |axes: u16, regions: u16| {
        // One set, whose head of 6 bytes is followed by the regions of it, then the list.
        let list = 12 + 6 + 2 * regions;
        let mut store = words([1, 0, list, 1, 0, 12, 0, 0, regions]);
        store.extend(words((0..regions).map(|_| 0)));
        store.extend(words([axes, 1]));
        store.extend(words((0..3 * axes).map(|_| 0)));
        let store = ItemVariationStore::read(FontData::new(&store)).unwrap();
        budget().covers_blends(&store)
    };
    for (axes, regions) in [(0, 256), (1, 256), (2, 128), (16, 16)] {
        assert_eq!(covers(axes, regions), Ok(()), "{axes} {regions}");
        let more = covers(axes, regions + 1);
        assert_eq!(more, Err(FontFault::TooComplex), "{axes} {regions}");
    }
}

#[test]
fn every_variation_moves_every_part() {
    const GLYPHS: u16 = 3;
    // Three axes, no shared tuples, and the data of two glyphs: 5 variations, then 4095.
    let data = words([0x8005, 0, 0x0fff, 0]);
    let mut table = words([1, 0, 3, 0, 0, 28, GLYPHS, 0, 0, 28]);
    table.extend(words([0, 2, 4, 4]));
    table.extend(data);
    let gvar = Gvar::read(FontData::new(&table)).unwrap();
    let moves = |glyph: u32, parts| count_moves(Some(&gvar), GlyphId::new(glyph), parts);
    assert_eq!(moves(0, 10), 5 * 13);
    assert_eq!(moves(1, 10), 4095 * 13);
    assert_eq!([moves(2, 10), moves(3, 10)], [0, 0]);
    assert_eq!(count_moves(None, GlyphId::new(0), 10), 0);
}

#[test]
fn what_components_take_is_added_up_as_often_as_they_are_named() {
    let composed = |id, components: &[usize], moves| Composed {
        id,
        components: components.to_vec(),
        moves,
    };
    let glyphs = [composed(1, &[0, 0], 7), composed(2, &[1, 1, 0], 1)];
    let added = |most| {
        let mut counts = vec![10, 0, 0];
        let added = budget().add_up(&mut counts, &glyphs, |glyph| glyph.moves, most);
        added.map(|()| counts)
    };
    assert_eq!(added(65), Ok(vec![10, 27, 65]));
    assert_eq!(added(64), Err(FontFault::TooComplex));
}
