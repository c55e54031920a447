//! The matrix. Its rows are the calls that a flow was seen to make, so a new call is a
//! row by itself; its columns are what happens to the call, or just before it.

use std::collections::{BTreeSet, VecDeque};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use darkroom_test_crash::{Fault, Point};
use futures::future::{BoxFuture, join_all};

use crate::aftermath::own_fault;
use crate::cell::{Cell, Flow};
use crate::lane::Lane;
use crate::rows::{Row, rows};

/// Stacks of one matrix, each with one cell at a time.
const LANES: usize = 2;
/// Runs in which a call has to be met that depends on time, such as a heartbeat.
const RUNS: u32 = 3;
/// Nothing takes longer on the slowest machine we test on.
const LIMIT: Duration = Duration::from_secs(90);

/// What happens to a call, or just before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
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

pub const FAULTS: [Column; 5] = [
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

/// Runs a flow, with something happening at one of its calls, beside what the flow itself
/// has happen.
async fn run(lane: Arc<Lane>, flow: Flow, at: Option<(Point, Column)>) -> Ran {
    let cell = Arc::new(Cell::start(&lane, flow).await);
    for (point, column) in own_fault(flow).into_iter().chain(at) {
        let fault = column.fault(&cell);
        cell.faults.arm(point, fault);
    }
    cell.begin().await;
    cell.settle().await;
    cell.work_off().await;
    cell.judge().await;
    let wrong = std::mem::take(&mut *cell.wrong.lock().unwrap());
    cell.clear().await;
    Ran {
        points: cell.faults.points(),
        was_met: cell.faults.was_met(),
        wrong,
    }
}

/// Runs one cell, again where its call was not made; `None` where it never was.
async fn run_cell(
    lane: &Arc<Lane>,
    flow: Flow,
    point: &Point,
    column: Column,
) -> Option<Vec<String>> {
    for _ in 0..RUNS {
        let at = Some((point.clone(), column));
        let running = tokio::spawn(run(Arc::clone(lane), flow, at));
        match tokio::time::timeout(LIMIT, running).await {
            Err(_) => return Some(vec!["it hangs".to_owned()]),
            Ok(Err(panicked)) => return Some(vec![panicked.to_string()]),
            Ok(Ok(ran)) if ran.was_met || !ran.wrong.is_empty() => return Some(ran.wrong),
            Ok(Ok(_)) => {}
        }
    }
    None
}

/// Calls in `processes`, and what happens to each of them.
pub type Plan<'a> = &'a [(&'a [&'a str], &'a [Column])];

/// Runs a flow once for each of its calls that the plan names and each column.
async fn matrix(flow: Flow, plan: Plan<'_>) {
    matrix_beside(flow, &[], plan).await;
}

/// The same without the calls of a process that it makes in another flow, too: they are
/// rows of that one. Answers the calls that something happened to.
pub async fn matrix_beside(flow: Flow, others: &[(Flow, &str)], plan: Plan<'_>) -> Vec<String> {
    let lanes = Lane::start_many(LANES).await;
    let rows = rows_of(&lanes, flow, others).await;
    let mut cells = VecDeque::new();
    for (processes, columns) in plan {
        let rows = rows
            .iter()
            .filter(|row| processes.contains(&row.point.process));
        cells.extend(rows.flat_map(|row| columns.iter().map(|column| (row.clone(), *column))));
    }
    let count = cells.len();
    assert!(count > 0, "nothing is tried");
    let calls: BTreeSet<String> = cells
        .iter()
        .map(|(row, _)| row.point.call.clone())
        .collect();
    let (met, wrong) = run_all(&lanes, flow, cells).await;
    let total = total(met);
    println!("crash matrix, {flow:?}: {met} of {count} cells met, {total} in this run so far");
    assert!(
        wrong.is_empty(),
        "in {count} cells of {flow:?}:\n{}",
        wrong.join("\n")
    );
    calls.into_iter().collect()
}

/// Rows of a flow that are not rows of the others, which run first: what the flow leaves in
/// the bucket would be read by them, too.
async fn rows_of(lanes: &[Arc<Lane>], flow: Flow, others: &[(Flow, &str)]) -> Vec<Row> {
    let mut known = BTreeSet::new();
    for (other, process) in others {
        let ran = run(Arc::clone(&lanes[0]), *other, None).await;
        assert!(ran.wrong.is_empty(), "{other:?}: {:?}", ran.wrong);
        let points = ran.points.into_iter();
        let of_process = points.filter(|point| point.process == *process);
        known.extend(of_process.map(|point| (point.process, point.call)));
    }
    let mut runs = [Vec::new(), Vec::new()];
    for (points, lane) in runs.iter_mut().zip(lanes) {
        let ran = run(Arc::clone(lane), flow, None).await;
        assert!(ran.wrong.is_empty(), "without a fault: {:?}", ran.wrong);
        *points = ran.points;
    }
    let mut rows = rows(flow, &runs);
    rows.retain(|Row { point, .. }| !known.contains(&(point.process, point.call.clone())));
    rows
}

/// Runs cells on all lanes; how many met their call, and what was wrong.
async fn run_all(
    lanes: &[Arc<Lane>],
    flow: Flow,
    cells: VecDeque<(Row, Column)>,
) -> (usize, Vec<String>) {
    let cells = Mutex::new(cells);
    let wrong = Mutex::new(Vec::new());
    let met = AtomicUsize::new(0);
    join_all(lanes.iter().map(|lane| async {
        while let Some((row, column)) = take(&cells) {
            let point = &row.point;
            let found = match run_cell(lane, flow, point, column).await {
                Some(found) => {
                    met.fetch_add(1, Ordering::SeqCst);
                    found
                }
                None if row.is_certain => vec!["the call was not made".to_owned()],
                None => Vec::new(),
            };
            let found = found
                .iter()
                .map(|what| format!("{point}, {column:?}: {what}"));
            wrong.lock().unwrap().extend(found);
        }
    }))
    .await;
    (met.into_inner(), wrong.into_inner().unwrap())
}

/// Adds to the cells of this run of the tests, and answers how many those are. Each matrix
/// may be a process of its own, so they are kept in a file.
fn total(met: usize) -> usize {
    let process = || std::process::id().to_string();
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| process());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash-cells.txt");
    let mut file = OpenOptions::new();
    let mut file = file.create(true).append(true).open(&path).unwrap();
    file.write_all(format!("{run} {met}\n").as_bytes()).unwrap();
    let kept = std::fs::read_to_string(&path).unwrap();
    let counts = kept.lines().filter_map(|line| line.strip_prefix(&run));
    counts
        .filter_map(|count| count.trim().parse::<usize>().ok())
        .sum()
}

/// Something happened to a call that begins so.
pub fn assert_tried(calls: &[String], wanted: &[&str]) {
    for start in wanted {
        let tried = calls.iter().any(|call| call.starts_with(start));
        assert!(tried, "{start} is none of {calls:?}");
    }
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
async fn every_call_of_a_sweep_that_gives_up_may_fail() {
    let others = [(Flow::Swept, "sweep")];
    let calls = matrix_beside(Flow::Abandoned, &others, &[(&["sweep"], &FAULTS)]).await;
    let wanted = [
        "TransactWriteItems Update T, Update ACCOUNT",
        "TransactWriteItems Update ACCOUNT, ConditionCheck T",
        "UpdateItem W 1 SET #state = :failed",
        "UpdateItem ODD SET dueAt = :later",
    ];
    assert_tried(&calls, &wanted);
    let deletes = calls
        .iter()
        .filter(|call| call.starts_with("DeleteMessage"));
    assert_eq!(deletes.count(), 2, "of each queue's dead letter: {calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_sweep_that_holds_and_sends_what_the_queue_held_may_fail() {
    let others = [(Flow::Swept, "sweep")];
    let calls = matrix_beside(Flow::HeldByQueue, &others, &[(&["sweep"], &FAULTS)]).await;
    let wanted = [
        "TransactWriteItems Update T",
        "GetItem PAUSE",
        "TransactWriteItems ConditionCheck ACCOUNT, Update T",
    ];
    assert_tried(&calls, &wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_create_of_a_projects_export_may_fail() {
    let others = [(Flow::Completed, "create")];
    matrix_beside(Flow::Project, &others, &[(&["create"], &FAULTS)]).await;
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
