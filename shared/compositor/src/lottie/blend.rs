//! How layers meet what is below them, by the numbers of a file.

use serde_json::Value;
use tiny_skia::BlendMode;

pub(super) fn matte_mode(layer: &Value) -> Option<peniko::BlendMode> {
    match layer["tt"].as_u64()? {
        1 | 3 => Some(peniko::Compose::SrcIn.into()),
        2 | 4 => Some(peniko::Compose::SrcOut.into()),
        _ => None,
    }
}

pub(super) fn blend_mode(number: &Value) -> BlendMode {
    match number.as_u64().unwrap_or_default() {
        1 => BlendMode::Multiply,
        2 => BlendMode::Screen,
        3 => BlendMode::Overlay,
        4 => BlendMode::Darken,
        5 => BlendMode::Lighten,
        6 => BlendMode::ColorDodge,
        7 => BlendMode::ColorBurn,
        8 => BlendMode::HardLight,
        9 => BlendMode::SoftLight,
        10 => BlendMode::Difference,
        11 => BlendMode::Exclusion,
        12 => BlendMode::Hue,
        13 => BlendMode::Saturation,
        14 => BlendMode::Color,
        15 => BlendMode::Luminosity,
        16 => BlendMode::Plus,
        _ => BlendMode::SourceOver,
    }
}
