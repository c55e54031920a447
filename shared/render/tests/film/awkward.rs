//! Footage of the awkward kind, seen and heard as a player plays it. Variable frame
//! rates are in `frames`, high range in `hdr`, files of sound alone in `speed`, pictures
//! (animated, progressive, of ink, turned, AVIF) in `pictures`, VP9 with transparency
//! among the golden pictures, truncated files in `bad_media`.

use serde_json::json;

use crate::rig::*;

/// Middles of the four quarters of a canvas of 64x64.
const MIDDLES: [(usize, usize); 4] = [(16, 16), (48, 16), (16, 48), (48, 48)];

/// Asserts where the colours of [`QUARTERS`] are, by their index.
fn assert_quarters(seen: &Captured, n: usize, order: [usize; 4], what: &str) {
    for ((x, y), color) in MIDDLES.into_iter().zip(order) {
        let found = seen.pixel(n, x, y);
        assert_color(found, QUARTERS[color], 4, &format!("{what} at {x}, {y}"));
    }
}

#[tokio::test]
async fn layouts_depths_and_odd_sizes_keep_colours_and_places() {
    let rig = Rig::new();
    let x264 = "-c:v libx264 -qp 8";
    for (name, size, codec) in [
        (
            "h264-10.mp4",
            (64, 64),
            format!("{x264} -pix_fmt yuv420p10le"),
        ),
        (
            "h264-422-10.mp4",
            (64, 64),
            format!("{x264} -pix_fmt yuv422p10le"),
        ),
        ("h264-444.mp4", (64, 64), format!("{x264} -pix_fmt yuv444p")),
        (
            "h264-444-odd.mp4",
            (63, 47),
            format!("{x264} -pix_fmt yuv444p"),
        ),
        (
            "vp9-odd.webm",
            (63, 47),
            "-c:v libvpx-vp9 -lossless 1 -pix_fmt yuv420p".to_owned(),
        ),
        (
            "vp9-444-12.webm",
            (33, 31),
            "-c:v libvpx-vp9 -lossless 1 -pix_fmt yuv444p12le".to_owned(),
        ),
        (
            "vp8-odd.webm",
            (33, 31),
            "-c:v libvpx -b:v 2M -pix_fmt yuv420p".to_owned(),
        ),
        (
            "hevc-10.mp4",
            (64, 64),
            "-c:v libx265 -x265-params log-level=error -crf 8 -pix_fmt yuv420p10le".to_owned(),
        ),
        (
            "av1-10.mp4",
            (66, 64),
            "-c:v libaom-av1 -cpu-used 8 -crf 10 -pix_fmt yuv420p10le".to_owned(),
        ),
        (
            "prores.mov",
            (62, 50),
            "-c:v prores_ks -pix_fmt yuv422p10le".to_owned(),
        ),
        (
            "mjpeg.avi",
            (50, 34),
            "-c:v mjpeg -q:v 1 -pix_fmt yuvj420p".to_owned(),
        ),
        ("tall.mp4", (20, 400), format!("{x264} -pix_fmt yuv420p")),
    ] {
        let source = quarters(size.0, size.1);
        // Neither file says its matrix.
        let untagged = ["mjpeg.avi", "prores.mov"].contains(&name);
        let matrix = if untagged { "bt601" } else { "bt709" };
        let exact = format!("scale=out_color_matrix={matrix}:flags=accurate_rnd");
        let mut args = vec![
            "-f",
            "lavfi",
            "-i",
            &source,
            "-frames:v",
            "3",
            "-vf",
            &exact,
        ];
        args.extend(codec.split_whitespace());
        if !untagged {
            args.extend(TAGS);
        }
        rig.media.make(name, &args);
        let seen = rig
            .capture(&Film::of(video(name, (0, SECOND / 5))), &spec(30))
            .await;
        for n in [0, 2, 5] {
            assert_quarters(&seen, n, [0, 1, 2, 3], name);
        }
    }
}

#[tokio::test]
async fn a_telephone_held_any_way_up() {
    let rig = Rig::new();
    let source = quarters(64, 48);
    let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", "3"];
    args.extend(["-vf", "scale=out_color_matrix=bt709,format=yuv420p"]);
    args.extend(["-c:v", "libx264", "-qp", "1"]);
    args.extend(TAGS);
    rig.media.make("flat.mp4", &args);
    let flat = std::fs::read(rig.media.path("flat.mp4")).unwrap();
    // Clockwise: the quarter below left comes to the upper left, and so on.
    for (degrees, [a, b, c, d], order) in [
        (0, [1, 0, 0, 1], [0, 1, 2, 3]),
        (90, [0, 1, -1, 0], [2, 0, 3, 1]),
        (180, [-1, 0, 0, -1], [3, 2, 1, 0]),
        (270, [0, -1, 1, 0], [1, 3, 0, 2]),
    ] {
        let name = format!("turned-{degrees}.mp4");
        let mut turned = flat.clone();
        let header = turned.windows(4).position(|four| four == b"tkhd").unwrap();
        let matrix = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30];
        let bytes: Vec<u8> = matrix.iter().flat_map(|n: &i32| n.to_be_bytes()).collect();
        turned[header + 44..header + 80].copy_from_slice(&bytes);
        rig.media.write(&name, turned);
        let seen = rig
            .capture(&Film::of(video(&name, (0, SECOND / 10))), &spec(30))
            .await;
        assert_quarters(&seen, 1, order, &name);
    }
}

