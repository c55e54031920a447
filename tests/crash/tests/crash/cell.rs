//! One user with one export, and everything that is done for it.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use darkroom_exports::{Timestamp, WebhookSecret};
use darkroom_store::{ApiKey, NewKey, Received, Store};
use darkroom_test_crash::Faults;
use darkroom_test_stack::export::square;
use serde_json::{Value, json};

use crate::lane::Lane;

/// Credits and standard seconds that a user begins with: more than an export costs.
pub const GRANTED_MICROS: i64 = 1_000_000_000;
pub const QUOTA_SECONDS: u32 = 1000;

/// What is done with the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It is rendered; when it is created, the user has another one that is active.
    Completed,
    /// It is rendered, of the state of a project.
    Project,
    /// It is canceled before a worker has it.
    Canceled,
    /// Its picture is not there.
    Failed,
    /// It is rendered, and has no callback.
    Quiet,
    /// It is rendered, and no message arrives that the sweep has not sent.
    Swept,
    /// Its last worker died, as did the sender that told of its start; the messages of both
    /// are dead letters. Its account has a slot that no task has.
    Abandoned,
    /// The queue is paused and goes on, and its message is lost: the sweep holds and sends it.
    HeldByQueue,
    /// Its account is paused when its message comes, and resumed.
    Paused,
    /// It fails, and its receiver is not well when it is first told.
    Unwell,
    /// It fails, and its receiver wants no webhooks.
    Unwanted,
    /// It shows an uploaded picture and a motion graphic of the operator's, and there is a
    /// font of theirs.
    Rich,
    /// Its message is late, and its client asks once more.
    Twice,
    /// Its client names it by its own id, without a key.
    Named,
    /// It is refused until others of the user have ended.
    Full,
    /// Its client asks for a motion graphic before that nobody has added.
    Unheard,
    /// Its output breaks off once while it is sent.
    BrokenOff,
    /// Its client cancels it just before its output is whole.
    Late,
    /// Its first worker is closed in good order while it renders.
    Closed,
}

impl Flow {
    /// First messages of the queues that get lost: of renders, of webhooks.
    const fn losses(self) -> [u32; 2] {
        match self {
            Self::Swept => [1, 2],
            Self::Abandoned | Self::HeldByQueue => [1, 0],
            _ => [0, 0],
        }
    }

    /// What its webhooks are answered, one after the other; the last one for good.
    const fn answers(self) -> &'static [u16] {
        match self {
            Self::Unwell => &[500, 200],
            Self::Unwanted => &[410],
            _ => &[200],
        }
    }

    /// Whether the picture that it shows is not there.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Failed | Self::Unwell | Self::Unwanted)
    }

    /// Whether it ends FAILED.
    pub const fn ends_failed(self) -> bool {
        self.fails() || matches!(self, Self::Abandoned)
    }

    /// Whether somebody is told of it.
    pub const fn is_told(self) -> bool {
        !matches!(
            self,
            Self::Quiet
                | Self::Paused
                | Self::HeldByQueue
                | Self::Rich
                | Self::Twice
                | Self::Named
                | Self::Full
                | Self::Unheard
                | Self::BrokenOff
                | Self::Late
        )
    }
}

/// One of the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    Render,
    Webhook,
}

/// What its client was told.
#[derive(Debug, Default)]
pub struct Answers {
    /// Tasks of every 201.
    pub created: Vec<String>,
    /// The create was refused because the key is not valid any more.
    pub refused: bool,
    /// Statuses that answered cancels.
    pub canceled: Vec<u16>,
}

pub struct Cell {
    pub lane: Arc<Lane>,
    pub flow: Flow,
    pub user: String,
    pub secret: String,
    pub key: ApiKey,
    /// What its webhooks are signed with.
    pub signs: WebhookSecret,
    /// An uploaded file that the export names, and shows where it is a rich one.
    pub asset: String,
    /// Where the create goes.
    pub path: String,
    pub body: Value,
    pub faults: Faults,
    /// The store of the test itself.
    pub store: Store,
    pub answers: Mutex<Answers>,
    /// The render message that is being worked on.
    pub current: Mutex<Option<Received>>,
    /// Every message that was received, and those that nobody has finished: by receipt.
    pub bodies: Mutex<Vec<(Queue, String)>>,
    pub held: Mutex<Vec<(Queue, String)>>,
    /// What is not as it must be.
    pub wrong: Mutex<Vec<String>>,
    lost: [AtomicU32; 2],
    /// Workers that are closed, of those to come.
    closed: AtomicU32,
    now: Arc<AtomicI64>,
}

