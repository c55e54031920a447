//! What becomes of a task that nobody has finished: decided here, written by the store,
//! asked for by the sweep.
//!
//! A fault of the service is tried again up to [`MAX_ATTEMPTS`] times (architecture,
//! invariant 7). An attempt is counted when a worker claims the task and nowhere else, so
//! that a message which is sent twice, or a sweep which runs twice, burns none; a worker that
//! is closed in good order gives its own back.

use crate::task::TaskState;
use crate::timestamp::Timestamp;

/// Claims of one task before it ends FAILED.
pub const MAX_ATTEMPTS: u32 = 3;

/// What the owner of such a task reads.
pub const GAVE_UP: &str = "The export could not be finished because of a fault of the service. \
                           Nothing was charged; please create it again.";

/// A task that nobody claimed for so many seconds is sent to the queue again.
pub const UNCLAIMED_SECONDS: i64 = 30;

/// A task that nobody claims, and whose message comes too often, ends FAILED once the sweep
/// has sent it again so often: after a day, as most of its sends are 15 minutes apart.
pub const UNCLAIMED_SENDS: u32 = 100;

/// The longest pause between two sends of a task that waits for a worker, in seconds.
const LONGEST_PAUSE_SECONDS: i64 = 900;

/// How far the work on a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// State.
    pub state: TaskState,
    /// How often a worker has claimed it.
    pub attempts: u32,
    /// Until when the last of them has it, or had it.
    pub lease_until: Option<Timestamp>,
    /// How often the sweep has sent it again since it was created or last claimed.
    pub resends: u32,
}

impl Work {
    /// Whether a worker has it: it is PROCESSING under a lease that is not over.
    pub fn is_worked_on(&self, now: Timestamp) -> bool {
        let leased = self.lease_until.is_some_and(|until| until >= now);
        self.state == TaskState::Processing && leased
    }
}

/// What is to be done about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing: it has ended, or somebody works on it.
    Leave,
    /// Send it to the queue: it was committed, and nobody has claimed it.
    Send,
    /// Send it to the queue: its worker died, and another may try.
    Retry,
    /// Send it to the queue if its account is not paused any more.
    Resume,
    /// Have it wait: the operator holds the queue.
    Hold,
    /// End it FAILED.
    Fail,
}

impl Action {
    /// The same while the operator holds the queue: what would be sent to it waits.
    #[must_use]
    pub const fn while_paused(self) -> Self {
        match self {
            Self::Send | Self::Retry | Self::Resume | Self::Hold => Self::Hold,
            Self::Leave => Self::Leave,
            Self::Fail => Self::Fail,
        }
    }
}

/// What is to be done about a task that stands in the due index, or stood there a moment ago.
pub fn judge_due(work: &Work, now: Timestamp) -> Action {
    match work.state {
        TaskState::Pending => Action::Send,
        TaskState::Paused => Action::Resume,
        TaskState::Processing if work.is_worked_on(now) => Action::Leave,
        TaskState::Processing if work.attempts < MAX_ATTEMPTS => Action::Retry,
        TaskState::Processing => Action::Fail,
        TaskState::Completed | TaskState::Failed | TaskState::Canceled => Action::Leave,
    }
}

/// What is to be done about a task whose message ended in the dead-letter queue. One that
/// a worker has, or that is held, goes on without that message: the due index has it. So does
/// one that waits for a worker, for its first or for another after one that died: nobody could
/// claim it, as while the table refuses, and that burns none of its attempts. It is sent again
/// until it was sent [`UNCLAIMED_SENDS`] times. A document that kills its workers is no
/// exception: each claim of it burns an attempt, and the last one ends it.
pub fn judge_dead_letter(work: &Work, now: Timestamp) -> Action {
    let may_be_claimed = work.attempts < MAX_ATTEMPTS && work.resends < UNCLAIMED_SENDS;
    match work.state {
        TaskState::Pending | TaskState::Processing
            if !may_be_claimed && !work.is_worked_on(now) =>
        {
            Action::Fail
        }
        _ => Action::Leave,
    }
}

