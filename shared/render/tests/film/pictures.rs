//! Picture files of the awkward kind, drawn as a browser shows them.
//!
//! ffmpeg makes them where it can. It writes no JPEG in scans (progressive), in ink (CMYK)
//! or with EXIF: those are made by the crate `jpeg-encoder`. Nor does it write EXIF into
//! PNG and WebP: `exif` puts it there.

mod exif;

use avif_serialize::serialize_to_vec;
use jpeg_encoder::{ColorType, Encoder};

use crate::rig::*;

/// What is in the four quarters of a canvas of 64x64.
fn quarters_of(seen: &Captured) -> [[u8; 3]; 4] {
    [(16, 16), (48, 16), (16, 48), (48, 48)].map(|(x, y)| seen.pixel(0, x, y))
}

/// Asserts where the colours of [`QUARTERS`] are, by their index.
async fn assert_quarters(rig: &Rig, name: &str, order: [usize; 4]) {
    let film = Film::of(image(name, (0, SECOND / 30)));
    let seen = rig.capture(&film, &spec(30)).await;
    for (found, color) in quarters_of(&seen).into_iter().zip(order) {
        assert_color(found, QUARTERS[color], 5, name);
    }
}

/// The quarters, 48x32, row by row.
fn pixels() -> impl Iterator<Item = [u8; 3]> {
    (0..48 * 32).map(|at| {
        let (x, y) = (at % 48, at / 48);
        QUARTERS[usize::from(x >= 24) + 2 * usize::from(y >= 16)]
    })
}

/// A JPEG of the quarters, 48x32.
fn jpeg(kind: ColorType, change: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let pixel = |[r, g, b]: [u8; 3]| match kind {
        ColorType::Rgb => vec![r, g, b],
        // Of ink; the file has it the other way round, as Adobe's programs write it.
        _ => vec![255 - r, 255 - g, 255 - b, 0],
    };
    let pixels: Vec<u8> = pixels().flat_map(pixel).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 97);
    change(&mut encoder);
    encoder.encode(&pixels, 48, 32, kind).unwrap();
    bytes
}

#[tokio::test]
async fn jpegs_in_scans_and_in_ink() {
    let rig = Rig::new();
    let plain = jpeg(ColorType::Rgb, |_| ());
    let scans = jpeg(ColorType::Rgb, |encoder| encoder.set_progressive(true));
    assert!(
        scans.windows(2).any(|two| two == [0xff, 0xc2]),
        "progressive"
    );
    rig.media
        .write("plain.jpg", plain)
        .write("scans.jpg", scans)
        .write("cmyk.jpg", jpeg(ColorType::Cmyk, |_| ()))
        .write("ycck.jpg", jpeg(ColorType::CmykAsYcck, |_| ()));
    for name in ["plain.jpg", "scans.jpg", "cmyk.jpg", "ycck.jpg"] {
        assert_quarters(&rig, name, [0, 1, 2, 3]).await;
    }
}

/// Where the quarters are by EXIF's orientations 1 to 8.
const ORIENTATIONS: [[usize; 4]; 8] = [
    [0, 1, 2, 3],
    [1, 0, 3, 2],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [0, 2, 1, 3],
    [2, 0, 3, 1],
    [3, 1, 2, 0],
    [1, 3, 0, 2],
];

#[tokio::test]
async fn deep_and_old_formats() {
    let rig = Rig::new();
    let source = format!("{},trim=end_frame=1", quarters(46, 34));
    for (name, format) in [
        ("deep.png", "rgb48be"),
        ("palette.png", "pal8"),
        ("a.tiff", "rgb24"),
        ("a.webp", "bgra"),
        ("a.bmp", "bgr24"),
    ] {
        let lossless = if name == "a.webp" { "1" } else { "0" };
        let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", "1"];
        if name == "palette.png" {
            args.extend([
                "-vf",
                "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none",
            ]);
        } else {
            args.extend(["-pix_fmt", format]);
        }
        if lossless == "1" {
            args.extend(["-c:v", "libwebp", "-lossless", lossless]);
        }
        rig.media.make(name, &args);
        assert_quarters(&rig, name, [0, 1, 2, 3]).await;
    }
}

/// An AVIF of the quarters, 48x32.
fn avif(rig: &Rig, name: &str, layout: &str) -> Vec<u8> {
    let source = quarters(48, 32);
    let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", "1"];
    args.extend([
        "-vf",
        "scale=out_color_matrix=bt709:flags=accurate_rnd",
        "-pix_fmt",
        layout,
    ]);
    args.extend([
        "-c:v",
        "libaom-av1",
        "-cpu-used",
        "8",
        "-crf",
        "8",
        "-still-picture",
        "1",
    ]);
    args.extend(TAGS);
    args.extend(["-color_trc", "iec61966-2-1"]);
    rig.media.make(name, &args);
    std::fs::read(rig.media.path(name)).unwrap()
}