impl Cell {
    pub async fn start(lane: &Arc<Lane>, flow: Flow) -> Self {
        let store = lane.stack.store().clone();
        let user = format!("user-{}", lane.number());
        lane.answer(&user, flow.answers());
        let wanted = NewKey {
            name: None,
            runtime_access: true,
            quota: Some(QUOTA_SECONDS.into()),
            requests_per_minute: None,
        };
        let made = store.create_key(&user, wanted).await.unwrap();
        let key = store.authenticate(&made.key).await.unwrap().unwrap();
        let signs = store.rotate_webhook_secret(&user, Duration::ZERO).await;
        store.grant(&user, GRANTED_MICROS).await.unwrap();
        let mut cell = Self {
            lane: Arc::clone(lane),
            flow,
            user,
            secret: made.key,
            key,
            signs: signs.unwrap(),
            asset: String::new(),
            path: "/v1/exports".to_owned(),
            body: Value::Null,
            faults: lane.no_faults(),
            store,
            answers: Mutex::default(),
            current: Mutex::default(),
            bodies: Mutex::default(),
            held: Mutex::default(),
            wrong: Mutex::default(),
            lost: flow.losses().map(AtomicU32::new),
            closed: AtomicU32::new(u32::from(flow == Flow::Closed)),
            now: Arc::new(AtomicI64::new(Timestamp::now().0)),
        };
        let uploaded = cell.upload().await;
        uploaded["assetId"]
            .as_str()
            .unwrap()
            .clone_into(&mut cell.asset);
        cell.body = cell.export_of(&uploaded);
        match flow {
            Flow::Project => cell.keep_as_project().await,
            Flow::Rich => Box::pin(cell.enrich()).await,
            _ => {}
        }
        cell
    }

    /// A create's body: a second of a small square, with an asset that nothing shows.
    fn export_of(&self, uploaded: &Value) -> Value {
        let mut state = square(64, 1);
        let picture = |id: &str, key: &Value| {
            json!({
                "id": id, "type": "image", "filename": "f", "size": 1, "mimeType": "image/png",
                "remoteUrl": null, "remoteKey": key, "width": 8, "height": 8,
            })
        };
        state["assets"]["file"] = picture("file", &uploaded["fileKey"]);
        if self.flow.fails() {
            state["assets"]["gone"] = picture("gone", &json!("uploads/nowhere/pic.png"));
            let item = state["items"]["square"].as_object_mut().unwrap();
            item.remove("color");
            item.remove("shape");
            item.insert("type".to_owned(), json!("image"));
            item.insert("assetId".to_owned(), json!("gone"));
        }
        let mut body = json!({
            "editorState": state, "stateSchemaVersion": "v1",
            "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
        });
        if self.flow.is_told() {
            body["callbackUrl"] = json!(format!("{}/{}", self.lane.receiver, self.user));
            body["callbackHeaders"] = json!({ "X-Token": "sesame" });
        }
        if self.flow == Flow::Named {
            body["clientTaskId"] = json!("the-task");
        }
        body
    }

    pub fn complain(&self, what: impl Into<String>) {
        self.wrong.lock().unwrap().push(what.into());
    }

    pub fn now(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.now)
    }

    /// Whether a message that was just received gets lost.
    pub fn loses(&self, queue: Queue) -> bool {
        takes_one(&self.lost[queue as usize])
    }

    /// Whether a worker that begins now is closed while it works.
    pub fn closes(&self) -> bool {
        takes_one(&self.closed)
    }

    pub fn queue_url(&self, queue: Queue) -> &str {
        let made = &self.lane.stack.made;
        match queue {
            Queue::Render => &made.render_queue_url,
            Queue::Webhook => &made.webhook_queue_url,
        }
    }

    /// Lets ten minutes pass: every lease is over, whatever waits is due, and messages
    /// that were received and not deleted can be received again. Answers whether there
    /// was anything of the kind.
    pub async fn pass_time(&self) -> bool {
        self.now.fetch_add(600_000, Ordering::SeqCst);
        let mut anything = false;
        for (sk, item) in self.lane.stack.items(&self.user).await {
            let times = ["leaseUntil", "dueAt"];
            let times: Vec<&str> = times
                .into_iter()
                .filter(|name| item.get(name).is_some())
                .collect();
            if !times.is_empty() {
                anything = true;
                self.put_in_the_past(&sk, &times).await;
            }
        }
        let held = std::mem::take(&mut *self.held.lock().unwrap());
        for (queue, receipt) in held {
            anything = true;
            let show = json!({
                "QueueUrl": self.queue_url(queue), "ReceiptHandle": receipt,
                "VisibilityTimeout": 0,
            });
            // Refused where the message was deleted after all.
            let target = "AmazonSQS.ChangeMessageVisibility";
            self.lane.stack.call(target, &show).await;
        }
        anything
    }

    async fn put_in_the_past(&self, sk: &str, times: &[&str]) {
        let sets: Vec<String> = times.iter().map(|name| format!("{name} = :past")).collect();
        let exist = times.iter().map(|name| format!("attribute_exists({name})"));
        let exist: Vec<String> = exist.collect();
        let update = json!({
            "TableName": self.lane.stack.made.table,
            "Key": { "pk": { "S": format!("U#{}", self.user) }, "sk": { "S": sk } },
            "UpdateExpression": format!("SET {}", sets.join(", ")),
            "ConditionExpression": exist.join(" AND "),
            "ExpressionAttributeValues": { ":past": { "N": "1" } },
        });
        // Refused where it went in between.
        let target = "DynamoDB_20120810.UpdateItem";
        self.lane.stack.call(target, &update).await;
    }
}

/// Takes one of what is left, if anything is.
fn takes_one(left: &AtomicU32) -> bool {
    let less = |left: u32| left.checked_sub(1);
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        .is_ok()
}
