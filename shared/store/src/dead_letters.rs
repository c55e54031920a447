//! Messages that came too often: read, and done away with.

use std::time::Duration;

use darkroom_exports::{DeliveryId, Timestamp};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{n, s};
use crate::queue::Received;
use crate::transact::send_update;
use crate::webhooks::{DeliveryState, delivery_key};

/// Which queue's dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetters {
    /// Those of the render queue.
    Renders,
    /// Those of the webhook queue.
    Webhooks,
}

/// What is kept of a delivery that ends so.
const POISONOUS: &str = "the service failed in sending it, again and again";

impl Store {
    /// Up to `most` dead letters that are there now, at most ten. It is a short poll, which
    /// may miss some: the next one finds them. A message that is not deleted comes again
    /// when the queue's visibility time-out is over.
    pub async fn receive_dead_letters(
        &self,
        which: DeadLetters,
        most: u8,
    ) -> Result<Vec<Received>, StoreError> {
        self.receive(self.dead_letters_url(which)?, most, Duration::ZERO)
            .await
    }

    /// Removes a dead letter that is done with.
    pub async fn delete_dead_letter(
        &self,
        which: DeadLetters,
        receipt_handle: &str,
    ) -> Result<(), StoreError> {
        self.delete(self.dead_letters_url(which)?, receipt_handle)
            .await
    }

    fn dead_letters_url(&self, which: DeadLetters) -> Result<&str, StoreError> {
        let urls = self.0.queues.dead_letters()?;
        Ok(match which {
            DeadLetters::Renders => &urls.render,
            DeadLetters::Webhooks => &urls.webhook,
        })
    }

    /// Ends a delivery FAILED whose message came too often, if its last sender died in the
    /// try. It is listed and can be replayed as any that failed. One that nobody could
    /// claim is left: the due index has it, and sends it when that is possible again.
    pub async fn fail_poisonous_delivery(
        &self,
        user: &str,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(delivery_key(user, id)))
            .update_expression(
                "SET #state = :failed, settledAt = :now, lastError = :error \
                 REMOVE leaseUntil, nextAt, dueShard, dueAt",
            )
            .condition_expression("#state = :waiting AND leaseUntil < :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":failed", s(DeliveryState::Failed.as_str()))
            .expression_attribute_values(":waiting", s(DeliveryState::Waiting.as_str()))
            .expression_attribute_values(":error", s(POISONOUS))
            .expression_attribute_values(":now", n(now.0));
        Ok(send_update(update).await?.is_some())
    }
}
