//! Leases: who works on a task, and the one write that ends it.
//!
//! A claim raises the task's generation; every later write of the claimant is
//! conditional on it, so a worker that lost its lease can write nothing.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update,
};
use darkroom_exports::{ExportPhase, Settings, TaskId, TaskState, Timestamp};

use crate::config::Store;
use crate::create::{built, pause, reasons};
use crate::error::StoreError;
use crate::item::{Item, account_key, api_key_key, due_shard, flag, n, number, s, task_key, text};
use crate::queue::RenderMessage;

/// A task under a lease of ours.
#[derive(Debug, Clone)]
pub struct Claim {
    user: String,
    task: TaskId,
    owner: String,
    generation: i64,
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

/// What the terminal write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The task has ended as asked.
    Done,
    /// It had ended, or the lease is another's; nothing was written.
    Refused,
}

/// How a task ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed {
        output_key: String,
        size_bytes: u64,
        warnings: Vec<String>,
    },
    Failed {
        error: String,
    },
    Canceled,
}

impl Ending {
    fn state(&self) -> TaskState {
        match self {
            Self::Completed { .. } => TaskState::Completed,
            Self::Failed { .. } => TaskState::Failed,
            Self::Canceled => TaskState::Canceled,
        }
    }
}

/// Messages of a dead worker come back this many leases after its last heartbeat.
const VISIBILITY_LEASES: u32 = 2;

/// Warnings kept of a render, and characters of each: the task's item stays small.
const WARNINGS: usize = 20;
const WARNING_CHARS: usize = 300;

