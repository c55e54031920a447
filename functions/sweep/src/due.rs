//! What is due: looked at one by one, what is due longest first.

use darkroom_exports::repair::{Action, GAVE_UP, judge_due};
use darkroom_exports::{DeliveryId, Step, TaskId, Timestamp, TraceId};
use darkroom_store::{Due, DuePage, Finish, FoundTask, Store, StoreError, Subject};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::config::Sweeper;
use crate::report::Report;

/// Repairs what is due, and then what the queue held until it went on, each up to the
/// bound of a run.
pub(crate) async fn repair(sweeper: &Sweeper, report: &mut Report) {
    let (store, most) = (sweeper.store(), sweeper.config().most_due);
    let now = Timestamp::now();
    let due = store.due(most, now).await;
    let held = store.left_held(most, now).await;
    // One that cannot be read keeps nothing of the other from being repaired.
    for page in [due, held] {
        match page {
            Ok(page) => work_off(store, page, report).await,
            Err(error) => {
                report.errors += 1;
                tracing::error!("the due index cannot be read: {error}");
            }
        }
    }
}

async fn work_off(store: &Store, page: DuePage, report: &mut Report) {
    report.stopped |= page.more;
    for due in page.items {
        report.found += 1;
        let look = async {
            if let Err(error) = look_at(store, &due, report).await {
                report.errors += 1;
                tracing::error!("not repaired: {error}");
                if !error.may_retry() {
                    set_aside(store, &due).await;
                }
            }
        };
        look.instrument(span_of(&due)).await;
    }
}

/// What the lines about something due stand in; [`belongs_to`] completes it for a task.
fn span_of(due: &Due) -> Span {
    let task = match due.subject {
        Subject::Task(task) | Subject::Delivery(DeliveryId { task, .. }) => Some(task),
        Subject::Account | Subject::Unknown => None,
    };
    tracing::error_span!(
        "due",
        item = due.place(),
        user = due.user,
        task_id = task.map(display),
        attempt = Empty,
        generation = Empty,
        trace_id = Empty,
    )
}

async fn look_at(store: &Store, due: &Due, report: &mut Report) -> Result<(), StoreError> {
    match due.subject {
        Subject::Task(task) => look_at_task(store, &due.user, task, report).await,
        Subject::Delivery(id) => {
            let now = Timestamp::now();
            let sent = store.resend_delivery_if_due(&due.user, id, now).await?;
            report.webhooks_resent += u64::from(sent);
            Ok(())
        }
        Subject::Account => look_at_account(store, &due.user, report).await,
        Subject::Unknown => {
            tracing::error!("the due index names something that this version does not know");
            report.errors += 1;
            set_aside(store, due).await;
            Ok(())
        }
    }
}

/// Has the lines about a task tell which it is, how far it has come and which trace it
/// belongs to.
pub(crate) fn belongs_to(found: &FoundTask) {
    let span = Span::current();
    span.record("user", found.user_id());
    span.record("task_id", display(found.task_id()));
    span.record("attempt", found.work.attempts);
    span.record("generation", found.generation());
    span.record("trace_id", found.trace.as_ref().map(TraceId::as_str));
}

async fn look_at_task(
    store: &Store,
    user: &str,
    task: TaskId,
    report: &mut Report,
) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let Some(found) = store.find_task(user, task).await? else {
        return Ok(());
    };
    belongs_to(&found);
    let action = judge_due(&found.work, now);
    let action = if found.queue_paused {
        action.while_paused()
    } else {
        action
    };
    match action {
        Action::Leave => {}
        Action::Hold => {
            store.hold_in_queue(user, task).await?;
        }
        Action::Send => report.resent += u64::from(store.resend_task(&found, now).await?),
        Action::Retry => report.expired += u64::from(store.resend_task(&found, now).await?),
        Action::Resume => {
            let trace = found.trace.as_ref();
            let sent = store.resume_if_let_go(user, task, trace, now).await?;
            report.resent += u64::from(sent);
        }
        Action::Fail => fail(store, &found, report).await?,
    }
    Ok(())
}

/// Ends a task FAILED, unless a worker has claimed it or it has ended since it was found.
pub(crate) async fn fail(
    store: &Store,
    found: &FoundTask,
    report: &mut Report,
) -> Result<(), StoreError> {
    if store.fail_abandoned(found, GAVE_UP).await? == Finish::Refused {
        return Ok(());
    }
    report.failed += 1;
    tracing::error!("given up");
    if found.has_callback {
        tell_end(store, found.user_id(), found.task_id()).await;
    }
    Ok(())
}

/// Sends the webhook that tells of a task's end, if there is one.
pub(crate) async fn tell_end(store: &Store, user: &str, task: TaskId) {
    let step = Step::Ended;
    if let Err(error) = store.announce(user, DeliveryId { task, step }).await {
        tracing::warn!(task_id = %task, "its webhook is left to the due index: {error}");
    }
}

async fn look_at_account(store: &Store, user: &str, report: &mut Report) -> Result<(), StoreError> {
    let slots = store.prove_slots(user, Timestamp::now()).await?;
    for task in &slots.released {
        tracing::error!(task_id = task, "gave back a slot that no active task had");
    }
    for task in &slots.unaccounted {
        tracing::error!(task_id = task, "an active task has no slot");
    }
    report.slots_released += slots.released.len() as u64;
    report.mismatches += slots.unaccounted.len() as u64;
    Ok(())
}

async fn set_aside(store: &Store, due: &Due) {
    if let Err(error) = store.set_aside(due, Timestamp::now()).await {
        tracing::warn!("it is looked at again at once: {error}");
    }
}
