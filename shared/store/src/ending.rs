//! The one write that ends a task, whoever asks for it.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem, Update};
use darkroom_exports::{DeliveryId, Step, TaskId, TaskState, Timestamp, WebhookEvent};

use crate::config::Store;
use crate::error::StoreError;
use crate::files::Use;
use crate::item::{Item, account_key, api_key_key, flag, n, number, s, task_key, text, trace};
use crate::keys::{ApiKey, VALID};
use crate::lease::{Claim, OURS, still_claimable};
use crate::transact::{CHECK_FAILED, passes, pause, reasons, update_part};

/// Times that a terminal write is tried when it meets others.
const END_TRIES: u32 = 8;

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

/// Who ends a task.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// The worker that holds the lease.
    Worker(&'a Claim),
    /// A key of the owner, whoever holds the lease.
    Owner(&'a ApiKey),
    /// The sweep, as long as nobody works on the task and it has this generation.
    Sweep(i64),
}

/// What the terminal transaction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    Refused,
    /// The key that asked is not valid any more; nothing was written.
    KeyRevoked,
}

/// Warnings kept of a render, and characters of each: the task's item stays small.
const WARNINGS: usize = 20;
const WARNING_CHARS: usize = 300;

impl Store {
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
        self.finish(claim, &ending).await
    }

    /// Ends a task with a sentence for its owner.
    pub async fn finish_failed(&self, claim: &Claim, error: &str) -> Result<Finish, StoreError> {
        let ending = Ending::Failed {
            error: error.chars().take(2000).collect(),
        };
        self.finish(claim, &ending).await
    }

    async fn finish(&self, claim: &Claim, ending: &Ending) -> Result<Finish, StoreError> {
        let by = By::Worker(claim);
        match self.end(&claim.user, claim.task, by, ending).await? {
            Ended::Done => Ok(Finish::Done),
            Ended::Refused | Ended::KeyRevoked => Ok(Finish::Refused),
        }
    }

    /// The terminal transaction: state, slot, what was reserved, the use of files, and
    /// the webhook that tells of it. [`Store::announce`] sends that behind it.
    pub(crate) async fn end(
        &self,
        user: &str,
        task: TaskId,
        by: By<'_>,
        ending: &Ending,
    ) -> Result<Ended, StoreError> {
        for attempt in 0..END_TRIES {
            let Some(item) = self.get_item(task_key(user, task)).await? else {
                return Ok(Ended::Refused);
            };
            let mut writes = vec![
                update_part(self.terminal(user, task, by, ending))?,
                update_part(self.settle(user, task, &item, ending))?,
            ];
            if flag(&item, "usesFiles") {
                writes.push(self.end_use(user, Use::Task(task))?);
            }
            writes.extend(self.callback_parts(user, task, &item, ending.state())?);
            writes.extend(self.key_parts(&item, by, ending)?);
            let sent = self
                .0
                .db
                .transact_write_items()
                .set_transact_items(Some(writes))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Ended::Done);
            };
            let Some(reasons) = reasons(&error) else {
                return Err(StoreError::sdk("TransactWriteItems", &error));
            };
            let refused = |reason: &CancellationReason| reason.code() == Some(CHECK_FAILED);
            if let By::Owner(key) = by
                && reasons.last().is_some_and(refused)
            {
                self.forget_key(&key.hash);
                return Ok(Ended::KeyRevoked);
            }
            if reasons.iter().any(refused) {
                return self.ended_so_already(user, task, by, ending).await;
            }
            if !reasons.iter().any(passes) {
                return Err(StoreError::sdk("TransactWriteItems", &error));
            }
            pause(attempt, END_TRIES).await;
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
        by: By<'_>,
        ending: &Ending,
    ) -> Result<Ended, StoreError> {
        let now = self.get_task(user, task).await?;
        let same = now.is_some_and(|task| {
            task.state == ending.state()
                && match ending {
                    Ending::Completed { output_key, .. } => {
                        task.output_key.as_deref() == Some(output_key)
                    }
                    Ending::Failed { error } => task.error.as_deref() == Some(error.as_str()),
                    Ending::Canceled => matches!(by, By::Owner(_)),
                }
        });
        Ok(if same { Ended::Done } else { Ended::Refused })
    }

    fn terminal(&self, user: &str, task: TaskId, by: By<'_>, ending: &Ending) -> UpdateBuilder {
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
        update = match by {
            By::Worker(claim) => update
                .condition_expression(OURS)
                .expression_attribute_values(":generation", n(claim.generation))
                .expression_attribute_values(":owner", s(&claim.owner)),
            By::Owner(_) => update
                .condition_expression("#state IN (:pending, :processing, :paused)")
                .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
                .expression_attribute_values(":paused", s(TaskState::Paused.as_str())),
            By::Sweep(generation) => update
                .condition_expression(still_claimable())
                .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
                .expression_attribute_values(":generation", n(generation)),
        };
        sets.push_str(" REMOVE phase, dueShard, dueAt, leaseOwner, leaseUntil");
        update.update_expression(sets)
    }

    /// Frees the slot; gives credits back unless the export was delivered.
    fn settle(&self, user: &str, task: TaskId, item: &Item, ending: &Ending) -> UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .expression_attribute_values(":task", AttributeValue::Ss(vec![task.to_string()]));
        let back = number(item, "creditsMicros").unwrap_or_default();
        let owed = flag(item, "metered") && ending.state() != TaskState::Completed;
        if owed {
            update
                .update_expression("ADD balanceMicros :back DELETE active :task")
                .expression_attribute_values(":back", n(back))
        } else {
            update.update_expression("DELETE active :task")
        }
    }

    /// What the task's callback, if it has one, is to be told, and the end of its headers.
    fn callback_parts(
        &self,
        user: &str,
        task: TaskId,
        item: &Item,
        state: TaskState,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let now = Timestamp::now();
        let mut parts = Vec::new();
        if item.contains_key("callbackUrl")
            && let Some(event) = WebhookEvent::of_end(state)
        {
            let step = Step::Ended;
            parts.push(self.intent(
                user,
                DeliveryId { task, step },
                event,
                now,
                trace(item).as_ref(),
            )?);
        }
        if flag(item, "callbackHeaders") {
            parts.push(self.let_headers_go(user, task, state, now)?);
        }
        Ok(parts)
    }

    /// The quota that goes back to the key that created the task and, last, that
    /// the key which cancels is valid still. Where they are one key it is one write,
    /// as a transaction may touch an item once only.
    fn key_parts(
        &self,
        item: &Item,
        by: By<'_>,
        ending: &Ending,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut parts = Vec::new();
        let canceler = match by {
            By::Owner(key) => Some(key),
            By::Worker(_) | By::Sweep(_) => None,
        };
        let creator = text(item, "quotaKeyHash").filter(|_| ending.state() != TaskState::Completed);
        let both = canceler.is_some_and(|key| creator.as_ref() == Some(&key.hash));
        if let Some(hash) = creator {
            let seconds = number(item, "standardSeconds").unwrap_or_default();
            let update = Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(api_key_key(&hash)))
                .update_expression("ADD quotaLeft :back")
                .set_condition_expression(both.then(|| VALID.to_owned()))
                .expression_attribute_values(":back", n(seconds));
            parts.push(update_part(update)?);
        }
        if let Some(key) = canceler.filter(|_| !both) {
            parts.push(self.key_is_valid(key)?);
        }
        Ok(parts)
    }
}
