//! A local stack of one test's own, and a worker on it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use darkroom_compositor::Fonts;
use darkroom_exports::{Task, TaskId};
use darkroom_media::{Fetcher, Tools};
use darkroom_store::{ApiKey, Claim, ClaimOutcome, Received, RenderMessage, Store};
pub use darkroom_test_stack::export::square;
use darkroom_test_stack::{Stack as LocalStack, export};
use darkroom_worker::{Deadline, Worker, WorkerConfig, handle};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Nothing here takes longer on the slowest machine we test on.
pub const LIMIT: Duration = Duration::from_secs(90);

/// A stack and the key of a user on it.
pub struct Stack {
    local: LocalStack,
    pub store: Store,
    pub key: ApiKey,
}

impl Stack {
    pub async fn start() -> Self {
        let local = LocalStack::start().await;
        let store = local.store().clone();
        let (_, key) = local.key("ann").await;
        Self { local, store, key }
    }

    pub fn dir(&self) -> &Path {
        self.local.dir.path()
    }

    pub fn scratch(&self) -> PathBuf {
        self.dir().join("scratch")
    }

    /// A worker whose times are short enough for a test.
    pub fn worker(&self, change: impl FnOnce(&mut WorkerConfig)) -> Worker {
        self.worker_with(Fetcher::from_env().unwrap(), change)
    }

    /// The same, with a way of its own to what is on the web.
    pub fn worker_with(&self, fetcher: Fetcher, change: impl FnOnce(&mut WorkerConfig)) -> Worker {
        let mut config = WorkerConfig {
            lease: Duration::from_secs(20),
            heartbeat: Duration::from_millis(200),
            scratch: self.scratch(),
            ..WorkerConfig::default()
        };
        change(&mut config);
        Worker::new(
            self.store.clone(),
            Tools::discover().unwrap(),
            Fonts::load(&darkroom_compositor::font_dirs()).unwrap(),
            fetcher,
            config,
        )
    }

    /// Lets exports have a `callbackUrl`.
    pub async fn make_webhook_secret(&self) {
        let user = &self.key.user;
        let made = self.store.rotate_webhook_secret(user, Duration::ZERO).await;
        made.unwrap();
    }

    /// Commits and sends an export, as the API does.
    pub async fn create(&self, state: &Value) -> TaskId {
        self.create_with(state, &json!({})).await
    }

    /// The same, with more fields of the request.
    pub async fn create_with(&self, state: &Value, more: &Value) -> TaskId {
        export::create(&self.store, &self.key, state, more).await
    }

    /// Has the queue hide what is received for so many seconds, unless it is told otherwise.
    pub async fn hide_for(&self, seconds: u32) {
        let set = json!({
            "QueueUrl": self.local.made.render_queue_url,
            "Attributes": { "VisibilityTimeout": seconds.to_string() },
        });
        self.local.aws("AmazonSQS.SetQueueAttributes", &set).await;
    }

    /// Sends a message to the render queue.
    pub async fn send(&self, body: &str) {
        let send = json!({ "QueueUrl": self.local.made.render_queue_url, "MessageBody": body });
        self.local.aws("AmazonSQS.SendMessage", &send).await;
    }

    /// An item of the user's as it is in the table.
    pub async fn item(&self, sk: &str) -> Value {
        self.local.item(&self.key.user, sk).await
    }

    pub async fn received(&self) -> Received {
        self.received_if_any().await.expect("a message")
    }

    /// The same, or nothing where none comes within five seconds.
    pub async fn received_if_any(&self) -> Option<Received> {
        let wait = Duration::from_secs(5);
        let mut messages = self.store.receive_render(1, wait).await.unwrap();
        messages.pop()
    }

    /// Hands the next message to a worker, which works on it meanwhile.
    pub async fn begin(&self, worker: Worker) -> JoinHandle<SqsBatchResponse> {
        let message = self.received().await;
        tokio::spawn(async move { handle(&worker, event(&message), Deadline::NONE).await })
    }

