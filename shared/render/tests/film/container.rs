//! The finished file: codecs, tags, layout, lengths.

use std::path::Path;
use std::process::Command;

use darkroom_editor_state::Ratio;
use darkroom_render::{ExportSpec, Format};
use serde_json::Value;

use crate::rig::*;

fn probed(file: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-show_streams",
            "-show_format",
            "-of",
            "json",
        ])
        .arg(file)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stream<'a>(probed: &'a Value, kind: &str) -> Option<&'a Value> {
    let streams = probed["streams"].as_array().unwrap();
    streams.iter().find(|stream| stream["codec_type"] == kind)
}

fn seconds(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

fn with_format(fps: u32, format: Format) -> ExportSpec {
    ExportSpec {
        format,
        ..spec(fps)
    }
}

/// Something that moves, with sound, `ticks` long.
fn film(rig: &Rig, ticks: i64) -> Film {
    rig.media
        .wav("tone", "0.3*sin(2*PI*440*t)|0.3*sin(2*PI*550*t)", 3.0);
    let mut square = solid("#3080ff", (0, ticks));
    square["left"] = keyed(0.0, &[(ticks - 1, 60.0)]);
    Film::new(64, 64)
        .track(vec![square])
        .track(vec![audio("tone", (0, ticks))])
}

/// First and last time stamp (its duration included) of a stream's packets.
fn span(file: &Path, stream: &str) -> (f64, f64) {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", stream, "-of", "csv=p=0"])
        .args([
            "-show_entries",
            "frame=pts_time,pkt_duration_time,nb_samples",
        ])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<f64>> = text
        .lines()
        .map(|line| {
            line.split(',')
                .filter_map(|field| field.parse().ok())
                .collect()
        })
        .collect();
    let (first, last) = (&rows[0], &rows[rows.len() - 1]);
    let length = if stream == "a:0" {
        last[2] / 48_000.0
    } else {
        last[1]
    };
    (first[0], last[0] + length)
}

#[tokio::test]
async fn an_mp4_is_what_players_want() {
    let rig = Rig::new();
    for fps in [30, 60] {
        // Not a whole number of frames.
        let out = rig.export(&film(&rig, 2 * SECOND + 1), &spec(fps)).await;
        let probed = probed(&out);
        let picture = stream(&probed, "video").unwrap();
        for (key, value) in [
            ("codec_name", "h264"),
            ("profile", "High"),
            ("pix_fmt", "yuv420p"),
            ("color_range", "tv"),
            ("color_space", "bt709"),
            ("color_transfer", "bt709"),
            ("color_primaries", "bt709"),
        ] {
            assert_eq!(picture[key], value, "{key}");
        }
        let rate = format!("{fps}/1");
        assert_eq!(
            (&picture["r_frame_rate"], &picture["avg_frame_rate"]),
            (&rate.as_str().into(), &rate.as_str().into())
        );
        assert_eq!(picture["nb_read_frames"], (2 * fps + 1).to_string());
        let sound = stream(&probed, "audio").unwrap();
        for (key, value) in [
            ("codec_name", "aac"),
            ("profile", "LC"),
            ("sample_rate", "48000"),
            ("channel_layout", "stereo"),
        ] {
            assert_eq!(sound[key], value, "{key}");
        }
        let bit_rate = seconds(&sound["bit_rate"]);
        assert!((100_000.0..140_000.0).contains(&bit_rate), "{bit_rate}");
        assert_eq!(boxes(&out)[..2], ["ftyp", "moov"], "moov first");
        assert_ends_together(&out, fps);
    }
}

#[tokio::test]
async fn a_webm_is_vp9_and_opus() {
    let rig = Rig::new();
    let wanted = opus_bytes(&rig);
    for fps in [30, 60] {
        let out = rig
            .export(&film(&rig, 2 * SECOND), &with_format(fps, Format::Webm))
            .await;
        let probed = probed(&out);
        assert_eq!(probed["format"]["format_name"], "matroska,webm");
        let picture = stream(&probed, "video").unwrap();
        for (key, value) in [
            ("codec_name", "vp9"),
            ("pix_fmt", "yuv420p"),
            ("color_range", "tv"),
            ("color_space", "bt709"),
        ] {
            assert_eq!(picture[key], value, "{key}");
        }
        assert_eq!(picture["avg_frame_rate"], format!("{fps}/1"));
        assert_eq!(picture["nb_read_frames"], (2 * fps).to_string());
        let sound = stream(&probed, "audio").unwrap();
        assert_eq!(
            (
                &sound["codec_name"],
                &sound["sample_rate"],
                &sound["channels"]
            ),
            (&"opus".into(), &"48000".into(), &2.into())
        );
        let found = sound_bytes(&out);
        assert!(found.abs_diff(wanted) <= wanted / 20, "{found} {wanted}");
        assert_ends_together(&out, fps);
    }
}

/// Bytes of a file's sound.
fn sound_bytes(file: &Path) -> u64 {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "a:0", "-of", "csv=p=0"])
        .args(["-show_entries", "packet=size"])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // What is told of a packet besides its size makes empty lines.
    let sizes = text.lines().map(|line| line.trim_end_matches(','));
    let sizes = sizes.filter(|size| !size.is_empty());
    sizes.map(|size| size.parse::<u64>().unwrap()).sum()
}

/// Bytes that two seconds of [`film`]'s sound have at 128 kb/s: what a rate comes to depends
/// on the sound.
fn opus_bytes(rig: &Rig) -> u64 {
    film(rig, 2 * SECOND);
    let encoder = ["-c:a", "libopus", "-b:a", "128k"];
    let arguments = [["-i", "tone", "-t", "2"], encoder].concat();
    rig.media.make("reference.webm", &arguments);
    sound_bytes(&rig.media.path("reference.webm"))
}

