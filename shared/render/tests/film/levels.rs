//! How loud: every sample is compared with what the document says.
//!
//! Most sources are a constant, so that a sample is its gain.

use darkroom_editor_state::names;
use serde_json::json;

use crate::rig::*;

/// Heard gains follow the exact ones this closely: they run linearly over a millisecond.
const NEAR: f32 = 2e-4;

async fn gains(rig: &Rig, change: impl FnOnce(&mut serde_json::Value)) -> Vec<f32> {
    rig.media.wav("half", "0.5|0.5", 2.0);
    let mut item = audio("half", (0, 2 * SECOND));
    change(&mut item);
    let heard = rig.capture(&Film::of(item), &spec(30)).await.sound;
    assert_eq!(heard.len(), 2 * 96_000);
    assert_eq!(left(&heard), right(&heard));
    left(&heard).iter().map(|s| s / 0.5).collect()
}

/// Asserts that sample n has the gain that `exact` tells for n / 48000 s.
fn assert_gains(gains: &[f32], what: &str, exact: impl Fn(f64) -> f64) {
    for (n, gain) in gains.iter().enumerate() {
        let exact = exact(n as f64 / 48_000.0) as f32;
        assert!(
            (gain - exact).abs() < NEAR,
            "{what}, sample {n}: {gain}, not {exact}"
        );
    }
}

#[tokio::test]
async fn sound_that_nothing_touches_is_the_same_to_the_bit() {
    let rig = Rig::new();
    rig.media.wav("saw", "mod(n,1000)/2000|-mod(n,77)/100", 1.0);
    let heard = rig
        .capture(&Film::of(audio("saw", (0, SECOND))), &spec(30))
        .await
        .sound;
    for (n, pair) in heard.chunks_exact(2).enumerate() {
        let exact = [(n % 1000) as f32 / 2000.0, -((n % 77) as f32) / 100.0];
        assert_eq!(pair, exact, "sample {n}");
    }
}

#[tokio::test]
async fn decibels_are_a_gain() {
    let rig = Rig::new();
    for decibels in [-6.0, -20.0, 3.0] {
        let gains = gains(&rig, |item| item["decibelAdjustment"] = ant(decibels)).await;
        let what = format!("{decibels} dB");
        assert_gains(&gains, &what, |_| 10_f64.powf(decibels / 20.0));
    }
    // Nothing is loud enough to break the sum.
    let gains = gains(&rig, |item| item["decibelAdjustment"] = ant(1e9)).await;
    assert!(gains.iter().all(|gain| gain.is_finite()));
    assert!(peak(&gains) * 0.5 < 0.8913);
}

#[tokio::test]
async fn keyframes_are_interpolated_in_decibels() {
    let rig = Rig::new();
    let gains = gains(&rig, |item| {
        item["decibelAdjustment"] = keyed(
            0.0,
            &[(SECOND / 2, -40.0), (SECOND, -40.0), (3 * SECOND / 2, 0.0)],
        );
    })
    .await;
    assert_gains(&gains, "keyframes", |t| {
        let decibels = match t {
            t if t < 0.5 => -80.0 * t,
            t if t < 1.0 => -40.0,
            t if t < 1.5 => -40.0 + 80.0 * (t - 1.0),
            _ => 0.0,
        };
        10_f64.powf(decibels / 20.0)
    });
}

#[tokio::test]
async fn fades_are_linear_and_lie_on_top_of_the_level() {
    let rig = Rig::new();
    let gains = gains(&rig, |item| {
        item["decibelAdjustment"] = ant(-6.0);
        item["audioFadeInDurationTicks"] = json!(SECOND / 2);
        item["audioFadeOutDurationTicks"] = json!(SECOND);
    })
    .await;
    assert_gains(&gains, "fades", |t| {
        10_f64.powf(-0.3) * (t / 0.5).min(1.0) * (2.0 - t).clamp(0.0, 1.0)
    });
}

#[tokio::test]
async fn every_transition_fades_across_with_equal_power() {
    let rig = Rig::new();
    rig.media
        .wav("left", "0.5|0", 3.0)
        .wav("right", "0|0.5", 3.0);
    let gains = |channel: &[f32]| channel.iter().map(|s| s / 0.5).collect::<Vec<f32>>();
    let kinds = names::TRANSITIONS.iter();
    let kinds = kinds.flat_map(|kind| names::EASINGS.iter().map(move |easing| (kind, easing)));
    for (kind, easing) in kinds {
        let mut incoming = audio("right", (SECOND, SECOND));
        incoming["sourceStartTicks"] = json!(SECOND);
        let film = Film::new(64, 64)
            .track(vec![audio("left", (0, SECOND)), incoming])
            .transition(kind.id, "i0", "i1", SECOND / 2)
            .eased(easing.id);
        let heard = rig.capture(&film, &spec(30)).await.sound;
        let (out, coming) = (left(&heard), right(&heard));
        let part = |t: f64| {
            let done = ((t - 0.75) / 0.5).clamp(0.0, 1.0);
            std::f64::consts::FRAC_PI_2 * eased(easing.id, done)
        };
        let what = format!("{} {}", kind.id, easing.id);
        assert_gains(&gains(&out), &what, |t| part(t).cos());
        assert_gains(&gains(&coming), &what, |t| part(t).sin());
        let after = &out[60_001..];
        let gone = after.iter().all(|s| *s == 0.0);
        assert!(gone, "{what}: gone after the window");
    }
}

