//! Slots that no active task has, and active tasks without one.

use darkroom_exports::TaskId;
use darkroom_store::{Canceled, Created, Finish};
use darkroom_test_stack::export::{ask_for, square};
use serde_json::{Value, json};

use crate::rig::{Rig, USER};

const ACCOUNT: &str = "ACCOUNT";

/// Writes the set of slots past every line of ours.
async fn slots(rig: &Rig, expression: &str, ids: &[String]) {
    let values = json!({ ":slots": { "SS": ids } });
    rig.stack.update(USER, ACCOUNT, expression, &values).await;
}

async fn cancel(rig: &Rig, task: TaskId) {
    let canceled = rig.store.cancel(&rig.key, task).await.unwrap();
    assert!(matches!(canceled, Canceled::Done(_)), "{canceled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_slot_is_given_back_and_that_of_a_living_task_kept() {
    let rig = Rig::start().await;
    let live = rig.lost_export().await;
    let ended = rig.lost_export().await;
    cancel(&rig, ended).await;
    let leaked = [
        ended.to_string(),
        TaskId::generate().to_string(),
        "no id".to_owned(),
    ];
    slots(&rig, "ADD active :slots", &leaked).await;
    rig.make_due(ACCOUNT).await;
    let report = rig.sweep().await;
    assert_eq!(
        (report.found, report.slots_released, report.mismatches),
        (1, 3, 0)
    );
    assert_eq!(rig.active().await, [live.to_string()]);
    let due_in = rig.due_in(ACCOUNT).await;
    assert!((800_000..=900_000).contains(&due_in), "{due_in}");
    assert!(rig.sweep().await.is_idle());

    // Of the two slots that an account has, one is free now.
    let next = rig.lost_export().await;
    assert_eq!(rig.active().await, [live.to_string(), next.to_string()]);
}

/// Takes the account out of the due index, as it was before there was one.
async fn forgotten(rig: &Rig) {
    let remove = "REMOVE dueShard, dueAt";
    rig.stack.update(USER, ACCOUNT, remove, &Value::Null).await;
}

/// What a further create comes to.
async fn asked(rig: &Rig) -> Created {
    let state = square(64, 1);
    ask_for(&rig.store, &rig.key, &state, &json!({})).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_that_no_index_knows_of_are_found_by_the_create_that_they_refuse() {
    let rig = Rig::start().await;
    let live = rig.lost_export().await;
    let leaked = [TaskId::generate().to_string()];
    slots(&rig, "ADD active :slots", &leaked).await;
    forgotten(&rig).await;
    assert!(rig.sweep().await.is_idle(), "nothing leads to it");

    assert_eq!(asked(&rig).await, Created::LimitReached(2));
    let account = rig.item(ACCOUNT).await;
    assert!(account.get("dueShard").is_some(), "{account}");
    let report = rig.sweep().await;
    assert_eq!((report.found, report.slots_released), (1, 1));
    assert_eq!(rig.active().await, [live.to_string()]);

    // What the index knows of already stands there as it did.
    let next = rig.lost_export().await;
    let due_before = rig.item(ACCOUNT).await["dueAt"].clone();
    assert_eq!(asked(&rig).await, Created::LimitReached(2));
    assert_eq!(rig.item(ACCOUNT).await["dueAt"], due_before);
    assert_eq!(rig.active().await, [live.to_string(), next.to_string()]);

    // And of an account that may have no export at all there is nothing to prove.
    for task in [live, next] {
        cancel(&rig, task).await;
    }
    rig.store.set_active_limit(USER, Some(0)).await.unwrap();
    forgotten(&rig).await;
    assert_eq!(asked(&rig).await, Created::LimitReached(0));
    assert_eq!(rig.item(ACCOUNT).await.get("dueShard"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_looked_at_as_long_as_it_has_slots() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.make_due(ACCOUNT).await;
    // A further export leaves the time as it is.
    let other = rig.lost_export().await;
    assert!(rig.due_in(ACCOUNT).await < 0);
    for task in [task, other] {
        cancel(&rig, task).await;
    }
    assert_eq!(rig.sweep().await.found, 1);
    let account = rig.item(ACCOUNT).await;
    assert_eq!(account.get("dueShard"), None, "{account}");
    assert_eq!(account.get("dueAt"), None, "{account}");

    rig.lost_export().await;
    let due_in = rig.due_in(ACCOUNT).await;
    assert!((800_000..=900_000).contains(&due_in), "{due_in}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_task_without_a_slot_is_told_and_ends_as_any() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    slots(&rig, "DELETE active :slots", &[task.to_string()]).await;
    rig.make_due(ACCOUNT).await;
    let report = rig.sweep().await;
    assert_eq!((report.mismatches, report.slots_released), (1, 0));
    assert!(rig.active().await.is_empty(), "the limit is not exceeded");

    let claim = rig.claim(task).await;
    let finished = rig.store.finish_completed(&claim, "outputs/x.mp4", 1, &[]);
    assert_eq!(finished.await.unwrap(), Finish::Done);
    assert!(rig.active().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_create_or_end_in_between_costs_a_slot_or_leaves_one() {
    let rig = Rig::start().await;
    let mut before = rig.lost_export().await;
    for _ in 0..8 {
        let leaked = [TaskId::generate().to_string()];
        slots(&rig, "ADD active :slots", &leaked).await;
        let due = json!({ ":shard": { "S": "D#1" }, ":past": { "N": "1" } });
        let set = "SET dueShard = :shard, dueAt = :past";
        rig.stack.update(USER, ACCOUNT, set, &due).await;
        let turn = async {
            cancel(&rig, before).await;
            rig.lost_export().await
        };
        let (report, created) = tokio::join!(rig.sweep(), turn);
        assert_eq!((report.slots_released, report.mismatches), (1, 0));
        assert_eq!(rig.active().await, [created.to_string()]);
        assert!(rig.due_in(ACCOUNT).await > 800_000, "it is looked at again");
        before = created;
    }
}
