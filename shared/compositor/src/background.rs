//! The background behind all tracks.

use darkroom_editor_state::{Background, OutputLayout};

use crate::canvas::Backdrop;
use crate::color::Color;
use crate::error::CompositorError;
use crate::gradient::Gradient;

/// What the document's background looks like on a canvas.
pub(crate) fn backdrop(
    background: &Background,
    layout: OutputLayout,
    warnings: &mut Vec<String>,
) -> Result<Backdrop, CompositorError> {
    let black = [0, 0, 0, 255];
    let Background::Color { color, gradient } = background else {
        return Backdrop::flat(black);
    };
    let over_black = |color: Color| {
        let [r, g, b, a] = color.0;
        Color([r * a, g * a, b * a, 1.0])
    };
    let color = over_black(Color::parse_or(
        color,
        Color::BLACK,
        "globalBackground",
        warnings,
    ));
    let Some(css) = gradient.as_deref().filter(|css| !css.trim().is_empty()) else {
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