    /// The claim of another worker, for a minute, on a task that nobody holds any more.
    pub async fn claim_as_other(&self, id: TaskId) -> Claim {
        let message = RenderMessage {
            user: self.key.user.clone(),
            task: id.to_string(),
        };
        let lease = Duration::from_secs(60);
        match self.store.claim(&message, "other", lease).await.unwrap() {
            ClaimOutcome::Claimed(claim) => claim,
            other => panic!("{other:?}"),
        }
    }

    pub async fn task(&self, id: TaskId) -> Task {
        self.store
            .get_task(&self.key.user, id)
            .await
            .unwrap()
            .unwrap()
    }

    /// Looks until the task is as `wanted` says.
    pub async fn until(&self, id: TaskId, wanted: impl Fn(&Task) -> bool) -> Task {
        let start = Instant::now();
        loop {
            let task = self.task(id).await;
            if wanted(&task) {
                return task;
            }
            assert!(start.elapsed() < LIMIT, "still not as wanted: {task:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn active(&self) -> Vec<String> {
        self.store.account(&self.key.user).await.unwrap().0
    }

    /// Whether the bucket holds an output of this generation.
    pub async fn output_exists(&self, id: TaskId, generation: u32) -> bool {
        let user = hex(&self.key.user);
        let url = self
            .store
            .presign_output(&format!("outputs/{user}/{id}-{generation}.mp4"), None)
            .await
            .unwrap();
        client()
            .get(url)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    }

    /// The bytes of an output.
    pub async fn output(&self, key: &str) -> Vec<u8> {
        let url = self.store.presign_output(key, None).await.unwrap();
        let answer = client().get(url).send().await.unwrap();
        let answer = answer.error_for_status().unwrap();
        answer.bytes().await.unwrap().into()
    }

    pub fn scratch_is_empty(&self) -> bool {
        let scratch: &Path = &self.scratch();
        std::fs::read_dir(scratch).is_ok_and(|mut entries| entries.next().is_none())
    }
}

fn client() -> reqwest::Client {
    let client = darkroom_media::http_client().unwrap();
    client.no_proxy().build().unwrap()
}

fn hex(text: &str) -> String {
    let digits = text.bytes().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

pub fn event(message: &Received) -> SqsEvent {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.message_id.clone());
    record.receipt_handle = Some(message.receipt_handle.clone());
    record.body = Some(message.body.clone());
    let mut event = SqsEvent::default();
    event.records = vec![record];
    event
}

/// The square as an image whose file is not in the bucket.
pub fn missing_picture() -> Value {
    let mut state = square(64, 1);
    state["assets"] = json!({ "pic-7": {
        "id": "pic-7", "type": "image", "filename": "pic.png", "size": 1, "mimeType": "image/png",
        "remoteUrl": null, "remoteKey": "uploads/nowhere/pic.png", "width": 10, "height": 10,
    }});
    let item = state["items"]["square"].as_object_mut().unwrap();
    item.remove("color");
    item.remove("shape");
    item.insert("type".to_owned(), json!("image"));
    item.insert("assetId".to_owned(), json!("pic-7"));
    state
}

/// The square as a text in a font that nobody has.
pub fn strange_font() -> Value {
    let mut state = square(64, 1);
    let item = state["items"]["square"].as_object_mut().unwrap();
    for key in ["shape", "borderRadius", "keepAspectRatio"] {
        item.remove(key);
    }
    let text = json!({
        "type": "text", "text": "a", "align": "left", "fontFamily": "No Such Sans",
        "fontStyle": { "variant": "normal", "weight": "400" }, "fontSize": 20, "lineHeight": 1,
        "letterSpacing": 0, "resizeOnEdit": true, "direction": "ltr", "strokeWidth": 0,
        "strokeColor": "#000000", "background": null,
    });
    item.extend(text.as_object().unwrap().clone());
    state
}
