//! Messages that came too often: what they name ends FAILED, unless it goes on without them,
//! and then they are deleted.

use darkroom_exports::repair::{Action, judge_dead_letter};
use darkroom_exports::{DeliveryId, Step, TaskId, Timestamp, TraceId};
use darkroom_store::{DeadLetters, Received, RenderMessage, Store, StoreError, WebhookMessage};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::config::Sweeper;
use crate::due::{belongs_to, fail, tell_end};
use crate::report::Report;

/// Most messages that SQS gives at once.
const BATCH: usize = 10;

/// Works off the dead letters of a queue, up to the bound of a run.
pub(crate) async fn drain(sweeper: &Sweeper, which: DeadLetters, report: &mut Report) {
    let store = sweeper.store();
    let mut left = sweeper.config().most_dead_letters;
    while left > 0 {
        let most = left.min(BATCH) as u8;
        let letters = match store.receive_dead_letters(which, most).await {
            Ok(letters) => letters,
            Err(error) => {
                report.errors += 1;
                tracing::error!(?which, "dead letters cannot be read: {error}");
                return;
            }
        };
        if letters.is_empty() {
            return;
        }
        left = left.saturating_sub(letters.len());
        for letter in letters {
            let work = async {
                if let Err(error) = work_off(store, which, &letter, report).await {
                    report.errors += 1;
                    tracing::error!(?which, "a dead letter stays where it is: {error}");
                }
            };
            work.instrument(letter_span(&letter)).await;
        }
    }
    report.stopped = true;
}

/// What the lines about a letter stand in; [`belongs_to`] completes it.
fn letter_span(letter: &Received) -> Span {
    tracing::error_span!(
        "dead_letter",
        message_id = letter.message_id,
        delivery = Empty,
        user = Empty,
        task_id = Empty,
        attempt = Empty,
        generation = Empty,
        trace_id = letter.trace.as_ref().map(TraceId::as_str),
    )
}

/// Deletes a letter once what it calls for is committed.
async fn work_off(
    store: &Store,
    which: DeadLetters,
    letter: &Received,
    report: &mut Report,
) -> Result<(), StoreError> {
    let named = match which {
        DeadLetters::Renders => render(store, &letter.body, report).await?,
        DeadLetters::Webhooks => webhook(store, &letter.body, report).await?,
    };
    if !named {
        // Its text may be anything, so it is not told.
        let size_bytes = letter.body.len();
        tracing::error!(?which, size_bytes, "a dead letter names nothing");
    }
    store
        .delete_dead_letter(which, &letter.receipt_handle)
        .await?;
    report.dlq_drained += 1;
    tracing::info!(?which, "a dead letter is done with");
    Ok(())
}

/// Whether it names a task, which then has ended, or goes on without this message.
async fn render(store: &Store, body: &str, report: &mut Report) -> Result<bool, StoreError> {
    let message: Option<RenderMessage> = serde_json::from_str(body).ok();
    let Some((user, task)) = message.and_then(|m| Some((m.user, TaskId::parse(&m.task)?))) else {
        return Ok(false);
    };
    let Some(found) = store.find_task(&user, task).await? else {
        return Ok(false);
    };
    belongs_to(&found);
    if judge_dead_letter(&found.work, Timestamp::now()) == Action::Fail {
        fail(store, &found, report).await?;
    }
    Ok(true)
}

/// Whether it names a delivery, which then has failed, or goes on without this message.
async fn webhook(store: &Store, body: &str, report: &mut Report) -> Result<bool, StoreError> {
    let message: Option<WebhookMessage> = serde_json::from_str(body).ok();
    let named = message.and_then(|m| Some((m.user, DeliveryId::parse(&m.delivery)?)));
    let Some((user, id)) = named else {
        return Ok(false);
    };
    let span = Span::current();
    span.record("delivery", display(id));
    span.record("user", user.as_str());
    span.record("task_id", display(id.task));
    let failed = store.fail_poisonous_delivery(&user, id, Timestamp::now());
    if failed.await? {
        report.webhooks_failed += 1;
        tracing::error!("given up");
        if id.step == Step::Started {
            // The end of an export is told once its start is settled.
            tell_end(store, &user, id.task).await;
        }
    }
    Ok(true)
}
