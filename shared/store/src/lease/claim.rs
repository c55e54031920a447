//! Claims: a task becomes a worker's, and whoever is to be told that it starts will be.

use std::time::Duration;

use aws_sdk_dynamodb::types::Update;
use darkroom_editor_state::Ticks;
use darkroom_exports::{
    DeliveryId, ExportPhase, Settings, Step, TaskId, TaskState, Timestamp, WebhookEvent,
};

use super::{Claim, ClaimOutcome};
use crate::accounts::Standing;
use crate::config::Store;
use crate::due::read_work;
use crate::error::StoreError;
use crate::item::{Item, account_key, due_shard, n, number, queue_key, s, task_key, text, trace};
use crate::pauses::Turned;
use crate::queue::RenderMessage;
use crate::read::take_item;
use crate::transact::{Part, Sent, TRIES, pause, update_part};

impl Store {
    /// Claims a task for `owner`, if it is active, under no living lease, and neither its
    /// account nor the queue is paused. Where one is the task reads PAUSED from now on. The
    /// first claim of a task with a callback commits that its start is told;
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
            let take = Take::new(owner, task, lease);
            let turned = match self.look(user, &take).await? {
                Look::Over(outcome) => return Ok(outcome),
                Look::HoldInQueue => self.hold_in_queue(user, task).await?,
                Look::Hold => self.hold(user, task).await? == Turned::Done,
                Look::LetGo => {
                    self.let_go(user, task).await?;
                    continue;
                }
                Look::Take(item) => {
                    if let Some(claim) = self.claim_as_read(user, &take, item).await? {
                        return Ok(ClaimOutcome::Claimed(claim));
                    }
                    false
                }
            };
            if turned {
                return Ok(ClaimOutcome::Paused);
            }
            // It is not any more as it was read.
            pause(attempt, TRIES).await;
        }
        Err(StoreError::Busy {
            call: "TransactWriteItems",
            cause: "the task, its account or the queue is written by others all the time"
                .to_owned(),
        })
    }

    /// Looks at a task, its account and the queue, in one call.
    async fn look(&self, user: &str, take: &Take<'_>) -> Result<Look, StoreError> {
        let (own, account, queue) = (task_key(user, take.task), account_key(user), queue_key());
        let keys = vec![own.clone(), account.clone(), queue.clone()];
        let mut items = self.get_items(keys).await?;
        let Some(task) = take_item(&mut items, &own) else {
            return Ok(Look::Over(ClaimOutcome::Missing));
        };
        let account = take_item(&mut items, &account).unwrap_or_default();
        let (work, _) = read_work(&task).ok_or(StoreError::Corrupt("task"))?;
        let is_held = work.state == TaskState::Paused;
        Ok(if !work.state.is_active() {
            Look::Over(ClaimOutcome::Ended)
        } else if work.is_worked_on(take.now) {
            Look::Over(ClaimOutcome::Held)
        } else if take_item(&mut items, &queue).is_some() {
            Look::HoldInQueue
        } else if Standing::of(&account).paused {
            if is_held {
                Look::Over(ClaimOutcome::Paused)
            } else {
                Look::Hold
            }
        } else if is_held {
            Look::LetGo
        } else {
            Look::Take(task)
        })
    }

    /// Claims a task as it was read, and with the first claim of one with a callback commits
    /// that its start is told: the first ever, for attempts that a clean stop has given back
    /// were begun all the same. `None` when the task has changed since, or the queue is paused.
    async fn claim_as_read(
        &self,
        user: &str,
        take: &Take<'_>,
        mut item: Item,
    ) -> Result<Option<Claim>, StoreError> {
        let generation = number(&item, "generation").unwrap_or_default();
        let attempts = number(&item, "attempts").unwrap_or_default();
        let mut values = take.values();
        values.insert(":generation".to_owned(), n(generation));
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, take.task)))
            .update_expression(TAKE)
            .condition_expression(still_claimable())
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        let mut parts = vec![
            (Part::Queue, self.check_pause(queue_key(), false)?),
            (Part::Task, update_part(update)?),
        ];
        if generation == 0 && item.contains_key("callbackUrl") {
            let (task, step) = (take.task, Step::Started);
            let told = self.intent(
                user,
                DeliveryId { task, step },
                WebhookEvent::Started,
                take.now,
                trace(&item).as_ref(),
            )?;
            parts.push((Part::Delivery, told));
        }
        match self.send_parts(parts).await? {
            Sent::Done => {
                // What the transaction has made of it, which does not answer with the item.
                item.insert("generation".to_owned(), n(generation + 1));
                item.insert("attempts".to_owned(), n(attempts + 1));
                read_claim(user, take.task, take.owner, &item)
                    .map(Some)
                    .ok_or(StoreError::Corrupt("task"))
            }
            Sent::Refused(..) | Sent::KeyRevoked => Ok(None),
        }
    }
}

/// What is to be done about a task that a message names.
enum Look {
    /// Nothing: this is what the claim comes to.
    Over(ClaimOutcome),
    /// Turn it to PAUSED, as the queue is.
    HoldInQueue,
    /// Turn it to PAUSED, as its account is.
    Hold,
    /// Turn it back: it is held no more, and was not turned yet.
    LetGo,
    /// Claim it; it is this item.
    Take(Item),
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