/// Picture and sound start together and end within one frame of each other.
fn assert_ends_together(file: &Path, fps: u32) {
    let (picture, sound) = (span(file, "v:0"), span(file, "a:0"));
    let frame = 1.0 / f64::from(fps);
    assert!(
        (picture.0 - sound.0).abs() < 0.002,
        "start: {picture:?} {sound:?}"
    );
    assert!(picture.0 < frame, "starts at {picture:?}");
    assert!(
        (picture.1 - sound.1).abs() <= frame,
        "end: {picture:?} {sound:?}"
    );
}

/// Names of an mp4's outermost boxes.
fn boxes(file: &Path) -> Vec<String> {
    let bytes = std::fs::read(file).unwrap();
    let mut names = Vec::new();
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        names.push(String::from_utf8_lossy(&bytes[at + 4..at + 8]).into_owned());
        if size < 8 {
            break;
        }
        at += size;
    }
    names
}

#[tokio::test]
async fn a_timeline_without_sound_gets_no_audio_stream() {
    let rig = Rig::new();
    rig.media.counting("silent.mp4", 30, 10, 0, &[]);
    for film in [
        Film::of(solid("red", (0, SECOND / 3))),
        Film::of(video("silent.mp4", (0, SECOND / 3))),
    ] {
        for format in [Format::Mp4, Format::Webm] {
            let probed = probed(&rig.export(&film, &with_format(30, format)).await);
            assert!(stream(&probed, "audio").is_none(), "{probed}");
            assert_eq!(stream(&probed, "video").unwrap()["nb_read_frames"], "10");
        }
    }
}

#[tokio::test]
async fn frames_are_counted_up_and_there_is_at_least_one() {
    let rig = Rig::new();
    for (ticks, fps, frames) in [
        (1, 30, "1"),
        (8000, 30, "1"),
        (8001, 30, "2"),
        (8001, 60, "3"),
        (239_999, 60, "60"),
    ] {
        let out = rig
            .export(&Film::of(solid("red", (0, ticks))), &spec(fps))
            .await;
        let probed = probed(&out);
        assert_eq!(
            stream(&probed, "video").unwrap()["nb_read_frames"],
            frames,
            "{ticks} ticks"
        );
    }
}

#[tokio::test]
async fn the_size_follows_composition_scale_and_ratio() {
    let rig = Rig::new();
    for (size, scale, ratio, expected) in [
        ((63, 51), 1.0, "custom", (64, 52)),
        ((101, 77), 1.5, "custom", (152, 116)),
        ((320, 180), 0.6, "custom", (192, 108)),
        ((320, 180), 1.0, "16:9", (320, 180)),
        ((320, 180), 1.0, "1:1", (320, 320)),
        ((320, 180), 2.0, "9:16", (360, 640)),
    ] {
        let film = Film::new(size.0, size.1).track(vec![solid("red", (0, 8000))]);
        let spec = ExportSpec {
            scale,
            ratio: Ratio::parse(ratio).unwrap(),
            ..spec(30)
        };
        let probed = probed(&rig.export(&film, &spec).await);
        let picture = stream(&probed, "video").unwrap();
        assert_eq!(
            (&picture["width"], &picture["height"]),
            (&expected.0.into(), &expected.1.into()),
            "{size:?} {scale} {ratio}"
        );
    }
}

#[tokio::test]
async fn a_requests_own_composition_is_drawn_to_its_edges_and_no_further() {
    let rig = Rig::new();
    let square = |place: [f64; 4]| {
        let mut square = solid("white", (0, 8000));
        for (key, value) in ["left", "top", "width", "height"].into_iter().zip(place) {
            square[key] = ant(value);
        }
        Film::of(square)
    };
    // Past both edges of the document, which is 64 x 64, and all of it.
    let (past, whole) = ([80.0, 72.0, 16.0, 16.0], [0.0, 0.0, 64.0, 64.0]);
    for (place, composition, ratio, white, black) in [
        (past, (128, 96), Ratio::Custom, (88, 80), (88, 60)),
        // Centred in 128 x 128.
        (past, (128, 96), Ratio::R1x1, (88, 96), (88, 76)),
        // The upper half, centred in 64 x 64.
        (whole, (64, 32), Ratio::R1x1, (32, 32), (32, 56)),
    ] {
        let film = square(place);
        let spec = ExportSpec {
            composition: Some(composition),
            ratio,
            ..spec(30)
        };
        let drawn = rig.capture(&film, &spec).await;
        let found = [white, black].map(|(x, y)| drawn.pixel(0, x, y));
        assert_eq!(found, [[255; 3], [0; 3]], "{composition:?} {ratio:?}");
        let alone = rig.frame(&film, &spec, 0).await;
        assert!(alone.data == drawn.frame(0), "{composition:?} {ratio:?}");
    }
}

#[tokio::test]
async fn the_same_document_gives_the_same_file() {
    let rig = Rig::new();
    rig.media.counting("clip.mp4", 30, 60, 3, &[]);
    let film = film(&rig, 2 * SECOND).track(vec![video("clip.mp4", (0, 2 * SECOND))]);
    for format in [Format::Mp4, Format::Webm] {
        let spec = with_format(30, format);
        let first = std::fs::read(rig.export(&film, &spec).await).unwrap();
        let second = std::fs::read(rig.export(&film, &spec).await).unwrap();
        assert!(first == second, "{format:?}: not the same bytes");
    }
}
