//! Frame times and the output canvas.

use crate::model::{EditorState, Ratio, TICKS_PER_SECOND, Ticks};

impl EditorState {
    /// Length of the timeline: the latest end over the items that sit on tracks,
    /// hidden and muted ones included. Zero when the tracks are empty.
    pub fn duration(&self) -> Ticks {
        self.tracks
            .iter()
            .flat_map(|track| &track.items)
            .filter_map(|id| self.items.get(id))
            .map(crate::Item::end)
            .max()
            .unwrap_or_default()
    }
}

/// Frames of a timeline of `duration` at `fps`: rounded up, at least 1.
pub fn frame_count(duration: Ticks, fps: u32) -> u64 {
    let ticks = u128::from(duration.0.max(0).unsigned_abs());
    let frames = (ticks * u128::from(fps)).div_ceil(u128::from(TICKS_PER_SECOND.unsigned_abs()));
    u64::try_from(frames).unwrap_or(u64::MAX).max(1)
}

/// The tick that frame `n` shows: `n x 240000 / fps`, whole at 30 and 60 fps and
/// rounded down elsewhere. An `fps` of 0 counts as 1.
pub fn frame_tick(n: u64, fps: u32) -> Ticks {
    let ticks =
        u128::from(n) * u128::from(TICKS_PER_SECOND.unsigned_abs()) / u128::from(fps.max(1));
    Ticks(i64::try_from(ticks).unwrap_or(i64::MAX))
}

impl Ratio {
    /// Reads the contract's spelling (`16:9` ... `custom`).
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::R16x9,
            Self::R9x16,
            Self::R1x1,
            Self::R4x3,
            Self::R3x4,
            Self::Custom,
        ]
        .into_iter()
        .find(|ratio| ratio.as_str() == text)
    }

    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::R16x9 => "16:9",
            Self::R9x16 => "9:16",
            Self::R1x1 => "1:1",
            Self::R4x3 => "4:3",
            Self::R3x4 => "3:4",
            Self::Custom => "custom",
        }
    }

    /// Width and height of the ratio, `None` for the composition's own.
    pub fn sides(self) -> Option<(u32, u32)> {
        match self {
            Self::R16x9 => Some((16, 9)),
            Self::R9x16 => Some((9, 16)),
            Self::R1x1 => Some((1, 1)),
            Self::R4x3 => Some((4, 3)),
            Self::R3x4 => Some((3, 4)),
            Self::Custom => None,
        }
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| {
            format!("\"{text}\" is not a ratio; use 16:9, 9:16, 1:1, 4:3, 3:4 or custom")
        })
    }
}

/// The output canvas and where the composition sits in it: a composition pixel
/// `x` lands on canvas pixel `x * scale + offset_x`, and likewise down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputLayout {
    /// Canvas width in pixels, even, at least 2.
    pub width: u32,
    /// Canvas height in pixels, even, at least 2.
    pub height: u32,
    /// Canvas pixels per composition pixel.
    pub scale: f64,
    /// Left edge of the composition on the canvas, pixels.
    pub offset_x: f64,
    /// Top edge of the composition on the canvas, pixels.
    pub offset_y: f64,
}

/// Lays a composition out on its canvas (editor-state reference, "Output size").
///
/// With ratio `custom`, or one equal to the composition's, the canvas is the
/// composition times `scale`. Another ratio takes the composition's long side as
/// its own long side; the composition is fitted inside, centred.
///
/// Where a side was rounded to an even number, the composition keeps its scale
/// and its top left corner: half a pixel of centring would blur every edge.
pub fn output_layout(composition: (u32, u32), ratio: Ratio, scale: f64) -> OutputLayout {
    let (comp_w, comp_h) = (
        f64::from(composition.0.max(1)),
        f64::from(composition.1.max(1)),
    );
    let (canvas_w, canvas_h) = match ratio.sides() {
        Some((w, h))
            if u64::from(w) * u64::from(composition.1)
                != u64::from(h) * u64::from(composition.0) =>
        {
            let (w, h) = (f64::from(w), f64::from(h));
            let long = comp_w.max(comp_h);
            (long * w / w.max(h), long * h / w.max(h))
        }
        _ => (comp_w, comp_h),
    };
    let fit = (canvas_w / comp_w).min(canvas_h / comp_h);
    let (width, height) = (even(canvas_w * scale), even(canvas_h * scale));
    let scale = fit * scale;
    OutputLayout {
        width,
        height,
        scale,
        offset_x: margin(width, comp_w * scale),
        offset_y: margin(height, comp_h * scale),
    }
}

/// Space before what is centred on a side; none where only rounding is left.
fn margin(side: u32, length: f64) -> f64 {
    let space = (f64::from(side) - length) / 2.0;
    if space.abs() < 1.0 { 0.0 } else { space }
}

/// The nearest even number, at least 2; a side halfway between two goes up.
fn even(side: f64) -> u32 {
    (((side / 2.0).round() * 2.0) as u32).max(2)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "the values are exact by construction")]

    use super::*;

    #[test]
    fn frames_round_up_and_are_never_none() {
        assert_eq!(frame_count(Ticks(0), 30), 1);
        assert_eq!(frame_count(Ticks(1), 30), 1);
        assert_eq!(frame_count(Ticks(8000), 30), 1);
        assert_eq!(frame_count(Ticks(8001), 30), 2);
        assert_eq!(frame_count(Ticks(10 * 240_000), 60), 600);
        assert_eq!(frame_count(Ticks(i64::MAX), 60), 2_305_843_009_213_694);
        assert_eq!(frame_tick(7, 30), Ticks(56_000));
        assert_eq!(frame_tick(7, 60), Ticks(28_000));
    }

    #[test]
    fn canvas_is_the_composition_scaled_to_even_sides() {
        let layout = output_layout((1280, 720), Ratio::Custom, 1.5);
        assert_eq!((layout.width, layout.height), (1920, 1080));
        assert_eq!(
            (layout.scale, layout.offset_x, layout.offset_y),
            (1.5, 0.0, 0.0)
        );
        assert_eq!(output_layout((1280, 720), Ratio::R16x9, 1.5), layout);
        let odd = output_layout((51, 77), Ratio::Custom, 1.0);
        assert_eq!((odd.width, odd.height), (52, 78));
        assert_eq!((odd.scale, odd.offset_x, odd.offset_y), (1.0, 0.0, 0.0));
    }

    #[test]
    fn another_ratio_keeps_the_long_side_and_centres_the_composition() {
        let tall = output_layout((1920, 1080), Ratio::R9x16, 1.0);
        assert_eq!((tall.width, tall.height), (1080, 1920));
        assert_eq!(tall.scale, 0.5625);
        assert_eq!(
            (tall.offset_x, tall.offset_y),
            (0.0, (1920.0 - 607.5) / 2.0)
        );
        let square = output_layout((1920, 1080), Ratio::R1x1, 0.5);
        assert_eq!((square.width, square.height), (960, 960));
        assert_eq!((square.offset_x, square.offset_y), (0.0, 210.0));
    }

    #[test]
    fn ratios_read_back() {
        for name in crate::names::RATIOS {
            assert_eq!(Ratio::parse(name.id).unwrap().as_str(), name.id);
        }
        assert_eq!(Ratio::parse("2:1"), None);
        assert!("2:1".parse::<Ratio>().unwrap_err().contains("16:9"));
    }
}