/// The same AVIF with properties (boxes) of its picture added.
fn with_properties(mut avif: Vec<u8>, properties: &[&[u8]]) -> Vec<u8> {
    let find = |bytes: &[u8], name: &[u8]| bytes.windows(4).position(|four| four == name).unwrap();
    let grow = |bytes: &mut Vec<u8>, name: &[u8], by: usize| {
        let at = find(bytes, name) - 4;
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) + by as u32;
        bytes[at..at + 4].copy_from_slice(&size.to_be_bytes());
    };
    let boxed: Vec<u8> = properties.concat();
    // Where `ipma` says which properties the picture has: after version, flags, one item
    // and its id, their number.
    let ipma = find(&avif, b"ipma");
    let count = avif[ipma + 14];
    for (at, _) in properties.iter().enumerate() {
        avif.insert(
            ipma + 15 + usize::from(count) + at,
            0x80 | (count + 1 + at as u8),
        );
    }
    avif[ipma + 14] = count + properties.len() as u8;
    grow(&mut avif, b"ipma", properties.len());
    let end = find(&avif, b"ipma") - 4;
    avif.splice(end..end, boxed.iter().copied());
    grow(&mut avif, b"ipco", boxed.len());
    let more = boxed.len() + properties.len();
    grow(&mut avif, b"iprp", more);
    grow(&mut avif, b"meta", more);
    // `iloc` of one item: its offset comes before its length, at the box's end.
    let iloc = find(&avif, b"iloc");
    let size = u32::from_be_bytes(avif[iloc - 4..iloc].try_into().unwrap()) as usize;
    let at = iloc - 4 + size - 8;
    let offset = u32::from_be_bytes(avif[at..at + 4].try_into().unwrap()) + more as u32;
    avif[at..at + 4].copy_from_slice(&offset.to_be_bytes());
    avif
}

#[tokio::test]
async fn avif_plain_deep_and_turned() {
    let rig = Rig::new();
    let plain = avif(&rig, "plain.avif", "yuv420p");
    avif(&rig, "deep.avif", "yuv444p10le");
    assert_quarters(&rig, "plain.avif", [0, 1, 2, 3]).await;
    assert_quarters(&rig, "deep.avif", [0, 1, 2, 3]).await;
    // As libavif turns EXIF's orientations into quarter turns against the clock and mirrors.
    for (orientation, turn, mirror) in [
        (2, None, Some(1)),
        (3, Some(2), None),
        (4, None, Some(0)),
        (5, Some(1), Some(0)),
        (6, Some(3), None),
        (7, Some(3), Some(0)),
        (8, Some(1), None),
    ] {
        let boxed = |name: &[u8], value: Option<u8>| {
            value.map(|value| [&[0, 0, 0, 9], name, &[value]].concat())
        };
        let boxes = [boxed(b"irot", turn), boxed(b"imir", mirror)];
        let boxes: Vec<&[u8]> = boxes.iter().flatten().map(Vec::as_slice).collect();
        let name = format!("turned-{orientation}.avif");
        rig.media
            .write(&name, with_properties(plain.clone(), &boxes));
        assert_quarters(&rig, &name, ORIENTATIONS[orientation - 1]).await;
    }
}

#[tokio::test]
async fn pictures_that_would_be_shown_wrongly_are_refused_with_the_remedy() {
    let rig = Rig::new();
    let source = quarters(48, 32);
    let mut args = vec![
        "-f",
        "lavfi",
        "-i",
        &source,
        "-frames:v",
        "1",
        "-pix_fmt",
        "yuv444p",
    ];
    args.extend(["-c:v", "libaom-av1", "-cpu-used", "8", "-f", "obu"]);
    rig.media.make("data.obu", &args);
    let data = std::fs::read(rig.media.path("data.obu")).unwrap();
    let grid: Vec<u8> = {
        let mut plain = avif(&rig, "plain.avif", "yuv420p");
        let kind = plain.windows(8).position(|eight| eight == b"av01Colo");
        let kind = kind.unwrap_or_else(|| {
            let infe = plain.windows(4).position(|four| four == b"infe").unwrap();
            infe + 12
        });
        plain[kind..kind + 4].copy_from_slice(b"grid");
        plain
    };
    rig.media
        .write(
            "alpha.avif",
            serialize_to_vec(&data, Some(&data), 48, 32, 8),
        )
        .write("grid.avif", grid)
        .write(
            "photo.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat",
        );
    for (name, says) in [
        (
            "alpha.avif",
            "it is an AVIF with transparency, which is not read",
        ),
        (
            "grid.avif",
            "it is an AVIF made of several pictures, which is not read",
        ),
        ("photo.heic", "it is a HEIC picture, which is not read"),
    ] {
        let sentence = rig.refused(&Film::of(image(name, (0, SECOND)))).await;
        let wanted = format!(
            "asset `{name}` cannot be used: the file cannot be decoded: {says}; send it as a PNG, a JPEG or a WebP"
        );
        assert_eq!(sentence, wanted);
    }
}

