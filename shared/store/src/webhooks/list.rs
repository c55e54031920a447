//! An account's deliveries for its operator: listed, and sent again.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use darkroom_exports::repair::UNCLAIMED_SECONDS;
use darkroom_exports::{DeliveryId, Step, TaskId, TaskState, Timestamp, WebhookEvent};

use super::deliver::{is_settled, state};
use super::{DeliveryState, KEPT_SECONDS, delivery_id, delivery_key};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, due_shard, flag, n, number, s, task_key, text};
use crate::read::List;
use crate::tasks::Page;
use crate::transact::{Part, Sent, update_part};

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Which delivery; its `webhook-id`.
    pub id: DeliveryId,
    /// What happened.
    pub event: WebhookEvent,
    /// When it did.
    pub occurred_at: Timestamp,
    /// What has become of it.
    pub state: DeliveryState,
    /// Tries so far, since it was last replayed; 0 where it was settled without one.
    pub attempts: u32,
    /// When it is tried next, where it was tried before.
    pub next_at: Option<Timestamp>,
    /// What the last try came to, where it failed, or why there was none.
    pub last_error: Option<String>,
}

/// What a replay came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// It will be sent, with all its tries before it.
    Done,
    /// The same, but not before this one, that the task started, is taken or given up.
    Behind(DeliveryId),
    /// The user has no such delivery, or not any more: they are kept for 30 days. Or the
    /// headers that it is to be sent with are not kept any more.
    Missing,
    /// Its task was canceled, of which nothing is sent.
    Canceled,
    /// It is being sent at this moment.
    Sending,
}

impl Store {
    /// A user's deliveries, newest task first, its end before its start: at most
    /// `size`, behind `before`. A page may be short, even empty, with more behind it.
    pub async fn list_deliveries(
        &self,
        user: &str,
        size: u32,
        before: Option<String>,
        only_failed: bool,
    ) -> Result<Page<DeliverySummary, String>, StoreError> {
        let failed = || ("state", s(DeliveryState::Failed.as_str()));
        let list = List {
            user,
            prefix: "W#",
            before,
            size,
            only: only_failed.then(failed),
        };
        let (items, next) = self.page(&list).await?;
        let entries = items
            .iter()
            .map(|item| summary(item).ok_or(StoreError::Corrupt("delivery")));
        Ok(Page {
            entries: entries.collect::<Result<_, _>>()?,
            next,
        })
    }

    /// Sends a delivery again under the same id, with all its tries before it: one
    /// that failed, one that was delivered, or one that waits for its next try.
    pub async fn replay_delivery(
        &self,
        user: &str,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Replayed, StoreError> {
        let step = Step::Started;
        let start = (id.step == Step::Ended).then_some(DeliveryId { step, ..id });
        let mut keys = vec![delivery_key(user, id), task_key(user, id.task)];
        keys.extend(start.map(|start| delivery_key(user, start)));
        let found = self.get_items(keys).await?;
        let of = |key: Item| found.iter().find(|item| item.get("sk") == key.get("sk"));
        let delivery = of(delivery_key(user, id));
        let (Some(_), Some(task)) = (delivery, of(task_key(user, id.task))) else {
            return Ok(Replayed::Missing);
        };
        // Whatever was delivered before: a sender drops it.
        if is_canceled(task) {
            return Ok(Replayed::Canceled);
        }
        let mut parts = vec![(Part::Delivery, self.replay_part(user, id, now)?)];
        if flag(task, "callbackHeaders") {
            let kept = self
                .headers_expire(user, id.task, now)
                .condition_expression("attribute_exists(headers)");
            parts.push((Part::Callback, update_part(kept)?));
        }
        match self.send_parts(parts).await? {
            Sent::Done => {}
            Sent::Refused(Part::Callback, _) => return self.without_headers(user, id.task).await,
            Sent::Refused(..) | Sent::KeyRevoked => return Ok(Replayed::Sending),
        }
        self.announce(user, id).await?;
        let waits = |start: &DeliveryId| {
            of(delivery_key(user, *start)).is_some_and(|start| !is_settled(start))
        };
        Ok(start.filter(waits).map_or(Replayed::Done, Replayed::Behind))
    }

    /// The part that has a delivery begin anew, unless somebody tries it.
    fn replay_part(
        &self,
        user: &str,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        update_part(
            Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(delivery_key(user, id)))
                .update_expression(
                    "SET #state = :waiting, attempts = :none, dueShard = :shard, dueAt = :due, \
                     expiresAt = :kept, replayed = :yes, gone = :no REMOVE nextAt, lastError, leaseUntil \
                     ADD generation :one",
                )
                .condition_expression(
                    "attribute_exists(pk) \
                     AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now)",
                )
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":waiting", s(DeliveryState::Waiting.as_str()))
                .expression_attribute_values(":none", n(0))
                .expression_attribute_values(":shard", due_shard(id.task))
                .expression_attribute_values(":due", n(now.plus_seconds(UNCLAIMED_SECONDS).0))
                .expression_attribute_values(":kept", n(now.unix_seconds() + KEPT_SECONDS))
                .expression_attribute_values(":yes", AttributeValue::Bool(true))
                .expression_attribute_values(":no", AttributeValue::Bool(false))
                .expression_attribute_values(":now", n(now.0))
                .expression_attribute_values(":one", n(1)),
        )
    }

    /// What the replay of a delivery comes to whose headers are gone: its task was canceled
    /// since it was read, or their time is over.
    async fn without_headers(&self, user: &str, task: TaskId) -> Result<Replayed, StoreError> {
        let task = self.get_item(task_key(user, task)).await?;
        let canceled = task.is_some_and(|task| is_canceled(&task));
        Ok(if canceled {
            Replayed::Canceled
        } else {
            Replayed::Missing
        })
    }
}

fn is_canceled(task: &Item) -> bool {
    text(task, "state").as_deref() == Some(TaskState::Canceled.as_str())
}

fn summary(item: &Item) -> Option<DeliverySummary> {
    Some(DeliverySummary {
        id: delivery_id(&text(item, "sk")?)?,
        event: WebhookEvent::parse(&text(item, "event")?)?,
        occurred_at: Timestamp(number(item, "occurredAt")?),
        state: state(item)?,
        attempts: u32::try_from(number(item, "attempts")?).ok()?,
        next_at: number(item, "nextAt").map(Timestamp),
        last_error: text(item, "lastError"),
    })
}
