//! Charts and texts that are valid are laid out and drawn.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use darkroom_compositor::{CompositorError, Fonts, Scene, YuvFrame};
use darkroom_editor_state::{EditorState, Ratio, frame_tick, output_layout, read};
use serde_json::{Value, json};

use crate::readers::library;

/// Files the texts are drawn with, below `/usr/share/fonts`; `cargo xtask setup` installs
/// them.
const FONTS: [&str; 7] = [
    "truetype/dejavu/DejaVuSans.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/noto/NotoNaskhArabic-Regular.ttf",
    "truetype/noto/NotoSansHebrew-Regular.ttf",
    "truetype/noto/NotoSansDevanagari-Regular.ttf",
    "truetype/noto/NotoColorEmoji.ttf",
    "opentype/noto/NotoSansCJK-Regular.ttc",
];

/// Pixels of the longer side of what is drawn. Everything is laid out in the document's
/// own size all the same, and a small picture leaves time for many of them.
const LONGER_SIDE: f64 = 320.0;

/// Frames of 30 a second: one while the item of a kept document comes, and one when it is
/// there.
const FRAMES: [u64; 2] = [3, 20];

/// Texts of the corpus, as they are and animated, whose words are replaced.
const TEXTS: [&str; 2] = [
    include_str!("../corpus/text_layout/words.json"),
    include_str!("../corpus/text_layout/moving.json"),
];

/// Undoes what the fuzzer makes of a panic, which is to end at once: the compositor catches
/// those of the libraries that draw SVG and Lottie. The fuzzer still sees the others.
pub fn let_panics_be_caught() {
    drop(std::panic::take_hook());
}

/// A text that may be a document.
pub fn layout(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice(bytes) {
        draw_valid(value);
    }
}

/// Letters in a text: still or moving, in a box or without one, as their number says.
pub fn letters(bytes: &[u8]) {
    let mut document: Value = serde_json::from_str(TEXTS[bytes.len() % 2]).unwrap();
    let item = &mut document["items"]["a"];
    item["text"] = json!(String::from_utf8_lossy(bytes));
    item["resizeOnEdit"] = json!((bytes.len() / 2).is_multiple_of(2));
    draw_valid(document);
}

fn draw_valid(document: Value) {
    if let Ok(document) = read(document, library()) {
        draw(&document.state);
    }
}

/// Draws all frames that need no picture.
fn draw(state: &EditorState) {
    let size = (state.composition_width, state.composition_height);
    let longer = f64::from(size.0.max(size.1));
    let layout = output_layout(size, Ratio::Custom, (LONGER_SIDE / longer).min(1.0));
    let mut scene = match Scene::new(state, layout, fonts(), None) {
        Ok(scene) => scene,
        Err(CompositorError::MissingPicture { .. }) => return,
        Err(error) => panic!("{error}"),
    };
    let mut frame = YuvFrame::new_black(layout.width, layout.height);
    for number in FRAMES {
        let tick = frame_tick(number, 30);
        if scene.media_at(tick).is_empty() {
            scene.draw(tick, &HashMap::new(), &mut frame).unwrap();
        }
    }
}

fn fonts() -> Fonts {
    static LOADED: OnceLock<Fonts> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let files = FONTS.map(|file| Path::new("/usr/share/fonts").join(file));
        for file in &files {
            let path = file.display();
            assert!(
                file.is_file(),
                "{path} is not there; run `cargo xtask setup`"
            );
        }
        Fonts::load(&files).unwrap()
    });
    loaded.clone()
}
