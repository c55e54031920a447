//! The queues. Messages name a task or a delivery and may come twice or late; what
//! they do is decided by its item.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::types::MessageAttributeValue;
use darkroom_exports::{TaskId, TraceId};
use serde::{Deserialize, Serialize};

use crate::config::Store;
use crate::error::StoreError;
use crate::transact::built;

/// Attribute of a message of either queue: the trace that it belongs to. It is for whoever
/// reads a message without the item that it names, which holds the same.
pub const TRACE_ATTRIBUTE: &str = "traceId";

/// Body of a message on the render queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderMessage {
    /// Owner.
    pub user: String,
    /// Task.
    pub task: String,
}

/// A message as received.
#[derive(Debug, Clone)]
pub struct Received {
    /// Id of the message.
    pub message_id: String,
    /// Names this receipt in later calls.
    pub receipt_handle: String,
    /// JSON of a message of that queue, or whatever somebody sent.
    pub body: String,
    /// The trace that it belongs to, where it says so.
    pub trace: Option<TraceId>,
}

impl Store {
    /// Sends a committed task to the render queue.
    pub async fn send_render(
        &self,
        user: &str,
        task: TaskId,
        trace: Option<&TraceId>,
    ) -> Result<(), StoreError> {
        let body = RenderMessage {
            user: user.to_owned(),
            task: task.to_string(),
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        self.send(&self.0.queues.render, user, body, trace, Duration::ZERO)
            .await
    }

    /// Sends a message, held back for at most 15 minutes. The user is the message
    /// group, so that SQS serves users fairly.
    pub(crate) async fn send(
        &self,
        queue: &str,
        user: &str,
        body: String,
        trace: Option<&TraceId>,
        delay: Duration,
    ) -> Result<(), StoreError> {
        let delay = Some(delay.as_secs() as i32).filter(|seconds| *seconds > 0);
        self.0
            .sqs
            .send_message()
            .queue_url(queue)
            .message_body(body)
            .message_group_id(group(user))
            .set_delay_seconds(delay)
            .set_message_attributes(trace.map(attributes).transpose()?)
            .send()
            .await
            .map_err(|error| StoreError::sdk("SendMessage", &error))?;
        Ok(())
    }

    /// Waits for up to `most` messages of the render queue, at most 20 s.
    pub async fn receive_render(
        &self,
        most: u8,
        wait: Duration,
    ) -> Result<Vec<Received>, StoreError> {
        self.receive(&self.0.queues.render, most, wait).await
    }

    /// Waits for up to `most` messages of the webhook queue, at most 20 s.
    pub async fn receive_webhooks(
        &self,
        most: u8,
        wait: Duration,
    ) -> Result<Vec<Received>, StoreError> {
        self.receive(&self.0.queues.webhook, most, wait).await
    }

    pub(crate) async fn receive(
        &self,
        queue: &str,
        most: u8,
        wait: Duration,
    ) -> Result<Vec<Received>, StoreError> {
        let received = self
            .0
            .sqs
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(i32::from(most.clamp(1, 10)))
            .wait_time_seconds(wait.as_secs().min(20) as i32)
            .message_attribute_names(TRACE_ATTRIBUTE)
            .send()
            .await
            .map_err(|error| StoreError::sdk("ReceiveMessage", &error))?;
        Ok(received
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(|message| {
                Some(Received {
                    trace: trace(message.message_attributes.as_ref()),
                    message_id: message.message_id?,
                    receipt_handle: message.receipt_handle?,
                    body: message.body.unwrap_or_default(),
                })
            })
            .collect())
    }

    /// Removes a message of the render queue that is done with.
    pub async fn delete_render(&self, receipt_handle: &str) -> Result<(), StoreError> {
        self.delete(&self.0.queues.render, receipt_handle).await
    }

    /// Removes a message of the webhook queue that is done with.
    pub async fn delete_webhook(&self, receipt_handle: &str) -> Result<(), StoreError> {
        self.delete(&self.0.queues.webhook, receipt_handle).await
    }

    pub(crate) async fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), StoreError> {
        self.0
            .sqs
            .delete_message()
            .queue_url(queue)
            .receipt_handle(receipt_handle)
            .send()
            .await
            .map_err(|error| StoreError::sdk("DeleteMessage", &error))?;
        Ok(())
    }

    /// Hides a message of the render queue from other workers for so long from now.
    pub async fn hide_message(
        &self,
        receipt_handle: &str,
        time: Duration,
    ) -> Result<(), StoreError> {
        self.0
            .sqs
            .change_message_visibility()
            .queue_url(&self.0.queues.render)
            .receipt_handle(receipt_handle)
            .visibility_timeout(time.as_secs().min(43_200) as i32)
            .send()
            .await
            .map_err(|error| StoreError::sdk("ChangeMessageVisibility", &error))?;
        Ok(())
    }
}

type Attributes = HashMap<String, MessageAttributeValue>;

fn attributes(trace: &TraceId) -> Result<Attributes, StoreError> {
    let value = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(trace.as_str());
    Ok(HashMap::from([(
        TRACE_ATTRIBUTE.to_owned(),
        built(value.build())?,
    )]))
}

fn trace(attributes: Option<&Attributes>) -> Option<TraceId> {
    TraceId::parse(attributes?.get(TRACE_ATTRIBUTE)?.string_value()?)
}

/// Message groups take letters, digits and punctuation, at most 128.
fn group(user: &str) -> String {
    user.chars()
        .map(|char| if char.is_ascii_graphic() { char } else { '_' })
        .take(128)
        .collect()
}
