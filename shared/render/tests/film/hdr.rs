//! High dynamic range: what the pictures become is computed here from the standards.

use crate::rig::*;

/// Patches of 32x32, their light in cd/m² of BT.2020's red, green and blue.
const PATCHES: [[f64; 3]; 10] = [
    [0.0; 3],
    [5.0; 3],
    [30.0; 3],
    [60.0; 3],
    [100.0; 3],
    [203.0; 3],
    [500.0; 3],
    [1000.0; 3],
    [110.0, 80.0, 60.0],
    [40.0, 60.0, 140.0],
];
const SIDE: usize = 32;

/// ITU-R BT.2100, table 4.
fn pq(light: f64) -> f64 {
    let y = (light / 10_000.0).powf(0.159_301_757_812_5);
    ((0.835_937_5 + 18.851_562_5 * y) / (1.0 + 18.687_5 * y)).powf(78.843_75)
}

/// BT.2100, table 5: the scene that a display of 1000 cd/m² shows as this light, encoded.
fn hlg(light: [f64; 3]) -> [f64; 3] {
    let luminance = luminance(light) / 1000.0;
    light.map(|light| {
        let scene = light / 1000.0 * luminance.max(1e-9).powf(1.0 / 1.2 - 1.0);
        if scene <= 1.0 / 12.0 {
            (3.0 * scene).sqrt()
        } else {
            0.178_832_77 * (12.0 * scene - 0.284_668_92).ln() + 0.559_910_73
        }
    })
}

fn luminance([r, g, b]: [f64; 3]) -> f64 {
    0.2627 * r + 0.6780 * g + 0.0593 * b
}

/// Ten bits of Y, Cb and Cr, limited range, of encoded red, green and blue.
fn code(rgb: [f64; 3]) -> [u16; 3] {
    let y = luminance(rgb);
    let (cb, cr) = ((rgb[2] - y) / 1.8814, (rgb[0] - y) / 1.4746);
    [64.0 + 876.0 * y, 512.0 + 896.0 * cb, 512.0 + 896.0 * cr].map(|code| code.round() as u16)
}

/// The sRGB that light is to become: pressed down by its brightest channel, from 0.3 of
/// 203 cd/m² up to 1000 cd/m², then brought into BT.709.
fn shown(light: [f64; 3]) -> [u8; 3] {
    const KNEE: f64 = 0.3;
    const PEAK: f64 = 1000.0 / 203.0;
    let light = light.map(|light| light / 203.0);
    let brightest = light.iter().copied().fold(1e-6, f64::max);
    let pressed = if brightest <= KNEE {
        brightest
    } else {
        let a = -KNEE * KNEE * (PEAK - 1.0) / (KNEE * KNEE - 2.0 * KNEE + PEAK);
        let b = (KNEE * KNEE - 2.0 * KNEE * PEAK + PEAK) / (PEAK - 1.0);
        (b * b + 2.0 * b * KNEE + KNEE * KNEE) / (b - a) * (brightest + a) / (brightest + b)
    };
    let [r, g, b] = light.map(|light| light * pressed / brightest);
    // ITU-R BT.2087, BT.2020 to BT.709.
    [
        1.6605 * r - 0.5876 * g - 0.0728 * b,
        -0.1246 * r + 1.1329 * g - 0.0083 * b,
        -0.0182 * r - 0.1006 * g + 1.1187 * b,
    ]
    .map(|linear| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * linear.powf(1.0 / 2.4) - 0.055
        };
        (encoded * 255.0).round() as u8
    })
}

/// A film of three frames of the patches in a row, and `more` rows and columns.
fn film(rig: &Rig, name: &str, encoded: impl Fn([f64; 3]) -> [f64; 3], more: usize, codec: &str) {
    let codes = PATCHES.map(|light| code(encoded(light)));
    let (width, height) = (PATCHES.len() * SIDE + more, SIDE + more);
    let row = |plane: usize| {
        let patches = (0..width).map(|x| codes[(x / SIDE).min(PATCHES.len() - 1)]);
        let row = patches.flat_map(|code| code[plane].to_le_bytes());
        row.collect::<Vec<u8>>().repeat(height)
    };
    let frame = [0, 1, 2].map(row).concat();
    rig.media.write("patches", frame.repeat(3));
    let size = format!("{width}x{height}");
    let mut args = vec![
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv444p10le",
        "-s",
        &size,
        "-r",
        "30",
    ];
    args.extend(["-i", "patches", "-color_primaries", "bt2020"]);
    args.extend(["-colorspace", "bt2020nc", "-color_range", "tv"]);
    args.extend(codec.split_whitespace());
    rig.media.make(name, &args);
}

