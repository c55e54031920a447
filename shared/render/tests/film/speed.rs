//! When: starts, lengths, speeds and layouts of sources.

use serde_json::json;

use crate::rig::*;

#[tokio::test]
async fn a_clip_starts_on_its_sample_from_any_place_of_its_source() {
    let rig = Rig::new();
    // Sample n tells its number.
    rig.media.wav("ramp", "n/300000|n/300000", 4.0);
    for (start, source) in [
        (0, 0),
        (61_725, 0),
        (61_728, 120_000),
        (5, 333_335),
        (480_000, 720_000),
    ] {
        let mut item = audio("ramp", (start, SECOND));
        item["sourceStartTicks"] = json!(source);
        let heard = rig.capture(&Film::of(item), &spec(60)).await.sound;
        let heard = left(&heard);
        // Five ticks are a sample; between two samples, the later one.
        let (first, end) = (
            (start as usize).div_ceil(5),
            (start as usize + 240_000).div_ceil(5),
        );
        assert_eq!(peak(&heard[..first]), 0.0, "before {start}");
        for (n, sample) in heard[first..end].iter().enumerate() {
            let exact = (source as f32 / 5.0 + n as f32) / 300_000.0;
            let near = if start % 5 == 0 { 1e-6 } else { 1e-5 };
            assert!(
                (sample - exact).abs() < near,
                "start {start}, source {source}, sample {n}: {sample}, not {exact}"
            );
        }
        assert_eq!(peak(&heard[end..]), 0.0, "after {start}");
    }
}

#[tokio::test]
async fn coded_sound_is_entered_at_the_wanted_sample() {
    let rig = Rig::new();
    // A tone that rises: no two places of it are alike.
    let rising = "0.5*sin(2*PI*(200+400*t)*t)";
    rig.media
        .wav("rising.wav", &format!("{rising}|{rising}"), 3.0);
    for (name, codec) in [
        ("c.m4a", "aac"),
        ("c.mp3", "libmp3lame"),
        ("c.ogg", "libvorbis"),
        ("c.opus", "libopus"),
        ("c.flac", "flac"),
    ] {
        rig.media.make(name, &["-i", "rising.wav", "-c:a", codec]);
        // Decoded from the start, without any seeking.
        let whole = left(&samples(&rig.media.path(name)));
        for source in [0, SECOND, 5 * SECOND / 4] {
            let mut item = audio(name, (0, SECOND));
            item["sourceStartTicks"] = json!(source);
            let heard = left(&rig.capture(&Film::of(item), &spec(30)).await.sound);
            let away = |shift: usize| {
                let same = &whole[source as usize / 5 + shift..];
                let apart: Vec<f32> = heard.iter().zip(same).map(|(a, b)| a - b).collect();
                rms(&apart)
            };
            assert!(away(0) < 0.001, "{name} from {source}: {}", away(0));
            assert!(away(1) > 0.005, "{name}: a sample further is another place");
        }
    }
}

#[tokio::test]
async fn speed_keeps_the_pitch_and_changes_the_length() {
    let rig = Rig::new();
    rig.media
        .wav("tone", "0.5*sin(2*PI*1000*t)|0.5*sin(2*PI*1000*t)", 2.0);
    for (rate, length) in [(0.5, 4.0), (2.0, 1.0), (1.25, 1.6), (5.0, 0.4)] {
        let mut item = audio("tone", (0, 5 * SECOND));
        item["playbackRate"] = json!(rate);
        let heard = left(&rig.capture(&Film::of(item), &spec(30)).await.sound);
        let end = heard.iter().rposition(|s| s.abs() > 0.05).unwrap();
        let seconds = end as f64 / 48_000.0;
        assert!((seconds - length).abs() < 0.02, "rate {rate}: {seconds} s");
        let tone = &heard[2_000..(length * 48_000.0) as usize - 4_000];
        let pitch = frequency(tone);
        assert!((pitch - 1000.0).abs() < 5.0, "rate {rate}: {pitch} Hz");
        assert!((rms(tone) - 0.5 / 2_f64.sqrt()).abs() < 0.02, "rate {rate}");
    }
}