/// Three pictures shown for 0.1, 0.3 and, as the encoder sees fit, some time; transparent
/// on the right.
fn moving(rig: &Rig, name: &str, codec: &str) {
    let channel = |at: usize| {
        let [a, b, c, _] = QUARTERS.map(|color| color[at]);
        format!("if(eq(N,0),{a},if(eq(N,1),{b},{c}))")
    };
    let [r, g, b] = [0, 1, 2].map(channel);
    let source = format!(
        "nullsrc=s=50x30:r=10,trim=end_frame=3,format=rgba,geq=r='{r}':g='{g}':b='{b}':a='255*lt(X,25)',\
         settb=1/1000,setpts='if(eq(N,0),0,if(eq(N,1),100,400))'"
    );
    let mut args = vec!["-f", "lavfi", "-i", &source, "-fps_mode", "passthrough"];
    args.extend(["-enc_time_base", "1/1000"]);
    args.extend(codec.split_whitespace());
    rig.media.make(name, &args);
}

#[tokio::test]
async fn animated_webp_and_png_keep_their_times_and_their_transparency() {
    let rig = Rig::new();
    moving(&rig, "a.webp", "-c:v libwebp_anim -lossless 1 -loop 0");
    moving(&rig, "a.png", "-c:v apng -f apng -plays 0");
    // Frames of film that the last picture lasts.
    for (name, last) in [("a.webp", 6), ("a.png", 9)] {
        let film = Film::new(64, 64)
            .track(vec![gif(name, (0, 2 * SECOND))])
            .track(vec![solid("#ffffff", (0, 2 * SECOND))]);
        let seen = rig.capture(&film, &spec(30)).await;
        for n in 0..60 {
            let at = n % (3 + 9 + last);
            let picture = usize::from(at >= 3) + usize::from(at >= 12);
            let what = format!("{name}, frame {n}");
            assert_color(seen.pixel(n, 8, 32), QUARTERS[picture], 4, &what);
            assert_color(seen.pixel(n, 56, 32), [255; 3], 2, &what);
        }
        for n in [0, 4, 31, 59] {
            let alone = rig.frame(&film, &spec(30), n).await;
            assert!(
                alone.data == seen.frame(n as usize),
                "{name}: frame {n} alone"
            );
        }
        // As a picture, its first one.
        let still = rig
            .capture(&Film::of(image(name, (0, SECOND))), &spec(30))
            .await;
        assert_color(still.pixel(20, 8, 32), QUARTERS[0], 4, name);
    }
}

#[tokio::test]
async fn a_picture_that_does_not_move_may_be_a_gif_item() {
    let rig = Rig::new();
    let source = quarters(64, 64);
    for name in ["still.png", "still.jpg", "still.webp"] {
        rig.media
            .make(name, &["-f", "lavfi", "-i", &source, "-frames:v", "1"]);
        let seen = rig
            .capture(&Film::of(gif(name, (0, SECOND / 2))), &spec(30))
            .await;
        for n in [0, 7, 14] {
            assert_color(seen.pixel(n, 48, 16), QUARTERS[1], 12, name);
        }
    }
}

#[tokio::test]
async fn a_damaged_or_boundless_animation_is_refused() {
    let rig = Rig::new();
    moving(&rig, "a.webp", "-c:v libwebp_anim -lossless 1 -loop 0");
    let bytes = std::fs::read(rig.media.path("a.webp")).unwrap();
    rig.media.write("half.webp", &bytes[..bytes.len() * 2 / 3]);
    // The head of small frames says that they cover more.
    let (side, half) = ([0xff, 0x1f, 0], [0xff, 0x0f, 0]);
    vast(&rig, "huge.webp", 40, [side, side]);
    vast(&rig, "large.webp", 5, [side, half]);
    std::fs::copy(rig.media.path("large.webp"), rig.media.path("another.webp")).unwrap();
    for (names, says) in [
        (
            &["half.webp"][..],
            "asset `half.webp` cannot be used: the file cannot be decoded: ",
        ),
        (
            &["huge.webp"],
            "all animated WebPs of an export may have 268435456; send it as a WebM or an MP4",
        ),
        // One of them would do.
        (
            &["large.webp", "another.webp"],
            "its 5 frames of 8192x4096 have 167772160 pixels, and all animated WebPs of an export",
        ),
    ] {
        let mut film = Film::new(64, 64);
        for (at, name) in (0..).zip(names) {
            film = film.track(vec![gif(name, (at * SECOND, (at + 1) * SECOND))]);
        }
        let sentence = rig.refused(&film).await;
        assert!(sentence.contains(says), "{sentence}");
    }
}

/// An animated WebP of so many frames that says that each has these sides, each less one in
/// three bytes.
fn vast(rig: &Rig, name: &str, frames: u32, [width, height]: [[u8; 3]; 2]) {
    let frames = frames.to_string();
    let mut args = vec![
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=16x16:r=10",
        "-frames:v",
        &frames,
    ];
    args.extend(["-c:v", "libwebp_anim"]);
    rig.media.make(name, &args);
    let mut bytes = std::fs::read(rig.media.path(name)).unwrap();
    let head = bytes.windows(4).position(|four| four == b"VP8X").unwrap();
    bytes[head + 12..head + 18].copy_from_slice(&[width, height].concat());
    rig.media.write(name, bytes);
}
