//! Decodes one picture to RGBA, EXIF orientation applied.

use std::path::Path;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use crate::error::MediaError;
use crate::tools::Tools;
use crate::video::{VideoDecoder, VideoRequest};
use crate::{PixelFormat, Raster, probe};

/// Memory one picture may take while it is decoded.
const MEMORY_LIMIT_BYTES: u64 = 1 << 30;

/// Decodes the (first) picture of a file. The common formats are decoded here;
/// whatever else ffmpeg knows (AVIF, TIFF, ...) by its first frame.
pub fn decode_still(tools: &Tools, path: &Path) -> Result<Raster, MediaError> {
    let file = |source| MediaError::File {
        path: path.to_owned(),
        source,
    };
    let mut reader = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(file)?;
    if reader.format().is_none() {
        return by_ffmpeg(tools, path);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_LIMIT_BYTES);
    reader.limits(limits);
    let unreadable = |error: image::ImageError| MediaError::Unreadable(error.to_string());
    let mut decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(image::ImageError::Unsupported(_)) => return by_ffmpeg(tools, path),
        Err(error) => return Err(unreadable(error)),
    };
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    let picture = picture.into_rgba8();
    Ok(Raster {
        width: picture.width(),
        height: picture.height(),
        format: PixelFormat::Rgba,
        data: picture.into_raw(),
    })
}

fn by_ffmpeg(tools: &Tools, path: &Path) -> Result<Raster, MediaError> {
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
    decoder.next_frame()?.ok_or(MediaError::Missing("picture"))
}
