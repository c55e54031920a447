//! One message, from claim to verdict.

use darkroom_exports::webhook::schedule::{TRIES, Verdict, judge};
use darkroom_exports::{DeliveryId, Step, TaskState};
use darkroom_store::{
    DELIVERY_LEASE, Delivery, DeliveryClaim, Settled, StoreError, WebhookMessage,
};
use tracing::Instrument as _;

use crate::config::Sender;
use crate::send::send;

/// Whether the message is done with.
pub(crate) async fn process(sender: &Sender, body: &str) -> bool {
    let message: WebhookMessage = match serde_json::from_str(body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!("a message names no delivery: {error}");
            return false;
        }
    };
    let span = tracing::info_span!("webhook", delivery = %message.delivery);
    match look_at(sender, &message).instrument(span).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(delivery = %message.delivery, "a webhook comes again: {error}");
            false
        }
    }
}

async fn look_at(sender: &Sender, message: &WebhookMessage) -> Result<(), StoreError> {
    let (store, now) = (sender.store(), sender.now());
    if message.not_before > now.0 {
        return store.send_webhook(message, now).await;
    }
    match store.claim_delivery(message, now, DELIVERY_LEASE).await? {
        DeliveryClaim::Claimed(delivery) => attempt(sender, &delivery).await,
        // Whoever committed the one before it, or settled it, may have died before
        // there was a message for the next.
        DeliveryClaim::Blocked(before) => store.announce(&message.user, before).await.map(drop),
        DeliveryClaim::Held(until) => {
            let later = WebhookMessage {
                not_before: until.0 + 1,
                ..message.clone()
            };
            store.send_webhook(&later, now).await
        }
        DeliveryClaim::Over => match DeliveryId::parse(&message.delivery) {
            Some(id) => go_on(sender, &message.user, id).await,
            None => Ok(()),
        },
    }
}

async fn attempt(sender: &Sender, delivery: &Delivery) -> Result<(), StoreError> {
    let settled = match hindrance(delivery) {
        Some(settled) => settled,
        None => sent(sender, delivery).await?,
    };
    let attempt = delivery.attempt;
    tracing::info!(attempt, event = delivery.event.as_str(), ?settled, "tried");
    // Also where it is settled already: perhaps by ourselves, without learning of it.
    sender
        .store()
        .settle_delivery(delivery, &settled, sender.now())
        .await?;
    if !matches!(settled, Settled::Again(..)) {
        go_on(sender, &delivery.user, delivery.id).await?;
    }
    Ok(())
}

/// What ends a delivery without a try.
fn hindrance(delivery: &Delivery) -> Option<Settled> {
    if delivery.task.state == TaskState::Canceled {
        return Some(Settled::Dropped);
    }
    if delivery.gone {
        return Some(Settled::Unwanted);
    }
    (delivery.attempt > TRIES).then_some(Settled::UsedUp)
}

async fn sent(sender: &Sender, delivery: &Delivery) -> Result<Settled, StoreError> {
    let answer = send(sender, delivery).await?;
    let verdict = judge(delivery.attempt, sender.now(), &answer, rand::random());
    Ok(match verdict {
        Verdict::Delivered => Settled::Delivered,
        Verdict::Again(at) => Settled::Again(at, answer),
        Verdict::GaveUp => Settled::Failed(answer),
    })
}

/// That a task has ended is told once its start is settled.
async fn go_on(sender: &Sender, user: &str, id: DeliveryId) -> Result<(), StoreError> {
    if id.step == Step::Started {
        let step = Step::Ended;
        sender
            .store()
            .announce(user, DeliveryId { step, ..id })
            .await?;
    }
    Ok(())
}
