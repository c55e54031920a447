//! How many calls a request costs, and what happens when one of them fails or its answer
//! is lost: a proxy between the store and the stack counts, and answers in its place.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use darkroom_store::{Store, StoreConfig};
use darkroom_test_stack::REGION;
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body, body_of, client, serve, state};

/// Operation, status and body of one answer that the stack never sees asked for.
pub type Fault = (&'static str, u16, Value);

#[derive(Clone)]
pub struct Proxy {
    to: String,
    client: reqwest::Client,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    lost: Arc<Mutex<Vec<&'static str>>>,
    silent: Arc<Mutex<Option<&'static str>>>,
    store: Arc<OnceLock<Store>>,
    seen: Arc<Mutex<Vec<String>>>,
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts
        .headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap());
    let operation = match target {
        Some(target) => target.rsplit('.').next().unwrap().to_owned(),
        None => format!("{} object", parts.method),
    };
    proxy.seen.lock().unwrap().push(operation.clone());
    if proxy.is_silent_on(&operation) {
        std::future::pending::<()>().await;
    }
    let fault = {
        let mut faults = proxy.faults.lock().unwrap();
        let at = faults.iter().position(|(of, ..)| *of == operation);
        at.and_then(|at| faults.remove(at))
    };
    if let Some((_, status, body)) = fault {
        let kind = [("content-type", "application/x-amz-json-1.0")];
        return (
            StatusCode::from_u16(status).unwrap(),
            kind,
            body.to_string(),
        )
            .into_response();
    }
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let sent = proxy
        .client
        .request(parts.method, format!("{}{}", proxy.to, parts.uri))
        .headers(parts.headers)
        .body(bytes)
        .send()
        .await
        .unwrap();
    if proxy.loses(&operation) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let (status, headers) = (sent.status(), sent.headers().clone());
    let mut response = Response::new(Body::from(sent.bytes().await.unwrap()));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if name != "transfer-encoding" && name != "content-length" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

impl Proxy {
    /// A service whose store speaks through the proxy.
    pub async fn start() -> (Service, Self) {
        let mut service = Service::start().await;
        let proxy = Self {
            to: service.stack.endpoint.clone(),
            client: client(),
            faults: Arc::default(),
            lost: Arc::default(),
            silent: Arc::default(),
            store: Arc::default(),
            seen: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new()
            .fallback(forward)
            .with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let made = &service.stack.made;
        let mut queues = made.queues();
        queues.render = queues.render.replace(&service.stack.endpoint, &url);
        let config = StoreConfig::local(&url, REGION, &made.table, &made.bucket, queues);
        let store = Store::new(config).await.unwrap();
        service.url = serve(&store).await;
        proxy.store.set(store).unwrap();
        (service, proxy)
    }

    /// The store that speaks through the proxy.
    pub fn store(&self) -> &Store {
        self.store.get().unwrap()
    }

    pub fn fail(&self, fault: Fault) {
        self.faults.lock().unwrap().push_back(fault);
    }

    /// Has the next call of this operation done, and its answer lost: a 500 comes instead,
    /// after which the SDK asks again.
    pub fn lose(&self, operation: &'static str) {
        self.lost.lock().unwrap().push(operation);
    }

    fn loses(&self, operation: &str) -> bool {
        let mut lost = self.lost.lock().unwrap();
        let at = lost.iter().position(|of| *of == operation);
        at.map(|at| lost.remove(at)).is_some()
    }

    /// Has no call of this operation answered any more.
    fn silence(&self, operation: &'static str) {
        *self.silent.lock().unwrap() = Some(operation);
    }

    fn is_silent_on(&self, operation: &str) -> bool {
        *self.silent.lock().unwrap() == Some(operation)
    }

    /// Takes back the faults that nothing met, and the silence.
    pub fn mend(&self) {
        self.faults.lock().unwrap().clear();
        *self.silent.lock().unwrap() = None;
    }

    /// Takes the operations that were asked for.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// What DynamoDB answers when parts of a transaction met another one.
pub fn canceled(codes: &[&str]) -> Fault {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = json!({ "__type": kind, "Message": "canceled", "CancellationReasons": reasons });
    ("TransactWriteItems", 400, body)
}

pub const CONFLICT: &str = "TransactionConflict";
pub const NONE: &str = "None";
const FAILED: &str = "ConditionalCheckFailed";

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_create_is_three_calls_and_a_warm_read_is_one() {
    let service = Service::start().await;
    let recorder = service.store().recorder();
    let first = service.create_keyed(&body(), "a").await;
    recorder.take();

    let fresh = body_of(state(120, 120, 1.0));
    let task = service.create_keyed(&fresh, "b").await.task();
    assert_eq!(
        recorder.take(),
        ["PutObject", "TransactWriteItems", "SendMessage"]
    );
    for path in [format!("/v1/exports/{task}"), "/v1/exports".to_owned()] {
        let read = answer(service.get(&path)).await;
        assert_eq!(read.status, 200);
        assert_eq!(recorder.take().len(), 1, "{path}");
    }
    // A document that is there is not sent again; a replay only sees to its task.
    service.cancel(&task).await;
    recorder.take();
    service.create(&fresh).await.task();
    assert_eq!(recorder.take(), ["TransactWriteItems", "SendMessage"]);
    assert_eq!(service.create_keyed(&body(), "a").await.text, first.text);
    assert_eq!(recorder.take(), ["TransactWriteItems", "UpdateItem"]);
    // What needs no state costs no call.
    answer(service.get("/v1/editor/capabilities")).await;
    answer(service.post("/v1/editor/validate", &json!({ "editorState": {} }))).await;
    service.create(&body_of(json!({}))).await;
    assert_eq!(recorder.take(), [""; 0]);

    // The same with a balance, once the process knows of it.
    for id in service.account().await.0 {
        service.cancel(&id).await;
    }
    service.store().grant("ann", 10_000_000).await.unwrap();
    service.create(&fresh).await.task();
    recorder.take();
    service.create(&fresh).await.task();
    assert_eq!(recorder.take(), ["TransactWriteItems", "SendMessage"]);
    assert_eq!(service.account().await.1, Some(9_800_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_in_conflict_is_tried_again_and_happens_once() {
    let (service, proxy) = Proxy::start().await;
    proxy.fail(canceled(&[NONE, NONE, CONFLICT, NONE]));
    // What stands behind a conflict does not count: the account only looks full.
    let (name, status, mut said) = canceled(&[CONFLICT, NONE, FAILED, NONE]);
    said["CancellationReasons"][2]["Item"] = json!({ "active": { "SS": ["one", "two"] } });
    proxy.fail((name, status, said));
    let created = service.create_keyed(&body(), "k").await;
    assert_eq!(created.status, 201, "{}", created.text);
    let sent = proxy
        .take()
        .into_iter()
        .filter(|call| call == "TransactWriteItems")
        .count();
    assert_eq!(sent, 3);
    assert_eq!(service.account().await.0, [created.task()]);
    assert_eq!(service.queued().await, 1);

    // A conflict that does not end is ours: 503, nothing made, and the key still free.
    for _ in 0..6 {
        proxy.fail(canceled(&[NONE, NONE, CONFLICT, NONE]));
    }
    let busy = service.create_keyed(&body(), "k2").await;
    assert_problem(&busy, 503, "SERVICE_UNAVAILABLE");
    assert!(!busy.header("retry-after").is_empty());
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.create_keyed(&body(), "k2").await.status, 201);

    // A cancel meets conflicts too, and an unknown cause is no reason to go on.
    proxy.fail(canceled(&[NONE, CONFLICT]));
    assert_eq!(
        service.cancel(&created.task()).await.data()["status"],
        "CANCELED"
    );
    proxy.take();
    proxy.fail(canceled(&[NONE, NONE, "ValidationError", NONE]));
    let broken = service.create_keyed(&body(), "k3").await;
    assert_problem(&broken, 500, "INTERNAL");
    assert!(!broken.text.contains("ValidationError"), "{}", broken.text);
    assert_eq!(proxy.take(), ["TransactWriteItems"]);
    let another = service.create_keyed(&body(), "k4").await.task();
    proxy.take();
    proxy.fail(canceled(&[NONE, "ValidationError"]));
    assert_problem(&service.cancel(&another).await, 500, "INTERNAL");
    let calls = proxy.take();
    let sent = calls.iter().filter(|call| *call == "TransactWriteItems");
    assert_eq!(sent.count(), 1, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_heavy_use_is_revoked_all_the_same() {
    let (service, proxy) = Proxy::start().await;
    proxy.fail(canceled(&[NONE, CONFLICT]));
    proxy.fail(canceled(&[CONFLICT, NONE]));
    proxy.take();
    let store = proxy.store();
    assert!(store.revoke_key("ann", &service.key.key_id).await.unwrap());
    let expected = [
        "GetItem",
        "TransactWriteItems",
        "TransactWriteItems",
        "TransactWriteItems",
    ];
    assert_eq!(proxy.take(), expected);
    let refused = service.create(&body()).await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_and_not_sent_is_sent_by_a_later_replay() {
    let (service, proxy) = Proxy::start().await;
    let refused = json!({ "__type": "com.amazonaws.sqs#InvalidAddress", "message": "no" });
    proxy.fail(("SendMessage", 400, refused));
    let created = service.create_keyed(&body(), "k").await;
    assert_eq!(created.status, 201, "committed is created");
    assert_eq!(service.queued().await, 0);
    // Too early to know that it was not sent.
    assert_eq!(service.create_keyed(&body(), "k").await.text, created.text);
    assert_eq!(service.queued().await, 0);
    let sk = format!("T#{}", created.task());
    service
        .update(
            "ann",
            &sk,
            "SET dueAt = :past",
            &json!({ ":past": { "N": "1" } }),
        )
        .await;
    for _ in 0..2 {
        assert_eq!(service.create_keyed(&body(), "k").await.text, created.text);
        assert_eq!(service.queued().await, 1);
    }

    // Without its document no task is made.
    let fresh = body_of(state(64, 64, 1.0));
    let denied = json!({});
    proxy.fail(("PUT object", 403, denied));
    assert_problem(&service.create(&fresh).await, 500, "INTERNAL");
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.account().await.0.len(), 1);
    assert_eq!(service.create(&fresh).await.status, 201);
}

/// Below the 25 s that this store waits for one answer, and the 29 s of the function.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_queue_keeps_no_create_from_its_answer() {
    let (service, proxy) = Proxy::start().await;
    proxy.silence("SendMessage");
    let began = Instant::now();
    let created = service.create_keyed(&body(), "k").await;
    assert_eq!(created.status, 201, "committed is created");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let sk = format!("T#{}", created.task());
    let past = json!({ ":past": { "N": "1" } });
    for sent in [0, 1] {
        service.update("ann", &sk, "SET dueAt = :past", &past).await;
        proxy.take();
        let began = Instant::now();
        let again = service.create_keyed(&body(), "k").await;
        assert!(again.replayed() && again.text == created.text);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        assert!(proxy.take().iter().any(|call| call == "SendMessage"));
        assert_eq!(service.queued().await, sent);
        proxy.mend();
    }
    assert_eq!(service.items("ann", "T#").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_whose_answer_is_lost_is_made_once() {
    let (service, proxy) = Proxy::start().await;
    for (grants, balance) in [(1, 500_000), (2, 1_000_000)] {
        proxy.take();
        proxy.lose("TransactWriteItems");
        proxy.store().grant("ann", 500_000).await.unwrap();
        assert_eq!(proxy.take(), ["TransactWriteItems", "TransactWriteItems"]);
        assert_eq!(service.account().await.1, Some(balance), "{grants}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_answer_is_lost_is_one_task_and_one_charge() {
    let (service, proxy) = Proxy::start().await;
    service.store().grant("ann", 1_000_000).await.unwrap();
    // Looks the key and the account up.
    let known = service.create(&body()).await.task();
    service.cancel(&known).await;
    proxy.lose("TransactWriteItems");
    let created = service.create(&body()).await;
    assert_eq!(
        service.account().await,
        (vec![created.task()], Some(800_000))
    );
    assert_eq!(service.items("ann", "T#").await.len(), 2);
}
