//! Accounts whose queued tasks their operator holds.
//!
//! `paused` of the account decides; PAUSED of a task shows it and keeps workers off. The
//! two are different items, written one after the other, and agree in the end because
//! each change of a task is conditional on its account: PENDING (or a dead lease) to
//! PAUSED only while the account is paused, PAUSED to PENDING only while it is not.
//!
//! - Pausing writes the account, then turns its queued tasks. A create that comes in
//!   between commits its task PAUSED, as its transaction is conditional on how the
//!   account stands. A message that comes in between finds the account paused, and its
//!   task is turned by [`Store::claim`], which raises no attempt. What is being rendered
//!   goes on to its end.
//! - Resuming writes the account, then turns its PAUSED tasks and sends each. A message
//!   that comes in between finds a PAUSED task of an account that is not paused, and
//!   turns and claims it itself.
//! - PAUSED tasks stay in the due index, an hour ahead. If whoever resumes an account
//!   dies halfway, the sweep then finds the account not paused and sends them; resuming
//!   once more helps sooner.
//!
//! The queue can be held beside that, for all accounts ([`crate::queue_pauses`]): tasks of
//! an account that is resumed meanwhile wait for the queue.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update,
};
use darkroom_exports::repair::UNCLAIMED_SECONDS;
use darkroom_exports::{TaskId, TaskState, Timestamp, TraceId};

use crate::accounts::active_tasks;
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, account_key, due_shard, n, s, task_key, text};
use crate::transact::{Part, Sent, built, send_update, update_part};

/// A PAUSED task is looked at again after so long.
pub(crate) const PAUSED_SECONDS: i64 = 3600;

/// Condition on an account, or on the queue, that is or is not paused.
pub(crate) const fn pause_condition(paused: bool) -> &'static str {
    if paused {
        "attribute_exists(paused)"
    } else {
        "attribute_not_exists(paused)"
    }
}

/// What turning a task came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    Done,
    /// The account is not as the turn wants it.
    Account,
    /// The task is in this state, which is not one to turn; none if it is not there.
    Task(Option<TaskState>),
}

impl Store {
    /// Holds an account: nothing more of it is rendered until it is resumed. Answers the
    /// tasks that read PAUSED now. Doing it again does no harm.
    pub async fn pause_account(&self, user: &str) -> Result<Vec<TaskId>, StoreError> {
        let mut held = Vec::new();
        for task in self.set_paused(user, true).await? {
            if self.hold(user, task).await? == Turned::Done {
                held.push(task);
            }
        }
        Ok(held)
    }

    /// Lets an account go on; answers the tasks that are sent to the queue, which are none
    /// while that is paused. Doing it again does no harm, and sees to tasks whose message
    /// was not sent the first time.
    pub async fn resume_account(&self, user: &str) -> Result<Vec<TaskId>, StoreError> {
        let mut sent = Vec::new();
        let tasks = self.set_paused(user, false).await?;
        let queue_paused = self.queue_is_paused().await?;
        for task in tasks {
            if queue_paused {
                self.hold_in_queue(user, task).await?;
                continue;
            }
            let due = match self.let_go(user, task).await? {
                Turned::Done => {
                    // Its trace would take a read; whoever claims it finds that.
                    self.send_render(user, task, None).await?;
                    true
                }
                Turned::Account | Turned::Task(_) => self.resend_if_due(user, task).await?,
            };
            if due {
                sent.push(task);
            }
        }
        Ok(sent)
    }

    /// Writes whether an account is paused; answers its active tasks at that moment.
    async fn set_paused(&self, user: &str, paused: bool) -> Result<Vec<TaskId>, StoreError> {
        let mut update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .return_values(ReturnValue::AllNew);
        update = if paused {
            update
                .update_expression("SET paused = :yes")
                .expression_attribute_values(":yes", AttributeValue::Bool(true))
        } else {
            update.update_expression("REMOVE paused")
        };
        let written = send_update(update).await?;
        let tasks = active_tasks(&written.unwrap_or_default());
        Ok(tasks.iter().filter_map(|id| TaskId::parse(id)).collect())
    }

