//! The render function: takes queue messages and turns each task they name
//! into a finished file, or into a failure that says why.
//!
//! ```text
//! message ─> claim (fenced lease) ─> document, assets ─> render ─> upload ─> one terminal write
//!                     └── heartbeat: lease, visibility, progress, cancel ──┘
//! ```
//!
//! The same [`handle`] is called by Lambda (`main.rs`) and by `darkroom serve`.
//! Whatever happens, a task gets one terminal state from one worker: every
//! write after the claim is conditional on the claim's generation, and a
//! worker that lost its lease removes what it uploaded.
//!
//! Faults of the caller (bad media, an unreachable asset) end the task at once
//! with a sentence. Faults of ours give the message back to the queue, up to
//! [`WorkerConfig::max_attempts`] claims of the task; then it ends FAILED too.

mod assets;
mod config;
mod control;
mod fonts;
mod heartbeat;
mod job;
mod metrics;
mod scratch;
mod verdict;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};

pub use config::{Worker, WorkerConfig, WorkerError};
pub use control::Deadline;
pub use fonts::FONT_FILE_BYTES;
pub use job::export_spec;

use verdict::Verdict;

/// Works off a batch; the answer names the messages that have to come again.
pub async fn handle(worker: &Worker, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    let mut answer = SqsBatchResponse::default();
    for message in &event.records {
        let verdict = job::process(worker, message, deadline.clone()).await;
        if verdict != Verdict::Done {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.clone().unwrap_or_default();
            answer.batch_item_failures.push(failure);
        }
    }
    answer
}