/// Seconds until a task is looked at again that was sent again so often before: twice as
/// long each time and 15 minutes at most, so that a long queue is not made longer by what
/// only waits in it.
pub fn resend_pause_seconds(resends: u32) -> i64 {
    let doubled = UNCLAIMED_SECONDS << resends.min(16);
    doubled.min(LONGEST_PAUSE_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn work(state: TaskState, attempts: u32, lease_until: Option<i64>) -> Work {
        Work {
            state,
            attempts,
            lease_until: lease_until.map(Timestamp),
            resends: 0,
        }
    }

    #[test]
    fn a_task_is_sent_again_until_its_attempts_are_used_up() {
        use Action::{Fail, Leave, Resume, Retry, Send};
        use TaskState::{Paused, Pending, Processing};
        let (alive, dead) = (Some(NOW.0), Some(NOW.0 - 1));
        for (state, attempts, lease, due, dead_letter) in [
            (Pending, 0, None, Send, Leave),
            (Pending, 2, None, Send, Leave),
            // Held after its third attempt, and let go: the next claim ends it.
            (Pending, 3, None, Send, Fail),
            (Processing, 1, alive, Leave, Leave),
            (Processing, 3, alive, Leave, Leave),
            // Lost after an attempt that was not the last: another may try.
            (Processing, 1, dead, Retry, Leave),
            (Processing, 2, dead, Retry, Leave),
            (Processing, 3, dead, Fail, Fail),
            (Processing, 1, None, Retry, Leave),
            (Paused, 3, None, Resume, Leave),
        ] {
            let work = work(state, attempts, lease);
            assert_eq!(judge_due(&work, NOW), due, "{work:?}");
            assert_eq!(judge_dead_letter(&work, NOW), dead_letter, "{work:?}");
        }
    }

    #[test]
    fn a_task_that_nobody_can_claim_is_left_for_a_day() {
        for mut waiting in [
            work(TaskState::Pending, 0, None),
            work(TaskState::Processing, 1, Some(NOW.0 - 1)),
        ] {
            waiting.resends = UNCLAIMED_SENDS - 1;
            assert_eq!(judge_dead_letter(&waiting, NOW), Action::Leave);
            waiting.resends = UNCLAIMED_SENDS;
            assert_eq!(judge_dead_letter(&waiting, NOW), Action::Fail);
        }
        let seconds: i64 = (0..UNCLAIMED_SENDS).map(resend_pause_seconds).sum();
        assert!((86_400..2 * 86_400).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_paused_queue_is_sent_nothing_and_fails_what_has_failed() {
        use Action::{Fail, Hold, Leave, Resume, Retry, Send};
        for (action, paused) in [
            (Leave, Leave),
            (Send, Hold),
            (Retry, Hold),
            (Resume, Hold),
            (Hold, Hold),
            (Fail, Fail),
        ] {
            assert_eq!(action.while_paused(), paused, "{action:?}");
        }
        // What would be sent waits in a state that the state machine allows.
        for state in [TaskState::Pending, TaskState::Processing] {
            assert!(state.may_become(TaskState::Paused), "{state:?}");
        }
    }

    #[test]
    fn what_has_ended_is_left_alone() {
        for state in TaskState::ALL
            .into_iter()
            .filter(|state| !state.is_active())
        {
            for lease in [None, Some(0), Some(NOW.0 + 1)] {
                let work = work(state, 9, lease);
                assert_eq!(judge_due(&work, NOW), Action::Leave, "{work:?}");
                assert_eq!(judge_dead_letter(&work, NOW), Action::Leave, "{work:?}");
            }
        }
    }

    /// The state machine allows what is decided here.
    #[test]
    fn only_active_tasks_are_failed() {
        for state in TaskState::ALL {
            let work = work(state, MAX_ATTEMPTS, None);
            let fails = [judge_due(&work, NOW), judge_dead_letter(&work, NOW)];
            if fails.contains(&Action::Fail) {
                assert!(state.may_become(TaskState::Failed), "{state:?}");
            }
        }
    }

    #[test]
    fn a_task_that_only_waits_is_sent_ever_less_often() {
        let pauses: Vec<i64> = (0..7).map(resend_pause_seconds).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(resend_pause_seconds(u32::MAX), 900);
    }
}
