//! The real ffmpeg on files it made a moment ago.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod clocks;
mod fetching;

use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_media::{
    AudioDecoder, AudioRequest, Container, Encoder, EncoderRequest, MediaError, PixelFormat, Probe,
    Tools, VideoDecoder, VideoRequest, decode_still, probe,
};

fn tools() -> Tools {
    Tools::discover().unwrap()
}

fn make(dir: &Path, name: &str, args: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let status = Command::new(ffmpeg)
        .args(["-v", "error", "-nostdin", "-y"])
        .args(args)
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    path
}

/// Frame n is a flat grey of luma 16 + 4 n, so that a picture tells its number.
const COUNTING: &str = "color=black:s=64x48:r=30,format=yuv420p,geq=lum='16+4*N':cb=128:cr=128";
const TAGS: [&str; 6] = [
    "-colorspace",
    "bt709",
    "-color_range",
    "tv",
    "-color_primaries",
    "bt709",
];

fn counting(dir: &Path, name: &str, fps: u32, seconds: &str) -> PathBuf {
    let source = COUNTING.replace("r=30", &format!("r={fps}"));
    let mut args = vec![
        "-f", "lavfi", "-i", &source, "-t", seconds, "-c:v", "libx264", "-qp", "0", "-g", "250",
    ];
    args.extend(TAGS);
    make(dir, name, &args)
}

fn request(found: &Probe) -> VideoRequest {
    let stream = found.video.as_ref().unwrap();
    VideoRequest {
        start_seconds: 0.0,
        skip: 0,
        rate: 1.0,
        fps: 30,
        frames: 10,
        loops: false,
        format: PixelFormat::Yuv420,
        size: (stream.width, stream.height),
    }
}

/// The numbers of the pictures that a request gives.
fn numbers(path: &Path, change: impl Fn(&mut VideoRequest)) -> Vec<u8> {
    let found = probe(&tools(), path).unwrap();
    let mut request = request(&found);
    change(&mut request);
    let mut decoder = VideoDecoder::start(&tools(), path, &found, &request).unwrap();
    let mut numbers = Vec::new();
    while let Some(picture) = decoder.next_frame().unwrap() {
        assert_eq!(
            picture.data.len(),
            request.format.bytes(picture.width, picture.height)
        );
        numbers.push(picture.data[0].wrapping_sub(16) / 4);
    }
    numbers
}

#[test]
fn frames_come_one_by_one_from_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let clip = counting(dir.path(), "c.mp4", 30, "1.5");
    assert_eq!(numbers(&clip, |_| ()), (0..10).collect::<Vec<u8>>());
    assert_eq!(
        numbers(&clip, |r| r.start_seconds = 0.5),
        (15..25).collect::<Vec<u8>>()
    );
    assert_eq!(
        numbers(&clip, |r| r.rate = 2.0),
        (0..10).map(|n| n * 2).collect::<Vec<u8>>()
    );
    assert_eq!(
        numbers(&clip, |r| r.rate = 0.5),
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    );
    // Between two frames the earlier one shows.
    assert_eq!(
        numbers(&clip, |r| (r.start_seconds, r.frames) = (0.51, 3)),
        [15, 16, 17]
    );
    // The source ends: nothing more comes.
    let last = numbers(&clip, |r| r.start_seconds = 1.4);
    assert_eq!(last[..3], [42, 43, 44]);
    assert!(
        last.len() < 10 && last.iter().skip(3).all(|n| *n == 44),
        "{last:?}"
    );
    // Before the source begins its first picture stands.
    assert_eq!(
        numbers(&clip, |r| (r.start_seconds, r.frames) = (-0.1, 5)),
        [0, 0, 0, 0, 1]
    );
}

#[test]
fn a_frame_does_not_depend_on_where_decoding_began() {
    let dir = tempfile::tempdir().unwrap();
    let clip = counting(dir.path(), "c.mp4", 25, "2");
    for rate in [1.0, 1.3, 0.7] {
        let all = numbers(&clip, |r| {
            (r.rate, r.frames, r.start_seconds) = (rate, 30, 0.123);
        });
        for skip in [1, 7, 20] {
            let part = numbers(&clip, |r| {
                (r.rate, r.frames, r.start_seconds, r.skip) = (rate, 5, 0.123, skip);
            });
            assert_eq!(part, all[skip as usize..][..5], "rate {rate}, from {skip}");
        }
    }
}

