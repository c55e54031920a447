//! Files that are small and ask for much: memory, time, or the end of the process. Each
//! ends with a sentence that names it, or as a film where it is harmless, and the next
//! film is rendered as if nothing had been.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::rig::*;

/// Many times what any of these takes on a busy machine.
const STALL: Duration = Duration::from_secs(120);
const SPAN: (i64, i64) = (0, SECOND / 5);

/// What an export of an item came to, if it was refused.
async fn ended(rig: &Rig, item: Value) -> Option<String> {
    let id = item["assetId"].as_str().unwrap().to_owned();
    let film = Film::of(item);
    let (ffmpeg, watching) = (real("ffmpeg"), Watching::default());
    let export = rig.export_with(&film, Path::new(&ffmpeg), &watching);
    let ended = tokio::time::timeout(STALL, export).await;
    let error = ended.unwrap_or_else(|_| panic!("{id} hangs")).err()?;
    assert!(error.is_callers_fault(), "{id}: {error}");
    let sentence = error.to_string();
    let named = format!("asset `{id}` cannot be used: ");
    assert!(sentence.starts_with(&named), "{sentence}");
    let dir = rig.media.dir().to_str().unwrap();
    assert!(!sentence.contains(dir), "{sentence}");
    Some(sentence)
}

async fn assert_refused(rig: &Rig, item: Value, says: &str) {
    let id = item["assetId"].clone();
    let sentence = ended(rig, item).await;
    let sentence = sentence.unwrap_or_else(|| panic!("{id} is rendered"));
    assert!(sentence.contains(says), "{sentence}");
}

async fn assert_harmless(rig: &Rig, item: Value) {
    let id = item["assetId"].clone();
    let refused = ended(rig, item).await;
    assert_eq!(refused, None, "{id} is a film");
}

/// The renderer is as well as it was before.
async fn assert_well(rig: &Rig) {
    rig.media.counting("good.mp4", 30, 30, 0, &[]);
    let seen = rig
        .capture(&Film::of(video("good.mp4", SPAN)), &spec(30))
        .await;
    assert_eq!(seen.numbers(), [0, 1, 2, 3, 4, 5]);
}

/// A GIF of `frames` pictures of one pixel, each of which fills a canvas.
fn gif_file(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    // A palette of two colours.
    bytes.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    for _ in 0..frames {
        bytes.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
        bytes.extend([2, 2, 0x44, 1, 0]);
    }
    bytes.push(0x3b);
    bytes
}

/// A whole lossless WebP of this many pixels a side, all of one colour: each of its five
/// codes has one symbol, of no bits, so that no pixel takes any.
fn plain_webp(side: u32) -> Vec<u8> {
    let mut data = vec![0x2f];
    data.extend(((side - 1) | ((side - 1) << 14)).to_le_bytes());
    data.extend([0x88, 0x88, 0x08]);
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((data.len() as u32 + 12).to_le_bytes());
    bytes.extend(b"WEBPVP8L");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// A PNG of 8x8 pixels with a chunk before them.
fn png_with(kind: png::chunk::ChunkType, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(kind, data).unwrap();
    writer.write_image_data(&[255; 64]).unwrap();
    drop(writer);
    bytes
}

#[tokio::test]
async fn pictures_of_more_pixels_than_bytes() {
    let rig = Rig::new();
    rig.media
        .write("large.gif", gif_file(65_535, 65_535, 1))
        .write("small.webp", plain_webp(64))
        .write("plain.webp", plain_webp(10_000));
    assert_refused(
        &rig,
        image("large.gif", SPAN),
        "65535x65535 pixels; at most",
    )
    .await;
    // It is its size alone that speaks against it.
    assert_harmless(&rig, image("small.webp", SPAN)).await;
    let too_large = "10000x10000 pixels; at most";
    assert_refused(&rig, image("plain.webp", SPAN), too_large).await;
    assert_refused(&rig, gif("plain.webp", SPAN), too_large).await;
    let no_size = "the file has no picture of a known size";
    assert_refused(&rig, gif("large.gif", SPAN), no_size).await;
    assert_refused(&rig, video("large.gif", SPAN), no_size).await;

    // Ten thousand large pictures of a pixel each: as many as are shown are decoded.
    rig.media.write("many.gif", gif_file(2000, 2000, 10_000));
    assert_harmless(&rig, gif("many.gif", SPAN)).await;
    assert_well(&rig).await;
}

#[tokio::test]
async fn pictures_whose_notes_unpack_to_much() {
    let rig = Rig::new();
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 64 << 20], 6);
    let mut note = b"a\0\0".to_vec();
    note.extend(&zeros);
    for kind in [png::chunk::iCCP, png::chunk::zTXt] {
        let name = format!("{}.png", std::str::from_utf8(&kind.0).unwrap());
        let file = png_with(kind, &note);
        assert!(file.len() < 1 << 20, "small on disk: {}", file.len());
        rig.media.write(&name, file);
        // None of it is needed.
        assert_harmless(&rig, image(&name, SPAN)).await;
    }
    assert_well(&rig).await;
}

