//! Documents that nobody writes in good faith and that are valid all the same: each is
//! drawn within bounds of time and memory. What is refused is tabled at the api.

use std::time::Duration;

use darkroom_editor_state::{Background, EditorState, MAX_TEXT_CHARACTERS};
use serde_json::{Value, json};

use crate::rig::*;

/// Many times what any of these takes on a busy machine: what grows faster than its
/// document fails by it.
const STALL: Duration = Duration::from_secs(120);

/// Renders a document to the end of its frames.
async fn drawn(rig: &Rig, state: &EditorState, name: &str) -> Captured {
    let spec = spec(30);
    let drawing = tokio::time::timeout(STALL, rig.captured(state, &spec));
    drawing.await.unwrap_or_else(|_| panic!("{name} hangs"))
}

/// A text where a solid would be.
fn words(text: &str, family: &str, span: (i64, i64)) -> Value {
    let mut item = solid("#ffffff", span);
    let own = json!({
        "type": "text", "text": text, "align": "left", "fontFamily": family,
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1,
        "letterSpacing": 0, "resizeOnEdit": false, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null,
    });
    let map = item.as_object_mut().unwrap();
    map.retain(|key, _| key != "shape" && key != "borderRadius");
    map.extend(own.as_object().unwrap().clone());
    item
}

#[tokio::test]
async fn as_many_items_as_a_body_holds() {
    let rig = Rig::new();
    let row = |color: &str| -> Vec<Value> {
        let spans = (0..6000).map(|n| (n * 160, 160));
        spans.map(|span| solid(color, span)).collect()
    };
    let film = Film::new(64, 64)
        .track(row("#ff0000"))
        .track(row("#0000ff"));
    let seen = drawn(&rig, &film.state(), "12,000 items").await;
    assert_eq!(seen.report.frames, 120);
    for n in [0, 60, 119] {
        assert_color(seen.pixel(n, 32, 32), [255, 0, 0], 4, "the upper track");
    }
}

#[tokio::test]
async fn as_many_empty_tracks_as_a_body_holds() {
    let rig = Rig::new();
    let mut film = Film::new(64, 64).track(vec![solid("#ff0000", (0, SECOND / 10))]);
    for _ in 0..70_000 {
        film = film.track(Vec::new());
    }
    let film = film.track(vec![solid("#0000ff", (0, SECOND / 5))]);
    let seen = drawn(&rig, &film.state(), "70,000 empty tracks").await;
    assert_eq!(seen.report.frames, 6);
    for (n, color) in [(0, [255, 0, 0]), (5, [0, 0, 255])] {
        assert_color(seen.pixel(n, 32, 32), color, 4, "around the empty tracks");
    }
}

#[tokio::test]
async fn opacities_of_every_size() {
    let rig = Rig::new();
    for (number, seen_of_it) in [(-0.0, 0), (1e-320, 0), (-1e308, 0), (1e308, 1)] {
        let [lower, mut upper] = ["#00ff00", "#ff0000"].map(|color| solid(color, (0, SECOND / 10)));
        upper["opacity"] = ant(number);
        // From one end of all numbers to the other, where nobody can say what is between.
        let mut keyframed = solid("#0000ff", (SECOND / 20, SECOND / 20));
        keyframed["opacity"] = keyed(-number, &[(0, -1.7e308), (SECOND / 40, 1.7e308)]);
        let film = Film::new(64, 64)
            .track(vec![keyframed])
            .track(vec![upper])
            .track(vec![lower]);
        let seen = drawn(&rig, &film.state(), &format!("an opacity of {number:e}")).await;
        assert_eq!(seen.report.frames, 3, "{number:e}");
        let color = [[0, 255, 0], [255, 0, 0]][seen_of_it];
        assert_color(seen.pixel(0, 32, 32), color, 4, &format!("{number:e}"));
    }
}

#[tokio::test]
async fn storms_of_keyframes() {
    let rig = Rig::new();
    let flicker = |count: i64| -> Vec<(i64, f64)> {
        let keyframes = (0..count).map(|n| (n, (n % 2) as f64));
        keyframes.chain([(count, 1.0)]).collect()
    };
    let mut one = solid("#ff0000", (0, SECOND));
    one["opacity"] = keyed(0.0, &flicker(100_000));
    let mut all = solid("#0000ff", (0, SECOND));
    for field in ["scaleX", "scaleY", "opacity", "borderRadius", "rotation"] {
        all[field] = keyed(0.0, &flicker(10_000));
    }
    let film = Film::new(64, 64).track(vec![one]).track(vec![all]);
    let seen = drawn(&rig, &film.state(), "keyframes").await;
    assert_eq!(seen.report.frames, 30);
    // After the storm all of it is at 1.
    assert_color(seen.pixel(29, 32, 32), [255, 0, 0], 4, "after the storm");
}

