//! Every clip that is drawn or heard is a process: how many run at once has an end.

use std::collections::BTreeMap;

use darkroom_editor_state::{TICKS_PER_SECOND, Ticks};

use crate::error::RenderError;

/// Refuses more than `limit` spans (first tick and first no more) that hold one
/// tick; `what` names them in the sentence.
pub(crate) fn check(
    what: &'static str,
    limit: usize,
    spans: impl Iterator<Item = (Ticks, Ticks)>,
) -> Result<(), RenderError> {
    let mut changes: BTreeMap<Ticks, isize> = BTreeMap::new();
    for (from, to) in spans {
        *changes.entry(from).or_default() += 1;
        *changes.entry(to).or_default() -= 1;
    }
    let mut count = 0_usize;
    for (tick, change) in changes {
        count = count.saturating_add_signed(change);
        if count > limit {
            return Err(RenderError::TooManyAtOnce {
                what,
                count,
                limit,
                seconds: tick.0 as f64 / TICKS_PER_SECOND as f64,
            });
        }
    }
    Ok(())
}
