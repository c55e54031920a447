//! The operator holds the whole queue, and lets it go on: between any two calls of a claim,
//! and with any call of theirs going wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use darkroom_exports::TaskState;
use darkroom_store::{ClaimOutcome, RenderMessage, Store};
use darkroom_sweep::{SweepConfig, Sweeper};
use darkroom_test_crash::{Fault, Meanwhile, Point};
use darkroom_test_stack::Stack;
use futures::future::BoxFuture;
use serde_json::json;

use crate::cell::{Cell, Flow};
use crate::lane::Lane;

/// Long enough that only the cell's clock ends it.
const LEASE: Duration = Duration::from_secs(60);

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Pause,
    Resume,
}

impl Turn {
    async fn happens(self, store: &Store) {
        // An error where a call of it fails.
        let _ = match self {
            Self::Pause => store.pause_queue().await,
            Self::Resume => store.resume_queue().await,
        };
    }

    /// Just before a call. A pause that finds nothing in the due index, which is a little
    /// behind, comes no further than its item.
    fn meanwhile(self, lane: &Arc<Lane>) -> Fault {
        let lane = Arc::clone(lane);
        let turn: Meanwhile = Arc::new(move || -> BoxFuture<'static, ()> {
            let lane = Arc::clone(&lane);
            Box::pin(async move {
                match self {
                    Self::Pause => only_the_item(&lane.stack).await,
                    Self::Resume => self.happens(lane.stack.store()).await,
                }
            })
        });
        Fault::Meanwhile(turn)
    }
}

/// A pause that has come no further.
pub async fn only_the_item(stack: &Stack) {
    let item = json!({
        "pk": { "S": "Q#render" }, "sk": { "S": "PAUSE" },
        "paused": { "BOOL": true }, "pausedAt": { "N": "1" },
    });
    let put = json!({ "TableName": stack.made.table, "Item": item });
    stack.aws("DynamoDB_20120810.PutItem", &put).await;
}

/// A resume that has come no further.
pub async fn without_the_item(stack: &Stack) {
    let key = json!({ "pk": { "S": "Q#render" }, "sk": { "S": "PAUSE" } });
    let delete = json!({ "TableName": stack.made.table, "Key": key });
    stack.aws("DynamoDB_20120810.DeleteItem", &delete).await;
}

/// An export that was created, and whose message somebody has; the queue is as the turn
/// finds it.
async fn created(lane: &Arc<Lane>, flow: Flow, turn: Turn) -> Cell {
    let cell = Cell::start(lane, flow).await;
    cell.begin().await;
    let purge = json!({ "QueueUrl": lane.stack.made.render_queue_url });
    lane.stack.aws("AmazonSQS.PurgeQueue", &purge).await;
    if turn == Turn::Resume {
        cell.store.pause_queue().await.unwrap();
    }
    cell
}

async fn claim(cell: &Cell, store: &Store) -> ClaimOutcome {
    let message = RenderMessage {
        user: cell.user.clone(),
        task: cell.answers.lock().unwrap().created[0].clone(),
    };
    store.claim(&message, "worker", LEASE).await.unwrap()
}

/// The queue goes on, if it does not yet, and everything is worked off.
async fn goes_on(cell: &Cell, at: &dyn fmt::Display) {
    if cell
        .store
        .render_queue()
        .await
        .unwrap()
        .paused_since
        .is_some()
    {
        cell.store.resume_queue().await.unwrap();
    }
    cell.work_off().await;
    cell.judge().await;
    let wrong = std::mem::take(&mut *cell.wrong.lock().unwrap());
    assert!(wrong.is_empty(), "{at}: {wrong:?}");
}

/// Nobody works on the export, which has not been claimed yet, and it reads PAUSED.
async fn waits(cell: &Cell, at: &dyn fmt::Display) {
    let items = cell.lane.stack.items(&cell.user).await;
    let task = items.iter().find(|(sk, _)| sk.starts_with("T#"));
    let (_, task) = task.expect("it was created");
    let read = (&task["state"]["S"], &task["attempts"]["N"]);
    let paused = json!(TaskState::Paused.as_str());
    assert_eq!(read, (&paused, &json!("0")), "{at}");
    let told = items.keys().find(|sk| sk.starts_with("W#"));
    assert_eq!(told, None, "{at}: nothing began");
}

