//! Single updates that meet a transaction, or whose answer is lost or cannot be read.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{assert_problem, body};
use crate::faults::{Fault, Proxy};

/// What DynamoDB answers to an update of an item that a transaction is writing.
fn in_transaction() -> Fault {
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionConflictException";
    let body = json!({ "__type": kind, "message": "Transaction is ongoing for the item" });
    ("UpdateItem", 400, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_meets_a_transaction_is_tried_again() {
    let (_service, proxy) = Proxy::start().await;
    let store = proxy.store();
    for _ in 0..2 {
        proxy.fail(in_transaction());
    }
    store.set_active_limit("ann", Some(7)).await.unwrap();
    assert_eq!(proxy.take(), ["UpdateItem"; 3]);
    proxy.fail(in_transaction());
    store.pause_account("ann").await.unwrap();
    proxy.fail(in_transaction());
    let made = store.rotate_webhook_secret("ann", Duration::ZERO).await;
    made.unwrap();
    let account = store.account_summary("ann").await.unwrap();
    assert_eq!((account.active_limit, account.paused), (Some(7), true));
    assert!(store.webhook_secret("ann").await.unwrap().is_some());

    // One that goes on and on may be over later.
    proxy.take();
    for _ in 0..6 {
        proxy.fail(in_transaction());
    }
    let busy = store.set_active_limit("ann", None).await.unwrap_err();
    assert!(busy.may_retry(), "{busy}");
    assert_eq!(proxy.take(), ["UpdateItem"; 6]);
    let account = store.account_summary("ann").await.unwrap();
    assert_eq!(account.active_limit, Some(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_told_whether_or_not_the_slots_can_be_proven() {
    let (service, proxy) = Proxy::start().await;
    let store = service.store();
    store.set_active_limit("ann", Some(1)).await.unwrap();
    service.create(&body()).await.task();
    // As an account stands from before there was the index.
    let leave = "REMOVE dueShard, dueAt";
    let stack = &service.stack;
    stack.update("ann", "ACCOUNT", leave, &Value::Null).await;
    for (met, is_due) in [(6, false), (1, true)] {
        for _ in 0..met {
            proxy.fail(in_transaction());
        }
        let refused = service.create(&body()).await;
        assert_problem(&refused, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
        let account = stack.item("ann", "ACCOUNT").await;
        assert_eq!(account.get("dueShard").is_some(), is_due, "{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_answer_is_lost_does_not_take_its_own_place() {
    let (service, proxy) = Proxy::start().await;
    let hour = Duration::from_secs(3600);
    let mut previous: Option<String> = None;
    for _ in 0..2 {
        proxy.lose("UpdateItem");
        let made = proxy.store().rotate_webhook_secret("ann", hour).await;
        let made = made.unwrap().as_str().to_owned();
        let account = service.stack.item("ann", "ACCOUNT").await;
        assert_eq!(account["webhookSecret"]["S"], made);
        let kept = account["webhookPrevious"]["S"].as_str();
        assert_eq!(kept, previous.as_deref());
        previous = Some(made);
    }
    let sent = proxy.take();
    let updates = sent.iter().filter(|call| *call == "UpdateItem");
    assert_eq!(updates.count(), 4, "each was asked for again: {sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_read_is_not_told() {
    let (_service, proxy) = Proxy::start().await;
    let item = json!({ "webhookSecret": { "S": "whs_hush" }, "odd": { "S": 5 } });
    proxy.fail(("GetItem", 200, json!({ "Item": item })));
    let error = proxy.store().webhook_secret("ann").await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(told.contains("GetItem"), "{told}");
    assert!(!told.contains("whs_hush"), "{told}");
}
