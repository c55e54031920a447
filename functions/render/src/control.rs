//! What the render, its heartbeat and the outside tell one another: progress
//! one way, reasons to stop the other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use darkroom_exports::ExportPhase;
use tokio::sync::{Notify, watch};

/// When this worker must have answered: a moment, a signal to close, both or neither.
#[derive(Debug, Clone)]
pub struct Deadline {
    at: Option<Instant>,
    closing: Option<watch::Receiver<bool>>,
}

impl Deadline {
    /// No limit: a long-running process, not a Lambda.
    pub const NONE: Self = Self {
        at: None,
        closing: None,
    };

    /// The invocation ends this long from now.
    pub fn after(left: Duration) -> Self {
        Self {
            at: Instant::now().checked_add(left),
            closing: None,
        }
    }

    /// The process wants to end as soon as `closing` turns true.
    pub fn closing(closing: watch::Receiver<bool>) -> Self {
        Self {
            at: None,
            closing: Some(closing),
        }
    }

    /// Ends when less than `margin` is left or the process wants to end, and says which.
    pub(crate) async fn near(&mut self, margin: Duration) -> Stop {
        let at = self.at;
        let time = async {
            match at {
                Some(at) => {
                    let left = at.saturating_duration_since(Instant::now());
                    tokio::time::sleep(left.saturating_sub(margin)).await;
                }
                None => std::future::pending().await,
            }
        };
        let closing = async {
            if let Some(closing) = &mut self.closing
                && closing.wait_for(|closing| *closing).await.is_ok()
            {
                return;
            }
            // Without a sender nobody can ask any more.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = time => Stop::OutOfTime,
            () = closing => Stop::Closing,
        }
    }
}

/// Why a render has to stop before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The task is no longer ours: nothing may be published.
    Lost,
    /// The caller canceled the task.
    Canceled,
    /// The function's time is nearly over.
    OutOfTime,
    /// The process wants to end.
    Closing,
}

/// Shared by the render's threads and the heartbeat.
#[derive(Debug)]
pub(crate) struct Control {
    stop: AtomicU8,
    stopped: Notify,
    frames_done: AtomicU64,
    frames_total: AtomicU64,
    phase: Mutex<ExportPhase>,
    phase_changed: Notify,
}

impl Control {
    pub(crate) fn new() -> Self {
        Self {
            stop: AtomicU8::new(0),
            stopped: Notify::new(),
            frames_done: AtomicU64::new(0),
            frames_total: AtomicU64::new(0),
            phase: Mutex::new(ExportPhase::Rendering),
            phase_changed: Notify::new(),
        }
    }

    /// Asks everything to stop; the first reason stays.
    pub(crate) fn stop(&self, why: Stop) {
        let code = match why {
            Stop::Lost => 1,
            Stop::Canceled => 2,
            Stop::OutOfTime => 3,
            Stop::Closing => 4,
        };
        // A reason that came first has already been acted on.
        let _ = self
            .stop
            .compare_exchange(0, code, Ordering::AcqRel, Ordering::Acquire);
        self.stopped.notify_waiters();
    }

    pub(crate) fn stopping(&self) -> Option<Stop> {
        match self.stop.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Stop::Lost),
            2 => Some(Stop::Canceled),
            3 => Some(Stop::OutOfTime),
            _ => Some(Stop::Closing),
        }
    }

    /// Ends when something asked to stop.
    pub(crate) async fn stopped(&self) -> Stop {
        loop {
            let notified = self.stopped.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if let Some(why) = self.stopping() {
                return why;
            }
            notified.await;
        }
    }

    /// Ends when there is no time left, for us or for the process, whatever else asked to
    /// stop.
    pub(crate) async fn out_of_time(&self) -> Stop {
        match self.stopped().await {
            why @ (Stop::OutOfTime | Stop::Closing) => why,
            Stop::Lost | Stop::Canceled => std::future::pending().await,
        }
    }

    pub(crate) fn set_frames(&self, done: u64, total: u64) {
        self.frames_done.store(done, Ordering::Relaxed);
        self.frames_total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn set_phase(&self, phase: ExportPhase) {
        if let Ok(mut current) = self.phase.lock()
            && *current != phase
        {
            *current = phase;
            self.phase_changed.notify_one();
        }
    }

    pub(crate) fn phase(&self) -> ExportPhase {
        self.phase
            .lock()
            .map_or(ExportPhase::Rendering, |phase| *phase)
    }

    /// Ends when the phase has changed since it was last waited for.
    pub(crate) async fn phase_changed(&self) {
        self.phase_changed.notified().await;
    }

    /// 0..=99: rendering goes to 95, the rest is for saving and finishing.
    pub(crate) fn progress(&self) -> u8 {
        match self.phase() {
            ExportPhase::Rendering => {
                let total = self.frames_total.load(Ordering::Relaxed).max(1);
                let done = self.frames_done.load(Ordering::Relaxed).min(total);
                (done * 95 / total) as u8
            }
            ExportPhase::Saving => 96,
            ExportPhase::Finishing => 99,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_reaches_the_end_before_the_task_does() {
        let control = Control::new();
        assert_eq!(control.progress(), 0);
        control.set_frames(300, 300);
        assert_eq!(control.progress(), 95);
        control.set_phase(ExportPhase::Finishing);
        assert_eq!(control.progress(), 99);
    }

    #[tokio::test]
    async fn the_first_reason_to_stop_stays() {
        let control = Control::new();
        assert_eq!(control.stopping(), None);
        control.stop(Stop::Lost);
        control.stop(Stop::Canceled);
        assert_eq!(control.stopped().await, Stop::Lost);
    }

    #[tokio::test]
    async fn a_deadline_is_near_within_its_margin_or_when_closing() {
        let margin = Duration::from_secs(5);
        let soon = |left| Deadline::after(Duration::from_secs(left));
        let within = Duration::from_millis(50);
        let near = async |deadline: &mut Deadline| {
            let near = tokio::time::timeout(within, deadline.near(margin));
            near.await.ok()
        };
        assert_eq!(near(&mut soon(4)).await, Some(Stop::OutOfTime));
        assert_eq!(near(&mut soon(100)).await, None);
        let (close, closing) = watch::channel(false);
        let mut deadline = Deadline::closing(closing);
        assert_eq!(near(&mut deadline).await, None);
        close.send(true).unwrap();
        assert_eq!(near(&mut deadline).await, Some(Stop::Closing));
    }
}
