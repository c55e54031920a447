//! Animations that act on a block as a whole: `poses` says what they look like.

use super::animate::Moment;
use super::block::Block;
use super::look::{Look, Shade, ShadeKind};
use super::poses::presence;
use crate::ramp::Ramp;

/// `rainbow`: ems over which all hues follow one another.
const RAINBOW_EMS: f64 = 7.0;
/// `sweep-shine`: half the width of the band, and of the edge that uncovers, in ems.
const BAND: f64 = 1.0;
const EDGE: f64 = 0.3;
/// `sweep-shine`: how far the band leans, as x per y.
const LEAN: f64 = 0.35;
/// `sweep-shine` as a loop: part of a round in which the band passes.
const SWEEP_PART: f64 = 0.75;
/// `curtain-close`: width of the curtain's soft edge in ems.
const HEM: f64 = 0.15;

/// `rainbow`: the hues over the letters.
pub(super) fn rainbow(block: &Block, moment: Moment) -> Shade {
    let (shift, strength) = match moment {
        Moment::Enter(done) => (done, ((1.0 - done) / 0.4).min(1.0)),
        Moment::Leave(done) => (done, (done / 0.3).min(1.0)),
        Moment::Repeat { phase, weight, .. } => (phase, weight),
    };
    let wave = (RAINBOW_EMS * block.em).max(1.0);
    let (left, right) = block.extent();
    let (start, ahead) = if block.rtl {
        (right, -1.0)
    } else {
        (left, 1.0)
    };
    Shade {
        kind: ShadeKind::Rainbow,
        origin: (start + ahead * shift * wave, 0.0),
        along: (ahead / wave, 0.25 * ahead / wave),
        strength,
    }
}

/// Opaque and transparent, as a mask.
const OPEN: [f64; 4] = [1.0; 4];
const SHUT: [f64; 4] = [0.0; 4];

/// `curtain-close`: what the two halves leave open.
pub(super) fn curtain(block: &Block, moment: Moment) -> Ramp {
    let (left, right) = block.extent();
    // A little more than half, for what reaches beyond.
    let half = ((right - left) / 2.0 + HEM * block.em).max(1.0);
    let hem = (HEM * block.em / half).max(0.001);
    let stops = match moment {
        // Open outside of the two edges that move to the middle.
        Moment::Enter(done) => {
            let edge = 1.0 - done * (1.0 + hem);
            let inner = edge.max(0.0);
            let least = [(-edge / hem).max(0.0); 4];
            vec![
                (-edge - hem, OPEN),
                (-inner, least),
                (inner, least),
                (edge + hem, OPEN),
            ]
        }
        Moment::Leave(_) | Moment::Repeat { .. } => {
            let edge = presence(moment) * (1.0 + hem);
            let inner = (edge - hem).max(0.0);
            let most = [(edge / hem).min(1.0); 4];
            vec![(-edge, SHUT), (-inner, most), (inner, most), (edge, SHUT)]
        }
    };
    Ramp {
        origin: (f64::midpoint(left, right), 0.0),
        along: (1.0 / half, 0.0),
        stops,
        repeats: false,
    }
}

/// `sweep-shine`: the band, and what it uncovers or covers.
pub(super) fn sweep(block: &Block, moment: Moment) -> Look {
    let (left, right) = block.extent();
    let bottom = block.lines.last().map_or(0.0, |line| line.bottom);
    let em = block.em.max(1.0);
    let (band, edge) = (BAND * em, EDGE * em);
    // The band leans: its middle passes further than the block is wide. Where its edge
    // is all that counts, at the outer ends of in and out, it passes no further.
    let lean = LEAN * bottom / 2.0;
    let (margin, beyond) = match moment {
        Moment::Enter(_) => (lean + edge, lean + band),
        Moment::Leave(_) => (lean + band, lean + edge),
        Moment::Repeat { .. } => (lean + band, lean + band),
    };
    let way = right - left + margin + beyond;
    let done = match moment {
        Moment::Enter(done) | Moment::Leave(done) => done,
        Moment::Repeat { phase, .. } => phase / SWEEP_PART,
    };
    let (start, ahead) = if block.rtl {
        (right + margin, -1.0)
    } else {
        (left - margin, 1.0)
    };
    let origin = (start + ahead * way * done, bottom / 2.0);
    let along = |width: f64| (ahead / width, LEAN / width * ahead);
    let mask = |before, after| Ramp {
        origin,
        along: along(edge),
        stops: vec![(-1.0, before), (1.0, after)],
        repeats: false,
    };
    Look {
        shade: Some(Shade {
            kind: ShadeKind::Shine,
            origin,
            along: along(band),
            strength: match moment {
                Moment::Repeat { weight, .. } => weight,
                Moment::Enter(_) | Moment::Leave(_) => 1.0,
            },
        }),
        mask: match moment {
            Moment::Enter(_) => Some(mask(OPEN, SHUT)),
            Moment::Leave(_) => Some(mask(SHUT, OPEN)),
            Moment::Repeat { .. } => None,
        },
        ..Look::default()
    }
}
