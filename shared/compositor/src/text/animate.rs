//! When the letters of a text come, go and stay.
//!
//! A text, or a page of captions, shows for some time. Its `in` animation lasts from
//! its beginning, its `out` animation to its end, its `loop` in between, where each
//! round is as long as its `durationTicks`. Where `in` and `out` do not both fit, they
//! are shortened in proportion, so that no letter is still coming while another goes.
//! Easing bends the progress of `in`, `out` and each round. Beside an `in` or `out`
//! animation a loop swells and ebbs over [`EBB`], so that nothing jumps.
//!
//! What each type looks like is in `poses`. `params` names nothing that any has.

use darkroom_editor_state::{
    CaptionAnimation, CaptionAnimationKind, CaptionAnimations, TICKS_PER_SECOND, Ticks,
};

use super::block::Block;
use super::look::Look;
use super::poses;

/// How long a loop takes to swell and to ebb, in ticks.
const EBB: f64 = 0.15 * TICKS_PER_SECOND as f64;

/// Where in an animation a text is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Moment {
    /// From 0, nothing there yet, to 1, at rest.
    Enter(f64),
    /// From 0, at rest, to 1, all gone.
    Leave(f64),
    /// In a round of a loop.
    Repeat {
        /// Rounds done.
        round: u64,
        /// Of the round, 0..1; at 0 all but `jitter` and `rainbow` are at rest.
        phase: f64,
        /// Strength 0..=1.
        weight: f64,
    },
}

/// What animations make of a block `since` ticks after it began to show, of `length`
/// that it shows for; `None` at rest.
pub(crate) fn look(
    block: &Block,
    animations: CaptionAnimations,
    since: Ticks,
    length: Ticks,
) -> Option<Look> {
    let (kind, moment) = moment(animations, since.0 as f64, length.0 as f64)?;
    Some(poses::look(block, kind, moment))
}

fn moment(
    animations: CaptionAnimations,
    since: f64,
    length: f64,
) -> Option<(CaptionAnimationKind, Moment)> {
    let lasts =
        |animation: Option<CaptionAnimation>| animation.map_or(0.0, |a| a.duration.0 as f64);
    let (enter, leave) = (lasts(animations.enter), lasts(animations.leave));
    let fit = (length / (enter + leave).max(1.0)).clamp(0.0, 1.0);
    let (enter, leave) = (enter * fit, leave * fit);
    let (from, to) = (enter, length - leave);
    match animations {
        CaptionAnimations {
            enter: Some(animation),
            ..
        } if since < from => {
            let done = animation.easing.at(since / enter);
            Some((animation.kind, Moment::Enter(done)))
        }
        CaptionAnimations {
            leave: Some(animation),
            ..
        } if since > to => {
            let done = animation.easing.at((since - to) / leave.max(1.0));
            Some((animation.kind, Moment::Leave(done)))
        }
        CaptionAnimations {
            repeat: Some(animation),
            ..
        } => {
            let rounds = (since - from) / animation.duration.0.max(1) as f64;
            let swell = if enter > 0.0 {
                (since - from) / EBB
            } else {
                1.0
            };
            let ebb = if leave > 0.0 { (to - since) / EBB } else { 1.0 };
            let moment = Moment::Repeat {
                round: rounds.floor().max(0.0) as u64,
                phase: animation.easing.at(rounds.rem_euclid(1.0)),
                weight: swell.min(ebb).clamp(0.0, 1.0),
            };
            Some((animation.kind, moment))
        }
        CaptionAnimations { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use darkroom_editor_state::Easing;

    fn animation(kind: CaptionAnimationKind, seconds: f64) -> CaptionAnimation {
        CaptionAnimation {
            kind,
            duration: Ticks::from_seconds(seconds),
            easing: Easing::Linear,
        }
    }

    fn at(animations: CaptionAnimations, seconds: f64, length: f64) -> Option<Moment> {
        let ticks = |seconds| Ticks::from_seconds(seconds).0 as f64;
        moment(animations, ticks(seconds), ticks(length)).map(|(_, moment)| moment)
    }

    const IN_OUT: (CaptionAnimationKind, CaptionAnimationKind) = (
        CaptionAnimationKind::Typewriter,
        CaptionAnimationKind::Converge,
    );

    #[test]
    fn letters_come_stay_and_go() {
        let animations = CaptionAnimations {
            enter: Some(animation(IN_OUT.0, 1.0)),
            leave: Some(animation(IN_OUT.1, 0.5)),
            repeat: None,
        };
        for (seconds, expected) in [
            (-1.0, Some(Moment::Enter(0.0))),
            (0.0, Some(Moment::Enter(0.0))),
            (0.25, Some(Moment::Enter(0.25))),
            (1.0, None),
            (3.5, None),
            (3.75, Some(Moment::Leave(0.5))),
            (9.0, Some(Moment::Leave(1.0))),
        ] {
            assert_eq!(at(animations, seconds, 4.0), expected, "{seconds}");
        }
    }

    #[test]
    fn what_does_not_fit_is_shortened_in_proportion() {
        let animations = CaptionAnimations {
            enter: Some(animation(IN_OUT.0, 3.0)),
            leave: Some(animation(IN_OUT.1, 1.0)),
            repeat: None,
        };
        for (seconds, expected) in [
            (0.75, Moment::Enter(0.5)),
            (1.75, Moment::Leave(0.5)),
            (2.0, Moment::Leave(1.0)),
        ] {
            assert_eq!(at(animations, seconds, 2.0), Some(expected), "{seconds}");
        }
    }

    #[test]
    fn loops_run_between_and_swell_beside_the_others() {
        let alone = CaptionAnimations {
            repeat: Some(animation(CaptionAnimationKind::Jitter, 2.0)),
            ..CaptionAnimations::default()
        };
        let whole = |round, phase, weight| {
            Some(Moment::Repeat {
                round,
                phase,
                weight,
            })
        };
        assert_eq!(at(alone, 0.0, 9.0), whole(0, 0.0, 1.0));
        assert_eq!(at(alone, 4.5, 9.0), whole(2, 0.25, 1.0));
        let amid = CaptionAnimations {
            enter: Some(animation(IN_OUT.0, 1.0)),
            ..alone
        };
        assert_eq!(at(amid, 1.0, 9.0), whole(0, 0.0, 0.0));
        assert_eq!(at(amid, 4.0, 9.0), whole(1, 0.5, 1.0));
    }
}
