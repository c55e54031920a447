//! The families that `cargo xtask setup` installs, by the names users write.

use std::collections::HashMap;
use std::path::PathBuf;

use darkroom_compositor::{Fonts, Scene, YuvFrame, font_dirs};
use darkroom_editor_state::{Ratio, Ticks, output_layout};
use serde_json::json;

use crate::film::{Film, film, text};

/// Family, the weights that look different from each other, and whether it has italics
/// of its own. The README lists the same families.
const FAMILIES: [(&str, &[&str], bool); 16] = [
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
    ("Noto Sans", &["400", "700"], true),
    ("Noto Serif", &["400", "700"], true),
    ("Open Sans", &["300", "400", "600", "700", "800"], true),
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

#[test]
fn the_readme_lists_the_families() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
    let readme = readme.unwrap();
    for (family, ..) in FAMILIES {
        assert!(readme.contains(&format!("`{family}`")), "{family}");
    }
}
