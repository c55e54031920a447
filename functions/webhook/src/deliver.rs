//! One message, from claim to verdict.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use darkroom_exports::webhook::schedule::{TRIES, Verdict, judge};
use darkroom_exports::{DeliveryId, Step, TaskState, TraceId};
use darkroom_store::{
    DELIVERY_LEASE, Delivery, DeliveryClaim, Settled, StoreError, TRACE_ATTRIBUTE, WebhookMessage,
};
use darkroom_telemetry::{Line, Metric, SENT_TIMESTAMP, waited};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::config::Sender;
use crate::send::send;

/// Whether the message is done with.
pub(crate) async fn process(sender: &Sender, message: &SqsMessage) -> bool {
    let trace = trace(message);
    let sent = message.attributes.get(SENT_TIMESTAMP).map(String::as_str);
    let body = message.body.as_deref().unwrap_or_default();
    let message: WebhookMessage = match serde_json::from_str(body) {
        Ok(message) => message,
        Err(error) => {
            // What serde says of it would quote it.
            tracing::error!(
                line = error.line(),
                column = error.column(),
                bytes = body.len(),
                "a message names no delivery"
            );
            return false;
        }
    };
    let id = DeliveryId::parse(&message.delivery);
    let span = tracing::error_span!(
        "webhook",
        delivery = %message.delivery,
        user = message.user,
        task_id = id.map(|id| display(id.task)),
        attempt = Empty,
        generation = Empty,
        trace_id = trace.as_ref().map(TraceId::as_str),
    );
    let look = async {
        let looked = look_at(sender, &message, sent, trace.as_ref()).await;
        if let Err(error) = &looked {
            tracing::error!("a webhook comes again: {error}");
        }
        looked.is_ok()
    };
    // Boxed: with a caller's spans around it, it is deeper than the compiler looks.
    Box::pin(look).instrument(span).await
}

/// The trace that a message says it belongs to.
fn trace(message: &SqsMessage) -> Option<TraceId> {
    let attribute = message.message_attributes.get(TRACE_ATTRIBUTE)?;
    TraceId::parse(attribute.string_value.as_deref()?)
}

async fn look_at(
    sender: &Sender,
    message: &WebhookMessage,
    sent: Option<&str>,
    trace: Option<&TraceId>,
) -> Result<(), StoreError> {
    let (store, now) = (sender.store(), sender.now());
    if message.not_before > now.0 {
        return store.send_webhook(message, trace, now).await;
    }
    match store.claim_delivery(message, now, DELIVERY_LEASE).await? {
        DeliveryClaim::Claimed(delivery) => {
            let age = waited(sent, message.not_before, now.0);
            attempt(sender, &delivery, age).await
        }
        // Whoever committed the one before it, or settled it, may have died before
        // there was a message for the next.
        DeliveryClaim::Blocked(before) => store.announce(&message.user, before).await.map(drop),
        DeliveryClaim::Held(until) => {
            let later = WebhookMessage {
                not_before: until.0 + 1,
                ..message.clone()
            };
            store.send_webhook(&later, trace, now).await
        }
        claim @ (DeliveryClaim::Over | DeliveryClaim::Missing) => {
            if matches!(claim, DeliveryClaim::Missing) {
                tracing::warn!("a message names a delivery that is not there");
            }
            match DeliveryId::parse(&message.delivery) {
                Some(id) => go_on(sender, &message.user, id).await,
                None => Ok(()),
            }
        }
    }
}

async fn attempt(
    sender: &Sender,
    delivery: &Delivery,
    age: Option<Duration>,
) -> Result<(), StoreError> {
    let span = Span::current();
    span.record("attempt", delivery.attempt);
    span.record("generation", delivery.generation);
    // Not every message says it, but the delivery does.
    span.record("trace_id", delivery.trace.as_ref().map(TraceId::as_str));
    let settled = match hindrance(delivery) {
        Some(settled) => settled,
        None => tried(sender, delivery).await?,
    };
    tracing::info!(event = delivery.event.as_str(), ?settled, "tried");
    let written = sender
        .store()
        .settle_delivery(delivery, &settled, sender.now())
        .await?;
    if written {
        count(sender, delivery, &settled, age);
    }
    // Also where it is settled already: perhaps by ourselves, without learning of it.
    if !matches!(settled, Settled::Again(..)) {
        go_on(sender, &delivery.user, delivery.id).await?;
    }
    Ok(())
}

/// Tells what a try came to, and how long it was waited for. That of a canceled export
/// came to nothing.
fn count(sender: &Sender, delivery: &Delivery, settled: &Settled, age: Option<Duration>) {
    let metric = match settled {
        Settled::Delivered => Metric::WebhooksDelivered,
        Settled::Again(..) => Metric::WebhooksRetried,
        Settled::Failed(_) | Settled::Unwanted | Settled::UsedUp => Metric::WebhooksFailed,
        Settled::Dropped => return,
    };
    let mut values = vec![(metric, 1.0)];
    values.extend(age.map(|age| (Metric::QueueAge, age.as_secs_f64())));
    let task = delivery.id.task.to_string();
    let attempt = delivery.attempt.to_string();
    let generation = delivery.generation.to_string();
    sender.config().metrics.write(&Line {
        values: &values,
        by: None,
        ids: &[
            ("task_id", &task),
            ("attempt", &attempt),
            ("generation", &generation),
            (
                "trace_id",
                delivery.trace.as_ref().map_or("", TraceId::as_str),
            ),
        ],
    });
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

async fn tried(sender: &Sender, delivery: &Delivery) -> Result<Settled, StoreError> {
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
