//! Fonts with families that are installed nowhere: a good one, and some that ask for much.

use std::collections::BTreeMap;

/// Its family.
pub const FAMILY: &str = "Marke Neue";
/// An installed family with the same letters.
pub const SAME_LETTERS: &str = "Bebas Neue";

const BEBAS: &str = "/usr/share/fonts/opentype/bebas-neue/BebasNeue-Book.otf";
const LIBERATION: &str = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf";
/// Its family.
const LIBERATION_FAMILY: &str = "Liberation Sans";
/// How often something names what it is made of.
const TEN: usize = 10;

/// Tables of a font, by tag.
type Tables = BTreeMap<[u8; 4], Vec<u8>>;

/// An installed font under the name of [`FAMILY`].
pub fn renamed() -> Vec<u8> {
    let mut font = installed(BEBAS);
    rename(&mut font, SAME_LETTERS, FAMILY);
    font
}

/// A font each of whose letters is ten of ten of ten components, that many levels of them.
pub fn nested(levels: usize) -> Vec<u8> {
    let (mut tables, glyphs) = liberated("Marke Verwebter");
    let (mut outlines, mut places) = (triangle(), vec![0]);
    for glyph in 1..glyphs {
        places.push(outlines.len());
        outlines.extend(match glyph {
            level if level <= levels => composite(level - 1, TEN),
            _ => composite(levels, 1),
        });
    }
    places.push(outlines.len());
    set_outlines(&mut tables, outlines, &places);
    font_of([0, 1, 0, 0], &tables)
}

/// A font of a family of 15 letters each of whose letters is this PNG.
pub fn pictured(family: &str, png: &[u8]) -> Vec<u8> {
    let (mut tables, glyphs) = liberated(family);
    set_outlines(&mut tables, vec![0; 4], &vec![0; glyphs + 1]);
    // One strike, of 20 pixels an em.
    let mut strikes = vec![0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 12, 0, 20, 0, 72];
    let glyph = [&[0; 4][..], b"png ", png].concat();
    let begin = 4 + (glyphs + 1) * 4;
    strikes.extend((0..=glyphs).flat_map(|n| long(begin + n * glyph.len())));
    strikes.extend(glyph.repeat(glyphs));
    tables.insert(*b"sbix", strikes);
    font_of([0, 1, 0, 0], &tables)
}

/// A font each of whose letters calls a subroutine that calls another one ten times, that
/// many levels of them.
pub fn calling(levels: u8) -> Vec<u8> {
    /// A number as an operand, less the bias of subroutines' numbers.
    const OPERAND: u8 = 139 - 107;
    const CALL: u8 = 29;
    const RETURN: u8 = 11;
    const END: u8 = 14;

    let font = renamed();
    let mut tables = tables(&font);
    let caller = |level: u8| match level {
        level if level < levels => {
            [&[OPERAND + level + 1, CALL].repeat(TEN)[..], &[RETURN]].concat()
        }
        _ => vec![RETURN],
    };
    let subroutines = index(&(0..=levels).map(caller).collect::<Vec<_>>());
    let letters = index(&vec![vec![OPERAND, CALL, END]; count(&tables)]);
    let names = index(&[b"A".to_vec()]);
    // Where the letters are, and the private values, of which there are none.
    let top = |letters: usize, private: usize| {
        let of = |number: usize| [&[29][..], &long(number)].concat();
        index(&[[of(letters), vec![17], of(0), of(private), vec![18]].concat()])
    };
    let before = [vec![1, 0, 4, 4], names].concat();
    let behind = [vec![0, 0], subroutines].concat();
    let begin = before.len() + top(0, 0).len() + behind.len();
    let top = top(begin, begin + letters.len());
    tables.insert(*b"CFF ", [before, top, behind, letters].concat());
    font_of(*b"OTTO", &tables)
}

fn installed(path: &str) -> Vec<u8> {
    let font = std::fs::read(path);
    font.unwrap_or_else(|error| panic!("{path} is needed, {error}: cargo xtask setup"))
}

