//! Leases: who works on a task.
//!
//! A claim raises the task's generation; every later write of the claimant is
//! conditional on it, so a worker that lost its lease can write nothing.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure, Update,
};
use darkroom_exports::{
    DeliveryId, ExportPhase, Settings, Step, TaskId, TaskState, Timestamp, WebhookEvent,
};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, due_shard, n, number, s, task_key, text};
use crate::queue::RenderMessage;
use crate::transact::{TRIES, pause, reasons, update_part};

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
    has_callback: bool,
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
    /// Claims a task for `owner`, if it is active and under no living lease. The first
    /// claim of a task with a callback commits that its start is told;
    /// [`Store::announce`] sends that behind it.
    pub async fn claim(
        &self,
        message: &RenderMessage,
        owner: &str,
        lease: Duration,
    ) -> Result<ClaimOutcome, StoreError> {
        let Some(task) = TaskId::parse(&message.task) else {
            return Ok(ClaimOutcome::Missing);
        };
        for attempt in 0..TRIES {
            let take = Take::new(owner, task, lease);
            let old = match self.take_task(&message.user, task, &take).await? {
                Taken::Ours(item) => {
                    return read_claim(&message.user, task, owner, &item)
                        .map(ClaimOutcome::Claimed)
                        .ok_or(StoreError::Corrupt("task"));
                }
                Taken::Refused(old) => old,
            };
            let state = text(&old, "state").and_then(|state| TaskState::parse(&state));
            match state {
                None => return Ok(ClaimOutcome::Missing),
                Some(TaskState::Pending) if is_first_told(&old) => {
                    if let Some(claim) = self.take_and_tell(&message.user, &take, old).await? {
                        return Ok(ClaimOutcome::Claimed(claim));
                    }
                    pause(attempt).await;
                }
                Some(state) if state.is_active() => return Ok(ClaimOutcome::Held),
                Some(_) => return Ok(ClaimOutcome::Ended),
            }
        }
        Ok(ClaimOutcome::Held)
    }

    /// Claims a task in one write, unless somebody is to be told that it starts.
    async fn take_task(
        &self,
        user: &str,
        task: TaskId,
        take: &Take<'_>,
    ) -> Result<Taken, StoreError> {
        let condition =
            format!("({CLAIMABLE}) AND (attribute_not_exists(callbackUrl) OR attempts > :zero)");
        let claimed = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .update_expression(TAKE)
            .condition_expression(condition)
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(take.values()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(OnFailure::AllOld)
            .send()
            .await;
        match claimed {
            Ok(output) => Ok(Taken::Ours(output.attributes.unwrap_or_default())),
            Err(error) => match refused(error.as_service_error()) {
                Some(old) => Ok(Taken::Refused(old.clone())),
                None => Err(StoreError::sdk("UpdateItem", &error)),
            },
        }
    }

    /// The first claim of a task with a callback: with it, in one transaction, is
    /// written that its start is to be told. `None` when the task is not any more as
    /// it was read.
    async fn take_and_tell(
        &self,
        user: &str,
        take: &Take<'_>,
        mut item: Item,
    ) -> Result<Option<Claim>, StoreError> {
        let generation = number(&item, "generation").unwrap_or_default();
        let mut values = take.values();
        values.insert(":generation".to_owned(), n(generation));
        let task = take.task;
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .update_expression(TAKE)
            .condition_expression(format!("({CLAIMABLE}) AND generation = :generation"))
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        let step = Step::Started;
        let told = self.intent(
            user,
            DeliveryId { task, step },
            WebhookEvent::Started,
            take.now,
        )?;
        let sent = self
            .0
            .db
            .transact_write_items()
            .transact_items(update_part(update)?)
            .transact_items(told)
            .send()
            .await;
        match sent {
            Ok(_) => {
                // What the transaction has made of it, which does not answer with the item.
                item.insert("generation".to_owned(), n(generation + 1));
                item.insert("attempts".to_owned(), n(1));
                read_claim(user, task, take.owner, &item)
                    .map(Some)
                    .ok_or(StoreError::Corrupt("task"))
            }
            Err(error) if reasons(&error).is_some() => Ok(None),
            Err(error) => Err(StoreError::sdk("TransactWriteItems", &error)),
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

/// A task that may be claimed: waiting, or under no living lease.
const CLAIMABLE: &str = "#state = :pending OR (#state = :processing \
     AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now))";
/// What a claim writes.
const TAKE: &str = "SET #state = :processing, leaseOwner = :owner, leaseUntil = :until, \
     dueShard = :shard, dueAt = :until, phase = :phase, progress = :zero \
     ADD generation :one, attempts :one";

/// A claim that is tried.
struct Take<'a> {
    task: TaskId,
    owner: &'a str,
    now: Timestamp,
    until: Timestamp,
}

/// What it came to.
enum Taken {
    /// The task as it is now.
    Ours(Item),
    /// The task as it is; empty where there is none.
    Refused(Item),
}

impl<'a> Take<'a> {
    fn new(owner: &'a str, task: TaskId, lease: Duration) -> Self {
        let now = Timestamp::now();
        Self {
            task,
            owner,
            now,
            until: Timestamp(now.0 + lease.as_millis() as i64),
        }
    }

    /// Values of [`TAKE`] and [`CLAIMABLE`].
    fn values(&self) -> Item {
        let values = [
            (":pending", s(TaskState::Pending.as_str())),
            (":processing", s(TaskState::Processing.as_str())),
            (":owner", s(self.owner)),
            (":until", n(self.until.0)),
            (":now", n(self.now.0)),
            (":shard", due_shard(self.task)),
            (":phase", s(ExportPhase::Rendering.as_str())),
            (":zero", n(0)),
            (":one", n(1)),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// Whether the next claim of a task is the first one, and is to be told of.
fn is_first_told(task: &Item) -> bool {
    task.contains_key("callbackUrl") && number(task, "attempts") == Some(0)
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
        has_callback: item.contains_key("callbackUrl"),
    })
}
