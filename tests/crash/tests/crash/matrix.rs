//! The matrix. Its rows are the calls that a flow was seen to make, so a new call is a
//! row by itself; its columns are what happens to the call, or just before it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use darkroom_test_crash::{Fault, Point};
use futures::future::{BoxFuture, join_all};
use serde_json::json;

use crate::cell::{Cell, Flow, Queue};
use crate::lane::Lane;

/// Stacks of one matrix, each with one cell at a time.
const LANES: usize = 2;
/// Most rows of calls that do the same in one process: more of them, such as
/// heartbeats, are nothing new.
const ALIKE: u32 = 3;
/// Runs in which a call has to be met that depends on time, such as a heartbeat.
const RUNS: u32 = 3;
/// Nothing takes longer on the slowest machine we test on.
const LIMIT: Duration = Duration::from_secs(90);

/// What happens to a call, or just before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Fails,
    AnswerLost,
    Unanswered,
    Dies,
    Throttled,
    /// The client cancels the export.
    Cancel,
    /// The message comes to another worker, too.
    SecondWorker,
    /// The worker was so slow that its lease is over, and another one does its work.
    LeaseOver,
    /// The client asks once more.
    Replay,
    /// The key is revoked.
    Revoke,
    /// The client deletes the file that the export names.
    DeleteAsset,
}

const FAULTS: [Column; 5] = [
    Column::Fails,
    Column::AnswerLost,
    Column::Unanswered,
    Column::Dies,
    Column::Throttled,
];

impl Column {
    fn fault(self, cell: &Arc<Cell>) -> Fault {
        match self {
            Self::Fails => Fault::Fails,
            Self::AnswerLost => Fault::AnswerLost,
            Self::Unanswered => Fault::Unanswered,
            Self::Dies => Fault::Dies,
            Self::Throttled => Fault::Throttled,
            meanwhile => {
                // Weak: the cell owns its faults.
                let cell = Arc::downgrade(cell);
                Fault::Meanwhile(Arc::new(move || {
                    let cell = cell.upgrade().expect("the cell runs");
                    meanwhile.happens(cell)
                }))
            }
        }
    }

    fn happens(self, cell: Arc<Cell>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            match self {
                Self::Cancel => cell.cancel(&cell.clean_api().await).await,
                Self::SecondWorker => cell.second_worker().await,
                Self::LeaseOver => {
                    cell.pass_time().await;
                    cell.second_worker().await;
                }
                Self::Replay => cell.create(&cell.clean_api().await).await,
                Self::Revoke => {
                    let revoked = cell.store.revoke_key(&cell.user, &cell.key.key_id).await;
                    assert!(revoked.unwrap(), "it was valid");
                }
                Self::DeleteAsset => cell.delete_asset().await,
                _ => {}
            }
        })
    }
}

/// What one run of a flow came to.
struct Ran {
    points: Vec<Point>,
    was_met: bool,
    wrong: Vec<String>,
}

/// Runs a flow, with something happening at one of its calls.
async fn run(lane: Arc<Lane>, flow: Flow, at: Option<(Point, Column)>) -> Ran {
    let cell = Arc::new(Cell::start(&lane, flow).await);
    if let Some((point, column)) = at {
        let fault = column.fault(&cell);
        cell.faults.arm(point, fault);
    }
    cell.begin().await;
    cell.settle().await;
    cell.work_off().await;
    cell.judge().await;
    let wrong = std::mem::take(&mut *cell.wrong.lock().unwrap());
    // What is held back, or was left behind by mistake, is not the next cell's.
    for queue in [Queue::Render, Queue::Webhook] {
        let purge = json!({ "QueueUrl": cell.queue_url(queue) });
        lane.stack.aws("AmazonSQS.PurgeQueue", &purge).await;
    }
    Ran {
        points: cell.faults.points(),
        was_met: cell.faults.was_met(),
        wrong,
    }
}

/// Runs one cell, again where its call was not made.
async fn run_cell(lane: &Arc<Lane>, flow: Flow, point: &Point, column: Column) -> Vec<String> {
    for _ in 0..RUNS {
        let at = Some((point.clone(), column));
        let running = tokio::spawn(run(Arc::clone(lane), flow, at));
        match tokio::time::timeout(LIMIT, running).await {
            Err(_) => return vec!["it hangs".to_owned()],
            Ok(Err(panicked)) => return vec![panicked.to_string()],
            Ok(Ok(ran)) if ran.was_met || !ran.wrong.is_empty() => return ran.wrong,
            Ok(Ok(_)) => {}
        }
    }
    vec!["the call was not made".to_owned()]
}

