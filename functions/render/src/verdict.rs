//! What becomes of a message, and when it comes again.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;

use crate::config::Worker;

/// What becomes of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done with: it is deleted.
    Done,
    /// It comes again after so long, or ends in the dead-letter queue.
    Again(Duration),
}

impl Verdict {
    /// A fault may have passed when a lease has.
    pub(crate) fn retry(worker: &Worker) -> Self {
        Self::Again(worker.config().lease)
    }

    /// Another worker has the task: the message stays for the case that it dies,
    /// and comes so seldom that its receives last for the longest render.
    pub(crate) fn standby(worker: &Worker) -> Self {
        Self::Again(worker.config().lease * 10)
    }

    /// Has a message that is not done with come again when it shall: the queue's own
    /// visibility timeout is made for renders that go on, 90 minutes.
    pub(crate) async fn hide(self, worker: &Worker, message: &SqsMessage) {
        let (Self::Again(time), Some(receipt)) = (self, &message.receipt_handle) else {
            return;
        };
        if let Err(error) = worker.store().hide_message(receipt, time).await {
            tracing::warn!("a message comes again late: {error}");
        }
    }
}
