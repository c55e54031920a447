//! Scenes of one kind of work each, ten seconds long, as the workload, and silent. Each is measured
//! beside encoding its own finished frames, and decoding its clip where it has one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::contestants::{VIDEO, ffmpeg, render};
use super::measure::{self, Cost, median};
use super::scene::{SECOND, asset, item, media, merged, moving, still, track};
use crate::shell::output;

const SECONDS: i64 = 10;
const END: i64 = SECONDS * SECOND;

/// One scene.
struct Scene {
    name: &'static str,
    size: (u32, u32),
    fps: u32,
    /// It shows the clip.
    video: bool,
    /// Items with their ids, the topmost first, each on a track of its own.
    items: Vec<Value>,
    background: Value,
}

/// Measures all scenes and prints a row each.
pub(crate) fn run_all(folder: &Path, repeat: usize, as_json: bool) -> anyhow::Result<()> {
    if !as_json {
        println!(
            "scene                          ours/encode CPU  wall  ours/floor CPU  CPU s  wall s  peak MiB"
        );
    }
    for scene in all() {
        let state = folder.join(format!("{}.json", scene.name));
        fs::write(&state, serde_json::to_vec_pretty(&scene.state())?)?;
        let frames = scene.finished_frames(folder, &state)?;
        let mut taken = Taken::default();
        for number in 1..=repeat.max(1) {
            eprintln!("bench: {}, repetition {number} of {repeat}", scene.name);
            let (ours, encode, decode) = scene.measure(folder, &state, &frames)?;
            taken.add(ours, encode, decode);
        }
        taken.print(scene.name, as_json);
        fs::remove_file(frames)?;
    }
    Ok(())
}

/// What a scene took, a value a repetition.
#[derive(Default)]
struct Taken {
    encode_cpu: Vec<f64>,
    encode_wall: Vec<f64>,
    floor_cpu: Vec<f64>,
    cpu_seconds: Vec<f64>,
    wall_seconds: Vec<f64>,
    peak_mib: Vec<f64>,
}

impl Taken {
    fn add(&mut self, ours: Cost, encode: Cost, decode_cpu: f64) {
        self.encode_cpu.push(ours.cpu_seconds / encode.cpu_seconds);
        self.encode_wall
            .push(ours.wall_seconds / encode.wall_seconds);
        self.floor_cpu
            .push(ours.cpu_seconds / (encode.cpu_seconds + decode_cpu));
        self.cpu_seconds.push(ours.cpu_seconds);
        self.wall_seconds.push(ours.wall_seconds);
        self.peak_mib
            .push(ours.peak_bytes as f64 / f64::from(1 << 20));
    }

    fn print(mut self, name: &str, as_json: bool) {
        let to_encode = (median(&mut self.encode_cpu), median(&mut self.encode_wall));
        let floor = median(&mut self.floor_cpu);
        let cpu = median(&mut self.cpu_seconds);
        let wall = median(&mut self.wall_seconds);
        let peak = median(&mut self.peak_mib);
        if as_json {
            let line = json!({
                "scene": name, "cpuToEncode": to_encode.0, "wallToEncode": to_encode.1,
                "cpuToFloor": floor, "cpuSeconds": cpu, "wallSeconds": wall, "peakMib": peak,
            });
            println!("{line}");
        } else {
            println!(
                "{name:<29}  {:>15.2}  {:>4.2}  {floor:>14.2}  {cpu:>5.1}  {wall:>6.1}  {peak:>8.0}",
                to_encode.0, to_encode.1
            );
        }
    }
}

impl Scene {
    fn state(&self) -> Value {
        let ids = || self.items.iter().filter_map(|item| item["id"].as_str());
        let tracks: Vec<Value> = ids()
            .map(|id| {
                let mut track = track(id, &[id]);
                track["muted"] = json!(true);
                track
            })
            .collect();
        let items: serde_json::Map<String, Value> =
            ids().map(str::to_owned).zip(self.items.clone()).collect();
        let large = json!({ "width": 1920, "height": 1080, "durationInSeconds": 12, "hasAudioTrack": true });
        let small = json!({ "width": 640, "height": 360 });
        json!({
            "stateSchemaVersion": "v1", "timebaseTicksPerSecond": SECOND,
            "compositionWidth": self.size.0, "compositionHeight": self.size.1,
            "tracks": tracks, "items": items, "transitions": {},
            "assets": {
                "bg": asset("bg", "video", "bg.mp4", "video/mp4", &large),
                "pip": asset("pip", "image", "pip.png", "image/png", &small),
                "said": said(),
            },
            "globalBackground": self.background,
        })
    }

