//! CSS colours.

/// Straight sRGB with alpha, each 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Color(pub [f32; 4]);

impl Color {
    pub(crate) const BLACK: Self = Self([0.0, 0.0, 0.0, 1.0]);
    pub(crate) const TRANSPARENT: Self = Self([0.0; 4]);

    /// Reads a CSS colour: `#rgb` to `#rrggbbaa`, names, `rgb()`, `hsl()` and so on.
    pub(crate) fn parse(css: &str) -> Option<Self> {
        let color = csscolorparser::parse(css.trim()).ok()?;
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

    /// 8-bit premultiplied RGBA.
    pub(crate) fn premultiplied(self) -> [u8; 4] {
        let [r, g, b, a] = self.0;
        [r * a, g * a, b * a, a].map(|x| (x * 255.0).round() as u8)
    }
}
