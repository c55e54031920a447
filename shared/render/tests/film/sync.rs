//! Picture and sound of one source stay together.

use serde_json::json;

use crate::rig::*;

/// A second of a flash and a beep from 1.0 s on; what comes before `picture_from`
/// and `sound_from` is not in the file.
fn flash_and_beep(rig: &Rig, name: &str, picture_from: f64, sound_from: f64) {
    let flash = format!(
        "color=black:s=64x64:r=60:d={},format=yuv420p,\
         drawbox=color=white:t=fill:enable='between(t,{},{})'",
        3.0 - picture_from,
        0.999 - picture_from,
        1.998 - picture_from
    );
    let beep = format!(
        "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,{},{})':s=48000:d={}",
        1.0 - sound_from,
        2.0 - sound_from,
        3.0 - sound_from
    );
    let (picture_from, sound_from) = (picture_from.to_string(), sound_from.to_string());
    let mut args = vec!["-itsoffset", &picture_from, "-f", "lavfi", "-i", &flash];
    args.extend(["-itsoffset", &sound_from, "-f", "lavfi", "-i", &beep]);
    args.extend(["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"]);
    args.extend(["-c:a", "aac", "-fps_mode", "passthrough"]);
    rig.media.make(name, &args);
    let streams = rig.media.starts(name);
    let apart = streams[1] - streams[0];
    let wanted = sound_from.parse::<f64>().unwrap() - picture_from.parse::<f64>().unwrap();
    assert!(
        (apart - wanted).abs() < 0.05,
        "{name} was not made as wanted: {streams:?}"
    );
}

/// When flash and beep begin and end in a rendered film, in seconds.
async fn begin(rig: &Rig, film: &Film, fps: u32) -> [(f64, f64); 2] {
    let captured = rig.capture(film, &spec(fps)).await;
    let bright: Vec<bool> = (0..captured.report.frames as usize)
        .map(|n| captured.frame(n)[64 * 32 + 32] > 128)
        .collect();
    let rate = f64::from(fps);
    let first = bright.iter().position(|bright| *bright).unwrap() as f64 / rate;
    let last = (bright.iter().rposition(|bright| *bright).unwrap() + 1) as f64 / rate;
    let heard = left(&captured.sound);
    let loud = |s: &&f32| s.abs() > 0.1;
    let from = heard.iter().position(|s| loud(&s)).unwrap() as f64 / 48_000.0;
    let to = heard.iter().rposition(|s| loud(&s)).unwrap() as f64 / 48_000.0;
    [(first, from), (last, to)]
}

#[tokio::test]
async fn streams_that_start_apart_stay_in_step() {
    let rig = Rig::new();
    for (name, picture_from, sound_from) in [
        ("same.mp4", 0.0, 0.0),
        ("late-sound.mp4", 0.0, 0.6),
        ("late-picture.mp4", 0.6, 0.0),
        ("late-sound.mkv", 0.0, 0.6),
        ("late-sound.ts", 0.0, 0.6),
    ] {
        flash_and_beep(&rig, name, picture_from, sound_from);
        for (fps, rate, source) in [
            (30, 1.0, 0),
            (60, 1.0, SECOND / 4),
            (60, 0.5, SECOND / 2),
            (30, 2.0, 0),
        ] {
            let mut item = video(name, (SECOND / 3, 4 * SECOND));
            (item["playbackRate"], item["sourceStartTicks"]) = (json!(rate), json!(source));
            let seen_and_heard = begin(&rig, &Film::of(item), fps).await;
            let frame = 1.0 / f64::from(fps);
            for ((seen, heard), at) in seen_and_heard.into_iter().zip([1.0, 2.0]) {
                let wanted = 1.0 / 3.0 + (at - source as f64 / SECOND as f64) / rate;
                let case = format!(
                    "{name} at {fps} fps, rate {rate}: seen {seen}, heard {heard}, wanted {wanted}"
                );
                assert!((seen - wanted).abs() <= frame + 1e-6, "picture: {case}");
                // Another speed smears what is sudden by 1/20 s.
                let smear = if rate == 1.0 { 0.0 } else { 0.05 };
                assert!((heard - wanted).abs() <= frame + smear, "sound: {case}");
                assert!(
                    (seen - heard).abs() <= frame + smear + 1e-6,
                    "apart: {case}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_encoded_is_in_step_too() {
    let rig = Rig::new();
    flash_and_beep(&rig, "clip.mp4", 0.0, 0.0);
    let film = Film::of(video("clip.mp4", (0, 3 * SECOND)));
    for (format, fps) in [
        (darkroom_render::Format::Mp4, 30),
        (darkroom_render::Format::Mp4, 60),
        (darkroom_render::Format::Webm, 60),
    ] {
        let mut spec = spec(fps);
        spec.format = format;
        let out = rig.export(&film, &spec).await;
        let heard = left(&samples(&out));
        let beep = heard.iter().position(|s| s.abs() > 0.1).unwrap() as f64 / 48_000.0;
        let flash = first_bright(&out);
        let frame = 1.0 / f64::from(fps);
        assert!(
            (flash - beep).abs() <= frame,
            "{format:?} {fps}: {flash} {beep}"
        );
        assert!((flash - 1.0).abs() <= frame, "{format:?} {fps}: {flash}");
    }
}

/// Time stamp of the first bright frame of a file.
fn first_bright(file: &std::path::Path) -> f64 {
    let output = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-f", "lavfi", "-of", "csv=p=0"])
        .args([
            "-show_entries",
            "frame=pts_time:frame_tags=lavfi.signalstats.YAVG",
        ])
        .arg(format!("movie={},signalstats", file.display()))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let bright = text.lines().find_map(|line| {
        let mut fields = line.split(',');
        let (time, luma) = (fields.next()?, fields.next()?);
        let luma: f64 = luma.parse().ok()?;
        (luma > 128.0).then(|| time.parse::<f64>().unwrap())
    });
    bright.unwrap_or_else(|| panic!("no flash in:\n{text}"))
}
