//! Colours of a chart: its series', and the ink of what explains them.

use crate::color::{Color, from_oklch, to_oklch};

/// Hue step from one series to the next, degrees: the golden angle, which keeps any
/// number of hues apart.
const HUE_STEP: f32 = 137.508;
/// Hue of the second series of a theme that has none itself (grey, black, white).
const FIRST_HUE: f32 = 250.0;
/// OKLCH chroma below which a theme has no hue.
const GREY: f32 = 0.03;
/// Lightness of derived series: light and dark enough to be seen on black and white.
const LIGHTNESS: [f32; 3] = [0.70, 0.62, 0.78];
/// Chroma of derived series.
const CHROMA: (f32, f32) = (0.12, 0.17);

/// The colour of series `index`, derived in OKLCH.
///
/// The first is the theme colour itself. Each further one turns the hue by the golden
/// angle; its chroma is the theme's, brought to 0.12..=0.17, and its lightness is
/// that of the theme only in so far as both are seen: it goes through 0.70, 0.62 and
/// 0.78, so that neighbours differ for those who see few hues. Opacity is the theme's.
pub(super) fn series(theme: Color, index: usize) -> Color {
    if index == 0 {
        return theme;
    }
    let [_, chroma, hue] = to_oklch(theme);
    let hue = if chroma < GREY {
        FIRST_HUE - HUE_STEP
    } else {
        hue
    };
    let lightness = LIGHTNESS.iter().cycle().nth((index - 1) % LIGHTNESS.len());
    let turned = (hue + HUE_STEP * index as f32).rem_euclid(360.0);
    let chroma = chroma.clamp(CHROMA.0, CHROMA.1);
    from_oklch([*lightness.unwrap_or(&0.7), chroma, turned], theme.0[3])
}

/// The same colour, less opaque.
pub(super) fn faded(color: Color, opacity: f32) -> Color {
    let [r, g, b, a] = color.0;
    Color([r, g, b, a * opacity])
}

/// `OKLab` lightness 0..=1.
fn lightness(color: Color) -> f32 {
    to_oklch(color)[0]
}

/// Colours of text and lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    /// Text.
    pub text: Color,
    /// Thin lines behind the marks.
    pub grid: Color,
    /// The line at zero.
    pub axis: Color,
    /// Rim of text, of the background's kind: unseen on it, a help on anything else.
    pub halo: Color,
}

impl Ink {
    /// Light ink, for dark backgrounds and for pictures.
    pub(crate) const LIGHT: Self = Self {
        text: Color([0.89, 0.91, 0.94, 1.0]),
        grid: Color([1.0, 1.0, 1.0, 0.16]),
        axis: Color([1.0, 1.0, 1.0, 0.42]),
        halo: Color([0.0, 0.0, 0.0, 0.35]),
    };

    /// Dark ink, for light backgrounds.
    pub(crate) const DARK: Self = Self {
        text: Color([0.24, 0.27, 0.33, 1.0]),
        grid: Color([0.06, 0.09, 0.16, 0.12]),
        axis: Color([0.06, 0.09, 0.16, 0.38]),
        halo: Color([1.0, 1.0, 1.0, 0.45]),
    };

    /// Text on a mark of some colour: white for as long as that is read.
    pub(super) fn inside(color: Color) -> Color {
        if lightness(color) > 0.74 {
            Self::DARK.text
        } else {
            Color([1.0; 4])
        }
    }

    /// The ink that is read on a colour.
    pub(crate) fn on(color: Color) -> Self {
        if lightness(color) > 0.62 {
            Self::DARK
        } else {
            Self::LIGHT
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(one: Color, two: Color) -> f32 {
        let point = |color: Color| {
            let [l, c, h] = to_oklch(color);
            let (sin, cos) = h.to_radians().sin_cos();
            [l, c * cos, c * sin]
        };
        let (one, two) = (point(one), point(two));
        let squares = one.iter().zip(two).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f32>().sqrt()
    }

    #[test]
    fn there_and_back_is_the_same_colour() {
        for css in [
            "#336699", "#ff0000", "#00ff00", "#0000ff", "#ffffff", "#808080",
        ] {
            let color = Color::parse(css).unwrap();
            let back = from_oklch(to_oklch(color), 1.0);
            for (one, two) in color.0.iter().zip(back.0) {
                assert!((one - two).abs() < 0.01, "{css}: {color:?} {back:?}");
            }
        }
    }

    #[test]
    fn eight_series_of_any_theme_are_told_apart() {
        for css in [
            "#3b82f6", "#ef4444", "#10b981", "#f59e0b", "#000", "#fff", "#888",
        ] {
            let theme = Color::parse(css).unwrap();
            for one in 0..8 {
                for two in 0..one {
                    let far = apart(series(theme, one), series(theme, two));
                    assert!(far > 0.06, "{css}: {one} and {two} are {far} apart");
                }
            }
        }
    }
}
