//! A render queue that its operator holds: what owners see, and how it goes with accounts
//! that are held for themselves.

use std::time::Duration;

use darkroom_exports::{ExportPhase, TaskId};
use darkroom_store::{ClaimOutcome, Finish, Heartbeat, TurnedTasks};
use reqwest::Method;
use serde_json::json;

use crate::common::{Service, answer, assert_problem, body};

/// Ids of tasks that were turned, in order.
fn ids(turned: &TurnedTasks) -> Vec<String> {
    assert!(!turned.more);
    let mut ids: Vec<String> = turned.tasks.iter().map(TaskId::to_string).collect();
    ids.sort_unstable();
    ids
}

async fn status(service: &Service, task: &str) -> String {
    let shown = service.task(task).await;
    shown["status"].as_str().unwrap().to_owned()
}

async fn is_paused(service: &Service, task: &str) -> bool {
    let claimed = service.try_claim(task).await;
    matches!(claimed, ClaimOutcome::Paused) && status(service, task).await == "PAUSED"
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_a_paused_queue_read_paused_keep_their_slots_and_can_be_canceled() {
    let service = Service::start().await;
    let store = service.store();
    let queued = service.create(&body()).await.task();
    let (bob, _) = service.more_key("bob", true, None).await;
    let as_bob = |method, path: &str| service.to(method, path).bearer_auth(&bob);
    let bobs = answer(as_bob(Method::POST, "/v1/exports").json(&body())).await;
    let bobs = bobs.task();
    let held = store.pause_queue().await.unwrap();
    assert_eq!(ids(&held), [queued.as_str(), bobs.as_str()]);
    assert!(is_paused(&service, &queued).await);
    let path = format!("/v1/exports/{bobs}");
    let shown = answer(as_bob(Method::GET, &path)).await;
    assert_eq!(shown.data()["status"], "PAUSED");
    assert_eq!(shown.header("retry-after"), "30");

    // A new one is taken, and waits when its message comes to a worker.
    let later = service.create(&body()).await;
    assert_eq!(later.status, 201, "{}", later.text);
    let later = later.task();
    assert!(is_paused(&service, &later).await);
    let third = service.create(&body()).await;
    assert_problem(&third, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    assert_eq!(service.cancel(&queued).await.data()["status"], "CANCELED");
    assert_eq!(service.account().await.0, [later.as_str()]);
    assert_eq!(store.render_queue().await.unwrap().held, 2);
    assert_eq!(ids(&store.pause_queue().await.unwrap()), [""; 0]);

    assert_eq!(service.queued().await, 3, "as many as were created");
    let sent = store.resume_queue().await.unwrap();
    assert_eq!(ids(&sent), [bobs.as_str(), later.as_str()]);
    assert_eq!(service.queued().await, 5);
    assert_eq!(status(&service, &later).await, "PENDING");
    assert_eq!(status(&service, &queued).await, "CANCELED");
    assert_eq!(ids(&store.resume_queue().await.unwrap()), [""; 0]);
    let claim = service.claim(&later).await;
    assert_eq!(claim.attempt(), 1, "no attempt was burnt");
    let queue = store.render_queue().await.unwrap();
    assert_eq!((queue.paused_since, queue.held), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_lets_renders_end_and_their_dead_workers_tasks_wait() {
    let service = Service::start().await;
    let store = service.store();
    let (living, dead) = (
        service.create(&body()).await.task(),
        service.create(&body()).await.task(),
    );
    let claims = (service.claim(&living).await, service.claim(&dead).await);
    assert_eq!(ids(&store.pause_queue().await.unwrap()), [""; 0]);
    for task in [&living, &dead] {
        assert_eq!(status(&service, task).await, "PROCESSING");
        assert!(matches!(service.try_claim(task).await, ClaimOutcome::Held));
    }
    let lease = Duration::from_secs(60);
    let beat = store.heartbeat(&claims.0, ExportPhase::Saving, 96, lease, None);
    assert_eq!(beat.await.unwrap(), Heartbeat::Continue);
    let finished = store.finish_completed(&claims.0, "outputs/x.mp4", 1, &[]);
    assert_eq!(finished.await.unwrap(), Finish::Done);
    assert_eq!(status(&service, &living).await, "COMPLETED");

    store.release(&claims.1).await.unwrap();
    assert!(is_paused(&service, &dead).await);
    let shown = service.task(&dead).await;
    assert_eq!(shown.get("exportPhase"), None);
    assert_eq!(shown["progress"], 0);
    // Its late worker publishes nothing.
    let late = store.finish_completed(&claims.1, "outputs/late.mp4", 1, &[]);
    assert_eq!(late.await.unwrap(), Finish::Refused);
    let sent = store.resume_queue().await.unwrap();
    assert_eq!(ids(&sent), [dead.as_str()]);
    assert_eq!(service.claim(&dead).await.attempt(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_goes_on_when_neither_its_account_nor_the_queue_holds_it() {
    let service = Service::start().await;
    let store = service.store();
    let task = service.create(&body()).await.task();
    let id = TaskId::parse(&task).unwrap();

    // The account goes on first, then the queue.
    store.pause_account("ann").await.unwrap();
    store.pause_queue().await.unwrap();
    assert!(store.resume_account("ann").await.unwrap().is_empty());
    assert!(is_paused(&service, &task).await);
    assert_eq!(service.queued().await, 1);
    let sent = store.resume_queue().await.unwrap();
    assert_eq!(sent.tasks, [id]);
    assert_eq!(status(&service, &task).await, "PENDING");

    // The queue goes on first, then the account: paused as a whole, or no further than its item.
    for whole in [true, false] {
        store.pause_queue().await.unwrap();
        assert!(is_paused(&service, &task).await);
        if whole {
            store.pause_account("ann").await.unwrap();
        } else {
            let yes = json!({ ":yes": { "BOOL": true } });
            let set = "SET paused = :yes";
            service.update("ann", "ACCOUNT", set, &yes).await;
        }
        assert!(store.resume_queue().await.unwrap().tasks.is_empty());
        assert!(is_paused(&service, &task).await);
        assert_eq!(store.render_queue().await.unwrap().held, 0);
        assert_eq!(store.resume_account("ann").await.unwrap(), [id]);
        assert_eq!(status(&service, &task).await, "PENDING");
    }
    assert_eq!(service.queued().await, 4);
    assert_eq!(service.claim(&task).await.attempt(), 1);
}
