//! What an animation makes of a block of text at one instant.

use tiny_skia_path::{Path, Transform};

use crate::geometry::Affine;
use crate::ramp::{Ramp, blend};

/// The look of a block; the default is its look at rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    /// One a unit, or none at all where every unit is at rest.
    pub stances: Vec<Stance>,
    /// Colours instead of the text's own.
    pub shade: Option<Shade>,
    /// What shows of the block, backgrounds included.
    pub mask: Option<Ramp>,
}

impl Look {
    pub(super) fn stance(&self, unit: usize) -> Stance {
        self.stances.get(unit).copied().unwrap_or(Stance::REST)
    }
}

/// How a unit stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stance {
    /// From its place at rest, in the box's coordinates.
    pub map: Option<Affine>,
    pub opacity: u8,
}

impl Stance {
    pub(super) const REST: Self = Self {
        map: None,
        opacity: 255,
    };

    /// Visible or not, in its own place.
    pub(super) fn shown(shown: bool) -> Self {
        let opacity = if shown { 255 } else { 0 };
        Self { map: None, opacity }
    }

    pub(super) fn moved(self, path: Option<&Path>) -> Option<Path> {
        let path = path?.clone();
        let Some(map) = self.map else {
            return Some(path);
        };
        let [a, b, c, d, e, f] = [map.a, map.b, map.c, map.d, map.e, map.f].map(|x| x as f32);
        path.transform(Transform::from_row(a, b, c, d, e, f))
    }
}

/// Hues of a rainbow, evenly spread; the last goes over into the first.
const HUES: [[f64; 3]; 6] = [
    [1.0, 0.32, 0.36],
    [1.0, 0.66, 0.2],
    [1.0, 0.9, 0.3],
    [0.32, 0.87, 0.46],
    [0.26, 0.7, 1.0],
    [0.72, 0.45, 1.0],
];

/// What shines on a dark or coloured text, and on a light one.
const SHINE: [f64; 3] = [1.0, 1.0, 1.0];
const SHINE_ON_LIGHT: [f64; 3] = [1.0, 0.72, 0.1];
/// A text this bright or brighter is a light one (relative luminance of sRGB values).
const LIGHT: f64 = 0.7;

/// Colours that lie over a text's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shade {
    pub kind: ShadeKind,
    /// Where the colours begin, and how much further they are a pixel.
    pub origin: (f64, f64),
    pub along: (f64, f64),
    /// How far the text's own colour gives way, 0..=1.
    pub strength: f64,
}

/// What lies over a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ShadeKind {
    /// All hues between 0 and 1, again and again.
    Rainbow,
    /// A band of light from -1 to 1.
    Shine,
}

impl Shade {
    /// The ramp over a premultiplied colour, whose alpha it keeps.
    pub(super) fn over(&self, color: [u8; 4]) -> Ramp {
        let own = color.map(|channel| f64::from(channel) / 255.0);
        let alpha = own[3];
        let mixed = |[r, g, b]: [f64; 3]| {
            let light = [r * alpha, g * alpha, b * alpha, alpha];
            blend(own, light, self.strength)
        };
        let (stops, repeats) = match self.kind {
            ShadeKind::Rainbow => {
                let hues = HUES.iter().chain(HUES.first());
                let place = |index: usize| index as f64 / HUES.len() as f64;
                let stops = hues.enumerate().map(|(i, &hue)| (place(i), mixed(hue)));
                (stops.collect(), true)
            }
            ShadeKind::Shine => {
                let luminance = 0.2126 * own[0] + 0.7152 * own[1] + 0.0722 * own[2];
                let light = luminance >= LIGHT * alpha;
                let shine = mixed(if light { SHINE_ON_LIGHT } else { SHINE });
                let stops = vec![(-1.0, own), (-0.3, shine), (0.3, shine), (1.0, own)];
                (stops, false)
            }
        };
        Ramp {
            origin: self.origin,
            along: self.along,
            stops,
            repeats,
        }
    }
}
