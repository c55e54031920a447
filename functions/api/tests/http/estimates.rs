//! Estimates: the figures of the create that follows, and nothing written.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{
    Answer, Service, answer, assert_problem, body, body_of, body_with, state, with,
};
use crate::faults::{Fault, Proxy};

async fn estimate(service: &Service, body: &Value) -> Answer {
    answer(service.post("/v1/exports/estimate", body)).await
}

/// Everything that is stored: items, objects and messages.
async fn everything(service: &Service) -> (Value, Vec<String>, u64) {
    let scan = json!({ "TableName": service.stack.made.table, "ConsistentRead": true });
    let items = service.aws("DynamoDB_20120810.Scan", &scan).await["Items"].clone();
    let mut objects: Vec<String> = service.objects("").await.into_iter().collect();
    objects.sort_unstable();
    (items, objects, service.queued().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_tells_what_the_create_then_bills_and_writes_nothing() {
    let service = Service::start().await;
    service.store().grant("ann", 5_000_000).await.unwrap();
    let wide = with(
        body_of(state(1920, 1080, 10.5)),
        json!({ "scale": 2, "fps": 60, "format": "webm", "clientTaskId": "mine" }),
    );
    let small = body_with(json!({ "ratio": "16:9" }));
    for (body, output) in [
        (
            &small,
            json!({ "width": 100, "height": 56, "fps": 30, "frames": 60, "format": "mp4" }),
        ),
        (
            &with(wide.clone(), json!({ "fps": 30, "scale": 1 })),
            json!({ "width": 1920, "height": 1080, "fps": 30, "frames": 315, "format": "webm" }),
        ),
    ] {
        let before = everything(&service).await;
        service.store().recorder().take();
        let estimated = estimate(&service, body).await;
        assert_eq!(estimated.status, 200, "{}", estimated.text);
        assert_eq!(service.store().recorder().take(), ["BatchGetItem"]);
        assert_eq!(everything(&service).await, before);
        let data = estimated.data().clone();
        assert_eq!(data["warnings"], json!([]));
        assert_eq!(data["output"], output);

        let created = service.create(body).await;
        for figure in [
            "durationSeconds",
            "billedStandardSeconds",
            "chargedCredits",
            "chargedCreditPool",
        ] {
            assert_eq!(data[figure], created.data()[figure], "{figure}");
        }
        service.cancel(&created.task()).await;
    }
    // Four times the pixels, twice the frames.
    let dear = estimate(&service, &wide).await;
    assert_eq!(dear.data()["chargedCredits"], "8.4");
    assert_eq!(dear.data()["billedStandardSeconds"], 84);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_warns_of_what_a_create_would_meet() {
    let mut service = Service::start().await;
    (service.secret, _) = service.more_key("ann", true, Some(1)).await;
    let store = service.store();
    store.grant("ann", 100_000).await.unwrap();
    store.set_active_limit("ann", Some(0)).await.unwrap();
    store.pause_account("ann").await.unwrap();
    store.pause_queue().await.unwrap();
    let before = everything(&service).await;
    let told = body_with(json!({ "callbackUrl": "https://example.com/hook" }));
    let estimated = estimate(&service, &told).await;
    let warnings = estimated.data()["warnings"].as_array().unwrap();
    for (warning, begins) in warnings.iter().zip([
        "0 exports are active",
        "the balance of 0.1 credits does not cover 0.2",
        "the 1 standard seconds left to this key do not cover 2",
        "`callbackUrl` is given, but the account has no secret",
        "the operator has paused this account",
        "the operator has paused the render queue",
    ]) {
        let warning = warning.as_str().unwrap();
        assert!(warning.starts_with(begins), "{warning}");
    }
    assert_eq!(warnings.len(), 6);
    assert_eq!(everything(&service).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_is_refused_as_the_create_would_be() {
    let service = Service::start().await;
    let mut asset = service.caption_asset("words").await;
    let id = asset["assetId"].as_str().unwrap().to_owned();
    let deleted = answer(service.delete(&format!("/v1/assets/{id}"))).await;
    assert_eq!(deleted.status, 200);
    let mut gone = state(100, 100, 1.0);
    gone["assets"]["words"] = json!({
        "id": "words", "type": "caption", "filename": "a.srt", "size": 1, "mimeType": "text/plain",
        "remoteUrl": null, "remoteKey": asset["fileKey"].take(), "captions": [],
        "timingGranularity": "line",
    });
    let before = everything(&service).await;
    let refused = [
        json!({}),
        json!([]),
        body_of(json!({})),
        body_of(gone),
        body_with(json!({ "fps": 25, "more": 1 })),
        body_with(json!({ "stateSchemaVersion": "v2" })),
        with(body_of(state(1920, 1080, 1.0)), json!({ "scale": 8 })),
        body_of(state(1920, 1080, 301.0)),
    ];
    let estimates = join_all(refused.iter().map(|body| estimate(&service, body))).await;
    assert_eq!(everything(&service).await, before);
    for (estimated, body) in estimates.iter().zip(&refused) {
        let created = service.create(body).await;
        assert!(estimated.status >= 400, "{}", estimated.text);
        assert_eq!(estimated.code(), created.code());
        for field in ["detail", "errors"] {
            assert_eq!(estimated.json[field], created.json[field]);
        }
    }
    let (reader, _) = service.more_key("ann", false, None).await;
    let as_reader = service
        .to(Method::POST, "/v1/exports/estimate")
        .bearer_auth(&reader);
    let refused = answer(as_reader.json(&body())).await;
    assert_problem(&refused, 403, "OPEN_API_RUNTIME_ACCESS_FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_answers_in_part_is_asked_for_the_rest_six_times() {
    let (service, proxy) = Proxy::start().await;
    service.store().pause_account("ann").await.unwrap();
    let own = json!({ "pk": { "S": "U#ann" }, "sk": { "S": "ACCOUNT" } });
    let left = json!({ &service.stack.made.table: { "Keys": [own], "ConsistentRead": true } });
    let in_part = json!({ "Responses": {}, "UnprocessedKeys": left });
    let fault: Fault = ("BatchGetItem", 200, in_part);
    for (parts, status) in [(5, 200), (6, 503)] {
        for _ in 0..parts {
            proxy.fail(fault.clone());
        }
        proxy.take();
        let estimated = estimate(&service, &body()).await;
        assert_eq!(estimated.status, status, "{}", estimated.text);
        let mut calls = proxy.take();
        calls.retain(|call| call == "BatchGetItem");
        assert_eq!(calls.len(), 6);
        if status == 503 {
            assert_problem(&estimated, 503, "SERVICE_UNAVAILABLE");
        } else {
            let warning = estimated.data()["warnings"][0].as_str().unwrap();
            assert!(warning.contains("has paused this account"), "{warning}");
        }
    }
}
