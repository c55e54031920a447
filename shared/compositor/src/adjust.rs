//! Effects and filters: changes of everything that has been drawn so far.
//!
//! They act on the whole canvas, background included. Each filter is a colour
//! transform given by the numbers of [`LOOKS`]; there is nothing else to it.

use darkroom_editor_state::{EffectItem, EffectKind, FilterItem, Ticks};

use crate::blur::{self, Blurrer};
use crate::canvas::{Canvas, Touch, blend};
use crate::error::CompositorError;
use crate::picture::YuvFrame;

/// A change of the canvas at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Adjust {
    /// Black over everything, at this coverage.
    Darken(u8),
    /// A Gaussian blur of this standard deviation, canvas pixels.
    Blur(f64),
    /// A colour transform.
    Recolor(Matrix),
}

/// What an effect does at a time counted from its start; `None`: nothing.
pub(crate) fn effect(
    item: EffectItem,
    local: Ticks,
    duration: Ticks,
    scale: f64,
) -> Option<Adjust> {
    let done = (local.0 as f64 / duration.0.max(1) as f64).clamp(0.0, 1.0);
    let darken = |amount: f64| {
        let coverage = (amount * item.intensity.min(1.0) * 255.0).round() as u8;
        (coverage > 0).then_some(Adjust::Darken(coverage))
    };
    let blur = |pixels: f64| {
        let sigma = (pixels * item.intensity).min(EffectKind::MOST_BLUR) * scale;
        blur::is_visible(sigma).then_some(Adjust::Blur(sigma))
    };
    match item.kind {
        EffectKind::FlashToBlack {
            bright,
            dark,
            tail_dark,
            max_opacity,
        } => {
            let tail = local >= duration - tail_dark;
            let round = local.0.rem_euclid((bright + dark).0.max(1));
            let is_dark = tail || (dark.0 > 0 && round >= bright.0);
            is_dark.then(|| darken(max_opacity)).flatten()
        }
        EffectKind::Blur => blur(EffectKind::BLUR),
        EffectKind::BlurredOpening { max_pixels } => blur(max_pixels.max(0.0) * (1.0 - done)),
        EffectKind::FadeIn => darken(1.0 - done),
        EffectKind::FadeOut => darken(done),
    }
}

/// What a filter does; `None`: nothing.
pub(crate) fn filter(item: &FilterItem) -> Option<Adjust> {
    let (_, look) = LOOKS.iter().find(|(name, _)| *name == item.look)?;
    (item.strength > 0.0).then(|| Adjust::Recolor(look.matrix(item.strength)))
}

/// A filter: colours are drawn towards their own luma (Rec. 709), spread about mid-grey,
/// then each channel is multiplied and raised. All on sRGB-encoded values, 0..=1. What
/// comes out is mixed with what was there by `intensity` times `params.blend`, at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// 0 is grey, 1 as it was.
    pub saturation: f64,
    /// About 0.5; 1 is as it was.
    pub contrast: f64,
    /// Factor on red, green, blue.
    pub gain: [f64; 3],
    /// Added to red, green, blue.
    pub lift: [f64; 3],
}

const fn look(saturation: f64, contrast: f64, gain: [f64; 3], lift: [f64; 3]) -> Look {
    Look {
        saturation,
        contrast,
        gain,
        lift,
    }
}

/// The filters by `filterType`: saturation, contrast, gain, lift.
#[rustfmt::skip]
pub const LOOKS: [(&str, Look); 8] = [
    ("verdant-glow",   look(1.15, 1.05, [0.94, 1.08, 0.90], [ 0.00,  0.03,  0.00])),
    ("cyberpunk-neon", look(1.45, 1.20, [1.10, 0.86, 1.22], [ 0.02, -0.02,  0.06])),
    ("vaporwave-blue", look(0.90, 0.92, [0.94, 0.92, 1.16], [ 0.06,  0.02,  0.10])),
    ("sunset-orange",  look(1.20, 1.05, [1.16, 0.98, 0.78], [ 0.04,  0.01, -0.02])),
    ("lemon-cyan",     look(1.10, 1.00, [0.98, 1.08, 0.92], [ 0.02,  0.05,  0.06])),
    ("absolute-red",   look(0.30, 1.15, [1.28, 0.66, 0.66], [ 0.05, -0.03, -0.03])),
    ("sakura-pink",    look(0.95, 0.92, [1.07, 0.95, 1.02], [ 0.07,  0.02,  0.05])),
    ("twilight-dusk",  look(0.80, 1.10, [0.92, 0.86, 1.10], [-0.03, -0.03,  0.05])),
];

/// Rec. 709 luma.
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];
/// Fixed-point one.
const ONE: f64 = 65_536.0;

/// `out = rows x in + offset`, in 1/65536 of a byte step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matrix {
    rows: [[i32; 3]; 3],
    offset: [i32; 3],
}

