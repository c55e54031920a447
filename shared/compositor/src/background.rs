//! The background behind all tracks.

mod blurred;

use darkroom_editor_state::{Background, OutputLayout};

use crate::bitmap::Bitmap;
use crate::canvas::Backdrop;
use crate::color::Color;
use crate::error::CompositorError;
use crate::geometry::Rect;
use crate::gradient::Gradient;
use crate::picture::RgbaFrame;
use crate::scale::Scaler;

pub(crate) use blurred::{Blurred, Part};

const BLACK: [u8; 4] = [0, 0, 0, 255];

/// What the document's background looks like on a canvas, `image` being the picture
/// that [`Background::Image`] names. A blurred one is black, and a layer above it.
pub(crate) fn backdrop(
    background: &Background,
    image: Option<&RgbaFrame>,
    layout: OutputLayout,
    warnings: &mut Vec<String>,
) -> Result<Backdrop, CompositorError> {
    match background {
        Background::None | Background::Blur { .. } => Backdrop::flat(BLACK),
        Background::Color { color, gradient } => {
            colored(color, gradient.as_deref(), layout, warnings)
        }
        Background::Image { asset_id } => {
            let missing = || CompositorError::MissingPicture {
                item: asset_id.clone(),
            };
            pictured(image.ok_or_else(missing)?, layout)
        }
    }
}

/// A picture that covers the canvas, what does not fit cut away on both sides. What is
/// transparent is black.
fn pictured(image: &RgbaFrame, layout: OutputLayout) -> Result<Backdrop, CompositorError> {
    let all = Rect::new(0.0, 0.0, f64::from(image.width), f64::from(image.height));
    let crop = blurred::covering(all, (layout.width, layout.height));
    let (width, height) = (layout.width as usize, layout.height as usize);
    let bitmap = Bitmap::premultiplied(image);
    let bitmap = Scaler::default().bitmap(&bitmap, crop, width, height)?;
    Backdrop::picture(bitmap.over_black())
}

/// A colour over black, or a gradient over that colour.
fn colored(
    color: &str,
    gradient: Option<&str>,
    layout: OutputLayout,
    warnings: &mut Vec<String>,
) -> Result<Backdrop, CompositorError> {
    let color = Color::parse_or(color, Color::BLACK, "globalBackground", warnings).over_black();
    let Some(css) = gradient.filter(|css| !css.trim().is_empty()) else {
        return Backdrop::flat(color.premultiplied());
    };
    let Some(gradient) = Gradient::parse(css) else {
        warnings.push(format!(
            "globalBackground: \"{css}\" is not a CSS linear-gradient that can be drawn; its colour is drawn instead"
        ));
        return Backdrop::flat(color.premultiplied());
    };
    let (width, height) = (layout.width as usize, layout.height as usize);
    Backdrop::picture(gradient.draw(width, height, layout.scale, color))
}
