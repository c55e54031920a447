//! A webhook that was committed and whose message got lost, up to its receiver.

use std::net::Ipv4Addr;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use axum::Router;
use darkroom_exports::{CallbackPolicy, DeliveryId, Step};
use darkroom_store::DeliveryState;
use darkroom_sweep::Report;
use darkroom_webhook::{Sender, SenderConfig};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::rig::{Rig, USER};

/// A receiver on this machine that answers 200: its address, and the bodies it gets.
async fn receiver() -> (String, UnboundedReceiver<Value>) {
    let (sender, received) = unbounded_channel();
    let take = move |body: String| {
        // Nobody may be waiting any more.
        let _ = sender.send(serde_json::from_str(&body).unwrap());
        std::future::ready(())
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().fallback(take);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, received)
}

/// Gives the webhook function what is on its queue.
async fn deliver(rig: &Rig) {
    let config = SenderConfig {
        policy: CallbackPolicy::Local,
        ..SenderConfig::default()
    };
    let sender = Sender::new(rig.store.clone(), config).unwrap();
    let mut event = SqsEvent::default();
    for message in rig.webhooks().await {
        let mut record = SqsMessage::default();
        record.message_id = Some(message.message_id);
        record.body = Some(message.body);
        event.records.push(record);
    }
    let answer = darkroom_webhook::handle(&sender, event).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_whose_message_got_lost_is_delivered() {
    let rig = Rig::start().await;
    let (url, mut received) = receiver().await;
    let task = rig.told_export(&url).await;
    // Its worker commits that it starts, and dies before it sends that.
    rig.claim(task).await;
    assert!(rig.told().await.is_empty());
    assert!(rig.sweep().await.is_idle(), "it may be on its way");

    rig.make_due(&format!("W#{task}#1")).await;
    let report = rig.sweep().await;
    let sent = Report {
        found: 1,
        webhooks_resent: 1,
        ..Report::default()
    };
    assert_eq!(report, sent);
    assert!(rig.sweep().await.is_idle());
    deliver(&rig).await;
    // It was taken before the sender had its answer.
    let got = received.try_recv().unwrap();
    assert_eq!(got["eventType"], "EXPORT_STARTED");
    assert_eq!(got["task"]["taskId"], task.to_string());

    let listed = rig.store.list_deliveries(USER, 9, None, false).await;
    let listed = listed.unwrap().entries;
    let step = Step::Started;
    assert_eq!(listed[0].id, DeliveryId { task, step });
    assert_eq!(listed[0].state, DeliveryState::Delivered);
    let settled = rig.item(&format!("W#{task}#1")).await;
    assert_eq!(settled.get("dueShard"), None, "{settled}");
}