/// Asserts that each patch of a film shows the light that it is made of.
async fn assert_shown(rig: &Rig, name: &str, kind: &str, near: u8) {
    let (width, height) = ((PATCHES.len() * SIDE) as f64, SIDE as f64);
    let mut item = if kind == "image" {
        image(name, (0, SECOND / 10))
    } else {
        video(name, (0, SECOND / 10))
    };
    (item["width"], item["height"]) = (ant(width), ant(height));
    let canvas = Film::new(width as u32, 50).track(vec![item]);
    let seen = rig.capture(&canvas, &spec(30)).await;
    for (at, light) in PATCHES.into_iter().enumerate() {
        let found = seen.pixel(1, at * SIDE + SIDE / 2, SIDE / 2);
        // zscale gives HLG's system gamma to each channel and not to their luminance.
        let near = if name.starts_with("hlg") && light[0] != light[2] {
            2 * near
        } else {
            near
        };
        assert_color(
            found,
            shown(light),
            near,
            &format!("{name}: {light:?} cd/m²"),
        );
    }
}

const VP9: &str = "-c:v libvpx-vp9 -lossless 1 -cpu-used 8 -pix_fmt yuv420p10le";
const HEVC: &str =
    "-c:v libx265 -x265-params log-level=error -crf 4 -tag:v hvc1 -pix_fmt yuv420p10le";

#[tokio::test]
async fn pq_and_hlg_become_what_the_standards_say() {
    let rig = Rig::new();
    for (name, more, codec) in [
        ("pq.webm", 0, VP9),
        ("pq-odd.webm", 1, VP9),
        ("pq.mp4", 0, HEVC),
    ] {
        let codec = format!("{codec} -color_trc smpte2084");
        film(&rig, name, |light| light.map(pq), more, &codec);
        assert_shown(&rig, name, "video", 4).await;
    }
    for (name, codec) in [("hlg.webm", VP9), ("hlg.mov", HEVC)] {
        let codec = format!("{codec} -color_trc arib-std-b67");
        film(&rig, name, hlg, 0, &codec);
        assert_shown(&rig, name, "video", 4).await;
    }
}

#[tokio::test]
async fn a_still_of_high_range_looks_as_a_film_does() {
    let rig = Rig::new();
    let avif = "-frames:v 1 -c:v libaom-av1 -cpu-used 8 -still-picture 1 -crf 4 -pix_fmt yuv444p10le -color_trc smpte2084";
    film(&rig, "pq.avif", |light| light.map(pq), 0, avif);
    assert_shown(&rig, "pq.avif", "image", 5).await;
}

#[tokio::test]
async fn an_ffmpeg_that_cannot_is_our_fault() {
    let rig = Rig::new();
    film(
        &rig,
        "pq.webm",
        |light| light.map(pq),
        0,
        &format!("{VP9} -color_trc smpte2084"),
    );
    let lacking = rig.program(
        "lacking",
        "#!/bin/sh\ncase \" $* \" in *zscale*) echo \"No such filter: 'zscale'\" >&2; exit 1;; esac\nexec ffmpeg \"$@\"\n",
    );
    let film = Film::of(video("pq.webm", (0, SECOND / 10)));
    let error = rig
        .export_with(&film, &lacking, &Watching::default())
        .await
        .unwrap_err();
    assert!(!error.is_callers_fault(), "{error}");
    assert_eq!(
        error.to_string(),
        "asset `pq.webm` cannot be used: this ffmpeg lacks what high dynamic range takes, the filters zscale and tonemap: install one that is built with libzimg"
    );
}
