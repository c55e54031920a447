//! Flows that make every call of every function, and the secrets that go with them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use darkroom_exports::repair::UNCLAIMED_SENDS;
use darkroom_store::RenderMessage;
use darkroom_sweep::{SweepConfig, Sweeper};
use darkroom_test_crash::{Fault, Need, Point, signed};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::caller::Caller;
use crate::cell::{Cell, Flow, Queue};
use crate::lane::Lane;
use crate::prepared::{furnish, rich};
use crate::queue::{only_the_item, without_the_item};

/// What callers keep in addresses and headers of theirs.
const HEADER: &str = "open-sesame-4be1";
const CALLBACK_TOKEN: &str = "callback-token-9a53";
const MEDIA_TOKEN: &str = "media-token-c07d";
/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const SIGNATURE: &str = "X-Amz-Signature=";

/// What came of it.
#[derive(Debug, Default)]
pub struct Walk {
    /// What each process needs of a policy.
    pub needs: BTreeMap<&'static str, BTreeSet<Need>>,
    /// What nobody else may learn, and what it is.
    pub secrets: BTreeMap<String, &'static str>,
}

/// Webhooks as they came.
type Bodies = Arc<Mutex<Vec<String>>>;

async fn keep(State(bodies): State<Bodies>, text: String) {
    bodies.lock().unwrap().push(text);
}

/// A receiver of webhooks; answers its address.
async fn receiver(bodies: &Bodies) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(keep).with_state(Arc::clone(bodies));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

impl Walk {
    /// Walks on a stack that nobody else uses.
    pub async fn walked(lane: &Arc<Lane>) -> Self {
        let mut walk = Self::default();
        furnish(lane).await;
        let points = walk.everything_once(lane).await;
        for flow in [
            Flow::Canceled,
            Flow::Failed,
            Flow::Swept,
            Flow::Paused,
            Flow::Unwell,
            Flow::Unwanted,
        ] {
            let cell = walk.cell(lane, flow).await;
            cell.begin().await;
            walk.ended(&cell).await;
        }
        let point = |call: &str| {
            let mut points = points.iter().filter(|point| point.process == "worker");
            points.find(|point| point.call.starts_with(call)).cloned()
        };
        let part = point("PUT outputs").expect("an output has a part");
        walk.upload_that_breaks_off(lane, part).await;
        let whole = point("POST outputs uploadId").expect("an output is put together");
        walk.cancel_at(lane, whole).await;
        walk.resumed_by_half(lane).await;
        walk.held_in_the_queue(lane).await;
        walk.found_by_the_sweep(lane).await;
        walk.out_of_reach(lane).await;
        walk
    }

    async fn cell(&mut self, lane: &Arc<Lane>, flow: Flow) -> Arc<Cell> {
        let mut cell = Cell::start(lane, flow).await;
        if cell.body.get("callbackUrl").is_some() {
            cell.body["callbackHeaders"] = json!({ "X-Token": HEADER });
        }
        self.learn(&cell);
        Arc::new(cell)
    }

    fn learn(&mut self, cell: &Cell) {
        let own = [
            (cell.secret.clone(), "an API key"),
            (cell.signs.as_str().to_owned(), "a webhook secret"),
            (
                cell.signs.standard(),
                "a webhook secret, as libraries take it",
            ),
            (HEADER.to_owned(), "a callback's header"),
            (CALLBACK_TOKEN.to_owned(), "a callback's query"),
            (MEDIA_TOKEN.to_owned(), "a medium's query"),
        ];
        self.secrets.extend(own);
    }

    /// Works a cell off, and keeps what that took.
    async fn ended(&mut self, cell: &Cell) {
        cell.work_off().await;
        for (process, needs) in cell.faults.needs() {
            self.needs.entry(process).or_default().extend(needs);
        }
    }

    /// Signed addresses in an answer: secrets, which need what following them does.
    fn answered(&mut self, process: &'static str, answer: &Value) {
        match answer {
            Value::String(text) if text.contains(SIGNATURE) => {
                let (_, rest) = text.split_once(SIGNATURE).unwrap();
                let signature = rest.split('&').next().unwrap_or_default();
                assert_eq!(signature.len(), 64, "{text}");
                self.secrets
                    .insert(signature.to_owned(), "a signed address");
                self.needs.entry(process).or_default().insert(signed(text));
            }
            Value::Array(values) => values.iter().for_each(|one| self.answered(process, one)),
            Value::Object(fields) => fields.values().for_each(|one| self.answered(process, one)),
            _ => {}
        }
    }

    /// An export with everything that is read for one, told to its callback; then every
    /// route.
    async fn everything_once(&mut self, lane: &Arc<Lane>) -> Vec<Point> {
        let bodies = Bodies::default();
        let mut cell = Cell::start(lane, Flow::Completed).await;
        let mut uploader = Caller::new(&cell).await;
        let picture = uploader.event("upload-asset", 201).await;
        cell.body = rich(&cell.body, &picture);
        let callback = receiver(&bodies).await;
        cell.body["callbackUrl"] = json!(format!("{callback}/hook?token={CALLBACK_TOKEN}"));
        cell.body["callbackHeaders"] = json!({ "X-Token": HEADER });
        self.learn(&cell);
        cell.begin().await;
        cell.work_off().await;
        let points = cell.faults.points();

        let mut caller = Caller::new(&cell).await;
        caller.event("upload-asset", 201).await;
        caller.every_event(&picture).await;
        caller.upload_what_is_no_picture().await;
        caller.name_what_is_not_there().await;
        for answer in &caller.answers {
            self.answered("api", answer);
        }
        let told = std::mem::take(&mut *bodies.lock().unwrap());
        assert_eq!(told.len(), 2, "{told:?}");
        for text in told {
            self.answered("sender", &serde_json::from_str(&text).unwrap());
        }
        self.ended(&cell).await;
        points
    }

