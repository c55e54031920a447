//! Pictures: format, size and orientation from the file's head.

use std::io::{BufReader, Cursor, Read as _, Seek as _};

use gif::DecodeOptions;
use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader, guess_format};

use super::Found;
use super::source::Input;

/// Bytes from which a format is guessed.
const MAGIC_BYTES: u64 = 64;
/// Most bytes of a JPEG's head, which its reader takes in whole.
const HEAD_BYTES: u64 = 32 * 1024 * 1024;
/// Start of a scan: behind the header of this segment there are pixels (ITU-T T.81, B.2.3).
const START_OF_SCAN: u8 = 0xda;
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
        source = Box::new(Cursor::new(jpeg_head(&mut source)?));
    }
    let mut decoder = ImageReader::with_format(BufReader::new(source), format)
        .into_decoder()
        .map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
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

/// A JPEG as far as a reader of its head looks: to the end of the header of its first scan
/// (ITU-T T.81, B.2.1). Where no row of segments leads there, as much as a head may have.
fn jpeg_head(source: &mut Input) -> Result<Vec<u8>, String> {
    let mut head = Vec::new();
    let mut take = |head: &mut Vec<u8>, count: u64| {
        let read = source.by_ref().take(count).read_to_end(head);
        read.map_err(|error| error.to_string())
    };
    take(&mut head, 2)?;
    loop {
        let at = head.len();
        take(&mut head, 4)?;
        let Some((marker, length)) = head.get(at..).and_then(segment) else {
            break;
        };
        let there = take(&mut head, length)?;
        if marker == START_OF_SCAN {
            return Ok(head);
        }
        if there as u64 != length || head.len() as u64 >= HEAD_BYTES {
            break;
        }
    }
    let left = HEAD_BYTES.saturating_sub(head.len() as u64);
    take(&mut head, left)?;
    Ok(head)
}

/// Marker of a segment that begins so, and the bytes that it has behind them.
fn segment(begins: &[u8]) -> Option<(u8, u64)> {
    let [0xff, marker, high, low] = *begins else {
        return None;
    };
    // The length counts its own two bytes; markers below, and from 0xd0 to 0xd9, have none.
    let has_length = matches!(marker, 0xc0..=0xcf | 0xda..=0xfe);
    let length = u16::from_be_bytes([high, low]).checked_sub(2)?;
    has_length.then(|| (marker, u64::from(length)))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in a photo: its marker, a segment with a text, and tables.
    const SEGMENTS: &[u8] = b"\xff\xd8\xff\xe1\x00\x06Exif\xff\xdb\x00\x03q\xff\xc0\x00\x04ab";
    const SCAN: &[u8] = b"\xff\xda\x00\x05abc";

    fn taken(bytes: &[u8]) -> Vec<u8> {
        let mut source: Input = Box::new(Cursor::new(bytes.to_vec()));
        jpeg_head(&mut source).unwrap()
    }

    #[test]
    fn of_a_jpeg_only_the_head_is_taken_in() {
        let head = [SEGMENTS, SCAN].concat();
        let pixels = vec![7; 1 << 20];
        assert_eq!(taken(&[head.as_slice(), &pixels].concat()), head);
    }

    #[test]
    fn whatever_leads_to_no_scan_is_taken_in_whole() {
        for odd in [
            // Bytes to fill up, bytes that are none of a segment, and a length of none.
            [SEGMENTS, b"\xff", SCAN, b"pixels"].concat(),
            [SEGMENTS, b"\0\0\0", SCAN, b"pixels"].concat(),
            [SEGMENTS, b"\xff\xe0\0\0", SCAN, b"pixels"].concat(),
            [SEGMENTS, b"\xff\xd9"].concat(),
            SEGMENTS.to_vec(),
            SEGMENTS[..SEGMENTS.len() - 1].to_vec(),
            b"\xff\xd8".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(taken(&odd), odd);
        }
    }
}