impl Store {
    /// Claims a task for `owner`, if it is active and under no living lease.
    pub async fn claim(
        &self,
        message: &RenderMessage,
        owner: &str,
        lease: Duration,
    ) -> Result<ClaimOutcome, StoreError> {
        let Some(task) = TaskId::parse(&message.task) else {
            return Ok(ClaimOutcome::Missing);
        };
        let now = Timestamp::now();
        let until = Timestamp(now.0 + lease.as_millis() as i64);
        let claimed = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(&message.user, task)))
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
                read_claim(&message.user, task, owner, &item)
                    .map(ClaimOutcome::Claimed)
                    .ok_or(StoreError::Corrupt("task"))
            }
            Err(error) => {
                let Some(old) = refused(error.as_service_error()) else {
                    return Err(StoreError::sdk("UpdateItem", &error));
                };
                Ok(
                    match text(old, "state").and_then(|state| TaskState::parse(&state)) {
                        None => ClaimOutcome::Missing,
                        Some(state) if state.is_active() => ClaimOutcome::Held,
                        Some(_) => ClaimOutcome::Ended,
                    },
                )
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

    /// Ends a task with its output and what was drawn otherwise than asked: at
    /// most 20 sentences of 300 characters are kept.
    pub async fn finish_completed(
        &self,
        claim: &Claim,
        output_key: &str,
        size_bytes: u64,
        warnings: &[String],
    ) -> Result<Finish, StoreError> {
        let ending = Ending::Completed {
            output_key: output_key.to_owned(),
            size_bytes,
            warnings: warnings
                .iter()
                .take(WARNINGS)
                .map(|warning| warning.chars().take(WARNING_CHARS).collect())
                .collect(),
        };
        self.end(&claim.user, claim.task, Some(claim), &ending)
            .await
    }

    /// Ends a task with a sentence for its owner.
    pub async fn finish_failed(&self, claim: &Claim, error: &str) -> Result<Finish, StoreError> {
        let ending = Ending::Failed {
            error: error.chars().take(2000).collect(),
        };
        self.end(&claim.user, claim.task, Some(claim), &ending)
            .await
    }

    /// The terminal transaction: state, slot, and what was reserved.
    pub(crate) async fn end(
        &self,
        user: &str,
        task: TaskId,
        claim: Option<&Claim>,
        ending: &Ending,
    ) -> Result<Finish, StoreError> {
        for attempt in 0..8 {
            let found = self
                .0
                .db
                .get_item()
                .table_name(&self.0.table)
                .set_key(Some(task_key(user, task)))
                .consistent_read(true)
                .send()
                .await
                .map_err(|error| StoreError::sdk("GetItem", &error))?;
            let Some(item) = found.item else {
                return Ok(Finish::Refused);
            };
            let mut writes = vec![self.terminal(user, task, claim, ending)?];
            writes.push(self.settle(user, task, &item, ending)?);
            if let Some(quota) = self.give_quota_back(&item, ending)? {
                writes.push(quota);
            }
            let writes = writes
                .into_iter()
                .map(|update| TransactWriteItem::builder().update(update).build())
                .collect();
            let sent = self
                .0
                .db
                .transact_write_items()
                .set_transact_items(Some(writes))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Finish::Done);
            };
            let Some(reasons) = reasons(&error) else {
                return Err(StoreError::sdk("TransactWriteItems", &error));
            };
            let refused = |reason: &aws_sdk_dynamodb::types::CancellationReason| {
                reason.code() == Some("ConditionalCheckFailed")
            };
            if reasons.iter().any(refused) {
                return self.ended_so_already(user, task, claim, ending).await;
            }
            pause(attempt).await;
        }
        Err(StoreError::Busy {
            call: "TransactWriteItems",
            cause: "the task is being written by others".to_owned(),
        })
    }

    /// A refused terminal write may be our own, whose answer was lost.
    async fn ended_so_already(
        &self,
        user: &str,
        task: TaskId,
        claim: Option<&Claim>,
        ending: &Ending,
    ) -> Result<Finish, StoreError> {
        let now = self.get_task(user, task).await?;
        let same = now.is_some_and(|task| {
            task.state == ending.state()
                && match ending {
                    Ending::Completed { output_key, .. } => {
                        task.output_key.as_deref() == Some(output_key)
                    }
                    Ending::Failed { error } => task.error.as_deref() == Some(error.as_str()),
                    Ending::Canceled => claim.is_none(),
                }
        });
        Ok(if same { Finish::Done } else { Finish::Refused })
    }

    fn terminal(
        &self,
        user: &str,
        task: TaskId,
        claim: Option<&Claim>,
        ending: &Ending,
    ) -> Result<Update, StoreError> {
        let mut sets = "SET #state = :state, completedAt = :now".to_owned();
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", s(ending.state().as_str()))
            .expression_attribute_values(":now", n(Timestamp::now().0))
            .expression_attribute_values(":processing", s(TaskState::Processing.as_str()));
        match ending {
            Ending::Completed {
                output_key,
                size_bytes,
                warnings,
            } => {
                sets.push_str(", outputKey = :output, sizeBytes = :size, progress = :all");
                update = update
                    .expression_attribute_values(":output", s(output_key))
                    .expression_attribute_values(":size", n(size_bytes))
                    .expression_attribute_values(":all", n(100));
                if !warnings.is_empty() {
                    sets.push_str(", warnings = :warnings");
                    let list = warnings.iter().map(s).collect();
                    update =
                        update.expression_attribute_values(":warnings", AttributeValue::L(list));
                }
            }
            Ending::Failed { error } => {
                sets.push_str(", #error = :error");
                update = update
                    .expression_attribute_names("#error", "error")
                    .expression_attribute_values(":error", s(error));
            }
            Ending::Canceled => {}
        }
        update = match claim {
            Some(claim) => update
                .condition_expression(OURS)
                .expression_attribute_values(":generation", n(claim.generation))
                .expression_attribute_values(":owner", s(&claim.owner)),
            None => update
                .condition_expression("#state IN (:pending, :processing, :paused)")
                .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
                .expression_attribute_values(":paused", s(TaskState::Paused.as_str())),
        };
        sets.push_str(" REMOVE phase, dueShard, dueAt, leaseOwner, leaseUntil");
        built(update.update_expression(sets).build())
    }

    /// Frees the slot; gives credits back unless the export was delivered.
    fn settle(
        &self,
        user: &str,
        task: TaskId,
        item: &Item,
        ending: &Ending,
    ) -> Result<Update, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .expression_attribute_values(":task", AttributeValue::Ss(vec![task.to_string()]));
        let back = number(item, "creditsMicros").unwrap_or_default();
        let owed = flag(item, "metered") && ending.state() != TaskState::Completed;
        update = if owed {
            update
                .update_expression("ADD balanceMicros :back DELETE active :task")
                .expression_attribute_values(":back", n(back))
        } else {
            update.update_expression("DELETE active :task")
        };
        built(update.build())
    }

    fn give_quota_back(&self, item: &Item, ending: &Ending) -> Result<Option<Update>, StoreError> {
        let Some(hash) = text(item, "quotaKeyHash") else {
            return Ok(None);
        };
        if ending.state() == TaskState::Completed {
            return Ok(None);
        }
        let seconds = number(item, "standardSeconds").unwrap_or_default();
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(api_key_key(&hash)))
            .update_expression("ADD quotaLeft :back")
            .expression_attribute_values(":back", n(seconds));
        built(update.build()).map(Some)
    }
}

/// The lease is this worker's still.
const OURS: &str = "#state = :processing AND generation = :generation AND leaseOwner = :owner";

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
