//! A stack, a receiver that answers as it is told, and a clock of the test's own.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use darkroom_exports::{CallbackPolicy, DeliveryId, Step, TaskId, Timestamp, WebhookSecret};
use darkroom_store::{
    ApiKey, Claim, ClaimOutcome, DeliverySummary, RenderMessage, Store, Subject, WebhookMessage,
};
use darkroom_test_stack::Stack;
use darkroom_test_stack::export::{create, square};
use darkroom_webhook::{Clock, Sender, SenderConfig, handle};
use futures::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::described::assert_described;

/// What the receiver answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    /// Nothing, ever.
    Silence,
    /// 200, and a body that never ends.
    Endless,
    /// 200, when the test lets it.
    Held(Held),
}

/// An answer that waits for the test.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// Told when the request is there.
    pub arrived: Arc<Notify>,
    /// Tell it, and the receiver answers.
    pub go_on: Arc<Notify>,
}

/// A webhook as it was received.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub fn event(&self) -> &str {
        self.body["eventType"].as_str().unwrap()
    }
}

#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, text: String) -> Response {
    let body = serde_json::from_str(&text).unwrap_or_default();
    let got = Got {
        headers,
        text,
        body,
    };
    receiver.got.lock().unwrap().push(got);
    let reply = receiver.replies.lock().unwrap().pop_front();
    let status = |code| StatusCode::from_u16(code).unwrap();
    let mut response = Response::new(Body::empty());
    match reply.unwrap_or(Reply::Status(200)) {
        Reply::Status(code) => *response.status_mut() = status(code),
        Reply::With(code, name, value) => {
            *response.status_mut() = status(code);
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        Reply::Silence => std::future::pending().await,
        Reply::Held(held) => {
            held.arrived.notify_one();
            held.go_on.notified().await;
        }
        Reply::Endless => {
            let bytes = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1 << 16]));
            *response.body_mut() = Body::from_stream(bytes);
        }
    }
    response
}

pub struct Rig {
    pub stack: Stack,
    pub store: Store,
    pub key: ApiKey,
    pub secret: WebhookSecret,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    receiver: Receiver,
    now: Arc<AtomicI64>,
}

pub fn step(task: TaskId, step: Step) -> DeliveryId {
    DeliveryId { task, step }
}

