//! The eight rules of "Idempotency".

use std::time::Duration;

use darkroom_store::{ClaimOutcome, Finish, RenderMessage};
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body, body_with, state, synced_body};

/// Ends a task as a worker does.
async fn complete(service: &Service, task: &str) {
    let store = service.store();
    let message = RenderMessage {
        user: "ann".to_owned(),
        task: task.to_owned(),
    };
    let claimed = store
        .claim(&message, "worker", Duration::from_secs(60))
        .await
        .unwrap();
    let ClaimOutcome::Claimed(claim) = claimed else {
        panic!("{claimed:?}")
    };
    let done = store
        .finish_completed(&claim, "outputs/x.mp4", 1, &[])
        .await
        .unwrap();
    assert_eq!(done, Finish::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_answered_with_its_first_bytes_whatever_became_of_the_task() {
    let service = Service::start().await;
    let first = service.create_keyed(&body(), "k").await;
    assert!(first.status == 201 && !first.replayed());
    // Key order, white space and the form of numbers do not matter.
    let text = body()
        .to_string()
        .replace("\"scale\":1", " \"scale\" : 1.0 ")
        .replace("\"fps\":30", "\"fps\":3e1");
    let again = || {
        let post = service
            .to(reqwest::Method::POST, "/v1/exports")
            .bearer_auth(&service.secret);
        post.header("content-type", "application/json")
            .body(text.clone())
    };
    let check = |answer: crate::common::Answer| {
        assert_eq!((answer.status, &answer.text), (201, &first.text));
        assert!(answer.replayed());
    };
    check(answer(again().header("idempotency-key", "k")).await);
    check(answer(again().header("idempotency-key", "\"k\"")).await);
    // Another key of the user, and with the account full.
    assert_eq!(service.create(&body()).await.status, 201);
    let (other, _) = service.more_key("ann", true, None).await;
    let request = service
        .to(reqwest::Method::POST, "/v1/exports")
        .bearer_auth(&other);
    check(answer(request.json(&body()).header("idempotency-key", "k")).await);
    // After the end.
    complete(&service, &first.task()).await;
    assert_eq!(service.task(&first.task()).await["status"], "COMPLETED");
    check(service.create_keyed(&body(), "k").await);
    assert_eq!(service.items("ann", "T#").await.len(), 2);
    assert_eq!(service.queued().await, 2);

    // Another user's key is another key, and a record older than 30 days is none.
    let (bob, _) = service.more_key("bob", true, None).await;
    let request = service
        .to(reqwest::Method::POST, "/v1/exports")
        .bearer_auth(&bob);
    let bobs = answer(request.json(&body()).header("idempotency-key", "k")).await;
    assert!(bobs.status == 201 && !bobs.replayed());
    let record = &service.items("ann", "I#").await[0];
    let expires: i64 = record["expiresAt"]["N"].as_str().unwrap().parse().unwrap();
    let created = service.items("ann", "T#").await[0]["createdAt"]["N"]
        .as_str()
        .unwrap()
        .parse::<i64>()
        .unwrap()
        / 1000;
    assert!(
        (expires - created - 30 * 86_400).abs() <= 5,
        "{expires} {created}"
    );
    let past = json!({ ":past": { "N": (created - 1).to_string() } });
    service
        .update(
            "ann",
            record["sk"]["S"].as_str().unwrap(),
            "SET expiresAt = :past",
            &past,
        )
        .await;
    let renewed = service.create_keyed(&body(), "k").await;
    assert!(renewed.status == 201 && !renewed.replayed());
    assert_ne!(renewed.task(), first.task());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_payload_under_a_known_key_is_told_what_differs() {
    let service = Service::start().await;
    let first = service.create_keyed(&body(), "k").await;
    assert_eq!(first.status, 201);
    let mut changed = body_with(json!({ "fps": 60, "filename": "new" }));
    changed["editorState"]["items"]["square"]["color"] = json!("#00ff00");
    let refused = service.create_keyed(&changed, "k").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.json["type"], "CONFLICT");
    let mut paths = refused.paths();
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["/editorState/items/square/color", "/filename", "/fps"]
    );
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.queued().await, 1);
    assert_eq!(service.create_keyed(&body(), "k").await.text, first.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_no_keys_are_refused_or_absent() {
    let service = Service::start().await;
    let post = || service.post("/v1/exports", &body());
    for value in ["a b", "\"open", "\"a\"b", &"x".repeat(256)] {
        let refused = answer(post().header("idempotency-key", value)).await;
        assert_problem(&refused, 400, "IDEMPOTENCY_KEY_INVALID");
    }
    let umlaut = reqwest::header::HeaderValue::from_bytes("ü".as_bytes()).unwrap();
    let refused = answer(post().header("idempotency-key", umlaut)).await;
    assert_problem(&refused, 400, "IDEMPOTENCY_KEY_INVALID");
    let twice = post()
        .header("idempotency-key", "a")
        .header("idempotency-key", "a");
    assert_problem(&answer(twice).await, 400, "IDEMPOTENCY_KEY_INVALID");
    service.assert_nothing_created().await;

    // Blank is absent, so two requests are two tasks.
    for value in ["", "  "] {
        let made = answer(post().header("idempotency-key", value)).await;
        assert!(made.status == 201 && !made.replayed());
    }
    assert!(service.items("ann", "I#").await.is_empty());
    assert_eq!(service.items("ann", "T#").await.len(), 2);
    // A refusal is not remembered: the same key succeeds once a slot is free.
    let long = "x".repeat(255);
    let refused = service.create_keyed(&body(), &long).await;
    assert_problem(&refused, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    assert!(service.items("ann", "I#").await.is_empty());
    service.cancel(&service.account().await.0[0].clone()).await;
    let made = service.create_keyed(&body(), &long).await;
    assert!(made.status == 201 && !made.replayed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_task_id_stands_in_where_there_is_no_key() {
    let service = Service::start().await;
    let mine = |id: &str| body_with(json!({ "clientTaskId": id }));
    let first = service.create(&mine("a")).await;
    assert_eq!(first.status, 201);
    let again = service.create(&mine("a")).await;
    assert!(again.replayed());
    assert_eq!((again.status, &again.text), (201, &first.text));
    let changed = body_with(json!({ "clientTaskId": "a", "format": "webm" }));
    let refused = service.create(&changed).await;
    assert_problem(&refused, 409, "CLIENT_TASK_ID_REUSED");
    assert_eq!(refused.paths(), ["/format"]);

    // Both given: the header decides, and the id may not be another task's.
    let refused = service.create_keyed(&mine("a"), "k").await;
    assert_problem(&refused, 409, "CLIENT_TASK_ID_REUSED");
    assert_eq!(refused.paths(), ["/clientTaskId"]);
    assert!(service.items("ann", "I#").await.is_empty());
    let both = service.create_keyed(&mine("b"), "k").await;
    assert_eq!(both.status, 201);
    assert_eq!(service.create_keyed(&mine("b"), "k").await.text, both.text);
    assert_eq!(
        service.create(&mine("b")).await.text,
        both.text,
        "recorded in the same transaction"
    );
    let refused = service.create_keyed(&mine("c"), "k").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.paths(), ["/clientTaskId"]);
    assert!(service.items("ann", "C#c").await.is_empty());
    assert_eq!(service.items("ann", "T#").await.len(), 2);
    assert_eq!(service.queued().await, 2);

    // A blank id identifies nothing.
    for id in service.account().await.0 {
        service.cancel(&id).await;
    }
    let blanks = [
        service.create(&mine(" ")).await,
        service.create(&mine("")).await,
    ];
    assert_ne!(blanks[0].task(), blanks[1].task());
    assert_eq!(
        service.task(&blanks[0].task()).await["clientTaskId"],
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_operations_read_neither_a_key_nor_a_query_that_is_none() {
    let service = Service::start().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    let path = format!("/v1/projects/{project}");
    for seconds in [2.0, 3.0] {
        let other = synced_body(&state(100, 100, seconds));
        let sync = service.post(&format!("{path}/sync?pageSize=x"), &other);
        let synced = answer(sync.header("idempotency-key", "one")).await;
        assert_eq!(synced.status, 200, "{}", synced.text);
    }
    let kept = answer(service.get(&path)).await;
    let square = &kept.data()["editorState"]["items"]["square"];
    assert_eq!(square["durationTicks"], 3 * 240_000);
    assert!(service.items("ann", "I#").await.is_empty());
    for path in ["/v1/projects?q=x", "/v1/exports?waitSeconds=x"] {
        assert_eq!(answer(service.get(path)).await.status, 200, "{path}");
    }
}