impl Look {
    /// The transform that goes `strength` (0..=1) of the way.
    fn matrix(self, strength: f64) -> Matrix {
        let mut matrix = Matrix {
            rows: [[0; 3]; 3],
            offset: [0; 3],
        };
        let channels = self.gain.into_iter().zip(self.lift).enumerate();
        for (out, (gain, lift)) in channels {
            let slope = gain * self.contrast;
            for (from, luma) in LUMA.into_iter().enumerate() {
                let own = if from == out { 1.0 } else { 0.0 };
                let full = slope * (luma * (1.0 - self.saturation) + own * self.saturation);
                if let Some(cell) = matrix.rows.get_mut(out).and_then(|row| row.get_mut(from)) {
                    *cell = ((own + (full - own) * strength) * ONE).round() as i32;
                }
            }
            let full = 0.5 * gain * (1.0 - self.contrast) + lift;
            if let Some(cell) = matrix.offset.get_mut(out) {
                *cell = (full * strength * 255.0 * ONE).round() as i32;
            }
        }
        matrix
    }
}

impl Matrix {
    /// Opaque pixels, four bytes each.
    fn row(&self, pixels: &mut [u8]) {
        for pixel in pixels.chunks_exact_mut(4) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            for ((out, [x, y, z]), offset) in pixel.iter_mut().zip(self.rows).zip(self.offset) {
                let sum = x * r + y * g + z * b + offset + (1 << 15);
                *out = (sum >> 16).clamp(0, 255) as u8;
            }
        }
    }
}

impl Adjust {
    pub(crate) fn draw(
        self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        blurrer: &mut Blurrer,
    ) -> Result<(), CompositorError> {
        if let Self::Blur(sigma) = self {
            // A blur is linear: on the planes it is the same, and fewer bytes.
            canvas.finish(frame, canvas.area())?;
            blurrer.frame(frame, sigma);
            canvas.all_video();
            return Ok(());
        }
        let area = canvas.area();
        let mut surface = canvas.surface(frame, area, |_| Touch::Blend)?;
        for y in area.y0..area.y1 {
            let row = surface.span(y, area.x0, area.x1);
            match &self {
                Self::Darken(coverage) => blend::flat_row(row, [0, 0, 0, 255], *coverage),
                Self::Recolor(matrix) => matrix.row(row),
                Self::Blur(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(kind: EffectKind, intensity: f64, local: i64) -> Option<Adjust> {
        effect(
            EffectItem { kind, intensity },
            Ticks(local),
            Ticks(1000),
            1.0,
        )
    }

    #[test]
    fn an_intensity_of_zero_changes_nothing() {
        let kinds = [
            EffectKind::FlashToBlack {
                bright: Ticks(0),
                dark: Ticks(10),
                tail_dark: Ticks(10),
                max_opacity: 1.0,
            },
            EffectKind::Blur,
            EffectKind::BlurredOpening { max_pixels: 24.0 },
            EffectKind::FadeIn,
            EffectKind::FadeOut,
        ];
        for kind in kinds {
            assert_eq!(at(kind, 0.0, 500), None, "{kind:?}");
            assert!(at(kind, 1.0, 500).is_some(), "{kind:?}");
        }
        let item = FilterItem {
            look: "sunset-orange".to_owned(),
            strength: 0.0,
        };
        assert_eq!(filter(&item), None);
    }

    #[test]
    fn flashes_alternate_and_the_tail_is_dark() {
        let flash = EffectKind::FlashToBlack {
            bright: Ticks(100),
            dark: Ticks(50),
            tail_dark: Ticks(200),
            max_opacity: 0.6,
        };
        let dark = Some(Adjust::Darken(153));
        let seen = [0, 99, 100, 149, 150, 799, 800, 999].map(|tick| at(flash, 1.0, tick));
        assert_eq!(seen, [None, None, dark, dark, None, None, dark, dark]);
    }

    #[test]
    fn fades_reach_black_and_leave_it() {
        assert_eq!(at(EffectKind::FadeIn, 1.0, 0), Some(Adjust::Darken(255)));
        assert_eq!(at(EffectKind::FadeIn, 1.0, 1000), None);
        assert_eq!(at(EffectKind::FadeOut, 1.0, 500), Some(Adjust::Darken(128)));
    }

    #[test]
    fn a_look_is_its_numbers() {
        let item = FilterItem {
            look: "sunset-orange".to_owned(),
            strength: 1.0,
        };
        let Some(Adjust::Recolor(matrix)) = filter(&item) else {
            panic!("no transform");
        };
        let mut pixel = [128, 128, 128, 255];
        matrix.row(&mut pixel);
        // Grey stays grey to saturation; 0.502 spread by 1.05 is 0.5021, then gain and lift.
        let expected = [1.16_f64, 0.98, 0.78]
            .into_iter()
            .zip([0.04, 0.01, -0.02])
            .map(|(gain, lift)| ((0.502_06 * gain + lift) * 255.0).round() as u8);
        assert!(
            pixel.iter().copied().zip(expected).all(|(a, b)| a == b),
            "{pixel:?}"
        );
    }

    #[test]
    fn every_filter_of_the_vocabulary_has_its_look() {
        let names: Vec<&str> = LOOKS.iter().map(|(name, _)| *name).collect();
        let vocabulary: Vec<&str> = darkroom_editor_state::names::FILTERS
            .iter()
            .map(|name| name.id)
            .collect();
        assert_eq!(names, vocabulary);
    }
}
