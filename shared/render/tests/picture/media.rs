//! Test media, made on first use from pictures that are computed here.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::stickers;

/// The file called `name`, made in `dir` if it is not there yet. A prefix up to `-`
/// only tells assets of one file apart.
pub(crate) fn file(dir: &Path, name: &str) -> PathBuf {
    let name = name.rsplit('-').next().unwrap();
    let path = dir.join(name);
    if !path.exists() {
        let bytes = match name {
            "flag.png" => png(&flag(64, 48)),
            "wide.png" => png(&flag(200, 50)),
            "tall.png" => png(&flag(50, 120)),
            "soft.png" => png(&soft(64, 48)),
            "island.png" => png(&island(120, 90)),
            "clear.png" => png(&Raster::new(64, 48, |_, _| [0; 4])),
            "checks.png" => png(&checks(128, 96)),
            "white.png" => png(&Raster::new(64, 48, |_, _| [255; 4])),
            "waves.png" => png(&waves(480, 360)),
            "quarters.png" => png(&flag(320, 180)),
            "broad.png" => png(&waves(320, 180)),
            "dots.png" => png(&dots()),
            "turned.jpg" => turned_jpeg(dir),
            "clip.mp4" => clip(dir, TAGGED),
            "phone.mp4" => phone(clip(dir, TAGGED)),
            "alpha.webm" => alpha(dir),
            "spin.gif" => spin(dir),
            "untagged.mp4" => flat_video(dir, (64, 48), BRICK_601, ""),
            "hd.mp4" => flat_video(dir, (1280, 720), BRICK_709, ""),
            "full.mp4" => flat_video(dir, (64, 48), BRICK_601_FULL, FULL_RANGE),
            "brick.mp4" => flat_video(dir, (64, 48), BRICK_709, TAGGED),
            "tone.wav" => ffmpeg(dir, "-f lavfi -i sine=d=1", "-f wav", "tone", &[]),
            name if still(name).is_some() => png(&still(name).unwrap()),
            name if stickers::file(name).is_some() => stickers::file(name).unwrap().into_bytes(),
            _ => panic!("no test medium is called {name}"),
        };
        fs::write(&path, bytes).unwrap();
    }
    path
}

/// Straight RGBA.
struct Raster {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

impl Raster {
    fn new(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Self {
        let pixel = &pixel;
        let rows = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y)));
        Self {
            width,
            height,
            data: rows.collect(),
        }
    }
}

const RED: [u8; 4] = [204, 51, 51, 255];
const GREEN: [u8; 4] = [51, 153, 51, 255];
const BLUE: [u8; 4] = [51, 85, 204, 255];
const YELLOW: [u8; 4] = [238, 204, 51, 255];
const WHITE: [u8; 4] = [255; 4];

/// Four quarters, no two alike, and a white square near the top left corner: tells
/// every turn and mirroring from every other.
fn flag(width: usize, height: usize) -> Raster {
    let side = height / 6;
    Raster::new(width, height, |x, y| {
        if (side..2 * side).contains(&x) && (side..2 * side).contains(&y) {
            return WHITE;
        }
        match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        }
    })
}

/// Rings that grow finer outwards, in three hues: detail of every size, as in a photo.
fn waves(width: usize, height: usize) -> Raster {
    Raster::new(width, height, |x, y| {
        let (x, y) = (
            x as f64 - width as f64 / 3.0,
            y as f64 - height as f64 / 3.0,
        );
        let wave = |finer: f64| (127.5 + 100.0 * ((x * x + y * y) / finer).sin()) as u8;
        [wave(1300.0), wave(1800.0), wave(2600.0), 255]
    })
}

/// Orange that fades in from the left edge (transparent) to the right (opaque).
fn soft(width: usize, height: usize) -> Raster {
    Raster::new(width, height, |x, _| {
        [255, 128, 0, (x * 255 / (width - 1)) as u8]
    })
}

/// A green square in the middle of nothing.
fn island(width: usize, height: usize) -> Raster {
    let near = |at: usize, whole: usize| at.abs_diff(whole / 2) < 6;
    Raster::new(width, height, |x, y| {
        if near(x, width) && near(y, height) {
            GREEN
        } else {
            [0; 4]
        }
    })
}

/// Black and white pixels by turns.
fn checks(width: usize, height: usize) -> Raster {
    Raster::new(width, height, |x, y| match (x + y) % 2 {
        0 => [0, 0, 0, 255],
        _ => WHITE,
    })
}

/// 4x4 pixels of white with a black one second from the left, in the second row.
fn dots() -> Raster {
    Raster::new(4, 4, |x, y| match (x, y) {
        (1, 1) => [0, 0, 0, 255],
        _ => WHITE,
    })
}

/// Frame `n` of the clip: the flag over a bar that grows by three pixels a frame.
fn clip_frame(n: usize) -> Raster {
    let flag = flag(96, 48);
    Raster::new(96, 64, |x, y| {
        if y < 48 {
            flag.data[(y * 96 + x) * 4..][..4].try_into().unwrap()
        } else if x < 3 * n {
            WHITE
        } else {
            [0, 0, 0, 255]
        }
    })
}

/// A picture of what one frame of a film shows: `clip_12.png` is of frame 12 of
/// `clip.mp4`, as it was before it became video.
fn still(name: &str) -> Option<Raster> {
    let (film, frame) = name.strip_suffix(".png")?.split_once('_')?;
    let frame = frame.parse().ok()?;
    match film {
        "clip" => Some(clip_frame(frame)),
        "alpha" => Some(alpha_frame(frame)),
        "spin" => Some(spin_frame(frame)),
        _ => None,
    }
}

fn png(raster: &Raster) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width as u32, raster.height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&raster.data).unwrap();
    writer.finish().unwrap();
    bytes
}

