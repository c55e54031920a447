//! A render queue that its operator holds, and lets go: the sweep does what a pause or a
//! resume did not come to.

use std::time::Duration;

use darkroom_exports::{TaskId, TaskState};
use darkroom_store::{ClaimOutcome, RenderMessage};
use darkroom_sweep::Report;
use darkroom_test_stack::export::{create, square};
use serde_json::{Value, json};

use crate::rig::{Rig, USER, sk};

impl Rig {
    /// Writes the queue's item alone, as a pause or a resume that has come no further.
    pub async fn only_the_queue(&self, paused: bool) {
        let key = json!({ "pk": { "S": "Q#render" }, "sk": { "S": "PAUSE" } });
        let table = &self.stack.made.table;
        if paused {
            let mut item = key;
            item["paused"] = json!({ "BOOL": true });
            item["pausedAt"] = json!({ "N": "1" });
            let put = json!({ "TableName": table, "Item": item });
            self.stack.aws("DynamoDB_20120810.PutItem", &put).await;
        } else {
            let delete = json!({ "TableName": table, "Key": key });
            self.stack
                .aws("DynamoDB_20120810.DeleteItem", &delete)
                .await;
        }
    }

    async fn try_claim(&self, task: TaskId) -> ClaimOutcome {
        let message = RenderMessage {
            user: USER.to_owned(),
            task: task.to_string(),
        };
        let lease = Duration::from_secs(60);
        self.store.claim(&message, "worker", lease).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_is_sent_nothing_until_it_goes_on() {
    let rig = Rig::start().await;
    rig.store.set_active_limit(USER, Some(9)).await.unwrap();
    let (lost, dead, worn) = (
        rig.lost_export().await,
        rig.lost_export().await,
        rig.lost_export().await,
    );
    for task in [dead, worn] {
        rig.claim(task).await;
        rig.expire(task).await;
    }
    let used_up = json!({ ":three": { "N": "3" } });
    let set = "SET attempts = :three";
    rig.stack.update(USER, &sk(worn), set, &used_up).await;
    rig.make_due(&sk(lost)).await;
    rig.only_the_queue(true).await;
    let waits = Report {
        found: 3,
        failed: 1,
        ..Report::default()
    };
    assert_eq!(rig.sweep().await, waits);
    for task in [lost, dead] {
        assert_eq!(rig.task(task).await.state, TaskState::Paused);
        assert!(matches!(rig.try_claim(task).await, ClaimOutcome::Paused));
    }
    assert_eq!(rig.task(worn).await.state, TaskState::Failed);
    assert!(rig.renders().await.is_empty());
    assert_eq!(rig.active().await, [lost.to_string(), dead.to_string()]);
    assert!(rig.sweep().await.is_idle(), "they wait for the operator");

    // Whoever resumed it came no further than its item.
    rig.only_the_queue(false).await;
    let goes_on = Report {
        found: 2,
        resent: 2,
        ..Report::default()
    };
    assert_eq!(rig.sweep().await, goes_on);
    assert_eq!(rig.renders().await, [lost, dead]);
    assert!(rig.sweep().await.is_idle());
    assert_eq!(rig.claim(lost).await.attempt(), 1);
    assert_eq!(rig.claim(dead).await.attempt(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_queue_held_of_a_paused_account_waits_for_that() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.store.pause_queue().await.unwrap();
    let yes = json!({ ":yes": { "BOOL": true } });
    let set = "SET paused = :yes";
    rig.stack.update(USER, "ACCOUNT", set, &yes).await;
    rig.only_the_queue(false).await;
    let looked_at = Report {
        found: 1,
        ..Report::default()
    };
    assert_eq!(rig.sweep().await, looked_at);
    assert_eq!(rig.task(task).await.state, TaskState::Paused);
    assert!(rig.due_in(&sk(task)).await > 3_000_000, "in an hour");
    assert!(rig.sweep().await.is_idle(), "the queue holds it no more");

    // The other way round: the account goes on while the queue is paused.
    rig.only_the_queue(true).await;
    let go_on = "REMOVE paused";
    rig.stack.update(USER, "ACCOUNT", go_on, &Value::Null).await;
    rig.make_due(&sk(task)).await;
    assert_eq!(rig.sweep().await, looked_at);
    assert_eq!(rig.task(task).await.state, TaskState::Paused);
    assert!(rig.renders().await.is_empty());
    rig.only_the_queue(false).await;
    assert_eq!(rig.sweep().await.resent, 1);
    assert_eq!(rig.renders().await, [task]);
}

/// Pauses, resumes, creates and workers, all at once and many times over: nobody gets a
/// task while the queue is paused, and the next sweep after a resume leaves none PAUSED.
#[tokio::test(flavor = "multi_thread")]
async fn no_race_with_the_queue_renders_a_task_while_it_is_paused_or_loses_one() {
    let rig = Rig::start().await;
    rig.store.set_active_limit(USER, Some(100)).await.unwrap();
    let new = async || create(&rig.store, &rig.key, &square(64, 1), &json!({})).await;
    let mut all = Vec::new();
    for round in 0..12 {
        let before = new().await;
        let resumes = round % 2 == 0;
        if resumes {
            rig.store.pause_queue().await.unwrap();
        }
        let turn = async {
            if resumes {
                rig.store.resume_queue().await
            } else {
                rig.store.pause_queue().await
            }
        };
        let claim = || rig.try_claim(before);
        let (turned, one, two, three, created) =
            tokio::join!(turn, claim(), claim(), claim(), new());
        turned.unwrap();
        let claims = [one, two, three];
        let won = |claim: &&ClaimOutcome| matches!(claim, ClaimOutcome::Claimed(_));
        let winners = claims.iter().filter(won).count();
        assert!(winners <= 1, "{claims:?}");
        let mut waiting = vec![created];
        if winners == 0 {
            waiting.push(before);
        }
        if !resumes {
            for task in &waiting {
                let claimed = rig.try_claim(*task).await;
                assert!(matches!(claimed, ClaimOutcome::Paused), "{claimed:?}");
                assert_eq!(rig.task(*task).await.state, TaskState::Paused);
            }
            rig.store.resume_queue().await.unwrap();
        }
        rig.sweep().await;
        for task in waiting {
            assert_eq!(rig.task(task).await.state, TaskState::Pending);
            assert_eq!(rig.claim(task).await.attempt(), 1);
        }
        all.extend([before, created]);
    }
    // Each was sent when it was created, if not again.
    let mut sent = rig.renders().await;
    sent.dedup();
    all.sort_unstable();
    assert_eq!(sent, all);
}
