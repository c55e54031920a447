//! Pictures that say how they are to be turned, in each of the formats that say it by EXIF.

use jpeg_encoder::ColorType;

use super::{ORIENTATIONS, assert_quarters, jpeg, pixels};
use crate::rig::*;

/// A PNG of the quarters, 48x32.
fn png_with_exif(exif: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 48, 32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::eXIf, exif).unwrap();
    let pixels: Vec<u8> = pixels().flatten().collect();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A WebP of the quarters, 48x32, with nothing around its pixels.
fn webp(rig: &Rig) -> Vec<u8> {
    let source = quarters(48, 32);
    let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", "1"];
    args.extend(["-pix_fmt", "bgra", "-c:v", "libwebp", "-lossless", "1"]);
    rig.media.make("plain.webp", &args);
    std::fs::read(rig.media.path("plain.webp")).unwrap()
}

/// The same WebP in the extended format, EXIF after its pixels.
fn webp_with_exif(plain: &[u8], exif: &[u8]) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let padding: &[u8] = if data.len().is_multiple_of(2) {
            &[]
        } else {
            &[0]
        };
        [
            name.as_slice(),
            &(data.len() as u32).to_le_bytes()[..],
            data,
            padding,
        ]
        .concat()
    };
    let picture = &plain[12..];
    assert!(picture.starts_with(b"VP8L"), "a plain file");
    // That there is EXIF, then the width and the height, less 1.
    let head = chunk(b"VP8X", &[8, 0, 0, 0, 47, 0, 0, 31, 0, 0]);
    let body = [
        b"WEBP".as_slice(),
        &head[..],
        picture,
        &chunk(b"EXIF", exif),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

#[tokio::test]
async fn every_orientation_of_exif() {
    let rig = Rig::new();
    let plain = webp(&rig);
    for (orientation, order) in (1..).zip(ORIENTATIONS) {
        // A big-endian directory of one entry.
        let exif = [
            b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
            &[orientation, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        let jpeg = jpeg(ColorType::Rgb, |encoder| {
            encoder.add_exif_metadata(&exif).unwrap();
        });
        for (kind, bytes) in [
            ("jpg", jpeg),
            ("png", png_with_exif(&exif)),
            ("webp", webp_with_exif(&plain, &exif)),
        ] {
            let name = format!("exif-{orientation}.{kind}");
            rig.media.write(&name, bytes);
            assert_quarters(&rig, &name, order).await;
        }
    }
}