/// Twenty seconds with one key frame; frame n is grey of n modulo 100.
fn one_key_frame(rig: &Rig, name: &str) {
    let source = counting(30).replace("16+2*N", "16+2*mod(N,100)");
    let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", "600"];
    args.extend(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "1"]);
    args.extend(["-x264-params", "keyint=infinite:min-keyint=9999:scenecut=0"]);
    args.extend(TAGS);
    rig.media.make(name, &args);
}

#[tokio::test]
async fn one_key_frame_at_the_start_of_all() {
    let rig = Rig::new();
    for name in ["long.mp4", "long.mkv"] {
        one_key_frame(&rig, name);
        let mut late = video(name, (0, SECOND));
        late["sourceStartTicks"] = json!(18 * SECOND);
        let mut early = video(name, (SECOND, SECOND / 2));
        early["sourceStartTicks"] = json!(SECOND / 2);
        let film = Film::new(64, 64).track(vec![late, early]);
        let numbers = rig.capture(&film, &spec(30)).await.numbers();
        let expected: Vec<u8> = (40..70).chain(15..30).collect();
        assert_eq!(numbers, expected, "{name}");
    }
}

#[tokio::test]
async fn a_film_of_no_frames_is_refused_with_a_sentence() {
    let rig = Rig::new();
    let picture = "color=s=64x64";
    for (name, more, says) in [
        ("none.mp4", "-c:v libx264", "has no picture and no sound"),
        (
            "none-fragmented.mp4",
            "-c:v libx264 -movflags empty_moov",
            "has no picture in it",
        ),
        ("none.mkv", "-c:v libx264", "cannot be decoded: End of file"),
        ("none.avi", "-c:v mjpeg", "has no picture in it"),
    ] {
        let mut args = vec!["-f", "lavfi", "-i", picture, "-frames:v", "0"];
        args.extend(more.split_whitespace());
        rig.media.make(name, &args);
        let sentence = rig.refused(&Film::of(video(name, (0, SECOND)))).await;
        let wanted = format!("asset `{name}` cannot be used: the file {says}");
        assert_eq!(sentence, wanted);
    }
}

/// A film of [`counting`] frames, with the sound of a filter if there is one.
fn film_with(rig: &Rig, name: &str, sound: Option<&str>, codec: &str) {
    let picture = counting(30);
    let mut args = vec!["-f", "lavfi", "-i", &picture];
    if let Some(sound) = sound {
        args.extend(["-f", "lavfi", "-i", sound]);
    }
    args.extend(["-t", "2", "-c:v", "libx264", "-qp", "1"]);
    args.extend(TAGS);
    args.extend(codec.split_whitespace());
    rig.media.make(name, &args);
}

#[tokio::test]
async fn a_film_without_sound_leaves_that_of_others_alone() {
    let rig = Rig::new();
    let tone = "0.5*sin(2*PI*1000*t)";
    rig.media.wav("tone.wav", &format!("{tone}|{tone}"), 2.0);
    film_with(&rig, "silent.mp4", None, "");
    let tone = audio("tone.wav", (0, 2 * SECOND));
    let film = Film::new(64, 64)
        .track(vec![video("silent.mp4", (0, 2 * SECOND))])
        .track(vec![tone.clone()]);
    let seen = rig.capture(&film, &spec(30)).await;
    assert_eq!(seen.numbers(), (0..60).collect::<Vec<u8>>());
    let alone = rig.capture(&Film::of(tone), &spec(30)).await;
    assert!(seen.sound == alone.sound, "other samples");
}

#[tokio::test]
async fn films_are_heard_whatever_their_channels_and_rate() {
    let rig = Rig::new();
    let tones = |channels: usize| {
        let tones = [400, 500, 600, 700, 800, 900].into_iter().take(channels);
        let tones: Vec<String> = tones.map(|f| format!("0.2*sin(2*PI*{f}*t)")).collect();
        tones.join("|")
    };
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let sides = [
        [1.0, 0.0, half, 0.0, half, 0.0],
        [0.0, 1.0, half, 0.0, 0.0, half],
    ];
    let [first, second] =
        [0, 1].map(|at| std::array::from_fn(|tone| f64::from(u8::from(tone == at))));
    let (mono, stereo) = ([first, first], [first, second]);
    for (name, codec, layout, channels, rate, gains) in [
        ("mono.mp4", "aac", "mono", 1, 44_100, mono),
        ("stereo.mov", "pcm_s16le", "stereo", 2, 44_100, stereo),
        ("stereo.mkv", "flac", "stereo", 2, 96_000, stereo),
        ("surround.mp4", "aac", "5.1", 6, 48_000, sides),
        ("surround.mov", "ac3", "5.1(side)", 6, 44_100, sides),
    ] {
        let sound = format!("aevalsrc='{}':s={rate}:c={layout}", tones(channels));
        film_with(&rig, name, Some(&sound), &format!("-c:a {codec} -b:a 384k"));
        let film = Film::of(video(name, (0, 2 * SECOND)));
        let seen = rig.capture(&film, &spec(30)).await;
        assert_eq!(seen.numbers(), (0..60).collect::<Vec<u8>>(), "{name}");
        for (side, channel) in [left(&seen.sound), right(&seen.sound)].iter().enumerate() {
            for (tone, gain) in gains[side].iter().enumerate() {
                let level = tone_level(&channel[24_000..72_000], 400.0 + 100.0 * tone as f64);
                assert!(
                    (level - 0.2 * gain).abs() < 0.02,
                    "{name}, side {side}, tone {tone}: {level}"
                );
            }
        }
    }
}