/// The curve that CSS calls so: a cubic whose first handle is level and whose last is,
/// too, so that its height is known where its place is.
fn eased(easing: &str, done: f64) -> f64 {
    let (first, last) = match easing {
        "linear" => return done,
        "ease-in" => (0.42, 1.0),
        "ease-out" => (0.0, 0.58),
        "ease-in-out" => (0.42, 0.58),
        other => panic!("no easing is called {other}"),
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let t = f64::midpoint(low, high);
        let handles = 3.0 * (1.0 - t) * t * ((1.0 - t) * first + t * last);
        if handles + t.powi(3) < done {
            low = t;
        } else {
            high = t;
        }
    }
    low * low * (3.0 - 2.0 * low)
}

#[tokio::test]
async fn a_clip_without_material_before_its_start_is_not_heard_early() {
    let rig = Rig::new();
    rig.media
        .wav("left", "0.5|0", 3.0)
        .wav("right", "0|0.5", 3.0);
    let film = Film::new(64, 64)
        .track(vec![
            audio("left", (0, SECOND)),
            audio("right", (SECOND, SECOND)),
        ])
        .fade("i0", "i1", SECOND / 2);
    let heard = right(&rig.capture(&film, &spec(30)).await.sound);
    assert_eq!(peak(&heard[..48_000]), 0.0);
    // Half way through the window the gain is the square root of a half.
    assert!((heard[48_000] / 0.5 - std::f32::consts::FRAC_1_SQRT_2).abs() < NEAR);
}

#[tokio::test]
async fn sounds_add_up_without_normalising() {
    let rig = Rig::new();
    rig.media
        .wav("a", "0.25|0.125", 1.0)
        .wav("b", "0.5|-0.0625", 1.0);
    let film = Film::new(64, 64)
        .track(vec![audio("a", (0, SECOND))])
        .track(vec![audio("b", (0, SECOND))]);
    let heard = rig.capture(&film, &spec(30)).await.sound;
    assert!(heard.chunks_exact(2).all(|pair| pair == [0.75, 0.0625]));
}

#[tokio::test]
async fn ten_loud_tracks_stay_below_the_true_peak_ceiling() {
    let rig = Rig::new();
    let mut film = Film::new(64, 64);
    for n in 0..10 {
        let name = format!("n{n}");
        // Tones near a quarter of the rate hide peaks between samples; noise has every peak.
        let source = format!(
            "0.9*sin(2*PI*{}*t+{n})|random({n})*1.8-0.9",
            11_500 + 100 * n
        );
        rig.media.wav(&name, &source, 3.0);
        film = film.track(vec![audio(&name, (0, 3 * SECOND))]);
    }
    let heard = rig.capture(&film, &spec(30)).await.sound;
    assert!(
        rms(&left(&heard)) > 0.1 && rms(&right(&heard)) > 0.1,
        "turned down, not off"
    );
    let bytes: Vec<u8> = heard.iter().flat_map(|s| s.to_le_bytes()).collect();
    rig.media.write("mixed.f32", bytes);
    let measured = std::process::Command::new("ffmpeg")
        .args([
            "-hide_banner",
            "-nostats",
            "-f",
            "f32le",
            "-ar",
            "48000",
            "-ac",
            "2",
            "-i",
        ])
        .arg(rig.media.path("mixed.f32"))
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap();
    let words = String::from_utf8(measured.stderr).unwrap();
    let peak = words
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("Peak:"));
    let peak: f64 = peak
        .unwrap()
        .trim()
        .trim_end_matches(" dBFS")
        .parse()
        .unwrap();
    assert!((-3.0..=-1.0).contains(&peak), "{peak} dB\n{words}");
}

#[tokio::test]
async fn muted_and_hidden_are_two_things() {
    let rig = Rig::new();
    let source = "color=white:s=64x64:r=30,format=yuv420p";
    let tone = "sine=frequency=440:sample_rate=48000";
    let mut args = vec![
        "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", tone, "-t", "1",
    ];
    args.extend(["-c:v", "libx264", "-c:a", "aac", "-f", "mp4"]);
    rig.media.make("clip", &args);
    let film = |hidden, muted| {
        Film::new(64, 64).track_with(vec![video("clip", (0, SECOND))], hidden, muted)
    };
    let seen = |captured: &Captured| captured.frame(15)[64 * 32 + 32] > 200;
    let both = rig.capture(&film(false, false), &spec(30)).await;
    assert!(seen(&both) && rms(&left(&both.sound)) > 0.05);
    let muted = rig.capture(&film(false, true), &spec(30)).await;
    assert!(
        seen(&muted) && muted.sound.is_empty(),
        "drawn, and no sound at all"
    );
    let hidden = rig.capture(&film(true, false), &spec(30)).await;
    assert!(!seen(&hidden));
    assert_eq!(hidden.sound, both.sound, "heard all the same");
}
