//! The render queue. Messages name a task and may come twice or late; what they
//! do is decided by the task's item.

use std::time::Duration;

use darkroom_exports::TaskId;
use serde::{Deserialize, Serialize};

use crate::config::Store;
use crate::error::StoreError;

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
    /// JSON of a [`RenderMessage`], or whatever somebody sent.
    pub body: String,
}

impl Store {
    /// Sends a committed task to the render queue. The user is the message
    /// group, so that SQS serves users fairly.
    pub async fn send_render(&self, user: &str, task: TaskId) -> Result<(), StoreError> {
        let body = RenderMessage {
            user: user.to_owned(),
            task: task.to_string(),
        };
        self.0
            .sqs
            .send_message()
            .queue_url(&self.0.queue_url)
            .message_body(serde_json::to_string(&body).unwrap_or_default())
            .message_group_id(group(user))
            .send()
            .await
            .map_err(|error| StoreError::sdk("SendMessage", &error))?;
        Ok(())
    }

    /// Waits for up to `most` messages, at most 20 s.
    pub async fn receive_render(
        &self,
        most: u8,
        wait: Duration,
    ) -> Result<Vec<Received>, StoreError> {
        let received = self
            .0
            .sqs
            .receive_message()
            .queue_url(&self.0.queue_url)
            .max_number_of_messages(i32::from(most.clamp(1, 10)))
            .wait_time_seconds(wait.as_secs().min(20) as i32)
            .send()
            .await
            .map_err(|error| StoreError::sdk("ReceiveMessage", &error))?;
        Ok(received
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(|message| {
                Some(Received {
                    message_id: message.message_id?,
                    receipt_handle: message.receipt_handle?,
                    body: message.body.unwrap_or_default(),
                })
            })
            .collect())
    }

    /// Removes a message that is done with.
    pub async fn delete_render(&self, receipt_handle: &str) -> Result<(), StoreError> {
        self.0
            .sqs
            .delete_message()
            .queue_url(&self.0.queue_url)
            .receipt_handle(receipt_handle)
            .send()
            .await
            .map_err(|error| StoreError::sdk("DeleteMessage", &error))?;
        Ok(())
    }

    /// Hides a message from other workers for so long from now.
    pub async fn hide_message(
        &self,
        receipt_handle: &str,
        time: Duration,
    ) -> Result<(), StoreError> {
        self.0
            .sqs
            .change_message_visibility()
            .queue_url(&self.0.queue_url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(time.as_secs().min(43_200) as i32)
            .send()
            .await
            .map_err(|error| StoreError::sdk("ChangeMessageVisibility", &error))?;
        Ok(())
    }
}

/// Message groups take letters, digits and punctuation, at most 128.
fn group(user: &str) -> String {
    user.chars()
        .map(|char| if char.is_ascii_graphic() { char } else { '_' })
        .take(128)
        .collect()
}
