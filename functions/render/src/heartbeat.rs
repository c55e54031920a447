//! Keeps the lease while a task is worked on: one store call every few
//! seconds extends lease and visibility, writes progress and learns of a cancel. Before the
//! first of them the message is hidden for as long as after one: should this worker die by
//! then, another has it soon, and not after the queue's visibility timeout.

use std::sync::Arc;
use std::time::{Duration, Instant};

use darkroom_store::{Claim, Heartbeat};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::config::{Worker, WorkerConfig};
use crate::control::{Control, Deadline, Stop};

/// The beating heart of one claim; stops when dropped.
pub(crate) struct Heart(JoinHandle<()>);

impl Heart {
    pub(crate) fn start(
        worker: &Worker,
        claim: Claim,
        receipt: Option<String>,
        control: Arc<Control>,
        deadline: Deadline,
    ) -> Self {
        let worker = worker.clone();
        let beats = async move {
            beat(&worker, &claim, receipt.as_deref(), &control, deadline).await;
        };
        // What it logs belongs to the task.
        Self(tokio::spawn(beats.in_current_span()))
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(
    worker: &Worker,
    claim: &Claim,
    receipt: Option<&str>,
    control: &Control,
    mut deadline: Deadline,
) {
    let config = worker.config();
    let mut last_good = Instant::now();
    if let Some(receipt) = receipt {
        let hidden = tokio::select! {
            biased;
            why = deadline.near(config.time_margin) => return control.stop(why),
            hidden = worker.store().keep_hidden(receipt, config.lease) => hidden,
        };
        if let Err(error) = hidden {
            tracing::warn!("until the first heartbeat a message comes again late: {error}");
        }
    }
    loop {
        tokio::select! {
            () = tokio::time::sleep(config.heartbeat) => {}
            () = control.phase_changed() => {}
            why = deadline.near(config.time_margin) => control.stop(why),
        }
        if control.stopping().is_some() {
            return;
        }
        // The lease is counted from before the call.
        let asked = Instant::now();
        let call = worker.store().heartbeat(
            claim,
            control.phase(),
            control.progress(),
            config.lease,
            receipt,
        );
        let patience = patience(config, last_good.elapsed());
        let answer = tokio::select! {
            answer = tokio::time::timeout(patience, Box::pin(call)) => answer,
            why = deadline.near(config.time_margin) => return control.stop(why),
        };
        match answer {
            Ok(Ok(Heartbeat::Continue)) => {
                last_good = asked;
                continue;
            }
            Ok(Ok(Heartbeat::Canceled)) => return control.stop(Stop::Canceled),
            Ok(Ok(Heartbeat::Lost)) => return control.stop(Stop::Lost),
            Ok(Err(error)) => tracing::warn!("a heartbeat failed: {error}"),
            Err(_) => tracing::warn!("a heartbeat got no answer within {patience:?}"),
        }
        // Once the lease may be over, another worker may have it.
        if last_good.elapsed() + another(config) >= config.lease {
            return control.stop(Stop::Lost);
        }
    }
}

/// What a further heartbeat takes: the pause before it, and half as long for its answer.
fn another(config: &WorkerConfig) -> Duration {
    config.heartbeat + config.heartbeat / 2
}

/// How long an answer is waited for, `since` the last good call: so that there is time for
/// another try in the same lease, and not until that may be over. As the worker is set, it
/// is longer than the store waits for the queue, whose silence alone makes none fail.
fn patience(config: &WorkerConfig, since: Duration) -> Duration {
    let left = config.lease.saturating_sub(another(config));
    let left = left.saturating_sub(since);
    left.min(config.lease / 3).max(config.heartbeat / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_waited_for_within_the_lease() {
        let config = WorkerConfig::default();
        let (lease, seconds) = (config.lease, Duration::from_secs);
        assert_eq!(patience(&config, seconds(4)), seconds(10));
        // No call is answered: each is made a heartbeat after the one before it.
        let (mut since, mut tries) = (config.heartbeat, 1);
        loop {
            since += patience(&config, since);
            assert!(since <= lease, "{since:?}");
            if since + another(&config) >= lease {
                break;
            }
            since += config.heartbeat;
            tries += 1;
        }
        assert!(tries >= 2, "{tries}");
    }
}