/// Gives a font's family another name of as many letters.
fn rename(font: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len(), "{to} has not as many letters");
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let narrow = |name: &str| name.as_bytes().to_vec();
    let pairs: [(Vec<u8>, Vec<u8>); 2] = [(wide(from), wide(to)), (narrow(from), narrow(to))];
    let mut renamed = 0;
    for (from, to) in pairs {
        for at in 0..font.len() - from.len() {
            if font[at..].starts_with(&from) {
                font[at..at + to.len()].copy_from_slice(&to);
                renamed += 1;
            }
        }
    }
    assert!(renamed > 0, "the font names itself otherwise");
}

/// The tables of an installed TrueType font under another name, and how many glyphs it has.
fn liberated(family: &str) -> (Tables, usize) {
    let mut font = installed(LIBERATION);
    rename(&mut font, LIBERATION_FAMILY, family);
    let tables = tables(&font);
    let glyphs = count(&tables);
    (tables, glyphs)
}

fn count(tables: &Tables) -> usize {
    let most = &tables[b"maxp"];
    usize::from(u16::from_be_bytes([most[4], most[5]]))
}

fn tables(font: &[u8]) -> Tables {
    let number = |at: usize| u32::from_be_bytes(font[at..at + 4].try_into().unwrap()) as usize;
    let table = |record: usize| {
        let tag: [u8; 4] = font[record..record + 4].try_into().unwrap();
        let (begin, length) = (number(record + 8), number(record + 12));
        (tag, font[begin..begin + length].to_vec())
    };
    let count = usize::from(u16::from_be_bytes([font[4], font[5]]));
    (0..count).map(|n| table(12 + n * 16)).collect()
}

/// A font of tables. What helps to search them, and their checksums, is left 0.
fn font_of(version: [u8; 4], tables: &Tables) -> Vec<u8> {
    let mut font = version.to_vec();
    font.extend((tables.len() as u16).to_be_bytes());
    font.extend([0; 6]);
    let mut begin = font.len() + tables.len() * 16;
    for (tag, table) in tables {
        font.extend(tag);
        font.extend([[0; 4], long(begin), long(table.len())].concat());
        begin += table.len();
    }
    font.extend(tables.values().flatten());
    font
}

/// Gives a font the outlines that lie between these places.
fn set_outlines(tables: &mut Tables, outlines: Vec<u8>, places: &[usize]) {
    tables.insert(*b"glyf", outlines);
    let places = places.iter().flat_map(|place| long(*place));
    tables.insert(*b"loca", places.collect());
    // That places are of 32 bits.
    let head = tables.get_mut(b"head").unwrap();
    head[50..52].copy_from_slice(&[0, 1]);
}

/// A glyph of three points, whose box nobody reads.
fn triangle() -> Vec<u8> {
    let last_point_and_flags = [0, 2, 0, 0, 1, 1, 1];
    let points: [i16; 6] = [0, 100, 0, 0, 0, 100];
    let points = points.iter().flat_map(|number| number.to_be_bytes());
    let head = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let glyph = head.into_iter().chain(last_point_and_flags);
    glyph.chain(points).chain([0]).collect()
}

/// A glyph of another one, so many times.
fn composite(of: usize, times: usize) -> Vec<u8> {
    const HAS_OFFSET: u8 = 0x02;
    const HAS_MORE: u8 = 0x20;
    let of = (of as u16).to_be_bytes();
    let mut glyph = vec![0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    for n in 1..=times {
        let more = if n < times { HAS_MORE } else { 0 };
        glyph.extend([0, HAS_OFFSET | more, of[0], of[1], 0, 0]);
    }
    glyph
}

/// Objects as CFF lists them.
fn index(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut list = (objects.len() as u16).to_be_bytes().to_vec();
    list.push(4);
    let mut begin = 1;
    for object in objects {
        list.extend(long(begin));
        begin += object.len();
    }
    list.extend(long(begin));
    list.extend(objects.iter().flatten());
    list
}

fn long(number: usize) -> [u8; 4] {
    (number as u32).to_be_bytes()
}
