//! Ctrl-C and SIGTERM: both ask for a clean end.

use std::future::Future;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::output::Ending;

/// Both signals, caught from the moment this is made.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let cannot = "cannot listen for signals";
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context(cannot)?,
            terminate: signal(SignalKind::terminate()).context(cannot)?,
        })
    }

    /// Ends when either arrives.
    pub(crate) async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Runs work to its end, or drops it when a signal comes: the temporary files
/// and child processes it holds go with it.
pub(crate) async fn unless_stopped(
    work: impl Future<Output = anyhow::Result<Ending>>,
) -> anyhow::Result<Ending> {
    let mut signals = Signals::new()?;
    tokio::select! {
        ending = work => ending,
        () = signals.any() => Ok(Ending::Interrupted),
    }
}