#[tokio::test]
async fn boxes_of_no_size_and_of_every_size() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 30, 0, &[]);
    let red = ["-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1"];
    rig.media.make("red.png", &red);
    let span = (0, SECOND / 10);
    let items = || {
        [
            solid("#00ff00", span),
            words("Words", "Inter", span),
            image("red.png", span),
            video("c.mp4", span),
        ]
    };
    let fields = [
        "left", "top", "width", "height", "scaleX", "scaleY", "rotation",
    ];
    for number in [0.0, -1.0, 1e-300, 8.0, 1e12, -1e308, 1.7e308] {
        let mut film = Film::new(64, 64);
        for mut item in items() {
            for field in fields {
                item[field] = ant(number);
            }
            film = film.track(vec![item]);
        }
        for mut item in items() {
            item["scaleX"] = keyed(0.0, &[(SECOND / 20, number)]);
            item["left"] = keyed(number, &[(SECOND / 20, 0.0)]);
            film = film.track(vec![item]);
        }
        let seen = drawn(&rig, &film.state(), &number.to_string()).await;
        assert_eq!(seen.report.frames, 3, "{number}");
    }
}

#[tokio::test]
async fn speeds_that_run_through_a_source_between_two_frames() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 30, 0, &[]);
    rig.media.wav("tone", "0.5|0.5", 1.0);
    let span = (0, SECOND / 3);
    for rate in [1e4, 1e9, 1e300] {
        let fast = |mut item: Value| {
            item["playbackRate"] = json!(rate);
            item
        };
        // From a tick on that no sample begins at: the source is entered far past its end.
        let late = fast(audio("tone", (1, SECOND / 3 - 1)));
        let film = Film::new(64, 64)
            .track(vec![fast(video("c.mp4", span))])
            .track(vec![fast(audio("tone", span))])
            .track(vec![late]);
        let seen = drawn(&rig, &film.state(), &format!("a rate of {rate:e}")).await;
        assert_eq!(seen.numbers()[1..], [29_u8; 9], "{rate:e}");
        let heard = left(&seen.sound);
        assert!(heard.iter().all(|sample| sample.is_finite()), "{rate:e}");
        assert_eq!(peak(&heard[9600..]), 0.0, "{rate:e}");
    }
}

#[tokio::test]
async fn speeds_that_run_a_loop_many_times_between_two_frames() {
    let rig = Rig::new();
    let source = "testsrc=size=64x64:rate=10:duration=1";
    rig.media.make("a.gif", &["-f", "lavfi", "-i", source]);
    let at = |rate: f64| {
        let mut item = gif("a.gif", (0, SECOND));
        item["playbackRate"] = json!(rate);
        Film::of(item).state()
    };
    let few = drawn(&rig, &at(4.0), "a fast loop").await;
    // A second of source is 30 steps of a film's frame.
    let many = drawn(&rig, &at(4.0 + 3e6), "a loop of many rounds").await;
    let differing: Vec<_> = (0..30)
        .filter(|n| few.frame(*n) != many.frame(*n))
        .collect();
    assert_eq!(differing, [0; 0], "frames that differ");
    assert!(few.frame(0) != few.frame(1));
    let still = drawn(&rig, &at(3e6), "a loop of whole rounds").await;
    assert!(still.frame(0) == still.frame(1) && still.frame(0) == still.frame(29));
    assert!(still.frame(0) == few.frame(0));
}

#[tokio::test]
async fn texts_and_lists_as_long_as_they_may_be() {
    let rig = Rig::new();
    let span = (0, SECOND / 30);
    let long = "word ".repeat(MAX_TEXT_CHARACTERS / 5 - 1);
    let families = "serif,".repeat(500_000);
    let film = Film::new(64, 64)
        .track(vec![words("A", &families, span)])
        .track(vec![words(&long, "Inter", span)])
        .track(vec![solid(&"x".repeat(4_000_000), span)]);
    let mut state = film.state();
    state.background = Background::Color {
        color: "#000000".to_owned(),
        gradient: Some(format!(
            "linear-gradient({}red)",
            "red, blue, ".repeat(100_000)
        )),
    };
    let seen = drawn(&rig, &state, "long texts and lists").await;
    assert_eq!(seen.report.frames, 1);
    let warnings = seen.report.warnings;
    let colour = warnings
        .iter()
        .any(|line| line.contains("is not a CSS colour"));
    assert!(colour, "{} warnings", warnings.len());
    let before = peak_mebibytes();
    let mut animals = ('\u{1f400}'..='\u{1f43e}').cycle();
    let film = (0..20).fold(Film::new(64, 64), |film, _| {
        let emoji: String = animals.by_ref().take(MAX_TEXT_CHARACTERS / 20).collect();
        film.track(vec![words(&emoji, "Inter", span)])
    });
    let seen = drawn(&rig, &film.state(), "emoji").await;
    assert_eq!(seen.report.frames, 1);
    assert!(seen.frame(0)[..64 * 64].iter().any(|luma| *luma > 60));
    // With a bitmap for each of them it would be 13,000.
    let taken = peak_mebibytes() - before;
    assert!(taken < 1024, "{taken} MiB");
}

/// The most memory that this process has had, in MiB.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    kibibytes.unwrap().parse::<u64>().unwrap() / 1024
}