    /// The frames that ours gives to the encoder.
    fn finished_frames(&self, folder: &Path, state: &Path) -> anyhow::Result<PathBuf> {
        let frames = folder.join(format!("{}.yuv", self.name));
        let (script, captured) = (folder.join("capture.sh"), folder.join("captured.mp4"));
        // The encoder's file, its last argument, is the only one that it may write.
        let text = "#!/bin/sh\ncase \" $* \" in\n\
                    *' pipe:0 '*) for out; do :; done; exec cat >\"${out#file:}\" ;;\n\
                    esac\nexec ffmpeg \"$@\"\n";
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        let mut capture = render(state, &captured, folder, self.fps);
        output(capture.env("DARKROOM_FFMPEG", &script))
            .with_context(|| format!("capturing the frames of {}", self.name))?;
        fs::rename(captured, &frames)?;
        Ok(frames)
    }

    /// Ours, encoding alone, and the processor time of decoding alone.
    fn measure(
        &self,
        folder: &Path,
        state: &Path,
        frames: &Path,
    ) -> anyhow::Result<(Cost, Cost, f64)> {
        let named = |what: &str| folder.join(format!("{}-{what}.mp4", self.name));
        let ours = measure::run(&mut render(state, &named("ours"), folder, self.fps))?;
        let mut encode = ffmpeg();
        let size = format!("{}x{}", self.size.0, self.size.1);
        encode.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r"]);
        encode.arg(self.fps.to_string()).arg("-i").arg(frames);
        let encode = measure::run(encode.args(VIDEO).arg(named("encode")))?;
        let mut decode = 0.0;
        if self.video {
            let mut command = ffmpeg();
            command.arg("-i").arg(folder.join("bg.mp4"));
            command.args(["-t", &SECONDS.to_string(), "-map", "0:v", "-f", "null", "-"]);
            decode = measure::run(&mut command)?.cpu_seconds;
        }
        Ok((ours, encode, decode))
    }
}

fn all() -> [Scene; 7] {
    [
        text_shapes_images_over_video(),
        captions_over_video(),
        chart_and_shapes(),
        ten_layers(),
        blur_background(),
        full_hd_60(),
        vertical(),
    ]
}

const WHOLE: [f64; 4] = [0.0, 0.0, 1920.0, 1080.0];

fn dark() -> Value {
    json!({ "type": "color", "color": "#101820", "gradient": null })
}

fn clip(place: [f64; 4]) -> Value {
    let own = json!({
        "sourceStartTicks": 0, "playbackRate": 1, "decibelAdjustment": still(0.0),
        "audioFadeInDurationTicks": 0, "audioFadeOutDurationTicks": 0,
    });
    item("bg", "video", (0, END), place, &merged(&[media("bg"), own]))
}

fn style(size: f64) -> Value {
    json!({
        "color": "#ffffff", "align": "center", "fontFamily": "DejaVu Sans",
        "fontStyle": { "variant": "normal", "weight": "700" }, "fontSize": size, "lineHeight": 1.3,
        "letterSpacing": 0, "direction": "ltr", "strokeWidth": 4, "strokeColor": "#000000",
        "background": null,
    })
}

fn title(place: [f64; 4]) -> Value {
    let own = json!({ "text": "Scene", "resizeOnEdit": true });
    item(
        "title",
        "text",
        (0, END),
        place,
        &merged(&[style(80.0), own]),
    )
}

/// A word every quarter of a second.
fn said() -> Value {
    let words: Vec<Value> = (0..40)
        .map(|n| json!({ "text": format!("word{n}"), "startMs": n * 250, "endMs": n * 250 + 240 }))
        .collect();
    let own = json!({ "captions": words, "timingGranularity": "word" });
    let mut asset = asset("said", "caption", "said.json", "application/json", &own);
    asset["remoteKey"] = Value::Null;
    asset
}

fn captions_over_video() -> Scene {
    let own = json!({
        "assetId": "said", "highlightColor": "#ffd500", "pageDurationTicks": 2 * SECOND,
        "maxLines": 2, "contentStartOffsetTicks": 0, "source": "manual", "captionGroupId": null,
    });
    let place = [260.0, 820.0, 1400.0, 200.0];
    let captions = item(
        "captions",
        "captions",
        (0, END),
        place,
        &merged(&[style(64.0), own]),
    );
    Scene {
        name: "captions-over-video",
        size: (1920, 1080),
        fps: 30,
        video: true,
        items: vec![captions, clip(WHOLE)],
        background: dark(),
    }
}

