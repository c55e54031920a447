//! Picture and sound of one source stay together.

use serde_json::json;

use crate::rig::*;

/// A second of a flash and a beep from 1.0 s on; what comes before `picture_from`
/// and `sound_from` is not in the file.
fn flash_and_beep(rig: &Rig, name: &str, picture_from: f64, sound_from: f64, more: &[&str]) {
    let flash = format!(
        "color=black:s=64x64:r=60:d=3,drawbox=color=white:t=fill:enable='between(t,0.999,1.999)',\
         format=yuv420p,trim=start={picture_from}"
    );
    let beep = format!(
        "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,1,2)':s=48000:d=3,atrim=start={sound_from}"
    );
    let mut args = vec!["-f", "lavfi", "-i", &flash, "-f", "lavfi", "-i", &beep];
    args.extend([
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "2",
        "-c:a",
        "aac",
    ]);
    args.extend(more);
    rig.media.make(name, &args);
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
        flash_and_beep(&rig, name, picture_from, sound_from, &[]);
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
                assert!((seen - heard).abs() <= frame + 1e-6, "apart: {case}");
                assert!((heard - wanted).abs() <= frame, "sound: {case}");
                assert!((seen - wanted).abs() <= frame + 1e-6, "picture: {case}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_encoded_is_in_step_too() {
    let rig = Rig::new();
    flash_and_beep(&rig, "clip.mp4", 0.0, 0.0, &[]);
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
