//! Deliveries that are settled without a try, or by a try that does not learn of it.

use darkroom_exports::Step;
use darkroom_store::{DELIVERY_LEASE, DeliveryClaim, DeliveryState, Replayed};
use serde_json::{Value, json};

use crate::events;
use crate::rig::{Reply, Rig, message, step};

#[tokio::test(flavor = "multi_thread")]
async fn the_start_of_a_task_that_was_canceled_since_is_not_replayed() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    rig.deliver(&sender).await;
    let replay = async || {
        let replayed = rig.store.replay_delivery("ann", id, rig.now()).await;
        replayed.unwrap()
    };
    assert_eq!(replay().await, Replayed::Done, "it goes on");
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED", "EXPORT_STARTED"]);

    rig.store.cancel(&rig.key, task).await.unwrap();
    let before = rig.delivery(id).await;
    assert_eq!(before.state, DeliveryState::Delivered);
    assert_eq!(replay().await, Replayed::Canceled);
    assert_eq!(rig.delivery(id).await, before);
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_replayed_behind_a_start_that_waits() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    let (start, end) = (step(task, Step::Started), step(task, Step::Ended));
    rig.answer([Reply::Status(503)]);
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);

    let replay = async |id| {
        let replayed = rig.store.replay_delivery("ann", id, rig.now()).await;
        replayed.unwrap()
    };
    assert_eq!(replay(end).await, Replayed::Behind(start));
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
    rig.pass(6);
    rig.later(&sender, start, 1).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED", "EXPORT_COMPLETED"]);

    // A start that is sent once more holds nothing up.
    assert_eq!(replay(start).await, Replayed::Done);
    assert_eq!(replay(end).await, Replayed::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_is_listed_without_a_try_and_with_the_reason() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    rig.answer([Reply::Status(410)]);
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);
    let start = rig.delivery(step(task, Step::Started)).await;
    assert_eq!((start.state, start.attempts), (DeliveryState::Failed, 1));
    let end = rig.delivery(step(task, Step::Ended)).await;
    assert_eq!((end.state, end.attempts), (DeliveryState::Failed, 0));
    let why = end.last_error.unwrap();
    assert!(why.starts_with("not sent: "), "{why}");
    assert!(why.contains("410 when it was told of the start"), "{why}");

    // Canceled behind its first try.
    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    rig.answer([Reply::Status(500)]);
    rig.deliver(&sender).await;
    rig.store.cancel(&rig.key, task).await.unwrap();
    rig.pass(6);
    rig.later(&sender, id, 1).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);
    let dropped = rig.delivery(id).await;
    assert_eq!(
        (dropped.state, dropped.attempts),
        (DeliveryState::Dropped, 1)
    );

    // Ten senders died in their tries.
    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    for _ in 0..10 {
        let message = message(id, 0);
        let claimed = rig
            .store
            .claim_delivery(&message, rig.now(), DELIVERY_LEASE)
            .await
            .unwrap();
        assert!(matches!(claimed, DeliveryClaim::Claimed(_)), "{claimed:?}");
        rig.pass(DELIVERY_LEASE.as_secs() as i64 + 1);
    }
    rig.later(&sender, id, 0).await;
    assert!(rig.got().is_empty());
    let used_up = rig.delivery(id).await;
    assert_eq!(
        (used_up.state, used_up.attempts),
        (DeliveryState::Failed, 10)
    );
    assert!(used_up.last_error.unwrap().contains("was not finished"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_settled_by_a_lost_answer_lets_the_end_go() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let task = rig.export().await;
    let id = step(task, Step::Started);
    let claim = rig.claim(task).await;
    // No message of the end is in the queue: whoever settles the start must send it.
    rig.store
        .finish_completed(&claim, "outputs/x.mp4", 1, &[])
        .await
        .unwrap();

    // Its settling is written, and its answer lost: asked again, the table refuses.
    let held = rig.hold();
    let settle = async {
        held.arrived.notified().await;
        rig.settle_start(task).await;
        held.go_on.notify_one();
    };
    tokio::join!(rig.later(&sender, id, 0), settle);
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED"]);
    assert_eq!(rig.delivery(id).await.state, DeliveryState::Delivered);
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_COMPLETED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_kept_for_three_weeks_longer_than_deliveries() {
    const DAY: i64 = 86_400;
    let rig = Rig::start().await;
    let (task, claim) = rig.started().await;
    rig.complete(&claim).await;
    let number = async |sk: String, name: &str| {
        let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": sk } });
        let wanted = json!({ "TableName": rig.stack.made.table, "Key": key });
        let found = rig.aws("DynamoDB_20120810.GetItem", &wanted).await;
        let number = found["Item"][name]["N"].as_str().unwrap();
        number.parse::<i64>().unwrap()
    };
    let (delivery, headers) = (format!("W#{task}#2"), format!("H#{task}"));
    let ended = number(delivery.clone(), "occurredAt").await / 1000;
    assert_eq!(number(delivery, "expiresAt").await, ended + 30 * DAY);
    assert_eq!(number(headers, "expiresAt").await, ended + 51 * DAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_does_not_send_without_the_headers() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, claim) = rig.started().await;
    rig.deliver(&sender).await;
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED", "EXPORT_COMPLETED"]);
    let id = step(task, Step::Ended);
    let before = rig.delivery(id).await;

    // Their time is over.
    let headers = format!("H#{task}");
    let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": headers } });
    let delete = json!({ "TableName": rig.stack.made.table, "Key": key });
    rig.aws("DynamoDB_20120810.DeleteItem", &delete).await;
    let replayed = rig.store.replay_delivery("ann", id, rig.now()).await;
    assert_eq!(replayed.unwrap(), Replayed::Missing);
    assert_eq!(rig.delivery(id).await, before);
    assert_eq!(rig.stack.item("ann", &headers).await, Value::Null);
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_beside_a_replay_leaves_no_headers() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    for _ in 0..10 {
        let (task, _claim) = rig.started().await;
        rig.deliver(&sender).await;
        let id = step(task, Step::Started);
        let replay = rig.store.replay_delivery("ann", id, rig.now());
        let (replayed, canceled) = tokio::join!(replay, rig.store.cancel(&rig.key, task));
        canceled.unwrap();
        let replayed = replayed.unwrap();
        let expected = [Replayed::Done, Replayed::Canceled];
        assert!(expected.contains(&replayed), "{replayed:?}");
        let headers = rig.stack.item("ann", &format!("H#{task}")).await;
        assert_eq!(headers, Value::Null);
        rig.deliver(&sender).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_which_only_their_time_is_left_are_none() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    rig.store.cancel(&rig.key, task).await.unwrap();
    let item = json!({
        "pk": { "S": "U#ann" }, "sk": { "S": format!("H#{task}") },
        "expiresAt": { "N": "99999999999" },
    });
    let put = json!({ "TableName": rig.stack.made.table, "Item": item });
    rig.aws("DynamoDB_20120810.PutItem", &put).await;
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
    let dropped = rig.delivery(step(task, Step::Started)).await;
    assert_eq!(dropped.state, DeliveryState::Dropped);
}
