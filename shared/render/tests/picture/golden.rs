//! Golden pictures: compared with what is drawn, renewed on demand.
//!
//! `goldens/NAME.png` shows the frames of case NAME side by side, at most four in a
//! row. Whoever renews one looks at it:
//!
//! ```text
//! DARKROOM_BLESS=1 cargo test -p darkroom-render --test picture
//! ```
//!
//! On a mismatch `target/picture/NAME.actual.png` is what was drawn and
//! `NAME.diff.png` the difference, made eight times stronger.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cases::Case;
use crate::stage::{Rgb, draw};

/// How far a channel of a pixel may be off, in levels of 255. One step of luma and one
/// of chroma, which is what two ways of rounding the same conversion may cost, make 4.
const PIXEL_TOLERANCE: u8 = 4;
/// How far all channels may be off on the average, in levels of 255.
const MEAN_TOLERANCE: f64 = 0.1;
/// Frames in a row.
const COLUMNS: usize = 4;

pub(crate) fn path(name: &str) -> PathBuf {
    dir().join(format!("{name}.png"))
}

pub(crate) fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/picture/goldens")
}

/// Draws every case and compares it with its golden.
pub(crate) fn check(cases: &[Case]) {
    let faults: Vec<String> = cases.iter().filter_map(|case| look(case).err()).collect();
    assert!(
        faults.is_empty(),
        "{} of {} pictures differ; look at them, and where they are right renew the goldens with DARKROOM_BLESS=1:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

fn look(case: &Case) -> Result<(), String> {
    let frames: Vec<Rgb> = case
        .frames
        .iter()
        .map(|&n| Rgb::of(&draw(&case.film, n)))
        .collect();
    let actual = side_by_side(&frames);
    let golden = path(&case.name);
    let verdict = match read(&golden) {
        Some(golden) => compare(&case.name, &golden, &actual),
        None => Err(format!("{}: no golden at {}", case.name, golden.display())),
    };
    if verdict.is_err() && std::env::var_os("DARKROOM_BLESS").is_some_and(|bless| bless == "1") {
        write(&golden, &actual);
        return Ok(());
    }
    if verdict.is_err() {
        write(&target(&case.name, "actual"), &actual);
    }
    verdict
}

fn target(name: &str, kind: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/picture");
    fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{name}.{kind}.png"))
}

fn compare(name: &str, golden: &Rgb, actual: &Rgb) -> Result<(), String> {
    let size = |picture: &Rgb| (picture.width, picture.height);
    if size(golden) != size(actual) {
        return Err(format!(
            "{name}: {:?} pixels instead of {:?}",
            size(actual),
            size(golden)
        ));
    }
    let apart: Vec<u8> = golden
        .data
        .iter()
        .zip(&actual.data)
        .map(|(one, two)| one.abs_diff(*two))
        .collect();
    let most = apart.iter().copied().max().unwrap_or_default();
    let sum: u64 = apart.iter().map(|&apart| u64::from(apart)).sum();
    let mean = sum as f64 / apart.len() as f64;
    if most <= PIXEL_TOLERANCE && mean <= MEAN_TOLERANCE {
        return Ok(());
    }
    let worst = apart.iter().position(|&apart| apart == most).unwrap() / 3;
    let diff = Rgb {
        data: apart.iter().map(|apart| apart.saturating_mul(8)).collect(),
        ..*golden
    };
    let drawn = target(name, "diff");
    write(&drawn, &diff);
    Err(format!(
        "{name}: off by {most} at ({}, {}), by {mean:.3} on the average; {PIXEL_TOLERANCE} and {MEAN_TOLERANCE} are allowed; see {}",
        worst % golden.width,
        worst / golden.width,
        drawn.display()
    ))
}

/// Frames of one size in rows of [`COLUMNS`].
pub(crate) fn side_by_side(frames: &[Rgb]) -> Rgb {
    let (width, height) = (frames[0].width, frames[0].height);
    let columns = frames.len().min(COLUMNS);
    let rows = frames.len().div_ceil(columns);
    let mut sheet = Rgb {
        width: width * columns,
        height: height * rows,
        data: vec![0; width * columns * height * rows * 3],
    };
    for (index, frame) in frames.iter().enumerate() {
        let (left, top) = (index % columns * width, index / columns * height);
        for y in 0..height {
            let start = ((top + y) * sheet.width + left) * 3;
            sheet.data[start..start + width * 3]
                .copy_from_slice(&frame.data[y * width * 3..(y + 1) * width * 3]);
        }
    }
    sheet
}

fn read(path: &Path) -> Option<Rgb> {
    let file = fs::File::open(path).ok()?;
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb, "{}", path.display());
    Some(Rgb {
        width: info.width as usize,
        height: info.height as usize,
        data,
    })
}

pub(crate) fn write(path: &Path, picture: &Rgb) {
    let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width as u32, picture.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&picture.data).unwrap();
    writer.finish().unwrap();
}
