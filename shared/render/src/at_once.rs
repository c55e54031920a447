//! How much goes on at one instant: every clip that is drawn or heard is a process, and
//! its picture is kept in memory.

use std::collections::BTreeMap;

use darkroom_editor_state::{TICKS_PER_SECOND, Ticks};

use crate::error::RenderError;

/// A clip, and what it takes while it lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// First tick.
    pub(crate) from: Ticks,
    /// First tick no more.
    pub(crate) until: Ticks,
    pub(crate) weight: u64,
}

impl Span {
    pub(crate) fn holds(&self, tick: Ticks) -> bool {
        self.from <= tick && tick < self.until
    }
}

/// An instant at which clips take more than they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over {
    pub(crate) tick: Ticks,
    /// Clips that hold it.
    pub(crate) clips: usize,
    /// What they take in all.
    pub(crate) weight: u64,
}

impl Over {
    pub(crate) fn seconds(&self) -> f64 {
        self.tick.0 as f64 / TICKS_PER_SECOND as f64
    }
}

/// The first instant at which spans that hold it take more than `limit`.
pub(crate) fn first_over(limit: u64, spans: impl IntoIterator<Item = Span>) -> Option<Over> {
    let mut changes: BTreeMap<Ticks, (isize, i64)> = BTreeMap::new();
    for span in spans {
        let weight = i64::try_from(span.weight).unwrap_or(i64::MAX);
        for (tick, clip, weight) in [(span.from, 1, weight), (span.until, -1, -weight)] {
            let change = changes.entry(tick).or_default();
            *change = (change.0 + clip, change.1.saturating_add(weight));
        }
    }
    let (mut clips, mut weight) = (0_usize, 0_u64);
    for (tick, change) in changes {
        clips = clips.saturating_add_signed(change.0);
        weight = weight.saturating_add_signed(change.1);
        if weight > limit {
            return Some(Over {
                tick,
                clips,
                weight,
            });
        }
    }
    None
}

/// Refuses more than `limit` spans that hold one tick; `what` names them in the sentence.
pub(crate) fn check(
    what: &'static str,
    limit: usize,
    spans: impl Iterator<Item = (Ticks, Ticks)>,
) -> Result<(), RenderError> {
    let spans = spans.map(|(from, until)| Span {
        from,
        until,
        weight: 1,
    });
    match first_over(limit as u64, spans) {
        None => Ok(()),
        Some(over) => Err(RenderError::TooManyAtOnce {
            what,
            count: over.clips,
            limit,
            seconds: over.seconds(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_makes_room_for_what_begins() {
        let span = |from: i64, until: i64, weight| Span {
            from: Ticks(from),
            until: Ticks(until),
            weight,
        };
        let one_by_one = (0..9).map(|n| span(n, n + 1, 7));
        assert_eq!(first_over(7, one_by_one), None);
        let together = [span(0, 9, 3), span(4, 4, 100), span(5, 8, 3), span(6, 7, 2)];
        let over = first_over(7, together).unwrap();
        assert_eq!((over.tick, over.clips, over.weight), (Ticks(6), 3, 8));
        assert_eq!(first_over(8, together), None);
        let endless = [span(0, 1, u64::MAX), span(0, 1, u64::MAX)];
        assert!(first_over(1 << 40, endless).is_some());
    }
}
