//! When things show, and where animations stand.

use serde_json::json;

use super::{bright_columns, bright_rows};
use crate::film::{FRAME, Film, Item, effect, film, filter, image, solid, video};
use crate::stage::{Rgb, draw};

const BOX: [f64; 4] = [40.0, 20.0, 60.0, 40.0];

fn black() -> Film {
    film().background(json!({ "type": "none" }))
}

fn white() -> Item {
    solid("rectangle", "white", BOX)
}

fn frame(film: &Film, n: u64) -> Rgb {
    Rgb::of(&draw(film, n))
}

fn shows(film: &Film, n: u64) -> bool {
    bright_rows(&frame(film, n), 70).is_some()
}

/// Luma in the middle of [`BOX`], as opacity 0 to 1.
fn opacity(film: &Film, n: u64) -> f64 {
    (f64::from(draw(film, n).y()[40 * 160 + 70]) - 16.0) / 219.0
}

#[test]
fn an_item_shows_from_its_start_until_before_its_end() {
    let long = || solid("rectangle", "black", [0.0, 0.0, 4.0, 4.0]);
    for (start, duration, shown) in [
        (10 * FRAME, 5 * FRAME, [9, 10, 14, 15]),
        // A tick later and longer: frame 10 is just missed, frame 15 just caught.
        (10 * FRAME + 1, 5 * FRAME, [10, 11, 15, 16]),
    ] {
        let item = white()
            .with("startTicks", start)
            .with("durationTicks", duration);
        let film = black().track([item]).track([long()]);
        assert_eq!(
            shown.map(|n| shows(&film, n)),
            [false, true, true, false],
            "from {start} for {duration}"
        );
    }
    // Between two frames: never.
    let short = white()
        .with("startTicks", FRAME + 1)
        .with("durationTicks", 5);
    let film = black().track([short]).track([long()]);
    assert!(!shows(&film, 1) && !shows(&film, 2));
}

#[test]
fn keyframes_begin_at_the_value_and_end_at_the_last() {
    let film = black().track([white().keys("left", 0.0, &[(10, 100.0), (20, 50.0)])]);
    for (n, left) in [
        (0, 0),
        (1, 10),
        (5, 50),
        (10, 100),
        (15, 75),
        (20, 50),
        (29, 50),
    ] {
        let columns = bright_columns(&frame(&film, n), 40);
        assert_eq!(columns, Some((left, (left + 60).min(160))), "frame {n}");
    }
}

#[test]
fn keyframes_out_of_order_are_sorted_and_a_first_one_at_0_wins() {
    let film = black().track([white().keys("left", 90.0, &[(10, 40.0), (0, 20.0)])]);
    for (n, left) in [(0, 20), (5, 30), (10, 40)] {
        assert_eq!(
            bright_columns(&frame(&film, n), 40),
            Some((left, left + 60))
        );
    }
}

#[test]
fn keyframes_count_from_the_items_start() {
    let film = black().track([white().at(10, 10).keys("opacity", 0.0, &[(8, 1.0)])]);
    for (n, expected) in [(10, 0.0), (12, 0.25), (14, 0.5), (18, 1.0), (19, 1.0)] {
        let found = opacity(&film, n);
        assert!((found - expected).abs() < 0.01, "frame {n}: {found}");
    }
}

#[test]
fn a_fade_is_linear_or_follows_the_css_curve() {
    // cubic-bezier values at a quarter, half and three quarters.
    for (easing, at) in [
        ("linear", [0.25, 0.5, 0.75]),
        ("ease-in", [0.0935, 0.3154, 0.6219]),
        ("ease-out", [0.3781, 0.6846, 0.9065]),
        ("ease-in-out", [0.1292, 0.5, 0.8708]),
    ] {
        let item = white()
            .animate("in", "fade", 8, easing)
            .animate("out", "fade", 8, easing);
        let film = black().track([item]);
        for (index, expected) in at.into_iter().enumerate() {
            let step = 2 * (index as u64 + 1);
            let (enter, leave) = (opacity(&film, step), opacity(&film, 22 + step));
            assert!(
                (enter - expected).abs() < 0.008,
                "{easing} in at {step}: {enter}"
            );
            assert!(
                (leave - (1.0 - expected)).abs() < 0.008,
                "{easing} out at {step}: {leave}"
            );
        }
        assert!(opacity(&film, 0) < 0.001 && opacity(&film, 8) > 0.999);
    }
}

