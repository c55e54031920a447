//! One try of a delivery: claimed, and settled by whoever claimed it.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use darkroom_exports::{DeliveryId, Step, TaskState, Timestamp, WebhookEvent};

use super::{
    CallbackHeaders, Delivery, DeliveryClaim, DeliveryState, GRACE_SECONDS, KEPT_SECONDS, Settled,
    WebhookMessage, delivery_key, headers_key, secrets,
};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{self, Item, account_key, flag, n, number, s, task_key, text, trace};
use crate::read::take_item;
use crate::transact::send_update;

/// Longest sentence kept of a failed try.
const ERROR_CHARS: usize = 300;
/// Why nothing was sent.
const UNWANTED: &str = "not sent: the receiver answered 410 when it was told of the start, and \
                        wants no more webhooks of this export";
const USED_UP: &str = "the last try was not finished, because of a fault of the service";

/// The items that a try takes.
struct Found {
    delivery: Item,
    /// That the task started, where this delivery tells of its end.
    before: Option<Item>,
    task: Item,
    headers: Option<Item>,
    account: Item,
}

impl Store {
    /// Claims the delivery that a message names for one try, if the message is the
    /// latest of it and it is this delivery's turn.
    pub async fn claim_delivery(
        &self,
        message: &WebhookMessage,
        now: Timestamp,
        lease: Duration,
    ) -> Result<DeliveryClaim, StoreError> {
        let Some(id) = DeliveryId::parse(&message.delivery) else {
            return Ok(DeliveryClaim::Missing);
        };
        let user = &message.user;
        let Some(found) = self.find_delivery(user, id).await? else {
            return Ok(DeliveryClaim::Missing);
        };
        if state(&found.delivery) != Some(DeliveryState::Waiting) {
            return Ok(DeliveryClaim::Over);
        }
        if let Some(before) = found.before.as_ref().filter(|start| !is_settled(start)) {
            let due = number(before, "dueAt").unwrap_or(now.0);
            self.postpone(user, id, Timestamp(due.max(now.0))).await?;
            let step = Step::Started;
            return Ok(DeliveryClaim::Blocked(DeliveryId { step, ..id }));
        }
        let Some(ours) = self.take(user, id, message.generation, now, lease).await? else {
            return self.unclaimed(user, id, now).await;
        };
        read(user, id, &ours, &found, now)
            .map(|delivery| DeliveryClaim::Claimed(Box::new(delivery)))
            .ok_or(StoreError::Corrupt("delivery"))
    }

    /// Why a claim was refused: of a delivery that somebody tries, the message must live
    /// on, for that may be a try of which nobody learned, or one that is settled late.
    async fn unclaimed(
        &self,
        user: &str,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<DeliveryClaim, StoreError> {
        let found = self.find_delivery(user, id).await?;
        let waiting = found.filter(|f| state(&f.delivery) == Some(DeliveryState::Waiting));
        let until = waiting.and_then(|found| number(&found.delivery, "leaseUntil"));
        Ok(match until {
            Some(until) if until >= now.0 => DeliveryClaim::Held(Timestamp(until)),
            _ => DeliveryClaim::Over,
        })
    }

    /// Everything that belongs to a delivery, in one call; `None` where the delivery
    /// or its task is not there.
    async fn find_delivery(&self, user: &str, id: DeliveryId) -> Result<Option<Found>, StoreError> {
        let own = delivery_key(user, id);
        let before = (id.step == Step::Ended).then(|| {
            let step = Step::Started;
            delivery_key(user, DeliveryId { step, ..id })
        });
        let (task, headers) = (task_key(user, id.task), headers_key(user, id.task));
        let account = account_key(user);
        let mut keys = vec![own.clone(), task.clone(), headers.clone(), account.clone()];
        keys.extend(before.clone());
        let mut items = self.get_items(keys).await?;
        let mut take = |key: &Item| take_item(&mut items, key);
        let (delivery, task, headers) = (take(&own), take(&task), take(&headers));
        let (account, before) = (take(&account), before.and_then(|key| take(&key)));
        let (Some(delivery), Some(task)) = (delivery, task) else {
            return Ok(None);
        };
        Ok(Some(Found {
            delivery,
            before,
            task,
            headers,
            account: account.unwrap_or_default(),
        }))
    }

    /// Raises the generation and begins a lease. A lease that ran out is of a sender
    /// that died in its try, whatever the message says.
    async fn take(
        &self,
        user: &str,
        id: DeliveryId,
        generation: i64,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Item>, StoreError> {
        let until = now.0 + lease.as_millis() as i64;
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(delivery_key(user, id)))
            .update_expression(
                "SET leaseUntil = :until, dueAt = :due ADD generation :one, attempts :one",
            )
            .condition_expression(
                "#state = :waiting AND (leaseUntil < :now \
                 OR (attribute_not_exists(leaseUntil) AND generation = :generation))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waiting", s(DeliveryState::Waiting.as_str()))
            .expression_attribute_values(":until", n(until))
            .expression_attribute_values(":due", n(until + 1))
            .expression_attribute_values(":now", n(now.0))
            .expression_attribute_values(":generation", n(generation))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew);
        send_update(update).await
    }

