//! Whatever is valid is drawn: without a panic, within the canvas and a bounded memory,
//! and the same frame whoever asks for it, in whatever order, on however many threads and
//! from whichever frame on.
//!
//! `films` makes documents of `items` of every type, whose `words` are in any style and
//! may move; `said` sees to it that no word of a vocabulary is left out. Most of them are
//! drawn by scenes alone, with pictures from a `shelf`; a few by the whole renderer, each
//! file with a decoder of its own, and with their sound.

mod films;
mod items;
mod said;
mod shelf;
mod words;

use std::sync::OnceLock;

use darkroom_compositor::{Fonts, Scene, YuvFrame};
use darkroom_editor_state::{Background, EditorState, frame_tick, output_layout};
use proptest::prelude::*;

use crate::film::{Film, film, image, solid, text, video};
use crate::stage::{self, draw, given};
use films::{films, films_to_export};
use items::FRAMES;
use shelf::shelf;

fn fonts() -> Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(stage::fonts).clone()
}

fn scene(state: &EditorState, film: &Film) -> (Scene, YuvFrame) {
    let layout = output_layout(film.size, film.ratio, film.scale);
    let background = match &state.background {
        Background::Image { asset_id } => Some(shelf().still(asset_id)),
        _ => None,
    };
    let scene = Scene::new(state, layout, fonts(), background).unwrap();
    (scene, YuvFrame::new_black(layout.width, layout.height))
}

fn draw_on(scene: &mut Scene, n: u64, frame: &mut YuvFrame) {
    let tick = frame_tick(n, 30);
    let pictures = shelf().pictures(scene, tick);
    scene.draw(tick, &pictures, frame).unwrap();
}

/// One frame of a scene that keeps `bytes` of layers ready, unlike any other's memory.
fn keeping(bytes: usize, state: &EditorState, film: &Film, n: u64) -> Vec<u8> {
    let (scene, mut frame) = scene(state, film);
    draw_on(&mut scene.keeping_ready(bytes), n, &mut frame);
    frame.data
}

/// One frame of its own scene, which prepares each layer anew when it is drawn, and draws it
/// on the whole canvas at once.
fn alone(state: &EditorState, film: &Film, n: u64) -> Vec<u8> {
    let (scene, mut frame) = scene(state, film);
    draw_on(&mut scene.keeping_ready(0).drawing_whole(), n, &mut frame);
    frame.data
}

/// What drawing takes beyond fonts, media and one ordinary frame: six scenes at once, of
/// at most six items, each with a bitmap or two of no more than a million pixels (which
/// is what an item may have on a canvas as small as these).
const MOST_KIBIBYTES: u64 = 256 << 10;

/// The most memory that this process has had, in KiB.
fn peak_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

/// What the process has with everything loaded, in KiB.
fn loaded_kibibytes() -> u64 {
    static LOADED: OnceLock<u64> = OnceLock::new();
    *LOADED.get_or_init(|| {
        let film = film().track([text("夜 Darkroom 👩‍👩‍👧‍👦", [0.0, 0.0, 160.0, 90.0])]);
        alone(&film.state(), &film, 0);
        shelf();
        peak_kibibytes()
    })
}

fn assert_bounded(loaded: u64) {
    let taken = peak_kibibytes() - loaded;
    assert!(taken < MOST_KIBIBYTES, "{taken} KiB more than loaded");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_frame_is_the_same_in_order_alone_on_many_threads_and_after_a_split(
        film in films(),
        split in 1..2 * FRAMES as u64,
    ) {
        let loaded = loaded_kibibytes();
        let state = film.state();
        let (mut scene, mut frame) = scene(&state, &film);
        let (mut second_half, mut later) = self::scene(&state, &film);
        let chosen = [3, 11, 13, 20];
        let alone: Vec<Vec<u8>> = std::thread::scope(|threads| {
            let threads = chosen.map(|n| threads.spawn({
                let (state, film) = (&state, &film);
                move || alone(state, film, n)
            }));
            threads.map(|thread| thread.join().unwrap()).into()
        });
        for n in 0..2 * FRAMES as u64 {
            draw_on(&mut scene, n, &mut frame);
            if let Some(at) = chosen.iter().position(|chosen| *chosen == n) {
                prop_assert!(frame.data == alone[at], "frame {} differs", n);
            }
            if n >= split {
                draw_on(&mut second_half, n, &mut later);
                prop_assert!(frame.data == later.data, "frame {} differs from {} on", n, split);
            }
        }
        assert_bounded(loaded);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_gives_the_encoder_the_same_on_one_thread_and_on_many(
        film in films_to_export(),
        n in 0..2 * FRAMES as u64,
    ) {
        let loaded = loaded_kibibytes();
        let one = given(&film, 1);
        prop_assert!(one == given(&film, 4), "four threads make others");
        let single = draw(&film, n).data;
        let start = n as usize * single.len();
        prop_assert_eq!(one.frames.len(), 2 * FRAMES as usize * single.len());
        prop_assert!(
            one.frames[start..][..single.len()] == single,
            "frame {} alone differs", n
        );
        assert_bounded(loaded);
    }
}

#[test]
fn margins_of_a_turned_still_change_nothing_below_them() {
    let clip = || video("clip.mp4", [0.0, 0.0, 160.0, 90.0]);
    for still in ["island.png", "clear.png"] {
        let turned = image(still, [-20.0, -45.0, 240.0, 180.0]).with("rotation", 20);
        let film = film().track([turned]).track([clip()]);
        let state = film.state();
        let (mut scene, mut frame) = scene(&state, &film);
        for n in 0..4 {
            draw_on(&mut scene, n, &mut frame);
            assert!(
                frame.data == alone(&state, &film, n),
                "{still}: frame {n} alone differs"
            );
            let bare = self::film().track([clip()]);
            let bare = alone(&bare.state(), &bare, n);
            let same = frame.data == bare;
            assert_eq!(same, still == "clear.png", "{still}: frame {n}");
            // The upper left corner, as far as tiles go that the island does not touch.
            assert_eq!(frame.data[..40], bare[..40], "{still}: frame {n}");
        }
    }
}

#[test]
fn a_hairline_of_any_length_takes_little_memory() {
    let loaded = loaded_kibibytes();
    for shape in ["circle", "rectangle"] {
        let line = solid(shape, "white", [0.0, 20.0, 1e15, 1e-9]);
        let turning = line.clone().keys("rotation", 0.0, &[(FRAMES - 1, 25.0)]);
        for item in [turning, line.animate("in", "slide-left", 9, "linear")] {
            let film = film().track([item]);
            alone(&film.state(), &film, 4);
        }
    }
    assert_bounded(loaded);
}

#[test]
fn layers_of_any_number_take_little_memory() {
    let loaded = loaded_kibibytes();
    // Each has a bitmap of a million pixels, 4 MB; none hides another.
    let turned = || {
        let item = image("waves.png", [-900.0, -900.0, 2000.0, 2000.0]);
        item.with("borderRadius", 40).with("rotation", 30)
    };
    let film = (0..60).fold(film(), |film, n| {
        film.track([turned().with("opacity", 0.02 * f64::from(n % 9))])
    });
    let state = film.state();
    let little = keeping(16 << 20, &state, &film, 0);
    let taken = peak_kibibytes() - loaded;
    assert!(taken < 64 << 10, "{taken} KiB more than loaded");
    assert!(little == keeping(usize::MAX, &state, &film, 0));
}