/// What the real ffmpeg makes of `input`, called `name` meanwhile.
fn ffmpeg(dir: &Path, from: &str, to: &str, name: &str, input: &[u8]) -> Vec<u8> {
    let path = dir.join(format!("{name}.part"));
    let program = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let mut child = Command::new(program)
        .args(["-v", "error", "-y"])
        .args(from.split_whitespace())
        .args(to.split_whitespace())
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert!(child.wait().unwrap().success(), "ffmpeg failed on {name}");
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

fn raw_input(format: &str, (width, height): (usize, usize)) -> String {
    format!("-f rawvideo -pix_fmt {format} -s {width}x{height} -r 30 -i pipe:0")
}

const LOSSLESS: &str = "-c:v libx264 -qp 0 -g 10 -f mp4";
const TAGGED: &str = "-colorspace bt709 -color_range tv -color_primaries bt709 -color_trc bt709";
const FULL_RANGE: &str = "-color_range pc";

/// One second in which frame n shows [`clip_frame`] n.
fn clip(dir: &Path, tags: &str) -> Vec<u8> {
    let frames: Vec<u8> = (0..30).flat_map(|n| clip_frame(n).data).collect();
    let to = format!(
        "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p {LOSSLESS} {tags}"
    );
    ffmpeg(dir, &raw_input("rgba", (96, 64)), &to, "clip", &frames)
}

/// The same film, to be turned a quarter clockwise, as telephones write it.
fn phone(mut film: Vec<u8>) -> Vec<u8> {
    let header = film.windows(4).position(|four| four == b"tkhd").unwrap();
    let one = 0x0001_0000_i32;
    let matrix = [0, one, 0, -one, 0, 0, 64 * one, 0, 0x4000_0000];
    let bytes: Vec<u8> = matrix.iter().flat_map(|n| n.to_be_bytes()).collect();
    film[header + 44..header + 80].copy_from_slice(&bytes);
    film
}

/// Frame `n` of a green disc that grows, nothing around it.
fn alpha_frame(n: usize) -> Raster {
    Raster::new(64, 64, |x, y| {
        let far = (x as f64 - 31.5).hypot(y as f64 - 31.5);
        let inside = (4.0 + n as f64 * 2.0 - far).clamp(0.0, 1.0);
        [51, 204, 51, (inside * 255.0).round() as u8]
    })
}

/// VP9 with an alpha plane.
fn alpha(dir: &Path) -> Vec<u8> {
    let frames: Vec<u8> = (0..15).flat_map(|n| alpha_frame(n).data).collect();
    let to = format!(
        "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuva420p -c:v libvpx-vp9 -lossless 1 {TAGGED} -f webm"
    );
    ffmpeg(dir, &raw_input("rgba", (64, 64)), &to, "alpha", &frames)
}

/// Picture `n` of four: a quarter disc, turning clockwise on nothing.
fn spin_frame(n: usize) -> Raster {
    Raster::new(48, 48, |x, y| {
        let (right, low) = (x >= 24, y >= 24);
        let quarter = match (right, low) {
            (true, false) => 0,
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        let inside = (x as f64 - 23.5).hypot(y as f64 - 23.5) < 23.0;
        if inside && quarter == n {
            YELLOW
        } else {
            [0; 4]
        }
    })
}

/// The four, a tenth of a second each.
fn spin(dir: &Path) -> Vec<u8> {
    let frames: Vec<u8> = (0..4).flat_map(|n| spin_frame(n).data).collect();
    let from = "-f rawvideo -pix_fmt rgba -s 48x48 -r 10 -i pipe:0";
    let to = "-vf split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=dither=none -f gif";
    ffmpeg(dir, from, to, "spin", &frames)
}

/// The flag on its side, and EXIF's word that it is to be turned a quarter clockwise.
fn turned_jpeg(dir: &Path) -> Vec<u8> {
    let flag = flag(96, 64);
    // What turns into the flag: row y, column x of it is column y from the right.
    let side = Raster::new(64, 96, |x, y| {
        let at = (x * 96 + (95 - y)) * 4;
        flag.data[at..at + 4].try_into().unwrap()
    });
    let jpeg = ffmpeg(
        dir,
        &raw_input("rgba", (64, 96)),
        "-frames:v 1 -c:v mjpeg -q:v 1 -pix_fmt yuvj444p -f image2 -update 1",
        "turned",
        &side.data,
    );
    let exif: &[u8] = &[
        0xff, 0xe1, 0x00, 0x22, b'E', b'x', b'i', b'f', 0, 0, // APP1, 34 bytes
        b'M', b'M', 0, 42, 0, 0, 0, 8, // big-endian TIFF, directory at 8
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, // one entry: orientation 6
        0, 0, 0, 0,
    ];
    [&jpeg[..2], exif, &jpeg[2..]].concat()
}

/// sRGB (200, 60, 30) by BT.601 and BT.709 in limited range, BT.601 in full range.
const BRICK_601: [u8; 3] = [101, 94, 192];
const BRICK_709: [u8; 3] = [91, 101, 191];
const BRICK_601_FULL: [u8; 3] = [98, 89, 200];

/// Half a second of one colour, its planes written as they are.
fn flat_video(dir: &Path, size: (usize, usize), yuv: [u8; 3], tags: &str) -> Vec<u8> {
    let luma = size.0 * size.1;
    let mut frame = vec![yuv[0]; luma];
    frame.resize(luma * 5 / 4, yuv[1]);
    frame.resize(luma * 3 / 2, yuv[2]);
    let to = format!("{LOSSLESS} {tags}");
    let from = raw_input("yuv420p", size);
    ffmpeg(dir, &from, &to, "flat", &frame.repeat(15))
}