    /// A worker cannot send its output, and another one does.
    async fn upload_that_breaks_off(&mut self, lane: &Arc<Lane>, at: Point) {
        let cell = self.cell(lane, Flow::Completed).await;
        cell.faults.arm(at, Fault::Fails);
        cell.begin().await;
        self.ended(&cell).await;
        assert!(cell.faults.was_met());
    }

    /// The client cancels the export just before its output is whole.
    async fn cancel_at(&mut self, lane: &Arc<Lane>, at: Point) {
        let cell = self.cell(lane, Flow::Completed).await;
        // Weak: the cell owns its faults.
        let weak = Arc::downgrade(&cell);
        let cancel = move || -> BoxFuture<'static, ()> {
            let cell = weak.upgrade().expect("the cell runs");
            Box::pin(async move { cell.cancel(&cell.clean_api().await).await })
        };
        cell.faults.arm(at, Fault::Meanwhile(Arc::new(cancel)));
        cell.begin().await;
        self.ended(&cell).await;
        assert!(cell.faults.was_met());
    }

    /// Whoever resumed an account has died before its tasks were turned.
    async fn resumed_by_half(&mut self, lane: &Arc<Lane>) {
        let cell = self.cell(lane, Flow::Quiet).await;
        cell.begin().await;
        let held = cell.store.pause_account(&cell.user).await.unwrap();
        assert_eq!(held.len(), 1);
        let stack = &lane.stack;
        stack
            .update(&cell.user, "ACCOUNT", "REMOVE paused", &Value::Null)
            .await;
        self.ended(&cell).await;
    }

    /// The queue is held when a sweep finds the task, and when the task's message comes;
    /// whoever lets it go on dies before its tasks are turned.
    async fn held_in_the_queue(&mut self, lane: &Arc<Lane>) {
        let cell = self.cell(lane, Flow::Quiet).await;
        cell.begin().await;
        only_the_item(&lane.stack).await;
        cell.pass_time().await;
        let process = cell.faults.process("sweep");
        let sweeper = Sweeper::new(lane.store(&process).await, SweepConfig::default());
        let run = Box::pin(darkroom_sweep::handle(&sweeper));
        let report = process.live(run).await.expect("it lives");
        assert_eq!((report.resent, report.errors), (0, 0), "{report:?}");
        assert_eq!(state_of(&cell).await, "PAUSED");

        let worker = cell.worker(cell.faults.process("worker")).await;
        let came = cell.deliver(Queue::Render, &mut Some(worker)).await;
        assert!(came, "its message");
        assert_eq!(state_of(&cell).await, "PAUSED");
        without_the_item(&lane.stack).await;
        self.ended(&cell).await;
        assert_eq!(state_of(&cell).await, "COMPLETED");
    }

    /// Dead letters, one of an export that nobody could claim for a day, and a slot that no
    /// task has.
    async fn found_by_the_sweep(&mut self, lane: &Arc<Lane>) {
        let cell = self.cell(lane, Flow::Completed).await;
        cell.begin().await;
        let (stack, urls) = (&lane.stack, &lane.stack.made.dead_letters);
        let purge = json!({ "QueueUrl": stack.made.render_queue_url });
        stack.aws("AmazonSQS.PurgeQueue", &purge).await;
        let dead = RenderMessage {
            user: cell.user.clone(),
            task: cell.answers.lock().unwrap().created[0].clone(),
        };
        let many = json!({ ":many": { "N": UNCLAIMED_SENDS.to_string() } });
        let sk = format!("T#{}", dead.task);
        stack
            .update(&cell.user, &sk, "SET resends = :many", &many)
            .await;
        let dead = serde_json::to_string(&dead).unwrap();
        for (url, body) in [(&urls.render, dead.as_str()), (&urls.webhook, "{}")] {
            let letter = json!({ "QueueUrl": url, "MessageBody": body });
            stack.aws("AmazonSQS.SendMessage", &letter).await;
        }
        let leaked = json!({ ":slots": { "SS": ["00000000-0000-7000-8000-000000000000"] } });
        stack
            .update(&cell.user, "ACCOUNT", "ADD active :slots", &leaked)
            .await;
        self.ended(&cell).await;
    }

    /// Neither a medium nor the callback can be reached, which is told without the tokens
    /// in their addresses.
    async fn out_of_reach(&mut self, lane: &Arc<Lane>) {
        let mut cell = Cell::start(lane, Flow::Failed).await;
        let medium = &mut cell.body["editorState"]["assets"]["gone"];
        medium["remoteKey"] = Value::Null;
        medium["remoteUrl"] = json!(format!("{NOWHERE}/pic.png?token={MEDIA_TOKEN}"));
        cell.body["callbackUrl"] = json!(format!("{NOWHERE}/hook?token={CALLBACK_TOKEN}"));
        cell.body["callbackHeaders"] = json!({ "X-Token": HEADER });
        self.learn(&cell);
        cell.begin().await;
        assert_eq!(cell.answers.lock().unwrap().created.len(), 1);
        self.ended(&cell).await;
    }
}

/// The state of a cell's task.
async fn state_of(cell: &Cell) -> Value {
    let items = cell.lane.stack.items(&cell.user).await;
    let task = items.iter().find(|(sk, _)| sk.starts_with("T#"));
    task.expect("it was created").1["state"]["S"].clone()
}
