//! The sweep function: finds what was committed and then got lost, and repairs it.
//!
//! ```text
//! every minute ─> dead letters ─> their tasks and deliveries end FAILED, unless they go on
//!             └─> due index ──┬─> task: sent again, or FAILED after its third dead worker;
//!                             │   while the queue is paused it waits
//!                             ├─> delivery of a webhook: sent again
//!                             └─> account: its slots are proven against its tasks
//! ```
//!
//! The same [`handle`] is called by Lambda (`main.rs`) and by `darkroom serve`. What is to
//! be done about a task is the domain's to decide ([`darkroom_exports::repair`]); that it
//! is done once, and only as long as that still holds, is seen to by the store: each write
//! is conditional on what was found, so that sweeps may overlap each other and anything
//! else, and may stop anywhere.
//!
//! A run is bounded in items and in time; what it does not come to is due still, and found
//! by the next. What it cannot repair it counts, logs and leaves, for an hour where trying
//! again at once would not help.

mod config;
mod dead_letters;
mod due;
mod report;

use darkroom_store::DeadLetters;

pub use config::{BUDGET, SweepConfig, Sweeper};
pub use report::Report;

/// One run; answers what it found and did.
pub async fn handle(sweeper: &Sweeper) -> Report {
    let mut report = Report::default();
    // Boxed: with a caller's spans around it, it is deeper than the compiler looks.
    let run = Box::pin(run(sweeper, &mut report));
    if tokio::time::timeout(sweeper.config().budget, run)
        .await
        .is_err()
    {
        tracing::warn!("out of time; the next run goes on");
        report.stopped = true;
    }
    report
}

/// The dead letters of a queue may take one of so many equal shares of a run's time: whether
/// they are many or their queue is silent, half of the time is left for what is due.
const SHARES: u32 = 4;

/// Dead letters come first: what ends with them need not be sent again.
async fn run(sweeper: &Sweeper, report: &mut Report) {
    let share = sweeper.config().budget / SHARES;
    for which in [DeadLetters::Renders, DeadLetters::Webhooks] {
        let drained = Box::pin(dead_letters::drain(sweeper, which, report));
        if tokio::time::timeout(share, drained).await.is_err() {
            tracing::warn!(
                ?which,
                "out of time for these dead letters; the next run goes on"
            );
            report.stopped = true;
        }
    }
    due::repair(sweeper, report).await;
}
