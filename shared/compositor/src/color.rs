//! CSS colours.

/// Straight sRGB with alpha, each 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Color(pub [f32; 4]);

impl Color {
    pub(crate) const BLACK: Self = Self([0.0, 0.0, 0.0, 1.0]);
    pub(crate) const TRANSPARENT: Self = Self([0.0; 4]);

    /// Reads a CSS colour: `#rgb` to `#rrggbbaa`, names, `rgb()`, `hsl()` and so on.
    /// `None` for what a browser would not draw.
    pub(crate) fn parse(css: &str) -> Option<Self> {
        let css = css.trim();
        let color = csscolorparser::parse(css).ok()?;
        if !is_css(css) {
            return None;
        }
        Some(Self(
            [color.r, color.g, color.b, color.a].map(|x| x.clamp(0.0, 1.0)),
        ))
    }

    /// Reads a CSS colour; what is none becomes `instead`, with a line in `warnings`.
    pub(crate) fn parse_or(
        css: &str,
        instead: Self,
        place: &str,
        warnings: &mut Vec<String>,
    ) -> Self {
        Self::parse(css).unwrap_or_else(|| {
            warnings.push(format!(
                "{place}: \"{css}\" is not a CSS colour; {} is drawn instead",
                if instead == Self::TRANSPARENT {
                    "nothing"
                } else {
                    "black"
                }
            ));
            instead
        })
    }

    /// The opaque colour that it is before black.
    pub(crate) fn over_black(self) -> Self {
        let [r, g, b, a] = self.0;
        Self([r * a, g * a, b * a, 1.0])
    }

    /// 8-bit premultiplied RGBA.
    pub(crate) fn premultiplied(self) -> [u8; 4] {
        let [r, g, b, a] = self.0;
        [r * a, g * a, b * a, a].map(|x| (x * 255.0).round() as u8)
    }
}

/// Functions that csscolorparser has beyond those of CSS.
const FOREIGN: [&str; 3] = ["hsv", "hsva", "hwba"];

/// Whether what csscolorparser reads is CSS, the colour that a relative one is made
/// `from` included. Beyond CSS it takes hex digits without `#`, functions of its own,
/// and space before a parenthesis.
fn is_css(color: &str) -> bool {
    let color = color.trim_start();
    let end = color.find(|ch: char| ch == '(' || ch.is_whitespace());
    let (word, rest) = color.split_at(end.unwrap_or(color.len()));
    let bare = word.chars().all(|ch| ch.is_ascii_hexdigit());
    let foreign = FOREIGN.iter().any(|name| word.eq_ignore_ascii_case(name));
    let apart = !rest.starts_with('(') && rest.trim_start().starts_with('(');
    let inside = rest.strip_prefix('(').unwrap_or_default().trim_start();
    let origin = inside
        .split_at_checked(4)
        .filter(|(word, _)| word.eq_ignore_ascii_case("from"));
    !bare && !foreign && !apart && origin.is_none_or(|(_, origin)| is_css(origin))
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

/// Lightness 0..=1, chroma and hue in degrees (CSS Color 4, `oklch`).
pub(crate) fn to_oklch(color: Color) -> [f32; 3] {
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
pub(crate) fn from_oklch([lightness, chroma, hue]: [f32; 3], alpha: f32) -> Color {
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

/// `OKLab` to linear sRGB.
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

    #[test]
    fn what_css_refuses_is_no_color() {
        let css = [
            "#f00",
            "#F008",
            "#ff0000",
            "#ff000080",
            "red",
            "Transparent",
            " rgb(255, 0, 0) ",
            "rgba(255 0 0 / 50%)",
            "hsl(0 100% 50%)",
            "hsla(0, 100%, 50%, 0.5)",
            "hwb(0 0% 0%)",
            "oklch(60% 0.2 30)",
            "rgb(from #f00 r g b)",
            "rgb(from hsl(0 100% 50%) r g b / 0.5)",
        ];
        for color in css {
            assert!(Color::parse(color).is_some(), "{color}");
        }
        let beyond = [
            "f00",
            "F008",
            "ff0000",
            "ff000080",
            "hsv(0, 100%, 100%)",
            "HSVA(0, 100%, 100%, 0.5)",
            "hwba(0, 0%, 0%, 1)",
            "rgb (255, 0, 0)",
            "rgb(from f00 r g b)",
            "rgb(from hsv(0 100% 100%) r g b)",
        ];
        for color in beyond {
            assert!(csscolorparser::parse(color).is_ok(), "{color} is read");
            assert_eq!(Color::parse(color), None, "{color}");
        }
    }
}