#[tokio::test]
async fn drawings_that_unfold() {
    let rig = Rig::new();
    let svg = |head: &str, inside: &str| {
        format!(
            "{head}<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\">{inside}</svg>"
        )
    };
    let laughs = (1..10).fold("<!ENTITY e0 \"ha\">".to_owned(), |all, n| {
        let before = format!("&e{};", n - 1).repeat(10);
        format!("{all}<!ENTITY e{n} \"{before}\">")
    });
    let laughs = format!("<!DOCTYPE svg [{laughs}]>");
    let long = format!("<!DOCTYPE svg [<!ENTITY a \"{}\">]>", "a".repeat(1 << 20));
    let nested = format!("{}{}", "<g>".repeat(50_000), "</g>".repeat(50_000));
    let outside = "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/hostname\">]>";
    rig.media
        .write("laughs.svg", svg(&laughs, "<desc>&e9;</desc>"))
        .write(
            "long.svg",
            svg(&long, &format!("<desc>{}</desc>", "&a;".repeat(1 << 16))),
        )
        .write("nested.svg", svg("", &nested))
        .write("outside.svg", svg(outside, "<desc>&a;</desc>"))
        .write("large.svg", svg("", &"<g/>".repeat(3 << 20)))
        .write("packed.svgz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
        .write("deep.json", "[".repeat(1 << 20));
    for (name, says) in [
        ("laughs.svg", "no readable SVG"),
        ("long.svg", "entities come to too much text"),
        ("nested.svg", "too many elements"),
        ("outside.svg", "no readable SVG"),
        ("large.svg", "more than 8 MiB"),
        ("packed.svgz", "neither an SVG nor"),
        ("deep.json", "recursion limit exceeded"),
    ] {
        assert_refused(&rig, sticker(name, SPAN), says).await;
    }
    assert_well(&rig).await;
}

#[tokio::test]
async fn films_whose_tables_have_no_end() {
    let rig = Rig::new();
    rig.media.counting("whole.mp4", 30, 30, 0, &[]);
    let whole = std::fs::read(rig.media.path("whole.mp4")).unwrap();
    for (table, count) in [("stsz", 12), ("stts", 8), ("stsc", 8), ("stco", 8)] {
        // After the name: version and flags, of `stsz` a size too, then the count.
        let at = whole.windows(4).position(|four| four == table.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {table}"));
        let mut file = whole.clone();
        let count = at + count..at + count + 4;
        file[count].copy_from_slice(&0x0fff_ffff_u32.to_be_bytes());
        let name = format!("{table}.mp4");
        rig.media.write(&name, file);
        let says = "the file cannot be decoded";
        assert_refused(&rig, video(&name, SPAN), says).await;
    }
    assert_well(&rig).await;
}
