//! What transactions write so that a webhook will be sent, and the send behind them.

use std::time::Duration;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, TransactWriteItem, Update};
use darkroom_exports::repair::UNCLAIMED_SECONDS;
use darkroom_exports::{Callback, DeliveryId, TaskId, TaskState, Timestamp, TraceId, WebhookEvent};

use super::{
    DeliveryState, GRACE_SECONDS, HEADERS_KEPT_SECONDS, KEPT_SECONDS, WebhookMessage, delivery_key,
    headers_key,
};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{TRACE, due_shard, n, number, s, text, trace};
use crate::transact::{delete_part, put_part, send_update, update_part};

/// The longest that SQS holds a message back.
const MAX_DELAY_SECONDS: i64 = 900;

impl Store {
    /// The part that commits a delivery to be sent.
    pub(crate) fn intent(
        &self,
        user: &str,
        id: DeliveryId,
        event: WebhookEvent,
        now: Timestamp,
        trace: Option<&TraceId>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = delivery_key(user, id);
        let fields = [
            ("event", s(event.as_str())),
            ("state", s(DeliveryState::Waiting.as_str())),
            ("occurredAt", n(now.0)),
            ("attempts", n(0)),
            ("generation", n(0)),
            ("dueShard", due_shard(id.task)),
            ("dueAt", n(now.plus_seconds(UNCLAIMED_SECONDS).0)),
            ("expiresAt", n(now.unix_seconds() + KEPT_SECONDS)),
        ];
        item.extend(fields.map(|(name, value)| (name.to_owned(), value)));
        if let Some(trace) = trace {
            item.insert(TRACE.to_owned(), s(trace.as_str()));
        }
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item)),
        )
    }

    /// The part that keeps the headers of a callback, where it has any.
    pub(crate) fn keep_headers(
        &self,
        user: &str,
        task: TaskId,
        callback: &Callback,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        if callback.headers.is_empty() {
            return Ok(None);
        }
        let headers = serde_json::to_string(&callback.headers)
            .map_err(|error| StoreError::Config(error.to_string()))?;
        let mut item = headers_key(user, task);
        item.insert("headers".to_owned(), s(headers));
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item)),
        )
        .map(Some)
    }

    /// The part that lets the headers of a task's callback go with its deliveries, or
    /// at once where there will be none.
    pub(crate) fn let_headers_go(
        &self,
        user: &str,
        task: TaskId,
        state: TaskState,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        if state == TaskState::Canceled {
            return delete_part(
                Delete::builder()
                    .table_name(&self.0.table)
                    .set_key(Some(headers_key(user, task))),
            );
        }
        update_part(self.headers_expire(user, task, now))
    }

    /// Keeps headers for longer than a delivery of now, whether or not they are there.
    pub(super) fn headers_expire(&self, user: &str, task: TaskId, now: Timestamp) -> UpdateBuilder {
        let at = now.unix_seconds() + HEADERS_KEPT_SECONDS;
        Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(headers_key(user, task)))
            .update_expression("SET expiresAt = :at")
            .expression_attribute_values(":at", n(at))
    }

    /// Sends a committed delivery to the webhook queue if nobody has tried it yet.
    /// May be said again whenever it is not sure that it was; `false` where there is
    /// nothing to send.
    pub async fn announce(&self, user: &str, id: DeliveryId) -> Result<bool, StoreError> {
        let Some(item) = self.get_item(delivery_key(user, id)).await? else {
            return Ok(false);
        };
        let waiting = text(&item, "state").as_deref() == Some(DeliveryState::Waiting.as_str());
        if !waiting || number(&item, "attempts") != Some(0) {
            return Ok(false);
        }
        let generation = number(&item, "generation").unwrap_or_default();
        let message = WebhookMessage {
            user: user.to_owned(),
            delivery: id.to_string(),
            generation,
            not_before: 0,
        };
        let trace = trace(&item);
        self.send_webhook(&message, trace.as_ref(), Timestamp::now())
            .await?;
        Ok(true)
    }

    /// Sends a message to the webhook queue, held back until its time as far as SQS
    /// does that: 15 minutes. It is sent on when it comes early.
    pub async fn send_webhook(
        &self,
        message: &WebhookMessage,
        trace: Option<&TraceId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let left_ms = message.not_before.saturating_sub(now.0).max(0);
        // Rounded up: a message that came a moment early would only be sent once more.
        let delay = (left_ms / 1000 + i64::from(left_ms % 1000 > 0)).min(MAX_DELAY_SECONDS);
        let body = serde_json::to_string(message)
            .map_err(|error| StoreError::Config(error.to_string()))?;
        let delay = Duration::from_secs(delay as u64);
        self.send(&self.0.queues.webhook, &message.user, body, trace, delay)
            .await
    }

    /// Sends a delivery again whose message got lost. Of several who try at once, one
    /// sends.
    pub async fn resend_delivery_if_due(
        &self,
        user: &str,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let later = now.plus_seconds(GRACE_SECONDS);
        let update = self
            .due_update(delivery_key(user, id), now, later)
            .update_expression("SET dueAt = :later")
            .return_values(ReturnValue::AllNew);
        let Some(item) = send_update(update).await? else {
            return Ok(false);
        };
        let message = WebhookMessage {
            user: user.to_owned(),
            delivery: id.to_string(),
            generation: number(&item, "generation").unwrap_or_default(),
            not_before: number(&item, "nextAt").unwrap_or_default(),
        };
        self.send_webhook(&message, trace(&item).as_ref(), now)
            .await?;
        Ok(true)
    }
}
