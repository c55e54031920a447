//! Leases: who works on a task.
//!
//! A claim raises the task's generation; every later write of the claimant is
//! conditional on it, so a worker that lost its lease can write nothing.

mod claim;

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure as OnFailure;
use darkroom_editor_state::Ticks;
use darkroom_exports::{ExportPhase, Settings, TaskId, TaskState, Timestamp, TraceId};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, n, s, task_key, text};
use crate::transact::send_update;

pub(crate) use claim::still_claimable;

/// A task under a lease of ours.
#[derive(Debug, Clone)]
pub struct Claim {
    pub(crate) user: String,
    pub(crate) task: TaskId,
    pub(crate) owner: String,
    pub(crate) generation: i64,
    attempt: u32,
    document: String,
    settings: Settings,
    duration: Ticks,
    has_callback: bool,
    trace: Option<TraceId>,
}

impl Claim {
    /// Owner of the task.
    pub fn user_id(&self) -> &str {
        &self.user
    }
    /// The task.
    pub fn task_id(&self) -> TaskId {
        self.task
    }
    /// Fencing number of this lease.
    pub fn generation(&self) -> i64 {
        self.generation
    }
    /// How many times the task was claimed, this time included.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
    /// Hash of the document.
    pub fn document(&self) -> &str {
        &self.document
    }
    /// Whether somebody is to be told of the task.
    pub fn has_callback(&self) -> bool {
        self.has_callback
    }
    /// Length of the timeline.
    pub fn duration(&self) -> Ticks {
        self.duration
    }
    /// The trace that the task belongs to, where it is known.
    pub fn trace(&self) -> Option<&TraceId> {
        self.trace.as_ref()
    }
    /// How to draw it.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// What a claim came to.
#[derive(Debug, Clone)]
pub enum ClaimOutcome {
    /// It is ours.
    Claimed(Claim),
    /// Somebody else works on it.
    Held,
    /// Its account or the queue is paused; resuming that sends it again.
    Paused,
    /// It has ended.
    Ended,
    /// There is no such task.
    Missing,
}

/// What a heartbeat learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heartbeat {
    /// Go on.
    Continue,
    /// The owner canceled the task.
    Canceled,
    /// The lease is another's.
    Lost,
}

/// Messages of a dead worker come back this many leases after its claim, or its last heartbeat.
const VISIBILITY_LEASES: u32 = 2;
/// The queue is waited for this part of a lease: what it does not answer must not cost the
/// lease, and is made up for by the next heartbeat.
const QUEUE_PART: u32 = 16;

impl Store {
    /// Extends the lease and the message's invisibility, writes progress, and
    /// learns of a cancel. The queue is given a sixteenth of the lease and then left
    /// alone; for how long the table is waited for is the caller's to say.
    pub async fn heartbeat(
        &self,
        claim: &Claim,
        phase: ExportPhase,
        progress: u8,
        lease: Duration,
        receipt: Option<&str>,
    ) -> Result<Heartbeat, StoreError> {
        let until = Timestamp::now().0 + lease.as_millis() as i64;
        let beat = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(&claim.user, claim.task)))
            .update_expression(
                "SET leaseUntil = :until, dueAt = :until, phase = :phase, progress = :progress",
            )
            .condition_expression(OURS)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":until", n(until))
            .expression_attribute_values(":phase", s(phase.as_str()))
            .expression_attribute_values(":progress", n(progress.min(100)))
            .expression_attribute_values(":processing", s(TaskState::Processing.as_str()))
            .expression_attribute_values(":generation", n(claim.generation))
            .expression_attribute_values(":owner", s(&claim.owner))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let hide = async {
            let Some(receipt) = receipt else {
                return Ok(());
            };
            self.keep_hidden(receipt, lease).await
        };
        let (beat, hidden) = tokio::join!(beat.send(), hide);
        if let Err(error) = hidden {
            // The lease protects the task; a message seen twice is harmless.
            tracing::warn!("a message may come again early: {error}");
        }
        match beat {
            Ok(_) => Ok(Heartbeat::Continue),
            Err(error) => match refused(error.as_service_error()) {
                Some(old) if text(old, "state").as_deref() == Some("CANCELED") => {
                    Ok(Heartbeat::Canceled)
                }
                Some(_) => Ok(Heartbeat::Lost),
                None => Err(StoreError::sdk("UpdateItem", &error)),
            },
        }
    }

    /// Hides the message of a task that is worked on until its worker is surely dead. The
    /// queue is not waited for so long that it would cost the lease.
    pub async fn keep_hidden(&self, receipt: &str, lease: Duration) -> Result<(), StoreError> {
        let hide = self.hide_message(receipt, lease * VISIBILITY_LEASES);
        let patience = lease / QUEUE_PART;
        let late = |_| StoreError::Busy {
            call: "ChangeMessageVisibility",
            cause: format!("no answer within {patience:?}"),
        };
        let hidden = tokio::time::timeout(patience, Box::pin(hide)).await;
        hidden.map_err(late)?
    }

    /// Gives the lease up at once, so that a retry need not wait for it.
    pub async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.release_after(claim, claim.attempt).await
    }

    /// The same, and the claim does not count among the task's attempts.
    pub async fn release_unspent(&self, claim: &Claim) -> Result<(), StoreError> {
        self.release_after(claim, claim.attempt.saturating_sub(1))
            .await
    }

    async fn release_after(&self, claim: &Claim, attempts: u32) -> Result<(), StoreError> {
        let now = Timestamp::now().0;
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(&claim.user, claim.task)))
            .update_expression("SET leaseUntil = :before, dueAt = :now, attempts = :attempts")
            .condition_expression(OURS)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":before", n(now - 1))
            .expression_attribute_values(":now", n(now))
            .expression_attribute_values(":attempts", n(attempts))
            .expression_attribute_values(":processing", s(TaskState::Processing.as_str()))
            .expression_attribute_values(":generation", n(claim.generation))
            .expression_attribute_values(":owner", s(&claim.owner));
        send_update(update).await.map(drop)
    }
}

/// The lease is this worker's still.
pub(crate) const OURS: &str =
    "#state = :processing AND generation = :generation AND leaseOwner = :owner";

/// The old item when a condition refused the write, empty where there was none.
fn refused(error: Option<&UpdateItemError>) -> Option<&Item> {
    static NONE: std::sync::LazyLock<Item> = std::sync::LazyLock::new(Item::new);
    match error? {
        UpdateItemError::ConditionalCheckFailedException(failed) => {
            Some(failed.item().unwrap_or(&NONE))
        }
        _ => None,
    }
}