    /// Turns a task that nobody renders to PAUSED, if its account is paused.
    pub(crate) async fn hold(&self, user: &str, task: TaskId) -> Result<Turned, StoreError> {
        let now = Timestamp::now();
        let update = held(now)
            .expression_attribute_values(":shard", due_shard(task))
            .expression_attribute_values(":due", n(now.plus_seconds(PAUSED_SECONDS).0));
        self.turn(user, task, Some(true), update).await
    }

    /// Turns a PAUSED task to PENDING, if its account is not paused.
    pub(crate) async fn let_go(&self, user: &str, task: TaskId) -> Result<Turned, StoreError> {
        let soon = Timestamp::now().plus_seconds(UNCLAIMED_SECONDS);
        let update = Update::builder()
            .update_expression("SET #state = :pending, dueShard = :shard, dueAt = :soon")
            .condition_expression("#state = :paused")
            .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
            .expression_attribute_values(":shard", due_shard(task))
            .expression_attribute_values(":soon", n(soon.0));
        self.turn(user, task, Some(false), update).await
    }

    /// Sends a PAUSED task whose account is not paused, with its trace where that is known:
    /// whoever resumed that died halfway, or it waited for the queue. While the account is
    /// paused, the task is only looked at again in an hour.
    pub async fn resume_if_let_go(
        &self,
        user: &str,
        task: TaskId,
        trace: Option<&TraceId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match self.let_go(user, task).await? {
            Turned::Done => {
                self.send_render(user, task, trace).await?;
                Ok(true)
            }
            Turned::Account => {
                // Held by its queue no more.
                let later = now.plus_seconds(PAUSED_SECONDS);
                let update = self
                    .due_update(task_key(user, task), now, later)
                    .update_expression("SET dueAt = :later, dueShard = :shard")
                    .expression_attribute_values(":shard", due_shard(task));
                send_update(update).await?;
                Ok(false)
            }
            Turned::Task(_) => Ok(false),
        }
    }

    /// Sends an update of a task: whether or not its account is paused, or only if that is
    /// as it says.
    pub(crate) async fn turn(
        &self,
        user: &str,
        task: TaskId,
        account_paused: Option<bool>,
        update: UpdateBuilder,
    ) -> Result<Turned, StoreError> {
        let mut parts = Vec::with_capacity(2);
        if let Some(paused) = account_paused {
            let check = self.check_pause(account_key(user), paused)?;
            parts.push((Part::Account, check));
        }
        let update = update
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":paused", s(TaskState::Paused.as_str()))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        parts.push((Part::Task, update_part(update)?));
        Ok(match self.send_parts(parts).await? {
            Sent::Done => Turned::Done,
            Sent::Refused(Part::Task, item) => {
                let state = text(&item, "state").and_then(|state| TaskState::parse(&state));
                Turned::Task(state)
            }
            Sent::Refused(..) | Sent::KeyRevoked => Turned::Account,
        })
    }

    /// The part that checks whether an account, or the queue, is paused.
    pub(crate) fn check_pause(
        &self,
        key: Item,
        paused: bool,
    ) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.0.table)
            .set_key(Some(key))
            .condition_expression(pause_condition(paused));
        Ok(TransactWriteItem::builder()
            .condition_check(built(check.build())?)
            .build())
    }
}

/// The turn to PAUSED of a task that nobody renders at this time; `:shard` and `:due` are
/// where it is found again.
pub(crate) fn held(now: Timestamp) -> UpdateBuilder {
    Update::builder()
        .update_expression(
            "SET #state = :paused, progress = :zero, dueShard = :shard, dueAt = :due \
             REMOVE phase, leaseOwner, leaseUntil",
        )
        .condition_expression(
            "#state IN (:pending, :paused) OR (#state = :processing \
             AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now))",
        )
        .expression_attribute_values(":pending", s(TaskState::Pending.as_str()))
        .expression_attribute_values(":processing", s(TaskState::Processing.as_str()))
        .expression_attribute_values(":now", n(now.0))
        .expression_attribute_values(":zero", n(0))
}
