//! What each animation of letters looks like.
//!
//! | type | moves | in | out | loop |
//! |---|---|---|---|---|
//! | `converge` | letters | gather from both sides, from above and below, fading in | the way back | drift apart and back |
//! | `elastic-pop` | letters, one after the other | spring up from nothing | shrink to nothing | bounce |
//! | `typewriter` | letters | typed in reading order | taken back from the end | taken back and typed again |
//! | `lay-down` | letters, one after the other | drop from above, leaning back, and bounce | tip forwards and sink | nod |
//! | `center-type-out` | letters | typed from the middle of each line outwards | taken back from the ends | taken back and typed again |
//! | `curtain-close` | the whole | uncovered from both sides to the middle | covered from both sides to the middle | covered and uncovered again |
//! | `jitter` | letters | shake, less and less, fading in | the way back | shake |
//! | `rainbow` | letters, one after the other | fade in, in all hues that turn into their own colour | the way back | hues flow in reading direction |
//! | `sweep-shine` | the whole | uncovered by a band of light | covered by it | the band passes |
//!
//! Lengths are in ems (font sizes), so that a look does not depend on the size.

use darkroom_editor_state::CaptionAnimationKind as Kind;

use super::animate::Moment;
use super::block::{Block, Line};
use super::look::{Look, Stance};
use super::unit::Unit;
use super::whole;
use crate::geometry::Affine;

/// `converge`: how much further from the middle of their line letters begin, as a part
/// of their distance from it, and how far above or below.
const CONVERGE_SPREAD: f64 = 0.9;
const CONVERGE_LIFT: f64 = 0.7;
/// `converge` as a loop: the most that letters drift apart.
const CONVERGE_DRIFT: f64 = 0.12;
/// Part of the animation that one letter takes, where letters move one after the other.
const POP_PART: f64 = 0.55;
const FALL_PART: f64 = 0.5;
const GLOW_PART: f64 = 0.4;
/// `elastic-pop` as a loop: how much larger letters get.
const POP_BOUNCE: f64 = 0.16;
/// `lay-down`: degrees that letters lean back when they drop, tip over when they go,
/// and nod; ems that they drop and sink.
const LEAN_BACK: f64 = 40.0;
const TIP: f64 = 70.0;
const NOD: f64 = 18.0;
const DROP: f64 = 0.6;
const SINK: f64 = 0.25;
/// `jitter`: reach in ems and degrees, as a loop and at the outer ends of in and out.
const SHAKE: (f64, f64) = (0.05, 4.0);
const SHAKE_MOST: (f64, f64) = (0.3, 22.0);
/// `jitter`: places a letter takes in one round, or in one in or out animation.
const SHAKES: f64 = 12.0;
/// Loops that take the text away: parts of a round at which it begins to go, is gone,
/// and begins to come back; it is back at the end.
const AWAY: [f64; 3] = [0.45, 0.65, 0.75];

/// The look of a block at a moment.
pub(super) fn look(block: &Block, kind: Kind, moment: Moment) -> Look {
    match kind {
        Kind::Converge => each(block, |unit| converge(unit, moment)),
        Kind::ElasticPop => each(block, |unit| pop(unit, moment)),
        Kind::Typewriter => {
            let typed = presence(moment) * block.units.len() as f64;
            each(block, |unit| {
                Stance::shown((unit.index as f64) < typed.floor())
            })
        }
        Kind::LayDown => each(block, |unit| lay_down(unit, moment)),
        Kind::CenterTypeOut => {
            let reach = presence(moment);
            each(block, |unit| Stance::shown(unit.eccentricity() < reach))
        }
        Kind::CurtainClose => Look {
            mask: Some(whole::curtain(block, moment)),
            ..Look::default()
        },
        Kind::Jitter => each(block, |unit| jitter(unit, moment)),
        Kind::Rainbow => Look {
            shade: Some(whole::rainbow(block, moment)),
            ..each(block, |unit| glow(unit, moment))
        },
        Kind::SweepShine => whole::sweep(block, moment),
    }
}

/// A unit among its like.
struct Member<'a> {
    block: &'a Block,
    line: &'a Line,
    unit: &'a Unit,
    index: usize,
}