#[test]
fn variable_frame_rate_shows_the_frame_whose_interval_holds_the_instant() {
    let dir = tempfile::tempdir().unwrap();
    // Frame 0 shows for 0.5 s, frame 1 for 0.1 s, frame 2 from 0.6 s on.
    let source = format!(
        "{COUNTING},trim=end_frame=3,settb=1/1000,setpts='if(eq(N,0),0,if(eq(N,1),500,600))'"
    );
    let mut args = vec![
        "-f",
        "lavfi",
        "-i",
        &source,
        "-fps_mode",
        "passthrough",
        "-c:v",
        "libx264",
        "-qp",
        "0",
        "-video_track_timescale",
        "15360",
    ];
    args.extend(TAGS);
    let clip = make(dir.path(), "v.mp4", &args);
    let all = numbers(&clip, |r| r.frames = 20);
    assert_eq!(all[..15], [0; 15]);
    assert_eq!(all[15..18], [1; 3]);
    assert!(
        all[18..].iter().all(|n| *n == 2) && all.len() > 18,
        "{all:?}"
    );
    assert_eq!(
        numbers(&clip, |r| (r.start_seconds, r.frames) = (0.4, 4)),
        [0, 0, 0, 1]
    );
}

#[test]
fn rounded_time_stamps_repeat_and_lose_no_frame() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec![
        "-f", "lavfi", "-i", COUNTING, "-t", "1", "-c:v", "libx264", "-qp", "0",
    ];
    args.extend(TAGS);
    let clip = make(dir.path(), "c.mkv", &args);
    assert_eq!(
        numbers(&clip, |r| r.frames = 30),
        (0..30).collect::<Vec<u8>>()
    );
}

#[test]
fn a_gif_loops_and_keeps_its_transparency() {
    let dir = tempfile::tempdir().unwrap();
    let source = "color=red:s=16x16:r=10,format=rgba,geq=r=255:g=0:b=0:a='255*lt(X,8)',trim=end_frame=3,\
                  split[a][b];[a]palettegen[p];[b][p]paletteuse";
    let gif = make(dir.path(), "a.gif", &["-f", "lavfi", "-i", source]);
    let found = probe(&tools(), &gif).unwrap();
    assert!(found.video.as_ref().unwrap().has_alpha);
    let request = VideoRequest {
        loops: true,
        frames: 40,
        format: PixelFormat::Rgba,
        ..request(&found)
    };
    let mut decoder = VideoDecoder::start(&tools(), &gif, &found, &request).unwrap();
    let mut count = 0;
    while let Some(picture) = decoder.next_frame().unwrap() {
        count += 1;
        assert_eq!(picture.data[3], 255, "left is opaque");
        assert_eq!(picture.data[15 * 4 + 3], 0, "right is transparent");
    }
    assert_eq!(count, 40, "0.3 s of pictures, looped");
}

#[test]
fn rotation_is_applied_and_untagged_colour_is_settled_by_size() {
    let dir = tempfile::tempdir().unwrap();
    let flat = make(
        dir.path(),
        "f.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "color=red:s=64x48:r=30,format=yuv420p",
            "-t",
            "0.2",
            "-c:v",
            "libx264",
        ],
    );
    let found = probe(&tools(), &flat).unwrap();
    assert_eq!(found.video.as_ref().unwrap().matrix, "bt601");
    let flat_path = flat.to_str().unwrap();
    let turned = make(
        dir.path(),
        "t.mp4",
        &["-i", flat_path, "-c", "copy", "-metadata:s:v", "rotate=90"],
    );
    let found = probe(&tools(), &turned).unwrap();
    let stream = found.video.as_ref().unwrap();
    assert_eq!((stream.width, stream.height), (48, 64));
    let mut decoder = VideoDecoder::start(&tools(), &turned, &found, &request(&found)).unwrap();
    let picture = decoder.next_frame().unwrap().unwrap();
    // Red by BT.601, read as BT.601, is red by BT.709: luma 63, not 81.
    assert!(
        (i32::from(picture.data[0]) - 63).abs() <= 1,
        "{}",
        picture.data[0]
    );
}

