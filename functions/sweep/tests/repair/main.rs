//! The sweep on a real stack: what got lost is found, repaired once, and told of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod dead_letters;
mod queue;
mod rig;
mod silence;
mod slots;
mod telemetry;
mod webhooks;

use std::time::Duration;

use darkroom_exports::repair::{GAVE_UP, MAX_ATTEMPTS};
use darkroom_exports::{Step, TaskId, TaskState};
use darkroom_store::Finish;
use darkroom_sweep::{Report, handle};
use rig::{Rig, USER, sk};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_sent_is_sent_once() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    assert!(rig.sweep().await.is_idle(), "it may be on its way");

    // While nobody claims it, it is sent again, but ever less often.
    for pause in [30_000, 60_000] {
        rig.make_due(&sk(task)).await;
        let report = rig.sweep().await;
        let sent = Report {
            found: 1,
            resent: 1,
            ..Report::default()
        };
        assert_eq!(report, sent);
        assert!(rig.sweep().await.is_idle());
        assert_eq!(rig.renders().await, [task]);
        let due_in = rig.due_in(&sk(task)).await;
        assert!((pause - 25_000..=pause).contains(&due_in), "{due_in}");
    }
    assert_eq!(rig.claim(task).await.attempt(), 1);
    assert_eq!(rig.item(&sk(task)).await.get("resends"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_worker_is_replaced_until_the_attempts_are_used_up() {
    let rig = Rig::start().await;
    rig.store.grant(USER, 10_000_000).await.unwrap();
    let task = rig.told_export("https://example.com/").await;
    let (active, reserved) = rig.store.account(USER).await.unwrap();
    assert_eq!(active, [task.to_string()]);
    assert!(reserved < Some(10_000_000), "{reserved:?}");
    for attempt in 1..MAX_ATTEMPTS {
        assert_eq!(rig.claim(task).await.attempt(), attempt);
        rig.expire(task).await;
        let report = rig.sweep().await;
        assert_eq!((report.expired, report.failed), (1, 0));
        assert_eq!(rig.renders().await, [task]);
        assert_eq!(rig.task(task).await.state, TaskState::Processing);
    }
    let last = rig.claim(task).await;
    assert_eq!(last.attempt(), MAX_ATTEMPTS);
    rig.expire(task).await;
    let report = rig.sweep().await;
    assert_eq!((report.expired, report.failed), (0, 1));

    let ended = rig.task(task).await;
    assert_eq!(ended.state, TaskState::Failed);
    assert_eq!(ended.error.as_deref(), Some(GAVE_UP));
    let (active, balance) = rig.store.account(USER).await.unwrap();
    assert!(active.is_empty(), "{active:?}");
    assert_eq!(balance, Some(10_000_000));
    assert!(rig.renders().await.is_empty());
    assert_eq!(rig.told().await, [format!("{task}-ended")]);
    let listed = rig.store.list_deliveries(USER, 9, None, false).await;
    let steps = listed.unwrap().entries.into_iter().map(|one| one.id.step);
    assert_eq!(steps.collect::<Vec<_>>(), [Step::Ended, Step::Started]);

    // Its last worker was only slow, and comes too late.
    let late = rig.store.finish_completed(&last, "outputs/x.mp4", 1, &[]);
    assert_eq!(late.await.unwrap(), Finish::Refused);
    assert!(rig.sweep().await.is_idle());
}

/// The index is behind the table, and names what need not be looked at any more.
async fn left_alone(rig: &Rig, task: TaskId) {
    let before = rig.item(&sk(task)).await;
    let report = rig.sweep().await;
    let looked_at = Report {
        found: 1,
        ..Report::default()
    };
    assert_eq!(report, looked_at);
    assert_eq!(rig.item(&sk(task)).await, before);
    assert!(rig.renders().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_worked_on_or_has_ended_is_left_alone() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    let claim = rig.claim(task).await;
    rig.make_due(&sk(task)).await;
    left_alone(&rig, task).await;

    let finished = rig.store.finish_completed(&claim, "outputs/x.mp4", 1, &[]);
    assert_eq!(finished.await.unwrap(), Finish::Done);
    let due = json!({ ":shard": { "S": "D#0" }, ":past": { "N": "1" } });
    let set = "SET dueShard = :shard, dueAt = :past";
    rig.stack.update(USER, &sk(task), set, &due).await;
    left_alone(&rig, task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_task_waits_until_its_account_goes_on() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.store.pause_account(USER).await.unwrap();
    rig.make_due(&sk(task)).await;
    let report = rig.sweep().await;
    assert_eq!((report.found, report.resent), (1, 0));
    assert_eq!(rig.task(task).await.state, TaskState::Paused);
    assert_eq!(rig.active().await, [task.to_string()]);
    assert!(rig.renders().await.is_empty());
    assert!(rig.due_in(&sk(task)).await > 3_000_000, "in an hour");

    // Whoever resumed it came no further than the account.
    let resumed = "REMOVE paused";
    rig.stack
        .update(USER, "ACCOUNT", resumed, &Value::Null)
        .await;
    rig.make_due(&sk(task)).await;
    let report = rig.sweep().await;
    assert_eq!((report.found, report.resent), (1, 1));
    assert_eq!(rig.task(task).await.state, TaskState::Pending);
    assert_eq!(rig.renders().await, [task]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_bounded_and_the_next_one_goes_on() {
    let rig = Rig::start().await;
    rig.store.set_active_limit(USER, Some(9)).await.unwrap();
    let mut tasks = Vec::new();
    for at in [5, 3, 1, 4, 2] {
        let task = rig.lost_export().await;
        tasks.push((at, task));
    }
    for (at, task) in &tasks {
        rig.stack.make_due(USER, &sk(*task), *at).await;
    }
    // Without any time nothing is done, and nothing lost.
    let hasty = rig.sweeper(|config| config.budget = Duration::ZERO);
    let report = handle(&hasty).await;
    assert!(report.stopped);
    assert_eq!(report.resent, 0);

    let three = rig.sweeper(|config| config.most_due = 3);
    let mut runs = Vec::new();
    for _ in 0..3 {
        let report = handle(&three).await;
        runs.push((report.found, report.resent, report.stopped));
        let expected: Vec<TaskId> = match runs.len() {
            1 => of(&tasks, &[1, 2, 3]),
            2 => of(&tasks, &[4, 5]),
            _ => Vec::new(),
        };
        assert_eq!(rig.renders().await, expected, "due longest first");
    }
    assert_eq!(runs, [(3, 3, true), (2, 2, false), (0, 0, false)]);
}

/// Tasks that are due at these times, in order of their ids.
fn of(tasks: &[(u64, TaskId)], at: &[u64]) -> Vec<TaskId> {
    let mut found: Vec<TaskId> = tasks
        .iter()
        .filter(|(due, _)| at.contains(due))
        .map(|(_, task)| *task)
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_does_not_stand_in_the_way() {
    let rig = Rig::start().await;
    let (broken, lost) = (rig.lost_export().await, rig.lost_export().await);
    let text = json!({ ":text": { "S": "many" } });
    let set = "SET attempts = :text";
    rig.stack.update(USER, &sk(broken), set, &text).await;
    for (at, task) in [(1, broken), (2, lost)] {
        rig.stack.make_due(USER, &sk(task), at).await;
    }
    let one = rig.sweeper(|config| config.most_due = 1);
    let report = handle(&one).await;
    assert_eq!((report.errors, report.resent), (1, 0));
    let due_in = rig.due_in(&sk(broken)).await;
    assert!(due_in > 3_000_000, "in an hour: {due_in}");
    let report = handle(&one).await;
    assert_eq!((report.errors, report.resent), (0, 1));
    assert_eq!(rig.renders().await, [lost]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeps_at_once_do_everything_once() {
    let rig = Rig::start().await;
    rig.store.set_active_limit(USER, Some(9)).await.unwrap();
    let poisonous = rig.told_export("https://example.com/").await;
    let mut lost = Vec::new();
    for _ in 0..5 {
        let task = rig.lost_export().await;
        rig.make_due(&sk(task)).await;
        lost.push(task);
    }
    rig.claim(poisonous).await;
    rig.expire(poisonous).await;
    let used_up = json!({ ":three": { "N": "3" } });
    let set = "SET attempts = :three";
    rig.stack.update(USER, &sk(poisonous), set, &used_up).await;
    let leaked = json!({ ":slots": { "SS": [TaskId::generate().to_string()] } });
    let add = "ADD active :slots";
    rig.stack.update(USER, "ACCOUNT", add, &leaked).await;
    rig.make_due("ACCOUNT").await;

    let sweeper = rig.sweeper(|_| ());
    let (one, two, three) = tokio::join!(handle(&sweeper), handle(&sweeper), handle(&sweeper));
    let runs = [one, two, three];
    let total = |count: fn(&Report) -> u64| runs.iter().map(count).sum::<u64>();
    assert_eq!(total(|run| run.errors), 0, "{runs:?}");
    assert_eq!(total(|run| run.resent), 5, "{runs:?}");
    assert_eq!(total(|run| run.slots_released), 1, "{runs:?}");
    assert!(total(|run| run.failed) >= 1, "{runs:?}");
    lost.sort_unstable();
    assert_eq!(rig.renders().await, lost);
    assert_eq!(rig.task(poisonous).await.state, TaskState::Failed);
    let slots: Vec<String> = lost.iter().map(TaskId::to_string).collect();
    assert_eq!(rig.active().await, slots);
    // Told once, whoever sent its message.
    let listed = rig.store.list_deliveries(USER, 9, None, false).await;
    assert_eq!(listed.unwrap().entries.len(), 2, "its start and its end");
    assert!(rig.sweep().await.is_idle());
}
