//! `callbackUrl` and `callbackHeaders` of the creates.

use std::time::Duration;

use darkroom_test_stack::hostile::{CREDENTIALS, HOSTS, SCHEMES};
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body_of, body_with, state};

const URL: &str = "https://example.com/hooks?a=1";

fn told(headers: &Value) -> Value {
    body_with(json!({ "callbackUrl": URL, "callbackHeaders": headers }))
}

async fn with_secret() -> Service {
    let service = Service::start().await;
    let store = service.store();
    let made = store.rotate_webhook_secret("ann", Duration::ZERO).await;
    made.unwrap();
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_kept_shown_and_costs_no_further_call() {
    let service = with_secret().await;
    let first = service.create(&told(&json!({}))).await.task();
    service.store().recorder().take();
    let task = service
        .create(&told(&json!({ "Authorization": "Bearer sesame" })))
        .await
        .task();
    let calls = service.store().recorder().take();
    assert_eq!(calls, ["TransactWriteItems", "SendMessage"]);

    assert_eq!(service.task(&task).await["callbackUrl"], URL);
    let text = answer(service.get(&format!("/v1/exports/{task}")))
        .await
        .text;
    assert!(
        !text.contains("sesame") && !text.contains("callbackHeaders"),
        "{text}"
    );
    let kept = service.items("ann", "H#").await;
    assert_eq!(kept.len(), 1, "headers have an item of their own: {kept:?}");
    assert!(kept[0].to_string().contains("sesame"));
    let tasks = service.items("ann", "T#").await;
    assert!(!json!(tasks).to_string().contains("sesame"));
    assert!(service.items("ann", "W#").await.is_empty(), "nothing began");
    assert_ne!(first, task);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_known_without_its_secrets() {
    let service = with_secret().await;
    let of = |token: &str| told(&json!({ "X-Token": token }));
    let first = service.create_keyed(&of("sesame"), "once").await;
    first.task();
    assert_eq!(
        service.create_keyed(&of("sesame"), "once").await.text,
        first.text
    );
    let other = service.create_keyed(&of("poppy"), "once").await;
    assert_problem(&other, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(other.paths(), ["/callbackHeaders/X-Token"]);
    let records = json!(service.items("ann", "I#").await).to_string();
    assert!(!records.contains("sesame"), "{records}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_secret_is_told_to_make_one() {
    let service = Service::start().await;
    let refused = service.create(&told(&json!({ "a": "b" }))).await;
    assert_problem(&refused, 422, "WEBHOOK_SECRET_MISSING");
    let detail = refused.json["detail"].as_str().unwrap();
    let remedy = "`darkroom webhooks secret --rotate --user USER`";
    assert!(detail.contains(remedy), "{detail}");
    assert!(service.items("ann", "H#").await.is_empty());
    service.assert_nothing_created().await;
    service.create(&body_of(state(100, 100, 1.0))).await.task();
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_that_cannot_be_used_are_refused_by_both_creates() {
    let service = with_secret().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    let path = format!("/v1/projects/{project}/exports");
    let settings = json!({ "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4" });
    for (url, status, code) in [
        ("https://127.0.0.1/x", 422, "CALLBACK_URL_FORBIDDEN"),
        ("https://169.254.169.254/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("https://[::1]/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("https://localhost/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("http://example.com/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("gopher://example.com/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("https://a:b@example.com/", 422, "CALLBACK_URL_FORBIDDEN"),
        ("example.com", 400, "REQUEST_INVALID"),
    ] {
        let refused = service
            .create(&body_with(json!({ "callbackUrl": url })))
            .await;
        assert_problem(&refused, status, code);
        assert_eq!(refused.paths(), ["/callbackUrl"], "{url}");
        let mut body = settings.clone();
        body["callbackUrl"] = url.into();
        let refused = answer(service.post(&path, &body)).await;
        assert_problem(&refused, status, code);
    }
    let refused = service
        .create(&told(&json!({ "Host": "x", "Content-Type": "y" })))
        .await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(
        refused.paths(),
        ["/callbackHeaders/Content-Type", "/callbackHeaders/Host"]
    );
    assert!(service.items("ann", "T#").await.is_empty());

    let mut body = settings;
    body["callbackUrl"] = URL.into();
    let task = answer(service.post(&path, &body)).await.task();
    assert_eq!(service.task(&task).await["callbackUrl"], URL);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_off_the_public_internet_is_taken() {
    let service = with_secret().await;
    let hosts = HOSTS.map(|host| format!("https://{host}/hook"));
    let others = SCHEMES.into_iter().chain(CREDENTIALS).map(str::to_owned);
    for url in hosts.into_iter().chain(others) {
        let refused = service
            .create(&body_with(json!({ "callbackUrl": url })))
            .await;
        assert_problem(&refused, 422, "CALLBACK_URL_FORBIDDEN");
        assert_eq!(refused.paths(), ["/callbackUrl"], "{url}");
        assert!(!refused.text.contains("secret"), "{}", refused.text);
    }
    service.assert_nothing_created().await;
}
