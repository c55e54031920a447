//! The families that `cargo xtask setup` installs, by the names users write.

use std::collections::HashMap;
use std::path::PathBuf;

use darkroom_compositor::{FontFault, FontFile, Fonts, Scene, YuvFrame, font_dirs, font_files};
use darkroom_editor_state::{Ratio, Ticks, output_layout};
use serde_json::json;

use crate::film::{Film, film, text};

/// Family, the weights that look different from each other, and whether it has italics
/// of its own. The README lists the same families.
const FAMILIES: [(&str, &[&str], bool); 19] = [
    ("Bebas Neue", &["100", "300", "400", "700"], false),
    ("Cabin", &["400", "500", "600", "700"], true),
    ("Comic Neue", &["300", "400", "700"], true),
    ("Dancing Script", &["400", "700"], false),
    ("DejaVu Sans", &["400", "bold"], true),
    ("DejaVu Sans Mono", &["400", "bold"], true),
    ("DejaVu Serif", &["400", "bold"], true),
    (
        "Inter",
        &["100", "300", "400", "500", "600", "700", "800", "900"],
        true,
    ),
    (
        "Lato",
        &["100", "300", "400", "500", "600", "700", "800", "900"],
        true,
    ),
    ("Liberation Sans", &["400", "700"], true),
    (
        "Montserrat",
        &["100", "300", "400", "500", "600", "700", "800", "900"],
        true,
    ),
    ("Noto Sans", &["400", "700"], true),
    ("Noto Serif", &["400", "700"], true),
    ("Open Sans", &["300", "400", "600", "700", "800"], true),
    ("Oswald", &["200", "300", "400", "500", "600", "700"], false),
    (
        "Poppins",
        &["100", "300", "400", "500", "600", "700", "800", "900"],
        true,
    ),
    ("Quicksand", &["400", "700"], false),
    ("Roboto", &["100", "300", "400", "500", "700", "900"], true),
    ("Roboto Slab", &["300", "400", "700"], false),
];

/// Families of other scripts, each with a word that the default sans cannot write.
const SCRIPTS: [(&str, &str); 22] = [
    ("Noto Color Emoji", "😀"),
    ("Noto Kufi Arabic", "سلام"),
    ("Noto Naskh Arabic", "سلام"),
    ("Noto Nastaliq Urdu", "سلام"),
    ("Noto Sans Arabic", "سلام"),
    ("Noto Sans Armenian", "բարեւ"),
    ("Noto Sans Bengali", "নমস্কার"),
    ("Noto Sans CJK JP", "今日は"),
    ("Noto Sans CJK KR", "안녕"),
    ("Noto Sans CJK SC", "骨直"),
    ("Noto Sans CJK TC", "骨直"),
    ("Noto Sans Devanagari", "नमस्ते"),
    ("Noto Sans Ethiopic", "ሰላም"),
    ("Noto Sans Georgian", "გამარჯობა"),
    ("Noto Sans Hebrew", "שלום"),
    ("Noto Sans Khmer", "សួស្តី"),
    ("Noto Sans Lao", "ສະບາຍດີ"),
    ("Noto Sans Myanmar", "မင်္ဂလာပါ"),
    ("Noto Sans Sinhala", "ආයුබෝවන්"),
    ("Noto Sans Tamil", "வணக்கம்"),
    ("Noto Sans Thai", "สวัสดี"),
    ("Noto Serif CJK JP", "今日は"),
];

/// Names whose fonts are not free, and what stands in.
const STAND_INS: [(&str, &str); 7] = [
    ("Arial", "Liberation Sans"),
    ("Arial, sans-serif", "Liberation Sans"),
    ("helvetica", "Liberation Sans"),
    ("Times New Roman", "Liberation Serif"),
    ("Times", "Liberation Serif"),
    ("Courier New", "Liberation Mono"),
    ("Courier", "Liberation Mono"),
];

struct Installed(Fonts);

impl Installed {
    fn new() -> Self {
        Self(Fonts::load(&font_dirs()).unwrap())
    }

    /// What a text looks like, which must raise no warning.
    fn draw(&self, words: &str, family: &str, variant: &str, weight: &str) -> YuvFrame {
        let item = text(words, [4.0, 4.0, 152.0, 82.0])
            .with("fontFamily", family)
            .with("fontSize", 24)
            .with("fontStyle", json!({ "variant": variant, "weight": weight }));
        let film: Film = film().track([item]);
        let layout = output_layout(film.size, Ratio::Custom, 1.0);
        let mut scene = Scene::new(&film.state(), layout, self.0.clone(), None).unwrap();
        assert_eq!(scene.warnings(), [""; 0], "{family} {variant} {weight}");
        let mut frame = YuvFrame::new_black(film.size.0, film.size.1);
        scene.draw(Ticks(0), &HashMap::new(), &mut frame).unwrap();
        frame
    }
}

/// The first two of these frames that are alike.
fn twins(frames: &[(String, YuvFrame)]) -> Option<(&str, &str)> {
    frames.iter().enumerate().find_map(|(at, (name, frame))| {
        let twin = frames[..at].iter().find(|(_, other)| other == frame);
        twin.map(|(other, _)| (other.as_str(), name.as_str()))
    })
}

