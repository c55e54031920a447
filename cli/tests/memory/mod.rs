//! The memory of an export does not grow with its length.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{darkroom, moving_square, write};
use crate::text;

/// A film of so many seconds: a video with its sound, music and a square that moves.
fn film(seconds: f64) -> Value {
    let ticks = (seconds * 240_000.0) as i64;
    let still = |value: f64| json!({ "value": value, "keyframes": [] });
    let mut document = moving_square(320, seconds);
    let media = |id: &str, kind: &str| {
        json!({
            "id": id, "type": kind, "assetId": id, "startTicks": 0, "durationTicks": ticks,
            "isDraggingInTimeline": false, "sourceStartTicks": 0, "playbackRate": 1,
            "decibelAdjustment": still(0.0), "audioFadeInDurationTicks": 0,
            "audioFadeOutDurationTicks": 0, "keepAspectRatio": true, "rotation": still(0.0),
            "borderRadius": still(0.0), "top": still(0.0), "left": still(0.0),
            "width": still(320.0), "height": still(320.0), "scaleX": still(1.0),
            "scaleY": still(1.0), "opacity": still(1.0),
        })
    };
    let asset = |id: &str, kind: &str| {
        json!({
            "id": id, "type": kind, "filename": id, "size": 1, "mimeType": "x/y",
            "remoteUrl": null, "remoteKey": id, "durationInSeconds": 60,
            "hasAudioTrack": true, "width": 320, "height": 320,
        })
    };
    for (id, kind) in [("clip.mp4", "video"), ("music.wav", "audio")] {
        document["items"][id] = media(id, kind);
        document["assets"][id] = asset(id, kind);
        let track = json!({ "id": id, "items": [id], "hidden": false, "muted": false });
        document["tracks"].as_array_mut().unwrap().push(track);
    }
    document
}

/// The most memory that a run of the program has had.
struct Peak {
    /// The program itself, in KiB.
    own: u64,
    /// With the ffmpegs that it runs at the same time, in KiB.
    all: u64,
}

/// The most that a process has had so far, in KiB; 0 where it is gone.
fn mark_kib(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mark = status.lines().find_map(|line| {
        let kib = line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
        kib.trim().parse().ok()
    });
    mark.unwrap_or(0)
}

/// The running children of a process: each thread has a list of those that it started.
fn children(process: &str) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    let lists =
        threads.into_iter().flatten().flatten().map(|thread| {
            std::fs::read_to_string(thread.path().join("children")).unwrap_or_default()
        });
    let all: String = lists.collect();
    all.split_whitespace().map(str::to_owned).collect()
}

/// Runs the program. The kernel keeps each process's mark: a look now and then sees all of
/// it, unless a process lives no longer than from one look to the next.
fn peak(args: &[&str]) -> Peak {
    let mut child = darkroom().args(args).stdout(Stdio::null()).spawn().unwrap();
    let id = child.id().to_string();
    let mut peak = Peak { own: 0, all: 0 };
    while child.try_wait().unwrap().is_none() {
        let own = mark_kib(&id);
        let ffmpegs: u64 = children(&id).iter().map(|child| mark_kib(child)).sum();
        peak.own = peak.own.max(own);
        peak.all = peak.all.max(own + ffmpegs);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    peak
}

/// The middle of three: threads that start at another moment move it a little.
fn median_peak(args: &[&str]) -> Peak {
    let peaks = [(); 3].map(|()| peak(args));
    let middle = |of: fn(&Peak) -> u64| {
        let mut values: Vec<u64> = peaks.iter().map(of).collect();
        values.sort_unstable();
        values[1]
    };
    Peak {
        own: middle(|peak| peak.own),
        all: middle(|peak| peak.all),
    }
}

#[test]
fn a_longer_film_needs_no_more_memory() {
    let dir = tempfile::tempdir().unwrap();
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let picture = "testsrc=s=320x320:r=30:d=60,format=yuv420p";
    let made = Command::new(ffmpeg)
        .current_dir(dir.path())
        .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", picture])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:d=60:sample_rate=48000",
        ])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
            "clip.mp4",
        ])
        .args(["-map", "1:a", "music.wav"])
        .status()
        .unwrap();
    assert!(made.success());
    let peak_of = |seconds: f64| {
        let state = write(dir.path(), "s.json", &film(seconds));
        let video = dir.path().join("o.mp4");
        let args = [
            "render",
            text(&state),
            "-o",
            text(&video),
            "--assets",
            text(dir.path()),
        ];
        median_peak(&args)
    };
    let (short, long) = (peak_of(10.0), peak_of(60.0));
    // The encoder alone takes more than the program: it was looked at.
    assert!(short.all > 2 * short.own, "{} KiB in all", short.all);
    for (what, short, long) in [
        ("the program", short.own, long.own),
        ("with its ffmpegs", short.all, long.all),
    ] {
        assert!(
            long * 10 <= short * 11,
            "{what}, 10 s: {short} KiB, 60 s: {long} KiB"
        );
    }
}