/// The calls of two runs without a fault. Calls whose number depends on time are one row.
fn rows(runs: &[Vec<Point>; 2]) -> Vec<Point> {
    let counts = runs.each_ref().map(|run| {
        let mut counts = BTreeMap::new();
        for Point { process, call, nth } in run {
            counts.insert((*process, call.clone()), *nth);
        }
        counts
    });
    let mut rows = Vec::new();
    for ((process, call), count) in &counts[0] {
        let again = counts[1].get(&(*process, call.clone()));
        let alike = match again {
            Some(again) if again == count => (*count).min(ALIKE),
            Some(_) => 1,
            None => 0,
        };
        rows.extend((1..=alike).map(|nth| Point {
            process,
            call: call.clone(),
            nth,
        }));
    }
    rows
}

/// Calls in `processes`, and what happens to each of them.
type Plan<'a> = &'a [(&'a [&'a str], &'a [Column])];

/// Runs a flow once for each of its calls that the plan names and each column.
async fn matrix(flow: Flow, plan: Plan<'_>) {
    matrix_beside(flow, &[], plan).await;
}

/// The same without the calls of a process that it makes in another flow, too: they are
/// rows of that one.
async fn matrix_beside(flow: Flow, others: &[(Flow, &str)], plan: Plan<'_>) {
    let lanes = Lane::start_many(LANES).await;
    let mut runs = [Vec::new(), Vec::new()];
    for (points, lane) in runs.iter_mut().zip(&lanes) {
        let ran = run(Arc::clone(lane), flow, None).await;
        assert!(ran.wrong.is_empty(), "without a fault: {:?}", ran.wrong);
        *points = ran.points;
    }
    let mut rows = rows(&runs);
    for (other, process) in others {
        let ran = run(Arc::clone(&lanes[0]), *other, None).await;
        assert!(ran.wrong.is_empty(), "{other:?}: {:?}", ran.wrong);
        let points = ran.points.iter().filter(|point| point.process == *process);
        let calls: BTreeSet<&str> = points.map(|point| point.call.as_str()).collect();
        rows.retain(|row| row.process != *process || !calls.contains(row.call.as_str()));
    }
    let mut cells = VecDeque::new();
    for (processes, columns) in plan {
        let rows = rows.iter().filter(|row| processes.contains(&row.process));
        cells.extend(rows.flat_map(|row| columns.iter().map(|column| (row.clone(), *column))));
    }
    let count = cells.len();
    let calls: Vec<String> = rows.iter().map(Point::to_string).collect();
    println!(
        "{flow:?}: {count} cells, of these calls:\n  {}",
        calls.join("\n  ")
    );
    let cells = Mutex::new(cells);
    let wrong = Mutex::new(Vec::new());
    join_all(lanes.iter().map(|lane| async {
        while let Some((point, column)) = take(&cells) {
            for what in run_cell(lane, flow, &point, column).await {
                wrong
                    .lock()
                    .unwrap()
                    .push(format!("{point}, {column:?}: {what}"));
            }
        }
    }))
    .await;
    let wrong = wrong.into_inner().unwrap();
    assert!(count > 0, "nothing was tried");
    assert!(
        wrong.is_empty(),
        "in {count} cells of {flow:?}:\n{}",
        wrong.join("\n")
    );
}

fn take<T>(cells: &Mutex<VecDeque<T>>) -> Option<T> {
    cells.lock().unwrap().pop_front()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_an_export_may_fail() {
    let everyone = ["create", "worker", "sender", "sweep"];
    let others = [(Flow::Unwell, "sender"), (Flow::Swept, "sweep")];
    matrix_beside(Flow::Completed, &others, &[(&everyone, &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_render_that_nobody_is_told_of_may_fail() {
    matrix(Flow::Quiet, &[(&["worker"], &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_cancel_may_fail() {
    matrix(Flow::Canceled, &[(&["cancel", "worker"], &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_failing_export_may_fail() {
    matrix(Flow::Failed, &[(&["worker"], &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_the_sweep_may_fail() {
    matrix(Flow::Swept, &[(&["sweep"], &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_pause_and_what_it_holds_may_fail() {
    matrix(Flow::Paused, &[(&["operator", "early"], &FAULTS)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_webhooks_that_are_not_taken_may_fail() {
    for flow in [Flow::Unwell, Flow::Unwanted] {
        matrix(flow, &[(&["sender"], &FAULTS)]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_comes_between_two_calls_of_an_export_harms_nothing() {
    let creates = [Column::Replay, Column::Revoke];
    let renders = [
        Column::Cancel,
        Column::SecondWorker,
        Column::LeaseOver,
        Column::DeleteAsset,
    ];
    let plan: [(&[&str], &[Column]); 2] = [(&["create"], &creates), (&["worker"], &renders)];
    matrix(Flow::Completed, &plan).await;
}
