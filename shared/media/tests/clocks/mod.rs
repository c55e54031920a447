//! Times as files have them: clocks that round and clocks that do not, delays that no
//! browser keeps, sound with a piece missing.

use std::path::{Path, PathBuf};

use darkroom_media::{AudioDecoder, AudioRequest, PixelFormat, probe};

use super::{COUNTING, TAGS, make, numbers, tools};

/// Samples of the case with sound.
const RATE: usize = 48_000;

#[test]
fn a_frame_is_not_shown_early_whatever_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let source = COUNTING.replace("r=30", "r=25");
    // Units of a frame, of a frame, of a millisecond, and of far less.
    for (name, timescale) in [
        ("unit.mp4", "25"),
        ("unit.avi", ""),
        ("rounded.mkv", ""),
        ("fine.mp4", "12800"),
    ] {
        let mut args = vec!["-f", "lavfi", "-i", &source, "-t", "1"];
        args.extend(["-c:v", "libx264", "-qp", "0", "-bf", "0"]);
        if !timescale.is_empty() {
            args.extend(["-video_track_timescale", timescale]);
        }
        args.extend(TAGS);
        let clip = make(dir.path(), name, &args);
        let shown = numbers(&clip, |r| r.frames = 11);
        assert_eq!(shown, [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8], "{name}");
        // 1/30 s before a frame of the source, and as the frame begins.
        let later = numbers(&clip, |r| (r.start_seconds, r.frames) = (0.166_667, 2));
        assert_eq!(later, [4, 5], "{name}");
    }
}

/// An animated PNG of three pictures, a delay each; their numbers are in their red.
fn animated_png(dir: &Path, name: &str, (over, under): (u16, u16)) -> PathBuf {
    let path = dir.join(name);
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 16, 16);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_animated(3, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for number in 0..3 {
        writer.set_frame_delay(over, under).unwrap();
        let picture = [16 + 4 * number, 0, 0].repeat(16 * 16);
        writer.write_image_data(&picture).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[test]
fn delays_that_no_browser_keeps_are_a_tenth_of_a_second() {
    let dir = tempfile::tempdir().unwrap();
    for (name, delay) in [
        ("none.png", (0, 100)),
        ("short.png", (1, 100)),
        ("short-in-ms.png", (10, 1000)),
    ] {
        let clip = animated_png(dir.path(), name, delay);
        let once = numbers(&clip, |r| r.format = PixelFormat::Rgba);
        assert_eq!(once[..9], [0, 0, 0, 1, 1, 1, 2, 2, 2], "{name}");
        let looped = numbers(&clip, |r| (r.format, r.loops) = (PixelFormat::Rgba, true));
        assert_eq!(looped, [0, 0, 0, 1, 1, 1, 2, 2, 2, 0], "{name}");
    }
    // Longer ones are kept.
    let clip = animated_png(dir.path(), "kept.png", (2, 100));
    let kept = numbers(&clip, |r| r.format = PixelFormat::Rgba);
    assert_eq!(kept[..3], [0, 1, 2]);
}

/// As recordings are whose packets are stamped when they arrive.
#[test]
fn sound_whose_time_stamps_jitter_is_not_broken() {
    let dir = tempfile::tempdir().unwrap();
    let source = format!(
        "aevalsrc='0.5*sin(2*PI*440*t)':s={RATE}:d=4,asetnsamples=480,\
         asetpts='PTS+0.02*sin(N)/TB'"
    );
    let args = ["-f", "lavfi", "-i", &source, "-c:a", "pcm_s16le"];
    let clip = make(dir.path(), "jitter.mkv", &args);
    let found = probe(&tools(), &clip).unwrap();
    let request = AudioRequest {
        start_seconds: 0.0,
        rate: 1.0,
        samples: 4 * RATE as u64,
    };
    let mut decoder = AudioDecoder::start(&tools(), &clip, &found, &request).unwrap();
    let mut out = vec![0.0; RATE * 8];
    let count = decoder.read(&mut out).unwrap();
    assert!(count > RATE * 7, "{count}");
    // Behind the first packets, before which the file may begin with silence.
    let left: Vec<f32> = out[..count].iter().copied().step_by(2).collect();
    let steps = left[RATE / 10..RATE * 39 / 10].windows(2);
    let largest = steps.map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max);
    // A sine of this height and pitch rises by 0.0288 a sample at most.
    assert!(largest < 0.03, "a step of {largest}");
}

#[test]
fn sound_behind_a_short_gap_comes_when_its_time_stamp_says() {
    let dir = tempfile::tempdir().unwrap();
    // Packets of 10 ms, none from 0.39 to 0.48 s; four loud samples at 0.8 s.
    let source = format!(
        "aevalsrc='0.9*between(n,38400,38403)':s={RATE}:d=1.2,asetnsamples=480,\
         aselect='not(between(t,0.389,0.479))'"
    );
    let args = ["-f", "lavfi", "-i", &source, "-c:a", "pcm_s16le"];
    let clip = make(dir.path(), "gap.mkv", &args);
    let found = probe(&tools(), &clip).unwrap();
    // Decoded from the file's start on, and from a jump to before the gap.
    for (start_seconds, wanted) in [(0.0, 38_400), (0.25, 26_400), (0.6, 9_600)] {
        let request = AudioRequest {
            start_seconds,
            rate: 1.0,
            samples: RATE as u64,
        };
        let mut decoder = AudioDecoder::start(&tools(), &clip, &found, &request).unwrap();
        let mut out = vec![0.0; RATE * 2];
        let count = decoder.read(&mut out).unwrap();
        let loud = out[..count].iter().position(|s| s.abs() > 0.1).unwrap() / 2;
        assert!(
            loud.abs_diff(wanted) < RATE / 1000,
            "{start_seconds}: {loud}"
        );
    }
}
