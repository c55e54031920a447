//! Animated WebP, which ffmpeg does not read, written anew as an animated PNG.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use image_webp::WebPDecoder;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use tempfile::{NamedTempFile, TempPath};

use crate::error::MediaError;
use crate::probe::check_size;
use crate::tools::Tools;

/// Pixels of all frames of all animated WebP files of an export at most.
const PIXEL_LIMIT: u64 = 1 << 28;
/// Memory for one frame while it is decoded.
const MEMORY_LIMIT_BYTES: usize = 1 << 30;
/// Browsers show a frame that asks for no more than this, in ms, for [`USUAL_DELAY`].
const SHORTEST_DELAY: u32 = 10;
const USUAL_DELAY: u32 = 100;

/// Makes the films of an export's animated WebP files, one after the other whoever asks, as
/// each takes memory of ours, and disk.
#[derive(Debug)]
pub struct WebpFilms {
    folder: PathBuf,
    pixels_left: Mutex<u64>,
}

impl WebpFilms {
    /// Films are made in `folder`, which has to be there.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            pixels_left: Mutex::new(PIXEL_LIMIT),
        }
    }

    /// The film of an animated WebP: a file that is gone with what is returned. `None`
    /// where `path` is anything else.
    ///
    /// # Errors
    /// The file is damaged, or with its frames those of all films made here have more than
    /// 2^28 pixels.
    pub fn film_of(&self, tools: &Tools, path: &Path) -> Result<Option<TempPath>, MediaError> {
        let of = |source| MediaError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(of)?;
        // Whatever is no WebP at all fails here, too.
        let Ok(mut decoder) = WebPDecoder::new(BufReader::new(file)) else {
            return Ok(None);
        };
        if !decoder.is_animated() {
            return Ok(None);
        }
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        let pixels = u64::from(width) * u64::from(height) * u64::from(decoder.num_frames());
        let left = self.pixels_left.lock();
        let mut left = left.unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(pixels).ok_or_else(|| {
            MediaError::Unreadable(format!(
                "its {} frames of {width}x{height} have {pixels} pixels, and all animated \
                 WebPs of an export may have {PIXEL_LIMIT}; send it as a WebM or an MP4",
                decoder.num_frames()
            ))
        })?;
        let film = NamedTempFile::new_in(&self.folder).map_err(|source| MediaError::File {
            path: self.folder.clone(),
            source,
        })?;
        write(tools, &mut decoder, &film)?;
        drop(left);
        Ok(Some(film.into_temp_path()))
    }
}

fn write(
    tools: &Tools,
    decoder: &mut WebPDecoder<BufReader<File>>,
    film: &NamedTempFile,
) -> Result<(), MediaError> {
    let unreadable = |error: image_webp::DecodingError| MediaError::Unreadable(error.to_string());
    let failed = |error: EncodingError| match error {
        EncodingError::IoError(source) => MediaError::File {
            path: film.path().to_owned(),
            source,
        },
        error => MediaError::Unreadable(error.to_string()),
    };
    decoder.set_memory_limit(MEMORY_LIMIT_BYTES);
    if decoder.has_alpha() {
        // As browsers do, whatever colour the file asks for.
        decoder.set_background_color([0; 4]).map_err(unreadable)?;
    }
    let (width, height) = decoder.dimensions();
    let mut frame = vec![0; decoder.output_buffer_size().unwrap_or(0)];
    let out = BufWriter::new(film.as_file());
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(if decoder.has_alpha() {
        ColorType::Rgba
    } else {
        ColorType::Rgb
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fastest);
    encoder
        .set_animated(decoder.num_frames(), 0)
        .map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    for _ in 0..decoder.num_frames() {
        if tools.stop.load(Ordering::Relaxed) {
            return Err(MediaError::Stopped);
        }
        let delay = decoder.read_frame(&mut frame).map_err(unreadable)?;
        let (over, under) = fraction(delay);
        writer.set_frame_delay(over, under).map_err(failed)?;
        writer.write_image_data(&frame).map_err(failed)?;
    }
    writer.finish().map_err(failed)
}

/// A length in ms as seconds over and under a line, as exact as two bytes each allow.
fn fraction(delay: u32) -> (u16, u16) {
    let delay = if delay <= SHORTEST_DELAY {
        USUAL_DELAY
    } else {
        delay
    };
    let (mut over, mut under) = (delay, 1000);
    while over > u32::from(u16::MAX) {
        (over, under) = (over / 10, (under / 10).max(1));
    }
    (over as u16, under)
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn lengths_of_frames_fit() {
        assert_eq!(fraction(0), (100, 1000));
        assert_eq!(fraction(40), (40, 1000));
        assert_eq!(fraction(65_536), (6_553, 100));
        assert_eq!(fraction((1 << 24) - 1), (16_777, 1));
    }
}
