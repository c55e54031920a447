//! Decodes one picture to RGBA, EXIF orientation applied.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbaImage};

use crate::error::MediaError;
use crate::probe::check_size;
use crate::tools::Tools;
use crate::video::{VideoDecoder, VideoRequest};
use crate::{PixelFormat, Raster, heif, probe};

/// Memory one picture may take while it is decoded.
const MEMORY_LIMIT_BYTES: u64 = 1 << 30;

/// Whether [`decode_still`] can be expected to work, by the file's head alone: it
/// holds a picture, of no more than 16,384 pixels a side and 2^26 in all. Answers its
/// width and height in pixels, before it is turned as the file may say.
pub fn check_still(tools: &Tools, path: &Path) -> Result<(u32, u32), MediaError> {
    if let Some(decoder) = decoder(path)? {
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        return Ok((width, height));
    }
    heif::orientation(path)?;
    let video = probe(tools, path)?.video;
    let video = video.ok_or(MediaError::Missing("picture"))?;
    Ok((video.width, video.height))
}

/// Decodes the (first) picture of a file. The common formats are decoded here;
/// whatever else ffmpeg knows (AVIF, TIFF, ...) by its first frame.
pub fn decode_still(tools: &Tools, path: &Path) -> Result<Raster, MediaError> {
    let (mut picture, orientation) = match decoder(path)? {
        Some(mut decoder) => {
            let orientation = decoder.orientation();
            let picture =
                DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
            (picture, orientation.unwrap_or(Orientation::NoTransforms))
        }
        None => (by_ffmpeg(tools, path)?, heif::orientation(path)?),
    };
    picture.apply_orientation(orientation);
    let picture = picture.into_rgba8();
    Ok(Raster {
        width: picture.width(),
        height: picture.height(),
        format: PixelFormat::Rgba,
        data: picture.into_raw(),
    })
}

/// A decoder of ours; `None` where the format is one of ffmpeg's.
fn decoder(path: &Path) -> Result<Option<impl ImageDecoder>, MediaError> {
    let file = |source| MediaError::File {
        path: path.to_owned(),
        source,
    };
    // Not `ImageReader::open`, which would believe the name.
    let mut reader = File::open(path)
        .and_then(|file| ImageReader::new(BufReader::new(file)).with_guessed_format())
        .map_err(file)?;
    if reader.format().is_none() {
        return Ok(None);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_LIMIT_BYTES);
    reader.limits(limits);
    match reader.into_decoder() {
        Ok(decoder) => Ok(Some(decoder)),
        Err(image::ImageError::Unsupported(_)) => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &image::ImageError) -> MediaError {
    MediaError::Unreadable(error.to_string())
}

fn by_ffmpeg(tools: &Tools, path: &Path) -> Result<DynamicImage, MediaError> {
    let found = probe(tools, path)?;
    let stream = found.video.as_ref().ok_or(MediaError::Missing("picture"))?;
    let request = VideoRequest {
        start_seconds: 0.0,
        skip: 0,
        rate: 1.0,
        fps: 1,
        frames: 1,
        loops: false,
        format: PixelFormat::Rgba,
        size: (stream.width, stream.height),
    };
    let mut decoder = VideoDecoder::start(tools, path, &found, &request)?;
    let picture = decoder.next_frame()?;
    picture
        .and_then(|raster| RgbaImage::from_raw(raster.width, raster.height, raster.data))
        .map(DynamicImage::ImageRgba8)
        .ok_or(MediaError::Missing("picture"))
}