impl Rig {
    pub async fn start() -> Self {
        let stack = Stack::start().await;
        let store = stack.store().clone();
        let (_, key) = stack.key("ann").await;
        let made = store.rotate_webhook_secret("ann", Duration::ZERO).await;
        let receiver = Receiver::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            stack,
            store,
            key,
            secret: made.unwrap(),
            url,
            receiver,
            now: Arc::new(AtomicI64::new(Timestamp::now().0)),
        }
    }

    pub fn sender(&self) -> Sender {
        self.sender_with(|_| ())
    }

    pub fn sender_with(&self, change: impl FnOnce(&mut SenderConfig)) -> Sender {
        let now = Arc::clone(&self.now);
        let mut config = SenderConfig {
            policy: CallbackPolicy::Local,
            clock: Clock::new(move || Timestamp(now.load(Ordering::SeqCst))),
            ..SenderConfig::default()
        };
        change(&mut config);
        Sender::new(self.store.clone(), config).unwrap()
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// What the receiver answers next, one after the other; 200 behind them.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.receiver.replies.lock().unwrap().extend(replies);
    }

    /// Has the receiver wait with its next answer.
    pub fn hold(&self) -> Held {
        let held = Held::default();
        self.answer([Reply::Held(held.clone())]);
        held
    }

    /// What was received since the last call, each as `openapi.json` describes it.
    pub fn got(&self) -> Vec<Got> {
        let got = std::mem::take(&mut *self.receiver.got.lock().unwrap());
        got.iter().for_each(assert_described);
        got
    }

    /// A committed export that tells this receiver.
    pub async fn export(&self) -> TaskId {
        self.export_to(&self.url).await
    }

    pub async fn export_to(&self, url: &str) -> TaskId {
        let more = json!({ "callbackUrl": url, "callbackHeaders": { "X-Token": "sesame" } });
        create(&self.store, &self.key, &square(64, 1), &more).await
    }

    pub async fn claim(&self, task: TaskId) -> Claim {
        match self.try_claim(task).await {
            ClaimOutcome::Claimed(claim) => claim,
            outcome => panic!("{outcome:?}"),
        }
    }

    pub async fn try_claim(&self, task: TaskId) -> ClaimOutcome {
        let message = RenderMessage {
            user: self.key.user.clone(),
            task: task.to_string(),
        };
        let lease = Duration::from_secs(60);
        self.store.claim(&message, "worker", lease).await.unwrap()
    }

    /// A started export, its first webhook in the queue.
    pub async fn started(&self) -> (TaskId, Claim) {
        let task = self.export().await;
        let claim = self.claim(task).await;
        let id = step(task, Step::Started);
        assert!(self.store.announce("ann", id).await.unwrap());
        (task, claim)
    }

    /// Ends it with an output.
    pub async fn complete(&self, claim: &Claim) {
        self.store
            .finish_completed(claim, "outputs/x.mp4", 1, &[])
            .await
            .unwrap();
        let id = step(claim.task_id(), Step::Ended);
        assert!(self.store.announce("ann", id).await.unwrap());
    }

    /// Gives the sender what lies in the queue, until nothing visible does.
    pub async fn deliver(&self, sender: &Sender) {
        loop {
            let batch = self.store.receive_webhooks(10, Duration::ZERO).await;
            let batch = batch.unwrap();
            if batch.is_empty() {
                return;
            }
            let bodies = batch.iter().map(|message| message.body.clone());
            let failed = handle(sender, event(bodies)).await.batch_item_failures;
            assert!(failed.is_empty(), "{failed:?}");
            for message in batch {
                let deleted = self.store.delete_webhook(&message.receipt_handle).await;
                deleted.unwrap();
            }
        }
    }

    /// Gives the sender the message of a later try, which SQS holds back.
    pub async fn later(&self, sender: &Sender, id: DeliveryId, generation: i64) {
        let message = message(id, generation);
        let body = serde_json::to_string(&message).unwrap();
        let failed = handle(sender, event([body])).await.batch_item_failures;
        assert!(failed.is_empty(), "{failed:?}");
    }

    pub async fn listed(&self, failed: bool) -> Vec<DeliverySummary> {
        let page = self.store.list_deliveries("ann", 50, None, failed).await;
        page.unwrap().entries
    }

    pub async fn delivery(&self, id: DeliveryId) -> DeliverySummary {
        let all = self.listed(false).await;
        all.into_iter().find(|one| one.id == id).expect("listed")
    }

    /// A call of the stack's JSON protocols, past every line of ours.
    pub async fn aws(&self, target: &str, body: &Value) -> Value {
        self.stack.aws(target, body).await
    }

    /// Messages that SQS holds back.
    pub async fn delayed(&self) -> String {
        let queue = &self.stack.made.webhook_queue_url;
        let all = json!({ "QueueUrl": queue, "AttributeNames": ["All"] });
        let found = self.aws("AmazonSQS.GetQueueAttributes", &all).await;
        let count = &found["Attributes"]["ApproximateNumberOfMessagesDelayed"];
        count.as_str().unwrap().to_owned()
    }

    /// Writes that the start of a task was delivered, as its sender does.
    pub async fn settle_start(&self, task: TaskId) {
        let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": format!("W#{task}#1") } });
        self.aws(
            "DynamoDB_20120810.UpdateItem",
            &json!({
                "TableName": self.stack.made.table, "Key": key,
                "UpdateExpression": "SET #state = :delivered, settledAt = :now \
                                     REMOVE leaseUntil, dueShard, dueAt",
                "ConditionExpression": "attribute_exists(leaseUntil)",
                "ExpressionAttributeNames": { "#state": "state" },
                "ExpressionAttributeValues": {
                    ":delivered": { "S": "DELIVERED" }, ":now": { "N": self.now().0.to_string() },
                },
            }),
        )
        .await;
    }

    /// Sends what is told of a task to another address, past every check of a create.
    pub async fn set_callback(&self, task: TaskId, url: &str) {
        let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": format!("T#{task}") } });
        self.aws(
            "DynamoDB_20120810.UpdateItem",
            &json!({
                "TableName": self.stack.made.table, "Key": key,
                "UpdateExpression": "SET callbackUrl = :url",
                "ConditionExpression": "attribute_exists(callbackUrl)",
                "ExpressionAttributeValues": { ":url": { "S": url } },
            }),
        )
        .await;
    }

    /// Makes a delivery due at once.
    pub async fn make_due(&self, task: TaskId, number: u8) {
        let sk = format!("W#{task}#{number}");
        self.stack.make_due("ann", &sk, 1).await;
    }

    /// Sends again what is due of deliveries, as the sweep does; answers how many were.
    pub async fn resend_due(&self) -> usize {
        let now = Timestamp::now();
        let mut sent = 0;
        for due in self.store.due(100, now).await.unwrap().items {
            if let Subject::Delivery(id) = due.subject {
                let again = self.store.resend_delivery_if_due(&due.user, id, now);
                sent += usize::from(again.await.unwrap());
            }
        }
        sent
    }
}

pub fn event(bodies: impl IntoIterator<Item = String>) -> SqsEvent {
    let records = bodies.into_iter().enumerate().map(|(index, body)| {
        let mut record = SqsMessage::default();
        record.message_id = Some(format!("m-{index}"));
        record.body = Some(body);
        record
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}

/// What SQS holds of a delivery of the user's.
pub fn message(id: DeliveryId, generation: i64) -> WebhookMessage {
    WebhookMessage {
        user: "ann".to_owned(),
        delivery: id.to_string(),
        generation,
        not_before: 0,
    }
}