#[test]
fn sound_comes_from_the_wanted_place_at_the_wanted_speed() {
    let dir = tempfile::tempdir().unwrap();
    // Silence for half a second, then a tone.
    let source = "aevalsrc='0.5*sin(2*PI*1000*t)*gte(t,0.5)':s=44100:d=2";
    let clip = make(dir.path(), "s.wav", &["-f", "lavfi", "-i", source]);
    let found = probe(&tools(), &clip).unwrap();
    let read = |start_seconds, rate, samples: u64| {
        let request = AudioRequest {
            start_seconds,
            rate,
            samples,
        };
        let mut decoder = AudioDecoder::start(&tools(), &clip, &found, &request).unwrap();
        let mut out = vec![9.0; samples as usize * 2 + 10];
        let count = decoder.read(&mut out).unwrap();
        out.truncate(count);
        out
    };
    let onset = |samples: &[f32]| samples.iter().position(|s| s.abs() > 0.05).unwrap() / 2;
    let all = read(0.0, 1.0, 48_000);
    assert_eq!(all.len(), 96_000);
    assert!(onset(&all).abs_diff(24_000) < 20, "{}", onset(&all));
    assert!(onset(&read(0.25, 1.0, 48_000)).abs_diff(12_000) < 20);
    let fast = read(0.0, 2.0, 48_000);
    assert!(onset(&fast).abs_diff(12_000) < 1000, "{}", onset(&fast));
    assert!(read(1.5, 1.0, 48_000).len() < 50_000, "the source ends");
}

#[test]
fn what_is_not_media_is_refused_with_a_cause() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("t.mp4");
    std::fs::write(&text, "this is not a film\n".repeat(100)).unwrap();
    let error = probe(&tools(), &text).unwrap_err();
    assert!(error.is_callers_fault(), "{error}");
    assert!(
        !error.to_string().contains(dir.path().to_str().unwrap()),
        "{error}"
    );
    let whole = counting(dir.path(), "c.mp4", 30, "1");
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(&text, &bytes[..bytes.len() / 3]).unwrap();
    assert!(probe(&tools(), &text).unwrap_err().is_callers_fault());
    // A playlist must not reach other files.
    let list = dir.path().join("l.m3u8");
    std::fs::write(&list, "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n").unwrap();
    assert!(probe(&tools(), &list).is_err());
    let picture = dir.path().join("p.png");
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\nbroken").unwrap();
    assert!(matches!(
        decode_still(&tools(), &picture),
        Err(MediaError::Unreadable(_))
    ));
}

#[test]
fn what_is_encoded_plays_and_ends_together() {
    let dir = tempfile::tempdir().unwrap();
    for (container, name, codec) in [
        (Container::Mp4, "o.mp4", "h264"),
        (Container::Webm, "o.webm", "vp9"),
    ] {
        let out = dir.path().join(name);
        let request = EncoderRequest {
            container,
            width: 64,
            height: 48,
            fps: 30,
            sound: true,
        };
        std::fs::File::create(&out).unwrap();
        let mut encoder = Encoder::start(&tools(), &request, &out).unwrap();
        let mut sound = encoder.take_sound().unwrap();
        let sounding = std::thread::spawn(move || sound.write(&vec![0.0; 96_000]).unwrap());
        for n in 0..30_u8 {
            let mut frame = vec![16 + n; 64 * 48];
            frame.extend(vec![128; 64 * 48 / 2]);
            encoder.write(frame).unwrap();
        }
        sounding.join().unwrap();
        encoder.finish().unwrap();
        let found = probe(&tools(), &out).unwrap();
        let video = found.video.unwrap();
        assert_eq!((video.codec.as_str(), video.matrix), (codec, "bt709"));
        assert!(found.audio.is_some());
        assert!(
            (found.duration_seconds.unwrap() - 1.0).abs() < 0.034,
            "{:?}",
            found.duration_seconds
        );
    }
}
