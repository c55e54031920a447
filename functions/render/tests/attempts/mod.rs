//! When a task is tried again: messages that come again, attempts and time that run out.

use std::time::{Duration, Instant};

use darkroom_exports::{TaskId, TaskState};
use darkroom_store::{ClaimOutcome, RenderMessage};
use darkroom_test_stack::telemetry::KeptLog;
use darkroom_worker::{Deadline, Worker, handle};
use tokio::sync::watch;
use tracing::instrument::WithSubscriber as _;

use crate::common::{LIMIT, Stack, event, square};

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_hides_the_message_for_longer() {
    let stack = Stack::start().await;
    stack.hide_for(2).await;
    stack.create(&square(720, 20)).await;
    let message = stack.received().await;
    let answer = handle(&stack.worker(|_| ()), event(&message), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty());
    // Nobody deleted it, and it would be back before this one, on which nobody works, comes
    // for the second time.
    let other = stack.create(&square(64, 1)).await;
    for _ in 0..2 {
        let message = stack.received().await;
        let named: RenderMessage = serde_json::from_str(&message.body).unwrap();
        assert_eq!(named.task, other.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_worker_dies_at_once_comes_again_soon() {
    let stack = Stack::start().await;
    stack.hide_for(1000).await;
    stack.create(&square(720, 600)).await;
    let mute = stack.worker(|config| {
        config.lease = Duration::from_secs(8);
        config.heartbeat = Duration::from_secs(1000);
    });
    let working = stack.begin(mute).await;
    // Two leases later, not after the queue's visibility timeout, though nothing has beaten.
    let start = Instant::now();
    while stack.received_if_any().await.is_none() {
        assert!(start.elapsed() < LIMIT, "it stays hidden");
    }
    assert!(!working.is_finished());
    working.abort();
}

/// Has a worker of a lease of a second try a task until it ends.
async fn fails_at_the_third_attempt(
    stack: &Stack,
    worker: &Worker,
    deadline: Deadline,
    id: TaskId,
) {
    for attempt in 1..=3 {
        // Comes again after a lease, not after the queue's visibility timeout.
        let message = stack.received().await;
        let answer = handle(worker, event(&message), deadline.clone()).await;
        let (again, expected) = if attempt < 3 {
            (1, TaskState::Processing)
        } else {
            (0, TaskState::Failed)
        };
        let failures = answer.batch_item_failures.len();
        assert_eq!(failures, again, "attempt {attempt}");
        assert_eq!(stack.task(id).await.state, expected, "attempt {attempt}");
    }
    assert!(stack.active().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_fault_is_tried_three_times_and_then_fails_the_task() {
    let stack = Stack::start().await;
    let id = stack.create(&square(64, 1)).await;
    // Nothing can be written below a device file.
    let broken = stack.worker(|config| {
        config.scratch = "/dev/null/scratch".into();
        config.lease = Duration::from_secs(1);
    });
    fails_at_the_third_attempt(&stack, &broken, Deadline::NONE, id).await;
    let error = stack.task(id).await.error.unwrap();
    assert!(
        error.contains("fault of the service") && !error.contains("/dev/null"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_short_of_time_gives_the_task_back() {
    let stack = Stack::start().await;
    let id = stack.create(&square(720, 60)).await;
    let message = stack.received().await;
    let worker = stack.worker(|config| config.time_margin = Duration::from_secs(14));
    let start = Instant::now();
    let answer = handle(
        &worker,
        event(&message),
        Deadline::after(Duration::from_secs(15)),
    )
    .await;
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(answer.batch_item_failures.len(), 1);
    assert_eq!(stack.task(id).await.state, TaskState::Processing);
    let named: RenderMessage = serde_json::from_str(&message.body).unwrap();
    let next = stack
        .store
        .claim(&named, "next", Duration::from_secs(60))
        .await
        .unwrap();
    assert!(
        matches!(next, ClaimOutcome::Claimed(_)),
        "free at once: {next:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_closed_spends_no_attempt() {
    let stack = Stack::start().await;
    stack.make_webhook_secret().await;
    let callback = serde_json::json!({ "callbackUrl": "https://example.com/" });
    let id = stack.create_with(&square(720, 60), &callback).await;
    let worker = stack.worker(|_| ());
    let message = stack.received().await;
    let (close, closing) = watch::channel(false);
    let working =
        tokio::spawn(
            async move { handle(&worker, event(&message), Deadline::closing(closing)).await },
        );
    stack
        .until(id, |task| task.state == TaskState::Processing)
        .await;
    close.send(true).unwrap();
    assert_eq!(working.await.unwrap().batch_item_failures.len(), 1);
    // That it started was told by then, and is not told anew.
    let delivery = format!("W#{id}#1");
    let told = stack.item(&delivery).await;
    let claim = stack.claim_as_other(id).await;
    assert_eq!((claim.attempt(), claim.generation()), (1, 2));
    assert_eq!(stack.item(&delivery).await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_there_is_no_time_for_is_tried_three_times() {
    let stack = Stack::start().await;
    let id = stack.create(&square(720, 60)).await;
    let hurried = stack.worker(|config| config.lease = Duration::from_secs(1));
    let log = KeptLog::default();
    let tried = fails_at_the_third_attempt(&stack, &hurried, Deadline::after(Duration::ZERO), id);
    tried.with_subscriber(log.subscriber()).await;
    let told = log.text().matches("failed: out of time").count();
    assert_eq!(told, 3, "{}", log.text());
}
