//! Accounts that their operator holds: what their owners see, and that nothing is lost.

use std::time::Duration;

use darkroom_exports::{ExportPhase, TaskId, Timestamp};
use darkroom_store::{ClaimOutcome, Due, Subject};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body};

fn ids(tasks: &[TaskId]) -> Vec<String> {
    tasks.iter().map(TaskId::to_string).collect()
}

async fn status(service: &Service, task: &str) -> String {
    let shown = service.task(task).await;
    shown["status"].as_str().unwrap().to_owned()
}

/// The task's item, past every line of ours.
async fn item(service: &Service, task: &str) -> Value {
    let found = service.items("ann", &format!("T#{task}")).await;
    found[0].clone()
}

/// Writes the account alone, as a pause or a resume that has come no further.
async fn only_the_account(service: &Service, paused: bool) {
    let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": "ACCOUNT" } });
    let table = &service.stack.made.table;
    let mut update = json!({ "TableName": table, "Key": key, "UpdateExpression": "REMOVE paused" });
    if paused {
        update["UpdateExpression"] = "SET paused = :yes".into();
        update["ExpressionAttributeValues"] = json!({ ":yes": { "BOOL": true } });
    }
    service.aws("DynamoDB_20120810.UpdateItem", &update).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queued_tasks_of_a_paused_account_read_paused_and_keep_their_slots() {
    let service = Service::start().await;
    let store = service.store();
    let queued = service.create(&body()).await.task();
    let held = store.pause_account("ann").await.unwrap();
    assert_eq!(ids(&held), [queued.as_str()]);
    // What comes now waits, too, with a slot and without a message.
    let later = service.create(&body()).await;
    assert_eq!(later.status, 201, "{}", later.text);
    let later = later.task();
    assert_eq!(service.queued().await, 1, "only the first one was sent");
    for task in [&queued, &later] {
        assert_eq!(status(&service, task).await, "PAUSED");
        assert!(matches!(
            service.try_claim(task).await,
            ClaimOutcome::Paused
        ));
    }
    let listed = answer(service.get("/v1/exports")).await;
    for task in listed.data().as_array().unwrap() {
        assert_eq!(task["status"], "PAUSED");
        assert_eq!(task.get("exportPhase"), None);
    }
    let third = service.create(&body()).await;
    assert_problem(&third, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");

    // A canceled one stays so, and its slot is free.
    assert_eq!(service.cancel(&queued).await.data()["status"], "CANCELED");
    assert_eq!(service.account().await.0, [later.as_str()]);
    // Pausing again changes nothing.
    let held = store.pause_account("ann").await.unwrap();
    assert_eq!(ids(&held), [later.as_str()]);

    let sent = store.resume_account("ann").await.unwrap();
    assert_eq!(ids(&sent), [later.as_str()]);
    assert_eq!(service.queued().await, 2);
    assert_eq!(status(&service, &later).await, "PENDING");
    assert_eq!(status(&service, &queued).await, "CANCELED");
    let again = store.resume_account("ann").await.unwrap();
    assert_eq!(ids(&again), [""; 0], "sent once");
    assert_eq!(
        service.claim(&later).await.attempt(),
        1,
        "no attempt was burnt"
    );
    // This process had seen the account paused.
    let fresh = service.create(&body()).await.task();
    assert_eq!(status(&service, &fresh).await, "PENDING");
    assert_eq!(service.queued().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_rendered_is_finished() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    let claim = service.claim(&task).await;
    assert!(
        service
            .store()
            .pause_account("ann")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(status(&service, &task).await, "PROCESSING");
    let lease = Duration::from_secs(60);
    let beat = service.store();
    let beat = beat.heartbeat(&claim, ExportPhase::Saving, 96, lease, None);
    assert_eq!(beat.await.unwrap(), darkroom_store::Heartbeat::Continue);
    // A second message finds it held, not to be paused.
    assert!(matches!(service.try_claim(&task).await, ClaimOutcome::Held));
    let finishing = service.store();
    let finishing = finishing.finish_completed(&claim, "outputs/x.mp4", 1, &[]);
    assert_eq!(finishing.await.unwrap(), darkroom_store::Finish::Done);
    assert_eq!(status(&service, &task).await, "COMPLETED");
    assert!(service.account().await.0.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_came_no_further_than_the_account_holds_all_the_same() {
    let service = Service::start().await;
    let (fresh, dead) = (
        service.create(&body()).await.task(),
        service.create(&body()).await.task(),
    );
    // Its worker gave it back: nobody renders it.
    let claim = service.claim(&dead).await;
    service.store().release(&claim).await.unwrap();
    only_the_account(&service, true).await;
    for task in [&fresh, &dead] {
        assert!(matches!(
            service.try_claim(task).await,
            ClaimOutcome::Paused
        ));
        assert_eq!(status(&service, task).await, "PAUSED");
    }
    let dead_item = item(&service, &dead).await;
    assert_eq!(dead_item["attempts"]["N"], "1", "no attempt was burnt");
    assert_eq!(dead_item.get("leaseOwner"), None);
    // Its late worker publishes nothing.
    let late = service.store();
    let late = late.finish_completed(&claim, "outputs/late.mp4", 1, &[]);
    assert_eq!(late.await.unwrap(), darkroom_store::Finish::Refused);
    let sent = service.store().resume_account("ann").await.unwrap();
    assert_eq!(sent.len(), 2);
    assert_eq!(service.claim(&dead).await.attempt(), 2);
    assert_eq!(service.claim(&fresh).await.attempt(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_that_came_no_further_than_the_account_loses_nothing() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    service.store().pause_account("ann").await.unwrap();
    only_the_account(&service, false).await;
    assert_eq!(status(&service, &task).await, "PAUSED");
    // It stands in the due index, an hour ahead, and is then sent by the sweep.
    let now = Timestamp::now();
    let soon = service.store().due(9, now.plus_seconds(3000)).await;
    let is_task = |due: &Due| matches!(due.subject, Subject::Task(_));
    assert!(!soon.unwrap().items.iter().any(is_task));
    let later = service.store().due(9, now.plus_seconds(3700)).await;
    assert!(later.unwrap().items.iter().any(is_task));
    let id = TaskId::parse(&task).unwrap();
    let sent = service.store().resume_if_let_go("ann", id, None, now);
    let sent = sent.await;
    assert!(sent.unwrap());
    assert_eq!(service.queued().await, 2);
    assert_eq!(service.claim(&task).await.attempt(), 1);
}

/// Pauses, resumes, creates and workers, all at once and many times over: in the end, once
/// resumed, every task can be claimed, once.
#[tokio::test(flavor = "multi_thread")]
async fn no_race_of_pausing_resuming_creating_and_claiming_loses_a_task() {
    let service = Service::start().await;
    let store = service.store();
    store.set_active_limit("ann", Some(100)).await.unwrap();
    let mut claimed = 0;
    for round in 0..12 {
        let before = service.create(&body()).await.task();
        let resume_first = round % 2 == 0;
        if resume_first {
            store.pause_account("ann").await.unwrap();
        }
        let turn = async {
            if resume_first {
                store.resume_account("ann").await.map(drop)
            } else {
                store.pause_account("ann").await.map(drop)
            }
        };
        let claims = join_all((0..3).map(|_| service.try_claim(&before)));
        let body = body();
        let (turned, claims, created) = tokio::join!(turn, claims, service.create(&body));
        turned.unwrap();
        let created = created.task();
        let won = |claim: &&ClaimOutcome| matches!(claim, ClaimOutcome::Claimed(_));
        let winners = claims.iter().filter(won).count();
        assert!(winners <= 1, "{claims:?}");
        if !resume_first {
            let shown = [
                status(&service, &before).await,
                status(&service, &created).await,
            ];
            let first = if winners == 1 { "PROCESSING" } else { "PAUSED" };
            assert_eq!(shown, [first, "PAUSED"]);
            store.resume_account("ann").await.unwrap();
        }
        let mut tasks = vec![created];
        if winners == 0 {
            tasks.push(before);
        }
        claimed += winners;
        for task in tasks {
            assert_eq!(status(&service, &task).await, "PENDING");
            assert_eq!(service.claim(&task).await.attempt(), 1);
            claimed += 1;
        }
    }
    assert_eq!(claimed, 24);
    // Each was sent when it was created or resumed, if not both.
    assert!(service.queued().await >= 24, "{}", service.queued().await);
}
