//! Keeps the lease while a task is worked on: one store call every few
//! seconds extends lease and visibility, writes progress and learns of a cancel.

use std::sync::Arc;
use std::time::Instant;

use darkroom_store::{Claim, Heartbeat};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::config::Worker;
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
    loop {
        tokio::select! {
            () = tokio::time::sleep(config.heartbeat) => {}
            () = control.phase_changed() => {}
            () = deadline.near(config.time_margin) => control.stop(Stop::OutOfTime),
        }
        if control.stopping().is_some() {
            return;
        }
        let answer = worker
            .store()
            .heartbeat(
                claim,
                control.phase(),
                control.progress(),
                config.lease,
                receipt,
            )
            .await;
        match answer {
            Ok(Heartbeat::Continue) => last_good = Instant::now(),
            Ok(Heartbeat::Canceled) => control.stop(Stop::Canceled),
            Ok(Heartbeat::Lost) => control.stop(Stop::Lost),
            Err(error) => {
                tracing::warn!("a heartbeat failed: {error}");
                // Once the lease may be over, another worker may have it.
                if last_good.elapsed() + config.heartbeat >= config.lease {
                    control.stop(Stop::Lost);
                }
            }
        }
    }
}