#[tokio::test]
async fn speed_counts_from_where_the_source_is_entered() {
    let rig = Rig::new();
    rig.media.wav("late", "0.5*sin(2*PI*1000*t)*gte(t,2)", 4.0);
    let mut item = audio("late", (SECOND, 3 * SECOND));
    (item["playbackRate"], item["sourceStartTicks"]) = (json!(2), json!(SECOND));
    let heard = left(&rig.capture(&Film::of(item), &spec(30)).await.sound);
    // One second of source lies before the tone: half a second of film, after the start at 1 s.
    let onset = heard.iter().position(|s| s.abs() > 0.1).unwrap() as f64 / 48_000.0;
    assert!((onset - 1.5).abs() < 0.02, "{onset}");
}

#[tokio::test]
async fn past_the_end_of_its_source_an_item_is_silent() {
    let rig = Rig::new();
    rig.media.wav("short", "0.5|0.5", 0.5);
    let mut late = audio("short", (2 * SECOND, SECOND));
    late["sourceStartTicks"] = json!(SECOND);
    let film = Film::new(64, 64).track(vec![audio("short", (0, 2 * SECOND)), late]);
    let heard = left(&rig.capture(&film, &spec(30)).await.sound);
    assert_eq!(heard.len(), 144_000);
    assert!(heard[..24_000].iter().all(|s| (s - 0.5).abs() < 1e-6));
    assert_eq!(peak(&heard[24_000..]), 0.0);
}

#[tokio::test]
async fn mono_at_another_rate_is_heard_on_both_sides_at_its_level() {
    let rig = Rig::new();
    let source = "aevalsrc='0.5*sin(2*PI*1000*t)':s=44100:d=2";
    rig.media.make("mono.wav", &["-f", "lavfi", "-i", source]);
    let heard = rig
        .capture(&Film::of(audio("mono.wav", (0, 2 * SECOND))), &spec(30))
        .await
        .sound;
    assert_eq!(left(&heard), right(&heard));
    let middle = &left(&heard)[24_000..72_000];
    assert!((tone_level(middle, 1000.0) - 0.5).abs() < 0.001);
    assert!((frequency(middle) - 1000.0).abs() < 0.1);
    // As long as it was, whatever its rate.
    let end = left(&heard).iter().rposition(|s| s.abs() > 0.05).unwrap();
    assert!(end.abs_diff(96_000) < 40, "{end}");
}

#[tokio::test]
async fn six_channels_are_folded_down_as_browsers_do() {
    let rig = Rig::new();
    // Front left and right, centre, LFE, surround left and right: a tone each.
    let tones: Vec<String> = [400, 500, 600, 700, 800, 900]
        .map(|f| format!("0.2*sin(2*PI*{f}*t)"))
        .into();
    let source = format!("aevalsrc='{}':s=48000:c=5.1:d=2", tones.join("|"));
    rig.media.make(
        "six.wav",
        &["-f", "lavfi", "-i", &source, "-c:a", "pcm_f32le"],
    );
    let heard = rig
        .capture(&Film::of(audio("six.wav", (0, 2 * SECOND))), &spec(30))
        .await
        .sound;
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let expected = [
        (left(&heard), [1.0, 0.0, half, 0.0, half, 0.0]),
        (right(&heard), [0.0, 1.0, half, 0.0, 0.0, half]),
    ];
    for (side, (channel, gains)) in expected.into_iter().enumerate() {
        for (tone, gain) in gains.into_iter().enumerate() {
            let level = tone_level(&channel[24_000..72_000], 400.0 + 100.0 * tone as f64);
            assert!(
                (level - 0.2 * gain).abs() < 0.002,
                "side {side}, channel {tone}: {level}"
            );
        }
    }
}
