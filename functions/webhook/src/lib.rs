//! The webhook function: takes messages of the webhook queue and sends what they
//! name to the callback of its export.
//!
//! ```text
//! message ─> its time? ─> claim (fenced, in order) ─> sign, send ─> settle
//!      ^── no: sent on                                   └── again: sent for later
//! ```
//!
//! The same [`handle`] is called by Lambda (`main.rs`) and by `darkroom serve`. What
//! is told, with which signatures and how often is the domain's
//! ([`darkroom_exports::webhook`]); which try it is and whose, the store's.
//!
//! A receiver's fault never fails a message: it is settled as a try, and the next one
//! is a message of its own. A fault of ours (the table, the queue) gives the message
//! back; after eight times it ends in the dead-letter queue, which the sweep works off.
//!
//! A receiver is untrusted: its address is checked when the connection is made,
//! redirects are not followed, of its answer only status and `Retry-After` are read,
//! and after 15 seconds nothing more is waited for.

mod config;
mod deliver;
mod send;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures::future::join_all;

pub use config::{Clock, Sender, SenderConfig, SenderError};

/// Works off a batch, all of it at the same time; the answer names the messages that
/// have to come again.
pub async fn handle(sender: &Sender, event: SqsEvent) -> SqsBatchResponse {
    let tries = event.records.iter().map(|message| async move {
        let done = deliver::process(sender, message).await;
        (!done).then(|| message.message_id.clone().unwrap_or_default())
    });
    let mut answer = SqsBatchResponse::default();
    for message_id in join_all(tries).await.into_iter().flatten() {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        answer.batch_item_failures.push(failure);
    }
    answer
}
