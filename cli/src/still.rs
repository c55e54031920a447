//! A drawn frame as a PNG, in the colours that the encoder would get.

use std::io::Write;

use darkroom_compositor::YuvFrame;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

/// Writes a frame as 8-bit RGB.
pub(crate) fn write_png(
    picture: &YuvFrame,
    compression: Compression,
    to: impl Write,
) -> Result<(), EncodingError> {
    let mut encoder = Encoder::new(to, picture.width, picture.height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(compression);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.to_rgb())?;
    writer.finish()
}
