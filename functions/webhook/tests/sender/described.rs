//! Every webhook that a test receives is one of `openapi.json`: its headers, its type and
//! its body, which has no key that is not named there.

use std::collections::BTreeSet;

use darkroom_exports::Step;
use darkroom_test_stack::openapi::openapi;
use serde_json::{Value, json};

use crate::rig::{Got, Rig, step};

/// The description of an event.
fn described(event: &str) -> &'static Value {
    let webhook = &openapi().whole()["webhooks"][event]["post"];
    assert!(!webhook.is_null(), "{event} is not in openapi.json");
    webhook
}

/// What of a body its description does not hold.
fn faults(event: &str, body: &Value) -> Vec<String> {
    let content = &described(event)["requestBody"]["content"];
    openapi().faults(&content["application/json"]["schema"], body)
}

/// Fails where the document does not hold a webhook.
pub fn assert_described(got: &Got) {
    assert_eq!(got.header("content-type"), "application/json");
    let wrong = faults(got.event(), &got.body);
    assert!(wrong.is_empty(), "{wrong:?}: {}", got.text);
    for parameter in described(got.event())["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        let value = json!(got.header(name));
        let wrong = openapi().faults(&parameter["schema"], &value);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_described_and_another_body_is_not() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (_, claim) = rig.started().await;
    rig.complete(&claim).await;
    let (task, claim) = rig.started().await;
    rig.store
        .finish_failed(&claim, "a bad picture")
        .await
        .unwrap();
    let ended = step(task, Step::Ended);
    assert!(rig.store.announce("ann", ended).await.unwrap());
    rig.deliver(&sender).await;
    let got = rig.got();
    let told: BTreeSet<&str> = got.iter().map(Got::event).collect();
    let webhooks = openapi().whole()["webhooks"].as_object().unwrap();
    assert_eq!(told, webhooks.keys().map(String::as_str).collect());

    for one in &got {
        let changed = |change: fn(&mut Value)| {
            let mut body = one.body.clone();
            change(&mut body);
            faults(one.event(), &body)
        };
        assert!(changed(|_| ()).is_empty());
        let changes: [fn(&mut Value); 6] = [
            |body| body["eventType"] = json!("EXPORT_PAUSED"),
            |body| body["occurredAt"] = json!("yesterday"),
            |body| body["more"] = json!(1),
            |body| body["task"]["more"] = json!(1),
            |body| body["task"]["status"] = json!("PENDING"),
            |body| {
                body["task"].as_object_mut().unwrap().remove("progress");
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(!changed(change).is_empty(), "{number}: {}", one.text);
        }
    }
}
