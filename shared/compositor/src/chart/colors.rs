//! Colours of a chart: its series', and the ink of what explains them.

use crate::color::Color;

/// Hue step from one series to the next, degrees: the golden angle, which keeps any
/// number of hues apart.
const HUE_STEP: f32 = 137.508;
/// Hue of the second series of a theme that has none itself (grey, black, white).
const FIRST_HUE: f32 = 250.0;
/// OKLCH chroma below which a theme has no hue.
const GREY: f32 = 0.03;
/// Lightness of derived series: light and dark enough to be seen on black and white.
const LIGHTNESS: [f32; 3] = [0.70, 0.60, 0.78];
/// Chroma of derived series.
const CHROMA: (f32, f32) = (0.12, 0.17);

/// The colour of series `index`, derived in OKLCH.
///
/// The first is the theme colour itself. Each further one turns the hue by the golden
/// angle; its chroma is the theme's, brought to 0.12..=0.17, and its lightness is
/// that of the theme only in so far as both are seen: it goes through 0.70, 0.60 and
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

/// OKLab lightness 0..=1.
pub(crate) fn lightness(color: Color) -> f32 {
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

    /// The ink that is read on a colour.
    pub(crate) fn on(color: Color) -> Self {
        if lightness(color) > 0.62 {
            Self::DARK
        } else {
            Self::LIGHT
        }
    }
}

fn to_linear(x: f32) -> f32 {
    if x <= 0.04045 {
        x / 12.92
    } else {
        ((x + 0.055) / 1.055).powf(2.4)
    }
}

fn from_linear(x: f32) -> f32 {
    if x <= 0.003_130_8 {
        x * 12.92
    } else {
        1.055 * x.powf(1.0 / 2.4) - 0.055
    }
}

/// Lightness, chroma and hue in degrees (CSS Color 4, `oklch`).
fn to_oklch(color: Color) -> [f32; 3] {
    let [r, g, b, _] = color.0.map(to_linear);
    let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    let lightness = 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s;
    let a = 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s;
    let b = 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s;
    [lightness, a.hypot(b), b.atan2(a).to_degrees()]
}

/// The way back; what sRGB does not have loses chroma until it does.
fn from_oklch([lightness, chroma, hue]: [f32; 3], alpha: f32) -> Color {
    const STEPS: u8 = 20;
    let (sin, cos) = hue.to_radians().sin_cos();
    let mut rgb = [0.0; 3];
    for step in 0..=STEPS {
        let chroma = chroma * (1.0 - f32::from(step) / f32::from(STEPS));
        rgb = from_oklab(lightness, chroma * cos, chroma * sin);
        if rgb.iter().all(|x| (-0.001..=1.001).contains(x)) {
            break;
        }
    }
    let [r, g, b] = rgb.map(|x| from_linear(x.clamp(0.0, 1.0)));
    Color([r, g, b, alpha])
}

/// OKLab to linear sRGB.
fn from_oklab(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
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