fn each(block: &Block, stance: impl Fn(&Member<'_>) -> Stance) -> Look {
    let stances = block.units.iter().enumerate().map(|(index, unit)| {
        let line = block.lines.get(unit.line);
        line.map_or(Stance::REST, |line| {
            stance(&Member {
                block,
                line,
                unit,
                index,
            })
        })
    });
    Look {
        stances: stances.collect(),
        ..Look::default()
    }
}

impl Member<'_> {
    fn middle(&self) -> f64 {
        f64::midpoint(self.unit.left, self.unit.right)
    }

    /// From the middle of its line, in pixels, rightwards.
    fn offset(&self) -> f64 {
        self.middle() - f64::midpoint(self.line.left, self.line.right)
    }

    /// How far from the middle of its line: 0 there, just below 1 at both ends.
    fn eccentricity(&self) -> f64 {
        let half = (self.line.right - self.line.left) / 2.0;
        (self.offset().abs() / half.max(1.0)).min(0.999)
    }

    /// Its turn 0..=1 in reading order.
    fn turn(&self) -> f64 {
        let last = self.block.units.len().saturating_sub(1).max(1);
        self.index as f64 / last as f64
    }

    /// Progress of its own, when each takes `part` of the time.
    fn own(&self, progress: f64, part: f64) -> f64 {
        ((progress - self.turn() * (1.0 - part)) / part).clamp(0.0, 1.0)
    }

    /// Halfway between its baseline and the height of its capitals.
    fn centre(&self) -> (f64, f64) {
        (self.middle(), self.line.baseline - 0.35 * self.block.em)
    }
}

fn stance(map: Affine, opacity: f64) -> Stance {
    Stance {
        map: (map != Affine::IDENTITY).then_some(map),
        opacity: (opacity.clamp(0.0, 1.0) * 255.0).round() as u8,
    }
}

/// `map` about a point.
fn about((x, y): (f64, f64), map: Affine) -> Affine {
    Affine::translate(x, y)
        .after(map)
        .after(Affine::translate(-x, -y))
}

/// How much of a text that comes and goes as a whole is there, 0..=1.
pub(super) fn presence(moment: Moment) -> f64 {
    match moment {
        Moment::Enter(done) => done,
        Moment::Leave(done) => 1.0 - done,
        Moment::Repeat { phase, weight, .. } => {
            let [goes, gone, returns] = AWAY;
            let left = 1.0 - (phase - goes) / (gone - goes);
            let back = (phase - returns) / (1.0 - returns);
            // At half strength it goes half away.
            1.0 - (1.0 - left.max(back).clamp(0.0, 1.0)) * weight
        }
    }
}

/// 0 at both ends of a round, 1 in its middle.
fn swing(phase: f64) -> f64 {
    (phase * std::f64::consts::PI).sin().powi(2)
}

fn converge(unit: &Member<'_>, moment: Moment) -> Stance {
    // How far away, 0..=1: fast when far, slow when near.
    let (away, opacity) = match moment {
        Moment::Enter(done) => ((1.0 - done).powi(3), done / 0.5),
        Moment::Leave(done) => (done.powi(3), (1.0 - done) / 0.5),
        Moment::Repeat { phase, weight, .. } => {
            let drift = CONVERGE_DRIFT * swing(phase) * weight;
            return stance(Affine::translate(unit.offset() * drift, 0.0), 1.0);
        }
    };
    let up = if unit.index.is_multiple_of(2) {
        -1.0
    } else {
        1.0
    };
    let (x, y) = (
        unit.offset() * CONVERGE_SPREAD,
        up * CONVERGE_LIFT * unit.block.em,
    );
    stance(Affine::translate(x * away, y * away), opacity)
}

fn pop(unit: &Member<'_>, moment: Moment) -> Stance {
    let (size, opacity) = match moment {
        Moment::Enter(done) => {
            let own = unit.own(done, POP_PART);
            (spring(own), own / 0.2)
        }
        Moment::Leave(done) => {
            let own = unit.own(done, POP_PART);
            // A little larger before it shrinks.
            (
                1.0 + 3.2 * own.powi(2) * (1.0 - own) - own.powi(2),
                (1.0 - own) / 0.3,
            )
        }
        Moment::Repeat { phase, weight, .. } => {
            let own = unit.own(phase, POP_PART);
            let wave = (own * 3.0 * std::f64::consts::PI).sin() * (1.0 - own).powi(2);
            (1.0 + POP_BOUNCE * wave * weight, 1.0)
        }
    };
    let size = size.max(0.001);
    stance(about(unit.centre(), Affine::scale(size, size)), opacity)
}