    /// Has a delivery whose turn it is not looked at after the one before it.
    async fn postpone(
        &self,
        user: &str,
        id: DeliveryId,
        before_is_due: Timestamp,
    ) -> Result<(), StoreError> {
        let due = before_is_due.plus_seconds(GRACE_SECONDS).0;
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(delivery_key(user, id)))
            .update_expression("SET dueAt = :due")
            .condition_expression("attribute_exists(dueShard)")
            .expression_attribute_values(":due", n(due));
        send_update(update).await.map(drop)
    }

    /// Writes what a try came to; `false` when the lease is another's by now, and
    /// nothing was written. A further try is sent for before it is written: a sender
    /// that dies in between leaves a message too many, not one too few.
    pub async fn settle_delivery(
        &self,
        delivery: &Delivery,
        settled: &Settled,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if let Settled::Again(at, _) = settled {
            let next = WebhookMessage {
                user: delivery.user.clone(),
                delivery: delivery.id.to_string(),
                generation: delivery.generation,
                not_before: at.0,
            };
            self.send_webhook(&next, delivery.trace.as_ref(), now)
                .await?;
        }
        let (sets, values) = outcome(settled, delivery.attempt, now);
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(delivery_key(&delivery.user, delivery.id)))
            .update_expression(sets)
            .condition_expression(
                "#state = :waiting AND generation = :generation AND attribute_exists(leaseUntil)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waiting", s(DeliveryState::Waiting.as_str()))
            .expression_attribute_values(":generation", n(delivery.generation));
        let update = values.into_iter().fold(update, |update, (name, value)| {
            update.expression_attribute_values(name, value)
        });
        Ok(send_update(update).await?.is_some())
    }
}

/// The update of a try's end, with its values. A claim counts as a try, until it turns
/// out that nothing was sent.
fn outcome(
    settled: &Settled,
    attempt: u32,
    now: Timestamp,
) -> (&'static str, Vec<(&'static str, AttributeValue)>) {
    const AGAIN: &str =
        "SET nextAt = :at, dueAt = :due, expiresAt = :kept, lastError = :error REMOVE leaseUntil";
    const DELIVERED: &str = "SET #state = :state, settledAt = :now \
                             REMOVE leaseUntil, nextAt, dueShard, dueAt, lastError";
    const FAILED: &str = "SET #state = :state, settledAt = :now, lastError = :error, gone = :gone \
                          REMOVE leaseUntil, nextAt, dueShard, dueAt";
    const DROPPED: &str = "SET #state = :state, settledAt = :now, attempts = :tries \
                           REMOVE leaseUntil, nextAt, dueShard, dueAt, lastError";
    const UNSENT: &str = "SET #state = :state, settledAt = :now, attempts = :tries, \
                          lastError = :error REMOVE leaseUntil, nextAt, dueShard, dueAt";
    let error = |text: &str| s(text.chars().take(ERROR_CHARS).collect::<String>());
    let ended = |state: DeliveryState| vec![(":state", s(state.as_str())), (":now", n(now.0))];
    let tries = (":tries", n(attempt.saturating_sub(1)));
    match settled {
        Settled::Delivered => (DELIVERED, ended(DeliveryState::Delivered)),
        Settled::Failed(answer) => {
            let mut values = ended(DeliveryState::Failed);
            values.push((":error", error(&answer.to_string())));
            values.push((":gone", AttributeValue::Bool(answer.is_gone())));
            (FAILED, values)
        }
        Settled::Dropped => {
            let mut values = ended(DeliveryState::Dropped);
            values.push(tries);
            (DROPPED, values)
        }
        Settled::Unwanted | Settled::UsedUp => {
            let why = match settled {
                Settled::Unwanted => UNWANTED,
                _ => USED_UP,
            };
            let mut values = ended(DeliveryState::Failed);
            values.extend([tries, (":error", error(why))]);
            (UNSENT, values)
        }
        Settled::Again(at, answer) => {
            let values = vec![
                (":at", n(at.0)),
                (":due", n(at.plus_seconds(GRACE_SECONDS).0)),
                (":kept", n(at.unix_seconds() + KEPT_SECONDS)),
                (":error", error(&answer.to_string())),
            ];
            (AGAIN, values)
        }
    }
}

/// Whether a delivery was ever taken or given up: the end of its task waits for that of the
/// start, and for no replay.
pub(super) fn is_settled(delivery: &Item) -> bool {
    delivery.contains_key("settledAt")
}

pub(super) fn state(item: &Item) -> Option<DeliveryState> {
    DeliveryState::parse(&text(item, "state")?)
}

fn read(
    user: &str,
    id: DeliveryId,
    ours: &Item,
    found: &Found,
    now: Timestamp,
) -> Option<Delivery> {
    let task = item::task(&found.task).ok()?;
    // An item without headers in it is none: only its time was written.
    let kept = found.headers.as_ref();
    let headers = match kept.and_then(|item| text(item, "headers")) {
        Some(json) => {
            let map: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&json).ok()?;
            map.into_iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
                .collect()
        }
        None if flag(&found.task, "callbackHeaders") && task.state != TaskState::Canceled => {
            return None;
        }
        None => Vec::new(),
    };
    Some(Delivery {
        user: user.to_owned(),
        id,
        event: WebhookEvent::parse(&text(ours, "event")?)?,
        occurred_at: Timestamp(number(ours, "occurredAt")?),
        attempt: u32::try_from(number(ours, "attempts")?).ok()?,
        url: task.callback_url.clone()?,
        task,
        headers: CallbackHeaders(headers),
        secrets: secrets::valid(&found.account, now)?,
        // Whoever replays it knows better.
        gone: !flag(ours, "replayed")
            && found.before.as_ref().is_some_and(|item| flag(item, "gone")),
        trace: trace(ours),
        generation: number(ours, "generation")?,
    })
}
