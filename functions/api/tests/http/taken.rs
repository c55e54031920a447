//! Creates that were taken once and would be refused by now: who repeats them is answered as
//! at first, and who sends another one under their key is told so.

use std::time::Duration;

use darkroom_api::ApiConfig;
use darkroom_exports::{CallbackPolicy, Envelope, Limits, Timestamp};
use serde_json::{Value, json};

use crate::common::{
    Answer, Service, answer, assert_problem, body, body_with, serve_config, state, synced_body,
    with,
};

/// The same store behind other limits; answers where it is served.
async fn served(service: &Service, limits: Limits) -> String {
    let config = ApiConfig {
        limits,
        ..ApiConfig::default()
    };
    serve_config(service.store(), config, Timestamp::now).await
}

async fn post(service: &Service, url: &str, body: &Value, key: Option<&str>) -> Answer {
    let mut post = service.client.post(url).bearer_auth(&service.secret);
    if let Some(key) = key {
        post = post.header("idempotency-key", key);
    }
    answer(post.json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_a_deployment_tightens_hold_for_no_repetition() {
    let service = Service::start().await;
    let store = service.store();
    let secret = store.rotate_webhook_secret("ann", Duration::ZERO).await;
    secret.unwrap();
    store.set_active_limit("ann", Some(9)).await.unwrap();
    let loose = Limits {
        callbacks: CallbackPolicy::Http,
        ..Limits::default()
    };
    let small = Limits {
        output_pixels: 100 * 100 - 1,
        ..Limits::default()
    };
    let short = Limits {
        pixel_budget: 100 * 100,
        ..Limits::default()
    };
    let project = service.project(&state(100, 100, 1.0)).await;
    let of_project = format!("/v1/projects/{project}/exports");
    let told = json!({ "callbackUrl": "http://example.com/hook" });
    let settings = json!({ "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4" });
    let named = body_with(json!({ "clientTaskId": "mine" }));
    let loose = served(&service, loose).await;
    let cases = [
        (
            "/v1/exports",
            body(),
            Some("a"),
            small,
            "EXPORT_OUTPUT_TOO_LARGE",
        ),
        ("/v1/exports", named, None, short, "EXPORT_TOO_LONG"),
        (
            "/v1/exports",
            body_with(told.clone()),
            Some("b"),
            Limits::default(),
            "CALLBACK_URL_FORBIDDEN",
        ),
        (
            of_project.as_str(),
            with(settings, told),
            Some("c"),
            Limits::default(),
            "CALLBACK_URL_FORBIDDEN",
        ),
    ];
    let taken = cases.len();
    for (path, body, key, limits, code) in cases {
        let first = post(&service, &format!("{loose}{path}"), &body, key).await;
        assert!(first.status == 201 && !first.replayed(), "{}", first.text);
        let tight = served(&service, limits).await + path;
        let again = post(&service, &tight, &body, key).await;
        assert!(again.replayed(), "{}", again.text);
        assert_eq!((again.status, &again.text), (201, &first.text));

        let new = with(body.clone(), json!({ "clientTaskId": "new" }));
        assert_problem(&post(&service, &tight, &new, Some("new")).await, 422, code);
        let other = with(body, json!({ "format": "webm" }));
        let refused = post(&service, &tight, &other, key).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!(refused.paths(), ["/format"]);
    }
    assert_eq!(service.items("ann", "T#").await.len(), taken);
    assert_eq!(service.queued().await, taken as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_a_later_build_refuses_is_answered_as_when_it_was_taken() {
    let service = Service::start().await;
    let project = synced_body(&state(100, 100, 1.0));
    let cases = [
        ("/v1/exports", body(), "I#createExport#k"),
        ("/v1/projects", project, "I#createProject#k"),
    ];
    for (path, good, record) in cases {
        let url = format!("{}{path}", service.url);
        let first = post(&service, &url, &good, Some("k")).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let mut broken = good.clone();
        broken["editorState"]["items"]["square"]["color"] = json!(5);
        let other = post(&service, &url, &broken, Some("k")).await;
        assert_problem(&other, 409, "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(other.paths(), ["/editorState/items/square/color"]);

        // As an earlier build left it that found no fault in this document.
        let fingerprint = Envelope::of(&broken)
            .with_document(&broken["editorState"])
            .fingerprint;
        let known = json!({ ":known": { "S": fingerprint.to_string() } });
        let set = "SET fingerprint = :known";
        service.update("ann", record, set, &known).await;
        let again = post(&service, &url, &broken, Some("k")).await;
        assert!(again.replayed(), "{}", again.text);
        assert_eq!((again.status, &again.text), (201, &first.text));

        let refused = post(&service, &url, &broken, Some("new")).await;
        assert_problem(&refused, 422, "EDITOR_SCHEMA_INVALID");
    }
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.items("ann", "P#").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_400_whatever_its_key_answered_before() {
    let service = Service::start().await;
    service.create_keyed(&body(), "k").await.task();
    let wrong = body_with(json!({ "fps": 25 }));
    service.store().recorder().take();
    assert_problem(
        &service.create_keyed(&wrong, "k").await,
        400,
        "REQUEST_INVALID",
    );
    assert_eq!(service.store().recorder().take(), [""; 0]);
}