#[test]
fn slides_run_between_rest_and_just_outside_the_canvas() {
    let film = |kind: &str| {
        black().track([white()
            .animate("in", kind, 10, "linear")
            .animate("out", kind, 10, "linear")])
    };
    // The box covers 40..100 of 160 across, 20..60 of 90 down.
    for (kind, enter, leave) in [("slide-left", 120, -100), ("slide-right", -100, 120)] {
        let film = film(kind);
        assert_eq!(bright_columns(&frame(&film, 0), 40), None);
        let middle = |shift: i32| {
            let edge = |x: i32| (x + shift / 2).clamp(0, 160) as usize;
            Some((edge(40), edge(100)))
        };
        assert_eq!(
            bright_columns(&frame(&film, 5), 40),
            middle(enter),
            "{kind} in"
        );
        assert_eq!(bright_columns(&frame(&film, 10), 40), Some((40, 100)));
        assert_eq!(
            bright_columns(&frame(&film, 25), 40),
            middle(leave),
            "{kind} out"
        );
    }
    for (kind, enter, leave) in [("slide-up", 70, -60), ("slide-down", -60, 70)] {
        let film = film(kind);
        assert_eq!(bright_rows(&frame(&film, 0), 70), None);
        let middle = |shift: i32| {
            let edge = |y: i32| (y + shift / 2).clamp(0, 90) as usize;
            Some((edge(20), edge(60)))
        };
        assert_eq!(
            bright_rows(&frame(&film, 5), 70),
            middle(enter),
            "{kind} in"
        );
        assert_eq!(bright_rows(&frame(&film, 10), 70), Some((20, 60)));
        assert_eq!(
            bright_rows(&frame(&film, 25), 70),
            middle(leave),
            "{kind} out"
        );
    }
}

#[test]
fn zooms_scale_about_the_centre_and_fade() {
    // At three quarters of the way in and a quarter of the way out all is bright
    // enough to be measured: in from 0.5 is 0.875, from 1.5 is 1.125, and so on.
    for (kind, enter, leave) in [("zoom-in", 0.875, 1.125), ("zoom-out", 1.125, 0.875)] {
        let film = black().track([white()
            .animate("in", kind, 8, "linear")
            .animate("out", kind, 8, "linear")]);
        for (n, scale) in [(6, enter), (24, leave)] {
            let half = (30.0 * scale) as usize;
            let found = bright_columns(&frame(&film, n), 40).unwrap();
            assert!(
                found.0.abs_diff(70 - half) <= 1 && found.1.abs_diff(70 + half) <= 1,
                "{kind} in frame {n}: {found:?}"
            );
            assert!((opacity(&film, n) - 0.75).abs() < 0.01);
        }
    }
}

#[test]
fn a_dissolve_sits_centred_on_the_cut() {
    let film = black()
        .track([
            white().at(0, 15),
            solid("rectangle", "black", BOX).at(15, 15),
        ])
        .dissolve(10, "linear");
    for (n, expected) in [(10, 1.0), (12, 0.8), (15, 0.5), (18, 0.2), (20, 0.0)] {
        let found = opacity(&film, n);
        assert!((found - expected).abs() < 0.006, "frame {n}: {found}");
    }
}

/// How far the bar of the clip has come: the number of the source's frame.
fn clip_frame(film: &Film, n: u64) -> usize {
    // Drawn in its own size at the canvas' corner; the bar is 3 pixels a frame.
    bright_columns(&frame(film, n), 60).map_or(0, |(_, end)| end / 3)
}

#[test]
fn a_video_shows_the_source_frame_whose_interval_holds_the_instant() {
    let clip = || video("clip.mp4", [0.0, 0.0, 96.0, 64.0]);
    let shown = |item: Item, frames: &[u64]| -> Vec<usize> {
        let film = black().track([item.with("durationTicks", 60 * FRAME)]);
        frames.iter().map(|&n| clip_frame(&film, n)).collect()
    };
    assert_eq!(shown(clip(), &[0, 1, 7, 22]), [0, 1, 7, 22]);
    let later = clip().with("sourceStartTicks", 5 * FRAME);
    assert_eq!(shown(later, &[0, 3]), [5, 8]);
    // Almost at the next source frame, and just on it.
    let almost = clip().with("sourceStartTicks", 6 * FRAME - 1);
    assert_eq!(shown(almost, &[0]), [5]);
    let fast = clip().with("playbackRate", 2);
    assert_eq!(shown(fast, &[0, 1, 5, 11]), [0, 2, 10, 22]);
    let slow = clip().with("playbackRate", 0.5);
    assert_eq!(shown(slow, &[0, 1, 2, 3, 19]), [0, 0, 1, 1, 9]);
}

