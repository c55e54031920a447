//! What is told of webhooks: in metrics, and in a log that can be followed.

use std::time::Duration;

use darkroom_exports::{Step, TraceId};
use darkroom_store::WebhookMessage;
use darkroom_telemetry::Metric;
use darkroom_test_stack::export::TRACE;
use darkroom_test_stack::telemetry::{KeptLog, Told, field, values};
use darkroom_webhook::{Sender, handle};
use tracing::instrument::WithSubscriber as _;

use crate::rig::{Reply, Rig, event, message, step};

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_counted_by_what_they_came_to_and_followed_by_their_trace() {
    let rig = Rig::start().await;
    let (told, log) = (Told::default(), KeptLog::default());
    let sender = rig.sender_with(|config| config.metrics = told.metrics("webhook-1"));
    let (task, claim) = rig.started().await;
    let counted = |metrics: [Metric; 3], attempt: &str| {
        let lines = told.take_emf();
        for line in &lines {
            assert_eq!(line["task_id"], task.to_string());
            assert_eq!(line["trace_id"], TRACE);
            assert_eq!(line["attempt"], attempt);
            assert_eq!(line["generation"], attempt);
        }
        metrics.map(|metric| values(&lines, metric).len())
    };
    let all = [
        Metric::WebhooksDelivered,
        Metric::WebhooksRetried,
        Metric::WebhooksFailed,
    ];

    rig.answer([Reply::Status(500), Reply::Status(200), Reply::Status(410)]);
    let tries = rig.deliver(&sender);
    tries.with_subscriber(log.subscriber()).await;
    assert_eq!(counted(all, "1"), [0, 1, 0]);
    rig.pass(6);
    let again = rig.later(&sender, step(task, Step::Started), 1);
    again.with_subscriber(log.subscriber()).await;
    assert_eq!(counted(all, "2"), [1, 0, 0]);
    rig.complete(&claim).await;
    let message = rig.store.receive_webhooks(1, Duration::from_secs(5)).await;
    let message = message.unwrap().pop().unwrap();
    assert_eq!(message.trace, TraceId::parse(TRACE));
    let end = rig.later(&sender, step(task, Step::Ended), 0);
    end.with_subscriber(log.subscriber()).await;
    assert_eq!(counted(all, "1"), [0, 0, 1]);

    let lines = log.lines();
    let attempts: Vec<_> = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "tried")
        .map(|line| {
            assert_eq!(field(line, "task_id").unwrap(), &task.to_string());
            assert_eq!(field(line, "trace_id").unwrap(), TRACE);
            field(line, "attempt").unwrap().as_u64().unwrap()
        })
        .collect();
    assert_eq!(attempts, [1, 2, 1]);
    let text = log.text();
    assert!(!text.contains("sesame"), "a header of the caller: {text}");
    assert!(!text.contains(rig.secret.as_str()), "{text}");
}

/// Has the sender take a message that was sent five minutes ago; the ages that are told.
async fn ages(rig: &Rig, sender: &Sender, told: &Told, message: &WebhookMessage) -> Vec<f64> {
    let mut event = event([serde_json::to_string(message).unwrap()]);
    let sent_ms = rig.now().0 - 300_000;
    let attributes = &mut event.records[0].attributes;
    attributes.insert("SentTimestamp".to_owned(), sent_ms.to_string());
    let failed = handle(sender, event).await.batch_item_failures;
    assert!(failed.is_empty(), "{failed:?}");
    values(&told.take_emf(), Metric::QueueAge)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_tells_how_long_it_waited_since_it_was_to_be_made() {
    let rig = Rig::start().await;
    let told = Told::default();
    let sender = rig.sender_with(|config| config.metrics = told.metrics("webhook-1"));
    let (task, _) = rig.started().await;
    let id = step(task, Step::Started);
    rig.answer([Reply::Status(500)]);
    let first = message(id, 0);
    assert_eq!(ages(&rig, &sender, &told, &first).await, [300.0]);

    let mut second = message(id, 1);
    second.not_before = rig.delivery(id).await.next_at.unwrap().0;
    let early = ages(&rig, &sender, &told, &second).await;
    assert_eq!(early, [0.0; 0], "it waits on purpose");
    rig.pass(10);
    let wanted = (rig.now().0 - second.not_before) as f64 / 1000.0;
    let late = ages(&rig, &sender, &told, &second).await;
    assert!(
        late.len() == 1 && (late[0] - wanted).abs() < 1e-6,
        "{late:?}"
    );
    let again = ages(&rig, &sender, &told, &second).await;
    assert_eq!(again, [0.0; 0], "nothing is tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_message_that_names_no_delivery_only_the_place_is_logged() {
    let rig = Rig::start().await;
    let log = KeptLog::default();
    let sender = rig.sender();
    let handling = handle(&sender, event(["\"hush\"".to_owned()]));
    let answer = handling.with_subscriber(log.subscriber()).await;
    assert_eq!(answer.batch_item_failures.len(), 1);
    let lines = log.lines();
    let wanted = "a message names no delivery";
    let told = lines
        .iter()
        .find(|line| line["fields"]["message"] == wanted);
    let told = told.unwrap();
    assert_eq!(told["fields"]["line"], 1);
    assert_eq!(told["fields"]["bytes"], 6);
    assert!(told["fields"]["column"].is_u64(), "{told}");
    assert!(!log.text().contains("hush"), "{}", log.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_receiver_that_is_not_there_is_not_logged() {
    let rig = Rig::start().await;
    let log = KeptLog::default();
    let task = rig.export_to("http://127.0.0.1:9/hook?token=hush").await;
    rig.claim(task).await;
    let id = step(task, Step::Started);
    assert!(rig.store.announce("ann", id).await.unwrap());
    let sender = rig.sender();
    let tries = rig.deliver(&sender);
    tries.with_subscriber(log.subscriber()).await;
    let text = log.text();
    assert!(text.contains("cannot be reached"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}
