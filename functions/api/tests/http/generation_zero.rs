//! Clients of generation 0: their header on every operation, and their documents.

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::common::{Service, answer, assert_problem, body_of, old_state, state};
use crate::described::document;
use crate::world::{User, request};

/// What answers to different users have in common: their keys, and the kinds of their values.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let shapes = map.iter().map(|(key, value)| (key.clone(), shape(value)));
            Value::Object(shapes.collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(shape).collect(),
        Value::String(_) => json!("string"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) | Value::Null => value.clone(),
    }
}

/// A request with a key in one of the headers.
type WithKey = fn(RequestBuilder, &str) -> RequestBuilder;

/// By `x-api-key` every operation does what it does by `Authorization`.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_takes_a_key_in_either_header() {
    let service = Service::start().await;
    let with_key: [(&str, WithKey); 2] = [
        ("bearer", |request, key| request.bearer_auth(key)),
        ("x-api-key", |request, key| request.header("x-api-key", key)),
    ];
    for operation in &document().operations {
        let mut told = Vec::new();
        for (header, with_key) in with_key {
            // Each of the two does its own to have its own.
            let user = User::new(&service, &format!("{}-{header}", operation.id)).await;
            let request = request(&service, operation, &user.path(operation), &user);
            let answer = answer(with_key(request, &user.secret)).await;
            assert!(answer.status < 300, "{}: {}", operation.id, answer.text);
            told.push((answer.status, shape(&answer.json)));
        }
        assert_eq!(told[0], told[1], "{}", operation.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_document_is_estimated_and_created_alike() {
    let service = Service::start().await;
    let mut old = body_of(old_state());
    let fields = old.as_object_mut().unwrap();
    fields.remove("stateSchemaVersion");
    fields.insert("stateVersion".to_owned(), json!("anything"));
    let as_old = |path: &str| {
        let post = service.to(Method::POST, path);
        answer(post.header("x-api-key", &service.secret).json(&old))
    };
    let estimated = as_old("/v1/exports/estimate").await;
    service.assert_nothing_created().await;
    let new = body_of(state(100, 100, 1.0));
    let of_new = answer(service.post("/v1/exports/estimate", &new)).await;
    assert_eq!(
        estimated.data(),
        of_new.data(),
        "but for its silence it is that"
    );
    assert_eq!(estimated.data()["durationSeconds"].as_f64(), Some(1.0));

    let created = as_old("/v1/exports").await;
    for figure in ["durationSeconds", "billedStandardSeconds", "chargedCredits"] {
        assert_eq!(created.data()[figure], estimated.data()[figure], "{figure}");
    }
}

/// Two payloads are two, though reading makes one document of them.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_document_is_recognised_as_it_was_sent() {
    let service = Service::start().await;
    let of = |seconds: f64| {
        let mut old = body_of(old_state());
        old.as_object_mut().unwrap().remove("stateSchemaVersion");
        old["editorState"]["items"]["clip"]["audioStartFromInSeconds"] = json!(seconds);
        old
    };
    let (sent, near) = (of(0.1), of(0.100_000_1));
    let first = service.create_keyed(&sent, "k").await;
    assert_eq!(first.status, 201, "{}", first.text);
    let refused = service.create_keyed(&near, "k").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.paths(), ["/editorState"]);
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    let again = service.create_keyed(&sent, "k").await;
    assert!(again.replayed() && again.text == first.text);

    assert_eq!(service.create_keyed(&near, "other").await.status, 201);
    let kept = service.objects("documents/").await;
    assert_eq!(kept.len(), 1, "within a tick they are the same");
}