/// What many films are: a clip, and above it a title, a mark, a panel and a logo, all of
/// them at rest.
fn text_shapes_images_over_video() -> Scene {
    let flat = |color: &str, shape: &str, radius: f64| {
        json!({
            "color": color, "shape": shape, "keepAspectRatio": false,
            "borderRadius": still(radius), "rotation": still(0.0),
        })
    };
    let solid = |id: &str, place: [f64; 4], own: &Value| item(id, "solid", (0, END), place, own);
    let logo = [1240.0, 60.0, 640.0, 360.0];
    Scene {
        name: "text-shapes-images-over-video",
        size: (1920, 1080),
        fps: 30,
        video: true,
        items: vec![
            title([120.0, 860.0, 800.0, 110.0]),
            solid(
                "mark",
                [60.0, 870.0, 40.0, 90.0],
                &flat("#f59e0b", "circle", 0.0),
            ),
            solid(
                "panel",
                [40.0, 840.0, 920.0, 150.0],
                &flat("#10141fe6", "rectangle", 16.0),
            ),
            item("logo", "image", (0, END), logo, &media("pip")),
            clip(WHOLE),
        ],
        background: dark(),
    }
}

fn chart_and_shapes() -> Scene {
    let rows: Vec<Value> = (1..=8)
        .map(|n| json!({ "label": format!("W{n}"), "values": { "a": n * n, "b": 40 - n } }))
        .collect();
    let series = json!([{ "key": "a", "label": "Made" }, { "key": "b", "label": "Sold" }]);
    let chart = json!({
        "chartType": "bar", "themeColor": "#4f46e5", "data": { "series": series, "rows": rows },
        "animationDurationTicks": 2 * SECOND, "keepAspectRatio": false, "rotation": still(0.0),
    });
    let star = json!({
        "color": "#f59e0b", "shape": "star", "keepAspectRatio": false, "borderRadius": still(0.0),
        "rotation": moving(&[(0, 0.0), (END - 1, 180.0)]),
    });
    let disc = json!({
        "color": "#10b981", "shape": "circle", "keepAspectRatio": false,
        "borderRadius": still(0.0), "rotation": still(0.0),
        "left": moving(&[(0, 100.0), (END - 1, 1500.0)]),
    });
    Scene {
        name: "chart-and-shapes",
        size: (1920, 1080),
        fps: 30,
        video: false,
        items: vec![
            item(
                "star",
                "solid",
                (0, END),
                [1500.0, 120.0, 260.0, 260.0],
                &star,
            ),
            item(
                "disc",
                "solid",
                (0, END),
                [100.0, 820.0, 160.0, 160.0],
                &disc,
            ),
            item(
                "chart",
                "chart",
                (0, END),
                [160.0, 100.0, 1200.0, 680.0],
                &chart,
            ),
        ],
        background: dark(),
    }
}

fn ten_layers() -> Scene {
    let layer = |n: u32| {
        let x = f64::from(n) * 140.0;
        let own = merged(&[
            media("pip"),
            json!({
                "left": moving(&[(0, x), (END - 1, 1280.0 - x)]),
                "rotation": moving(&[(0, 0.0), (END - 1, f64::from(n) * 9.0)]),
            }),
        ]);
        let place = [x, f64::from(n) * 72.0, 640.0, 360.0];
        item(&format!("layer-{n}"), "image", (0, END), place, &own)
    };
    Scene {
        name: "ten-layers-moving",
        size: (1920, 1080),
        fps: 30,
        video: false,
        items: (0..10).map(layer).collect(),
        background: dark(),
    }
}

fn blur_background() -> Scene {
    Scene {
        name: "blur-background",
        size: (1080, 1920),
        fps: 30,
        video: true,
        items: vec![clip([0.0, 656.0, 1080.0, 608.0])],
        background: json!({ "type": "blur", "level": 2 }),
    }
}

fn full_hd_60() -> Scene {
    Scene {
        name: "1080p60",
        size: (1920, 1080),
        fps: 60,
        video: true,
        items: vec![title([560.0, 100.0, 800.0, 110.0]), clip(WHOLE)],
        background: dark(),
    }
}

fn vertical() -> Scene {
    Scene {
        name: "vertical-1080x1920",
        size: (1080, 1920),
        fps: 30,
        video: true,
        items: vec![
            title([140.0, 1500.0, 800.0, 110.0]),
            clip([-1166.0, 0.0, 3412.0, 1920.0]),
        ],
        background: dark(),
    }
}