/// Calls that a process made, those that do the same once.
fn calls(cell: &Cell, process: &str) -> Vec<Point> {
    let points = cell.faults.points().into_iter();
    let first = |point: &Point| point.process == process && point.nth == 1;
    points.filter(first).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_claim_passes_a_pause_and_none_is_lost_to_a_resume() {
    let lane = Lane::start_many(1).await.remove(0);
    for turn in [Turn::Pause, Turn::Resume] {
        let cell = created(&lane, Flow::Completed, turn).await;
        let store = lane.store(&cell.faults.process("claim")).await;
        claim(&cell, &store).await;
        let calls = calls(&cell, "claim");
        goes_on(&cell, &"undisturbed").await;
        println!("{turn:?} before each of {calls:?}");
        assert!(calls.len() > 1, "it reads, and then writes");
        for point in calls {
            let cell = created(&lane, Flow::Completed, turn).await;
            let store = lane.store(&cell.faults.process("claim")).await;
            cell.faults.arm(point.clone(), turn.meanwhile(&lane));
            let outcome = claim(&cell, &store).await;
            assert!(cell.faults.was_met() && cell.faults.settled().await);
            if turn == Turn::Pause {
                assert!(matches!(outcome, ClaimOutcome::Paused), "{point}");
                waits(&cell, &point).await;
            }
            goes_on(&cell, &point).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_pause_and_a_resume_may_fail() {
    let lane = Lane::start_many(1).await.remove(0);
    for turn in [Turn::Pause, Turn::Resume] {
        let cell = created(&lane, Flow::Quiet, turn).await;
        let process = cell.faults.process("operator");
        turn.happens(&lane.store(&process).await).await;
        let calls = calls(&cell, "operator");
        goes_on(&cell, &"undisturbed").await;
        println!("{turn:?}, failing at each of {calls:?}");
        assert!(calls.len() > 2, "the queue, the index, the task");
        for point in calls {
            for fault in [Fault::Fails, Fault::Dies] {
                let cell = created(&lane, Flow::Quiet, turn).await;
                let process = cell.faults.process("operator");
                let store = lane.store(&process).await;
                cell.faults.arm(point.clone(), fault);
                process.live(turn.happens(&store)).await;
                assert!(cell.faults.was_met(), "{point}");
                let queue = cell.store.render_queue().await.unwrap();
                if queue.paused_since.is_some() {
                    let outcome = claim(&cell, &cell.store).await;
                    assert!(matches!(outcome, ClaimOutcome::Paused), "{point}");
                    waits(&cell, &point).await;
                }
                goes_on(&cell, &point).await;
            }
        }
    }
}

/// A sweep reads what is due, and what the queue held until it went on: one that cannot be
/// read does not keep the other from being repaired.
#[tokio::test(flavor = "multi_thread")]
async fn each_page_of_a_sweep_is_repaired_without_the_other() {
    let lane = Lane::start_many(1).await.remove(0);
    for turn in [Turn::Pause, Turn::Resume] {
        let cell = created(&lane, Flow::Quiet, turn).await;
        let store = lane.store(&cell.faults.process("sweep")).await;
        let sweeper = Sweeper::new(store, SweepConfig::default());
        Box::pin(darkroom_sweep::handle(&sweeper)).await;
        let queries = cell.faults.points().into_iter();
        let queries: Vec<Point> = queries.filter(|point| point.call == "Query due").collect();
        let first = queries.first().expect("the index is read").clone();
        let run = queries.last().expect("the index is read").nth;
        // The first query of the next run is of what is due, the last of what was held.
        let nth = match turn {
            Turn::Pause => 2 * run,
            Turn::Resume => {
                without_the_item(&lane.stack).await;
                run + 1
            }
        };
        cell.faults.arm(Point { nth, ..first }, Fault::Fails);
        cell.pass_time().await;
        let report = Box::pin(darkroom_sweep::handle(&sweeper)).await;
        assert!(cell.faults.was_met());
        assert_eq!((report.errors, report.resent), (1, 1), "{turn:?}");
        goes_on(&cell, &"a page that cannot be read").await;
    }
}
