//! The rows of a matrix: which of the calls that a flow was seen to make are tried, and which
//! of them have to be met.

use std::collections::{BTreeMap, BTreeSet};

use darkroom_test_crash::Point;

use crate::cell::Flow;

/// Most rows of calls that do the same in one process: more of them, such as
/// heartbeats, are nothing new.
const ALIKE: u32 = 3;

/// A call that something happens to.
#[derive(Debug, Clone)]
pub struct Row {
    pub point: Point,
    /// Both runs without a fault made it, and would again. One that only one of them made
    /// depends on time, and need not be met again.
    pub is_certain: bool,
}

/// Calls of which there are as many as there is time for: a heartbeat follows each change of
/// phase, but changes that come while it waits for an answer share the next one.
const TIMED: [&str; 2] = [
    "UpdateItem T SET leaseUntil = :until",
    "ChangeMessageVisibility",
];

/// Whether there may be another number of a call in another run. A worker that is closed
/// stops somewhere, and the next one makes the calls of both from the first on.
fn is_timed(flow: Flow, call: &str) -> bool {
    flow == Flow::Closed || TIMED.iter().any(|timed| call.starts_with(timed))
}

/// The calls of two runs without a fault. Calls whose number differs are one row; of those
/// that may differ another time, only the first is certain.
pub fn rows(flow: Flow, runs: &[Vec<Point>; 2]) -> Vec<Row> {
    let counts = runs.each_ref().map(|run| {
        let mut counts = BTreeMap::new();
        for Point { process, call, nth } in run {
            counts.insert((*process, call.clone()), *nth);
        }
        counts
    });
    let calls: BTreeSet<_> = counts.iter().flat_map(BTreeMap::keys).collect();
    let mut rows = Vec::new();
    for key in calls {
        let [one, other] = counts.each_ref().map(|counts| counts.get(key).copied());
        let alike = match (one, other) {
            (Some(one), Some(other)) if one == other => one.min(ALIKE),
            _ => 1,
        };
        let (process, call) = key;
        let is_timed = is_timed(flow, call);
        rows.extend((1..=alike).map(|nth| Row {
            point: Point {
                process,
                call: call.clone(),
                nth,
            },
            is_certain: one.is_some() && other.is_some() && (nth == 1 || !is_timed),
        }));
    }
    rows
}

/// Two runs that agree by chance promise no third that does.
#[test]
fn of_calls_that_depend_on_time_only_the_first_is_certain() {
    let calls = |call: &str, count: u32| {
        let call = call.to_owned();
        (1..=count).map(move |nth| Point {
            process: "worker",
            call: call.clone(),
            nth,
        })
    };
    let beat = "UpdateItem T SET leaseUntil = :until, dueAt = :until,";
    let run = |gets, beats| -> Vec<Point> {
        let others = calls("GetItem T", gets).chain(calls("PUT outputs", 5));
        others.chain(calls(beat, beats)).collect()
    };
    let found = |flow| -> Vec<(String, u32, bool)> {
        rows(flow, &[run(0, 2), run(1, 2)])
            .into_iter()
            .map(|Row { point, is_certain }| (point.call, point.nth, is_certain))
            .collect()
    };
    let wanted = |others_are_certain| {
        [
            ("GetItem T", 1, false),
            ("PUT outputs", 1, true),
            ("PUT outputs", 2, others_are_certain),
            ("PUT outputs", 3, others_are_certain),
            (beat, 1, true),
            (beat, 2, false),
        ]
        .map(|(call, nth, is_certain)| (call.to_owned(), nth, is_certain))
    };
    assert_eq!(found(Flow::Completed), wanted(true));
    // Whose worker stops somewhere.
    assert_eq!(found(Flow::Closed), wanted(false));
}