/// From 0 to 1 beyond it and back, like a spring that comes to rest.
fn spring(done: f64) -> f64 {
    if done >= 1.0 {
        return 1.0;
    }
    1.0 - (-6.0 * done).exp() * (done * 2.5 * std::f64::consts::PI).cos() * (1.0 - done)
}

fn lay_down(unit: &Member<'_>, moment: Moment) -> Stance {
    let (back, front) = (
        (unit.unit.left, unit.line.baseline),
        (unit.unit.right, unit.line.baseline),
    );
    let (back, front, ahead) = if unit.block.rtl {
        (front, back, -1.0)
    } else {
        (back, front, 1.0)
    };
    let (corner, angle, down, opacity) = match moment {
        Moment::Enter(done) => {
            let own = unit.own(done, FALL_PART);
            let away = 1.0 - bounce(own);
            (back, -LEAN_BACK * away, -DROP * away, own / 0.3)
        }
        Moment::Leave(done) => {
            let own = unit.own(done, FALL_PART);
            let gone = own.powi(2);
            (front, TIP * gone, SINK * gone, (1.0 - own) / 0.5)
        }
        Moment::Repeat { phase, weight, .. } => {
            let own = unit.own(phase, FALL_PART);
            (back, -NOD * swing(own) * weight, 0.0, 1.0)
        }
    };
    let map = about(corner, Affine::rotate(angle * ahead));
    stance(
        Affine::translate(0.0, down * unit.block.em).after(map),
        opacity,
    )
}

/// From 0 to 1, as something that falls and bounces twice.
fn bounce(done: f64) -> f64 {
    // Each arc: when it ends, when it is highest, and how far from 1 it is then.
    const ARCS: [(f64, f64, f64); 3] = [(0.5, 0.0, 1.0), (0.8, 0.65, 0.14), (1.0, 0.9, 0.04)];
    let arc = ARCS.iter().find(|arc| done <= arc.0);
    arc.map_or(1.0, |&(end, top, height)| {
        1.0 - height * (1.0 - ((done - top) / (end - top)).powi(2))
    })
}

fn jitter(unit: &Member<'_>, moment: Moment) -> Stance {
    let (step, reach, angle, opacity) = match moment {
        Moment::Enter(done) => {
            let left = (1.0 - done).powi(2);
            (
                done * SHAKES,
                SHAKE_MOST.0 * left,
                SHAKE_MOST.1 * left,
                done / 0.3,
            )
        }
        Moment::Leave(done) => {
            let much = done.powi(2);
            let opacity = (1.0 - done) / 0.3;
            (
                done * SHAKES,
                SHAKE_MOST.0 * much,
                SHAKE_MOST.1 * much,
                opacity,
            )
        }
        Moment::Repeat {
            round,
            phase,
            weight,
        } => {
            let step = round as f64 * SHAKES + phase * SHAKES;
            (step, SHAKE.0 * weight, SHAKE.1 * weight, 1.0)
        }
    };
    let noise = |axis| noise(unit.index as u64, step.floor().max(0.0) as u64, axis);
    let em = unit.block.em;
    let map = Affine::translate(noise(0) * reach * em, noise(1) * reach * em)
        .after(about(unit.centre(), Affine::rotate(noise(2) * angle)));
    stance(map, opacity)
}

/// A number -1..1 that only the letter, the step and the axis decide (the finaliser
/// of `SplitMix64`).
fn noise(letter: u64, step: u64, axis: u64) -> f64 {
    let mut x = letter
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(step.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(axis.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// `rainbow`: letters fade.
fn glow(unit: &Member<'_>, moment: Moment) -> Stance {
    let opacity = match moment {
        Moment::Enter(done) => unit.own(done / 0.8, GLOW_PART),
        Moment::Leave(done) => 1.0 - unit.own((done - 0.2) / 0.8, GLOW_PART),
        Moment::Repeat { .. } => 1.0,
    };
    stance(Affine::IDENTITY, opacity)
}