#[test]
fn every_family_is_used_in_each_of_its_weights_and_slants() {
    let fonts = Installed::new();
    let mut all = Vec::new();
    for (family, weights, italics) in FAMILIES {
        for weight in weights {
            let variants: &[&str] = if italics {
                &["normal", "italic"]
            } else {
                &["normal"]
            };
            for variant in variants {
                let frame = fonts.draw("Hamburg 12", family, variant, weight);
                all.push((format!("{family} {variant} {weight}"), frame));
            }
        }
    }
    assert_eq!(twins(&all), None, "look the same");
}

#[test]
fn every_script_is_written_in_its_family() {
    let fonts = Installed::new();
    let sans = fonts.0.default_family().to_owned();
    let only_latin = Fonts::load(&[PathBuf::from("/usr/share/fonts/truetype/roboto")]).unwrap();
    let only_latin = Installed(only_latin);
    for (family, words) in SCRIPTS {
        let named = fonts.draw(words, family, "normal", "400");
        let missing = only_latin.draw(words, "Roboto", "normal", "400");
        assert!(named != missing, "{family} draws boxes");
        // Whoever names no family of the script gets its letters all the same.
        let fallback = fonts.draw(words, &sans, "normal", "400");
        assert!(fallback != missing, "{words} has no fallback");
    }
}

#[test]
fn names_of_unfree_fonts_are_drawn_in_their_like() {
    let fonts = Installed::new();
    for (name, like) in STAND_INS {
        let (named, like) = (
            fonts.draw("Hamburg 12", name, "normal", "700"),
            fonts.draw("Hamburg 12", like, "normal", "700"),
        );
        assert!(named == like, "{name}");
    }
}

/// Bebas Neue under another name of as many letters.
fn bebas_as(family: &str) -> FontFile {
    let path = "/usr/share/fonts/opentype/bebas-neue/BebasNeue-Book.otf";
    let mut font = std::fs::read(path).unwrap();
    let wide = |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let (from, to) = (wide("Bebas Neue"), wide(family));
    for at in 0..font.len() - from.len() {
        if font[at..].starts_with(&from) {
            font[at..at + to.len()].copy_from_slice(&to);
        }
    }
    let font = FontFile::read(font).unwrap();
    assert_eq!(font.families(), [family]);
    font
}

#[test]
fn a_font_of_ones_own_is_drawn_beside_the_installed_and_in_place_of_its_like() {
    let installed = Installed::new();
    let own = [bebas_as("Marke Neue"), bebas_as("Comic Neue")];
    let fonts = Installed(installed.0.with(&own));
    let bebas = installed.draw("Hamburg 12", "Bebas Neue", "normal", "400");
    for family in ["marke neue", "Comic Neue"] {
        assert!(fonts.draw("Hamburg 12", family, "normal", "400") == bebas);
    }
    // Its other weights, and all other families, stay.
    for (family, weight) in [
        ("Comic Neue", "700"),
        ("Inter", "400"),
        ("Bebas Neue", "400"),
    ] {
        let [before, after] = [&installed, &fonts]
            .map(|fonts| fonts.draw("Hamburg 12 سلام", family, "normal", weight));
        assert!(before == after, "{family} {weight}");
    }
    assert!(installed.draw("Hamburg 12", "Comic Neue", "normal", "400") != bebas);
}

/// What is left out of an operator's fonts for its glyphs is like no font that is installed.
#[test]
fn no_font_that_is_installed_is_too_complex() {
    let files = font_files(&font_dirs());
    assert!(files.len() > 100, "{} fonts", files.len());
    for file in files {
        let read = FontFile::read(std::fs::read(&file).unwrap());
        // Some may have no characters, and are there for another program.
        let fault = read.err().filter(|fault| *fault != FontFault::NoFont);
        assert_eq!(fault, None, "{}", file.display());
    }
}

#[test]
fn what_is_no_font_is_not_read_as_one() {
    let path = "/usr/share/fonts/opentype/bebas-neue/BebasNeue-Book.otf";
    let whole = std::fs::read(path).unwrap();
    assert!(FontFile::read(whole.clone()).is_ok());
    for length in (0..whole.len()).step_by(whole.len() / 100) {
        // Whatever is left of it, nothing breaks; without its letters it is no font.
        let font = FontFile::read(whole[..length].to_vec());
        assert!(length > 4000 || font.is_err(), "{length} bytes");
    }
    // A name without characters, and one without letters.
    for table in [b"cmap", b"CFF "] {
        let mut bytes = whole.clone();
        let at = bytes.windows(4).position(|tag| tag == table).unwrap();
        bytes[at] = b'x';
        assert!(FontFile::read(bytes).is_err(), "{table:?}");
    }
    for head in [
        &b"<!doctype html>"[..],
        b"OTTO",
        b"true",
        b"ttcf\0\x01\0\0\xff\xff\xff\xff",
        b"wOF2",
    ] {
        let mut bytes = head.to_vec();
        assert_eq!(FontFile::read(bytes.clone()).err(), Some(FontFault::NoFont));
        bytes.resize(100_000, 0xff);
        assert!(FontFile::read(bytes).is_err());
    }
}

#[test]
fn the_readme_lists_the_families() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
    let readme = readme.unwrap();
    for (family, ..) in FAMILIES {
        assert!(readme.contains(&format!("`{family}`")), "{family}");
    }
}
