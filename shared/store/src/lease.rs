//! Leases: who works on a task.
//!
//! A claim raises the task's generation; every later write of the claimant is
//! conditional on it, so a worker that lost its lease can write nothing.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure};
use darkroom_exports::{ExportPhase, Settings, TaskId, TaskState, Timestamp};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, due_shard, n, number, s, task_key, text};
use crate::pauses::Turned;
use crate::queue::RenderMessage;
use crate::transact::TRIES;

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
    /// Its account is paused; resuming that sends it again.
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

/// Messages of a dead worker come back this many leases after its last heartbeat.
const VISIBILITY_LEASES: u32 = 2;

impl Store {
    /// Claims a task for `owner`, if it is active, under no living lease, and its account
    /// is not paused. Where that is paused the task reads PAUSED from now on.
    pub async fn claim(
        &self,
        message: &RenderMessage,
        owner: &str,
        lease: Duration,
    ) -> Result<ClaimOutcome, StoreError> {
        let Some(task) = TaskId::parse(&message.task) else {
            return Ok(ClaimOutcome::Missing);
        };
        let user = &message.user;
        for _ in 0..TRIES {
            if self.is_paused(user).await? {
                match self.hold(user, task).await? {
                    Turned::Done => return Ok(ClaimOutcome::Paused),
                    Turned::Task(state) => return Ok(not_ours(state)),
                    Turned::Account => continue,
                }
            }
            let taken = self.take_lease(user, task, owner, lease).await?;
            if !matches!(taken, ClaimOutcome::Paused) {
                return Ok(taken);
            }
            // Paused a moment ago, or not turned yet since it was resumed.
            if self.let_go(user, task).await? == Turned::Account {
                return Ok(ClaimOutcome::Paused);
            }
        }
        Err(StoreError::Busy {
            call: "UpdateItem",
            cause: "the account is paused and resumed all the time".to_owned(),
        })
    }

    async fn take_lease(
        &self,
        user: &str,
        task: TaskId,
        owner: &str,
        lease: Duration,
    ) -> Result<ClaimOutcome, StoreError> {
        let now = Timestamp::now();
        let until = Timestamp(now.0 + lease.as_millis() as i64);
        let claimed = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .update_expression(
                "SET #state = :processing, leaseOwner = :owner, leaseUntil = :until, \
                 dueShard = :shard, dueAt = :until, phase = :phase, progress = :zero \
                 ADD generation :one, attempts :one",
            )
            .condition_expression(
                "#state = :pending OR (#state = :processing \
                 AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
            .expression_attribute_values(":processing", s(TaskState::Processing.as_str()))
            .expression_attribute_values(":owner", s(owner))
            .expression_attribute_values(":until", n(until.0))
            .expression_attribute_values(":now", n(now.0))
            .expression_attribute_values(":shard", due_shard(task))
            .expression_attribute_values(":phase", s(ExportPhase::Rendering.as_str()))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(OnFailure::AllOld)
            .send()
            .await;
        match claimed {
            Ok(output) => {
                let item = output.attributes.unwrap_or_default();
                read_claim(user, task, owner, &item)
                    .map(ClaimOutcome::Claimed)
                    .ok_or(StoreError::Corrupt("task"))
            }
            Err(error) => {
                let Some(old) = refused(error.as_service_error()) else {
                    return Err(StoreError::sdk("UpdateItem", &error));
                };
                let state = text(old, "state").and_then(|state| TaskState::parse(&state));
                Ok(not_ours(state))
            }
        }
    }

    /// Extends the lease and the message's invisibility, writes progress, and
    /// learns of a cancel.
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
            match receipt {
                Some(receipt) => self.hide_message(receipt, lease * VISIBILITY_LEASES).await,
                None => Ok(()),
            }
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

    /// Gives the lease up at once, so that a retry need not wait for it.
    pub async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        let now = Timestamp::now().0;
        let released = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(&claim.user, claim.task)))
            .update_expression("SET leaseUntil = :before, dueAt = :now")
            .condition_expression(OURS)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":before", n(now - 1))
            .expression_attribute_values(":now", n(now))
            .expression_attribute_values(":processing", s(TaskState::Processing.as_str()))
            .expression_attribute_values(":generation", n(claim.generation))
            .expression_attribute_values(":owner", s(&claim.owner))
            .send()
            .await;
        match released {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
            Err(error) => Err(StoreError::sdk("UpdateItem", &error)),
        }
    }
}

/// The lease is this worker's still.
pub(crate) const OURS: &str =
    "#state = :processing AND generation = :generation AND leaseOwner = :owner";

/// What a task in this state is to a worker that does not get it.
fn not_ours(state: Option<TaskState>) -> ClaimOutcome {
    match state {
        None => ClaimOutcome::Missing,
        Some(TaskState::Paused) => ClaimOutcome::Paused,
        Some(state) if state.is_active() => ClaimOutcome::Held,
        Some(_) => ClaimOutcome::Ended,
    }
}

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

fn read_claim(user: &str, task: TaskId, owner: &str, item: &Item) -> Option<Claim> {
    let settings = serde_json::from_str(&text(item, "settings")?).ok()?;
    Some(Claim {
        user: user.to_owned(),
        task,
        owner: owner.to_owned(),
        generation: number(item, "generation")?,
        attempt: u32::try_from(number(item, "attempts")?).ok()?,
        document: text(item, "documentHash")?,
        settings: Settings::from_value(&settings)?,
    })
}