#[test]
fn past_its_end_a_video_shows_its_last_frame() {
    // The clip has 30 frames.
    let clip = || video("clip.mp4", [0.0, 0.0, 96.0, 64.0]).with("durationTicks", 90 * FRAME);
    let last = clip_frame(&black().track([clip()]), 29);
    assert_eq!(last, 29);
    for (item, n) in [
        (clip(), 30),
        (clip(), 89),
        (clip().with("playbackRate", 2), 15),
        (clip().with("playbackRate", 0.5), 60),
        (clip().with("playbackRate", 50), 1),
        (clip().with("playbackRate", 1e4), 1),
        (clip().with("playbackRate", 1e9), 1),
        (clip().with("playbackRate", 1e9), 89),
        (clip().with("playbackRate", 1e300), 1),
        (clip().with("playbackRate", 1e300), 89),
        (clip().with("sourceStartTicks", 30 * FRAME), 0),
        (clip().with("sourceStartTicks", 3000 * FRAME), 0),
        (
            clip()
                .with("sourceStartTicks", 3000 * FRAME)
                .with("playbackRate", 0.01),
            80,
        ),
    ] {
        assert_eq!(
            clip_frame(&black().track([item.clone()]), n),
            last,
            "frame {n} of {item:?}"
        );
    }
}

/// A clip that stands at a source frame of its own: it has material on both sides.
fn still_clip(source_frame: i64) -> Item {
    video("clip.mp4", [0.0, 0.0, 96.0, 64.0])
        .with("sourceStartTicks", source_frame * FRAME + FRAME / 2)
        .with("playbackRate", 0.01)
}

#[test]
fn without_material_a_clips_edge_frame_stays_through_a_transition() {
    let clip = || video("clip.mp4", [0.0, 0.0, 96.0, 64.0]);
    // The clip has 30 frames: at the cut there are no more.
    let out = |clip: Item, cut: i64| {
        let track = [clip.at(0, cut), white().at(cut, 30)];
        black().track(track).dissolve(10, "linear")
    };
    for n in 30..35 {
        let (found, last) = (out(clip(), 30), out(still_clip(29), 30));
        assert_eq!(draw(&found, n), draw(&last, n), "frame {n}");
    }
    // Nor are there any before its first one.
    let into = |clip: Item| {
        let track = [white().at(0, 15), clip.at(15, 15)];
        black().track(track).dissolve(10, "linear")
    };
    for n in 10..15 {
        let (found, first) = (into(clip()), into(still_clip(0)));
        assert_eq!(draw(&found, n), draw(&first, n), "frame {n}");
    }
    // Where there are, they go on.
    let (found, stays) = (out(clip(), 20), out(still_clip(19), 20));
    assert_ne!(draw(&found, 22), draw(&stays, 22));
}

#[test]
fn effects_and_filters_last_as_long_as_their_items() {
    let bar = || solid("rectangle", "#4080c0", BOX).at(0, 30);
    let plain = black().track([bar()]);
    for item in [
        effect("blur", 1.0, &json!({})),
        filter("absolute-red", 1.0, &json!({ "blend": 0.5 })),
    ] {
        let film = black().track([item.at(10, 10)]).track([bar()]);
        for (n, changes) in [(9, false), (10, true), (15, true), (19, true), (20, false)] {
            let same = draw(&film, n) == draw(&plain, n);
            assert_eq!(same, !changes, "frame {n} of {film:?}");
        }
    }
}

#[test]
fn a_hidden_track_is_not_even_decoded() {
    let film = black()
        .hidden_track([image("flag.png", BOX)])
        .track([white()]);
    assert_eq!(bright_columns(&frame(&film, 0), 40), Some((40, 100)));
}
