//! Claims: a task becomes a worker's, and whoever is to be told that it starts will be.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure, Update,
};
use darkroom_editor_state::Ticks;
use darkroom_exports::{
    DeliveryId, ExportPhase, Settings, Step, TaskId, TaskState, Timestamp, WebhookEvent,
};

use super::{Claim, ClaimOutcome, refused};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, due_shard, n, number, s, task_key, text, trace};
use crate::pauses::Turned;
use crate::queue::RenderMessage;
use crate::transact::{TRIES, pause, reasons, update_part};

impl Store {
    /// Claims a task for `owner`, if it is active, under no living lease, and its account
    /// is not paused. Where that is paused the task reads PAUSED from now on. The first
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
        let user = &message.user;
        for attempt in 0..TRIES {
            if self.is_paused(user).await? {
                match self.hold(user, task).await? {
                    Turned::Done => return Ok(ClaimOutcome::Paused),
                    Turned::Task(state) => return Ok(not_ours(state)),
                    Turned::Account => continue,
                }
            }
            match self
                .take_lease(user, &Take::new(owner, task, lease))
                .await?
            {
                // Paused a moment ago, or not turned yet since it was resumed.
                Some(ClaimOutcome::Paused) => {
                    if self.let_go(user, task).await? == Turned::Account {
                        return Ok(ClaimOutcome::Paused);
                    }
                }
                Some(outcome) => return Ok(outcome),
                None => pause(attempt).await,
            }
        }
        Err(StoreError::Busy {
            call: "UpdateItem",
            cause: "the task or its account is written by others all the time".to_owned(),
        })
    }

    /// Claims a task, whether or not its account is paused. `None` when it changed
    /// between being read and being claimed.
    async fn take_lease(
        &self,
        user: &str,
        take: &Take<'_>,
    ) -> Result<Option<ClaimOutcome>, StoreError> {
        let old = match self.take_task(user, take).await? {
            Taken::Ours(item) => {
                return read_claim(user, take.task, take.owner, &item)
                    .map(|claim| Some(ClaimOutcome::Claimed(claim)))
                    .ok_or(StoreError::Corrupt("task"));
            }
            Taken::Refused(old) => old,
        };
        let state = text(&old, "state").and_then(|state| TaskState::parse(&state));
        if state == Some(TaskState::Pending) && is_first_told(&old) {
            let claim = self.take_and_tell(user, take, old).await?;
            return Ok(claim.map(ClaimOutcome::Claimed));
        }
        Ok(Some(not_ours(state)))
    }

    /// Claims a task in one write, unless somebody is to be told that it starts.
    async fn take_task(&self, user: &str, take: &Take<'_>) -> Result<Taken, StoreError> {
        let condition =
            format!("({CLAIMABLE}) AND (attribute_not_exists(callbackUrl) OR attempts > :zero)");
        let claimed = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, take.task)))
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
            .condition_expression(still_claimable())
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        let step = Step::Started;
        let told = self.intent(
            user,
            DeliveryId { task, step },
            WebhookEvent::Started,
            take.now,
            trace(&item).as_ref(),
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
}

/// A task that may be claimed: waiting, or under no living lease.
const CLAIMABLE: &str = "#state = :pending OR (#state = :processing \
     AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now))";
/// What a claim writes.
const TAKE: &str = "SET #state = :processing, leaseOwner = :owner, leaseUntil = :until, \
     dueShard = :shard, dueAt = :until, phase = :phase, progress = :zero \
     REMOVE resends ADD generation :one, attempts :one";

/// Condition on a task that may be claimed, and was not since it was read.
pub(crate) fn still_claimable() -> String {
    format!("({CLAIMABLE}) AND generation = :generation")
}

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

/// What a task in this state is to a worker that does not get it.
fn not_ours(state: Option<TaskState>) -> ClaimOutcome {
    match state {
        None => ClaimOutcome::Missing,
        Some(TaskState::Paused) => ClaimOutcome::Paused,
        Some(state) if state.is_active() => ClaimOutcome::Held,
        Some(_) => ClaimOutcome::Ended,
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
        duration: Ticks(number(item, "durationTicks")?),
        trace: trace(item),
        has_callback: item.contains_key("callbackUrl"),
    })
}
