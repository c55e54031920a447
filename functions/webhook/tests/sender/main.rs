//! The sender on a real stack with a real receiver: each event once or again, in
//! order, and none of a cancel.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod described;
mod guard;
mod pauses;
mod rig;
mod settled;
mod telemetry;

use std::time::Duration;

use darkroom_exports::{CallbackPolicy, Secrets, Step, Timestamp};
use darkroom_store::{DELIVERY_LEASE, DeliveryClaim, DeliveryState, Replayed, Settled};
use darkroom_test_stack::telemetry::KeptLog;
use darkroom_webhook::{SenderConfig, handle};
use rig::{Got, Reply, Rig, event, message, step};
use serde_json::json;
use tracing::instrument::WithSubscriber as _;

fn events(got: &[Got]) -> Vec<&str> {
    got.iter().map(Got::event).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn start_and_end_are_told_in_order_signed_and_with_the_callers_headers() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let task = rig.export().await;
    let claim = rig.claim(task).await;
    rig.complete(&claim).await;

    // Only the end's message is in the queue: it lets the start go first.
    let started = step(task, Step::Started);
    rig.deliver(&sender).await;
    let got = rig.got();
    assert_eq!(events(&got), ["EXPORT_STARTED", "EXPORT_COMPLETED"]);

    let [start, end] = got.as_slice() else {
        panic!()
    };
    assert_eq!(start.body["task"]["status"], "PROCESSING");
    assert_eq!(start.body["task"]["exportPhase"], "rendering");
    assert_eq!(start.body["task"]["completedAt"], json!(null));
    assert_eq!(start.body["task"]["outputUrl"], json!(null));
    assert_eq!(end.body["task"]["status"], "COMPLETED");
    assert_eq!(end.body["task"]["callbackUrl"], rig.url.as_str());
    assert!(end.body["task"]["outputUrl"].is_string());
    assert!(
        !end.text.contains("sesame"),
        "headers are no part of a task"
    );
    let stored = rig.store.get_task("ann", task).await.unwrap().unwrap();
    let mut shown = json!(rig.store.export_task(&stored).await.unwrap());
    shown["outputUrl"] = end.body["task"]["outputUrl"].clone();
    assert_eq!(end.body["task"], shown, "as getExport answers it");
    let secrets = Secrets {
        current: rig.secret.clone(),
        previous: None,
    };
    for (webhook, id) in [(start, started), (end, step(task, Step::Ended))] {
        assert_eq!(webhook.header("content-type"), "application/json");
        assert_eq!(webhook.header("x-token"), "sesame");
        let signed = secrets.sign(&id.to_string(), rig.now(), &webhook.text);
        for (name, value) in &signed {
            assert_eq!(webhook.header(name), value, "{name}");
        }
    }
    for delivery in rig.listed(false).await {
        assert_eq!(delivery.state, DeliveryState::Delivered);
        assert_eq!((delivery.attempts, delivery.last_error), (1, None));
    }
    assert_eq!(rig.resend_due().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_try_is_repeated_under_the_same_id_when_its_time_has_come() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    let id = step(task, Step::Started);
    rig.answer([Reply::Status(500)]);
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    let first = rig.got();
    assert_eq!(events(&first), ["EXPORT_STARTED"], "the end waits");
    let waiting = rig.delivery(id).await;
    assert_eq!(waiting.state, DeliveryState::Waiting);
    assert_eq!(
        waiting.last_error.as_deref(),
        Some("the receiver answered 500")
    );
    let wait = waiting.next_at.unwrap().0 - rig.now().0;
    assert!((4500..=5500).contains(&wait), "{wait}");
    assert_eq!(rig.delayed().await, "1", "the next try's message");

    // Early, it is only sent on; stale, it is dropped.
    let mut early = message(id, 1);
    early.not_before = rig.now().plus_seconds(3600).0;
    let early = serde_json::to_string(&early).unwrap();
    let answer = handle(&sender, event([early])).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(rig.delayed().await, "2");
    rig.later(&sender, id, 0).await;
    assert!(rig.got().is_empty());

    rig.pass(6);
    rig.later(&sender, id, 1).await;
    let second = rig.got();
    assert_eq!(events(&second), ["EXPORT_STARTED"]);
    assert_eq!(
        first[0].header("webhook-id"),
        second[0].header("webhook-id")
    );
    assert_eq!(first[0].text, second[0].text);
    assert_ne!(
        first[0].header("webhook-timestamp"),
        second[0].header("webhook-timestamp")
    );
    assert_eq!(rig.delivery(id).await.attempts, 2);
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_COMPLETED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_tries_it_is_listed_as_failed_and_can_be_replayed() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    let id = step(task, Step::Started);
    rig.complete(&claim).await;
    rig.answer(std::iter::repeat_n(Reply::Status(503), 10));
    rig.deliver(&sender).await;
    let began = rig.now();
    for generation in 1..10 {
        assert!(rig.listed(true).await.is_empty());
        let next = rig.delivery(id).await.next_at.unwrap();
        rig.pass((next.0 - rig.now().0) / 1000 + 1);
        rig.later(&sender, id, generation).await;
    }
    let hours = (rig.now().0 - began.0) / 3_600_000;
    assert!((60..90).contains(&hours), "{hours}");
    assert_eq!(rig.got().len(), 10);
    let failed = rig.listed(true).await;
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].id, failed[0].attempts), (id, 10));
    let error = failed[0].last_error.as_deref();
    assert_eq!(error, Some("the receiver answered 503"));

    // It gave up, so the end's turn has come.
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_COMPLETED"]);

    let store = &rig.store;
    let replay = |id| store.replay_delivery("ann", id, rig.now());
    assert_eq!(replay(id).await.unwrap(), Replayed::Done);
    rig.deliver(&sender).await;
    let again = rig.got();
    assert_eq!(events(&again), ["EXPORT_STARTED"]);
    assert_eq!(again[0].header("webhook-id"), id.to_string());
    assert_eq!(rig.delivery(id).await.state, DeliveryState::Delivered);
    assert!(rig.listed(true).await.is_empty());
    let stranger = store.replay_delivery("bob", id, rig.now()).await;
    assert_eq!(stranger.unwrap(), Replayed::Missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_stops_redirects_are_not_followed_and_retry_after_is_heeded() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    rig.answer([Reply::Status(410)]);
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"], "and nothing more");
    let failed = rig.listed(true).await;
    assert_eq!(failed.len(), 2, "{failed:?}");
    // Whoever replays the end knows better.
    let ended = step(task, Step::Ended);
    let replayed = rig.store.replay_delivery("ann", ended, rig.now()).await;
    assert_eq!(replayed.unwrap(), Replayed::Done);
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_COMPLETED"]);

    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    let elsewhere = format!("{}/elsewhere", rig.url);
    rig.answer([Reply::With(307, "location", elsewhere)]);
    rig.deliver(&sender).await;
    assert_eq!(rig.got().len(), 1);
    let error = rig.delivery(id).await.last_error.unwrap();
    assert!(error.contains("redirects are not followed"), "{error}");

    rig.pass(6);
    rig.answer([Reply::With(503, "retry-after", "1200".to_owned())]);
    rig.later(&sender, id, 1).await;
    let wait = rig.delivery(id).await.next_at.unwrap().0 - rig.now().0;
    assert_eq!(wait, 1_200_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_of_a_canceled_task() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    rig.store.cancel(&rig.key, task).await.unwrap();
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
    let listed = rig.listed(false).await;
    assert_eq!(listed.len(), 1, "its end is not told of");
    assert_eq!(listed[0].state, DeliveryState::Dropped);
    let replayed = rig
        .store
        .replay_delivery("ann", listed[0].id, rig.now())
        .await;
    assert_eq!(replayed.unwrap(), Replayed::Canceled);
    let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": format!("H#{task}") } });
    let wanted = json!({ "TableName": rig.stack.made.table, "Key": key });
    let found = rig.aws("DynamoDB_20120810.GetItem", &wanted).await;
    assert_eq!(found.get("Item"), None, "the headers are gone with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_sent_is_found() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let task = rig.export().await;
    // Killed behind the commit of the claim, and later behind that of the end.
    let claim = rig.claim(task).await;
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
    rig.make_due(task, 1).await;
    assert_eq!(rig.resend_due().await, 1);
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);
    let failed = rig.store.finish_failed(&claim, "a bad picture").await;
    failed.unwrap();
    rig.make_due(task, 2).await;
    assert_eq!(rig.resend_due().await, 1);
    rig.deliver(&sender).await;
    let got = rig.got();
    assert_eq!(events(&got), ["EXPORT_FAILED"]);
    assert_eq!(got[0].body["task"]["error"], "a bad picture");
    assert_eq!(rig.resend_due().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_died_is_replaced_and_settles_nothing() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    let message = message(id, 0);
    let claimed = rig
        .store
        .claim_delivery(&message, rig.now(), DELIVERY_LEASE)
        .await
        .unwrap();
    let DeliveryClaim::Claimed(dead) = claimed else {
        panic!("{claimed:?}")
    };
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty(), "it is another's");
    assert_eq!(rig.delayed().await, "1", "its message lives on");
    rig.pass(DELIVERY_LEASE.as_secs() as i64 + 1);
    rig.later(&sender, id, 0).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);
    let late = rig
        .store
        .settle_delivery(&dead, &Settled::Dropped, rig.now());
    assert!(!late.await.unwrap());
    assert_eq!(rig.delivery(id).await.state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_for_one_try_make_one_request() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    let message = message(step(task, Step::Started), 0);
    let body = serde_json::to_string(&message).unwrap();
    let answer = handle(&sender, event([body.clone(), body])).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(rig.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_not_connected_to_and_slow_receivers_are_left() {
    let rig = Rig::start().await;
    // This machine's own name leads to no public address.
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let port = rig.url.rsplit(':').next().unwrap();
    let url = format!("http://{}:{port}/", name.trim());
    let task = rig.export_to(&url).await;
    let _claim = rig.claim(task).await;
    let id = step(task, Step::Started);
    let guarded = rig.sender_with(|config| config.policy = CallbackPolicy::Http);
    rig.later(&guarded, id, 0).await;
    assert!(rig.got().is_empty());
    let error = rig.delivery(id).await.last_error.unwrap();
    println!("{error}");
    assert!(
        error.contains("not public") || error.contains("cannot be reached"),
        "{error}"
    );

    // Allowed when it was created, and not any more.
    let (task, _claim) = rig.started().await;
    rig.deliver(&guarded).await;
    assert!(rig.got().is_empty());
    let id = step(task, Step::Started);
    let error = rig.delivery(id).await.last_error.unwrap();
    assert!(error.contains("not on the public internet"), "{error}");

    assert_eq!(SenderConfig::default().timeout, Duration::from_secs(15));
    rig.pass(6);
    rig.answer([Reply::Silence]);
    let hasty = rig.sender_with(|config| config.timeout = Duration::from_millis(300));
    rig.later(&hasty, id, 1).await;
    let error = rig.delivery(id).await.last_error.unwrap();
    assert_eq!(error, "the receiver did not answer within 0.3 s");

    rig.pass(400);
    rig.answer([Reply::Endless]);
    rig.later(&hasty, id, 2).await;
    assert_eq!(rig.delivery(id).await.state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_while_one_replaces_the_other() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let day = Duration::from_secs(86_400);
    let new = rig.store.rotate_webhook_secret("ann", day).await.unwrap();
    let state = rig.store.webhook_secret("ann").await.unwrap().unwrap();
    assert!(state.previous_until.unwrap() > Timestamp::now());
    let (task, claim) = rig.started().await;
    rig.deliver(&sender).await;
    rig.complete(&claim).await;
    rig.pass(86_500);
    rig.deliver(&sender).await;
    let got = rig.got();
    let old = Some(rig.secret.clone());
    for (webhook, id, previous) in [
        (&got[0], step(task, Step::Started), old),
        (&got[1], step(task, Step::Ended), None),
    ] {
        let at: i64 = webhook.header("webhook-timestamp").parse().unwrap();
        let secrets = Secrets {
            current: new.clone(),
            previous,
        };
        for (name, value) in secrets.sign(&id.to_string(), Timestamp(at * 1000), &webhook.text) {
            assert_eq!(webhook.header(name), value, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_no_delivery_goes_back_for_the_dead_letters() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let nothing = step(rig.export().await, Step::Ended);
    let missing = serde_json::to_string(&message(nothing, 0)).unwrap();
    let log = KeptLog::default();
    let answer = handle(&sender, event(["not json".to_owned(), missing]));
    let answer = answer.with_subscriber(log.subscriber()).await;
    let failed = answer.batch_item_failures;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].item_identifier, "m-0");
    assert!(log.text().contains("names a delivery that is not there"));
}
