//! Pictures: format, size and orientation from the file's head.

use std::io::Cursor;

use gif::DecodeOptions;
use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader, guess_format};

use super::Found;

/// Most memory that the renderer gives one picture, at four bytes a pixel.
const PIXEL_LIMIT: u64 = (1 << 30) / 4;
/// Players show a frame that asks for less than two hundredths of a second for ten.
const SHORTEST_DELAY: u16 = 2;
const USUAL_DELAY: u16 = 10;

/// Reads a still picture's head.
pub(super) fn read(bytes: &[u8], format: ImageFormat) -> Result<Found, String> {
    let is = guess_format(bytes).ok();
    if is != Some(format) {
        return Err(match is {
            Some(other) => format!("it is {}", other.to_mime_type()),
            None => "it is no picture".to_owned(),
        });
    }
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
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

/// Reads a GIF's frames without decoding their pixels.
pub(super) fn read_gif(bytes: &[u8]) -> Result<Found, String> {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options
        .read_info(bytes)
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
