//! Pictures: format, size and orientation from the file's head.

use std::io::{BufReader, Cursor, Read as _, Seek as _};

use gif::DecodeOptions;
use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader, guess_format};

use super::Found;
use super::source::Input;

/// Most memory that the renderer gives one picture, at four bytes a pixel.
const PIXEL_LIMIT: u64 = (1 << 30) / 4;
/// Bytes from which a format is guessed.
const MAGIC_BYTES: u64 = 64;
/// Most bytes of a JPEG's head: its reader takes in all that it is given.
const HEAD_BYTES: u64 = 32 * 1024 * 1024;
/// Players show a frame that asks for less than two hundredths of a second for ten.
const SHORTEST_DELAY: u16 = 2;
const USUAL_DELAY: u16 = 10;

/// Reads a still picture's head.
pub(super) fn read(mut source: Input, format: ImageFormat) -> Result<Found, String> {
    let is = guess_format(&head(&mut source, MAGIC_BYTES)?).ok();
    if is != Some(format) {
        return Err(match is {
            Some(other) => format!("it is {}", other.to_mime_type()),
            None => "it is no picture".to_owned(),
        });
    }
    if format == ImageFormat::Jpeg {
        source = Box::new(Cursor::new(head(&mut source, HEAD_BYTES)?));
    }
    let mut decoder = ImageReader::with_format(BufReader::new(source), format)
        .into_decoder()
        .map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXEL_LIMIT {
        return Err(format!(
            "its picture has {width} x {height} pixels; at most {PIXEL_LIMIT} in all can be drawn"
        ));
    }
    let turned = matches!(
        decoder.orientation(),
        Ok(Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH)
    );
    let size = if turned {
        (height, width)
    } else {
        (width, height)
    };
    Ok(Found {
        size: Some(size),
        duration_ms: None,
    })
}

/// The first bytes of a file; it stands at its beginning again.
fn head(source: &mut Input, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = source.by_ref().take(most).read_to_end(&mut bytes);
    let back = read.and_then(|_| source.rewind());
    back.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Reads a GIF's frames without decoding their pixels.
pub(super) fn read_gif(source: Input) -> Result<Found, String> {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options
        .read_info(source)
        .map_err(|error| error.to_string())?;
    let size = (u32::from(decoder.width()), u32::from(decoder.height()));
    let mut hundredths = 0;
    let mut frames = 0_u32;
    while let Some(frame) = decoder
        .next_frame_info()
        .map_err(|error| error.to_string())?
    {
        let delay = if frame.delay < SHORTEST_DELAY {
            USUAL_DELAY
        } else {
            frame.delay
        };
        hundredths += u64::from(delay);
        frames += 1;
    }
    if frames == 0 {
        return Err("it has no frame".to_owned());
    }
    Ok(Found {
        size: Some(size),
        duration_ms: Some(hundredths * 10),
    })
}
