//! The worker on a real stack with real renders: one task, one ending.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod attempts;
mod common;
mod fetch;
mod pauses;
mod servers;
mod telemetry;
mod webhooks;

use std::time::{Duration, Instant};

use common::{Stack, event, missing_picture, square, strange_font};
use darkroom_exports::{ExportPhase, TaskState};
use darkroom_store::{Canceled, Finish, Received};
use darkroom_test_stack::font;
use darkroom_test_stack::telemetry::KeptLog;
use darkroom_worker::{Deadline, Worker, handle};
use tracing::instrument::WithSubscriber as _;

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_rendered_published_and_its_slot_freed() {
    let stack = Stack::start().await;
    let id = stack.create(&square(64, 1)).await;
    assert_eq!(stack.active().await, [id.to_string()]);
    let worker = stack.worker(|_| ());
    let message = stack.received().await;
    let answer = handle(&worker, event(&message), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty());
    let task = stack.task(id).await;
    assert_eq!(
        (task.state, task.progress, task.phase),
        (TaskState::Completed, 100, None)
    );
    assert!(stack.active().await.is_empty());
    assert!(stack.output_exists(id, 1).await);
    assert!(stack.scratch_is_empty());

    // The same message once more changes nothing and is done with.
    let again = handle(&worker, event(&message), Deadline::NONE).await;
    assert!(again.batch_item_failures.is_empty());
    assert_eq!(stack.task(id).await, task);
    assert!(!stack.output_exists(id, 2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_otherwise_is_told_with_the_task() {
    let stack = Stack::start().await;
    let id = stack.create(&strange_font()).await;
    let message = stack.received().await;
    handle(&stack.worker(|_| ()), event(&message), Deadline::NONE).await;
    let task = stack.task(id).await;
    assert_eq!(task.state, TaskState::Completed);
    assert_eq!(task.warnings.len(), 1, "{:?}", task.warnings);
    assert!(task.warnings[0].contains("\"No Such Sans\" is not installed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_with_one_task_make_one_output() {
    let stack = Stack::start().await;
    let id = stack.create(&square(360, 4)).await;
    let message = stack.received().await;
    let (one, two) = (stack.worker(|_| ()), stack.worker(|_| ()));
    let (a, b) = tokio::join!(
        handle(&one, event(&message), Deadline::NONE),
        handle(&two, event(&message), Deadline::NONE),
    );
    // One of them found it held and left the message.
    assert_eq!(a.batch_item_failures.len() + b.batch_item_failures.len(), 1);
    assert_eq!(stack.task(id).await.state, TaskState::Completed);
    assert!(stack.output_exists(id, 1).await && !stack.output_exists(id, 2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_asset_fails_the_task_at_once_by_name() {
    let stack = Stack::start().await;
    let id = stack.create(&missing_picture()).await;
    let worker = stack.worker(|_| ());
    let answer = handle(&worker, event(&stack.received().await), Deadline::NONE).await;
    assert!(
        answer.batch_item_failures.is_empty(),
        "the caller's fault is not tried again"
    );
    let task = stack.task(id).await;
    assert_eq!(task.state, TaskState::Failed);
    let error = task.error.unwrap();
    assert!(error.contains("`pic-7`"), "{error}");
    assert!(!error.contains(stack.dir().to_str().unwrap()), "{error}");
    assert!(stack.active().await.is_empty());
    assert!(stack.scratch_is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_the_render_and_publishes_nothing() {
    let stack = Stack::start().await;
    let id = stack.create(&square(720, 120)).await;
    let worker = stack.worker(|_| ());
    let working = stack.begin(worker).await;
    stack.until(id, |task| task.progress > 0).await;
    let canceled = stack.store.cancel(&stack.key, id).await.unwrap();
    assert!(matches!(canceled, Canceled::Done(_)), "{canceled:?}");
    assert!(
        stack.active().await.is_empty(),
        "the slot is free before the worker knows"
    );
    let start = Instant::now();
    let answer = working.await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert!(answer.batch_item_failures.is_empty());
    let task = stack.task(id).await;
    assert_eq!((task.state, task.output_key), (TaskState::Canceled, None));
    assert!(!stack.output_exists(id, 1).await);
    assert!(stack.scratch_is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_no_task_goes_back_for_the_dead_letters() {
    let stack = Stack::start().await;
    stack.hide_for(1000).await;
    let worker = stack.worker(|config| config.lease = Duration::from_secs(1));
    stack.send("not json").await;
    // Soon, or it would be half a day until it is a dead letter.
    for _ in 0..2 {
        let message = stack.received().await;
        let answer = handle(&worker, event(&message), Deadline::NONE).await;
        let failed = &answer.batch_item_failures[0];
        assert_eq!(failed.item_identifier, message.message_id);
    }
    let message = |body: &str| Received {
        message_id: "m-1".to_owned(),
        receipt_handle: "r-1".to_owned(),
        body: body.to_owned(),
        trace: None,
    };
    // A task that is not there (any more) is simply done with.
    let gone = message(r#"{"user":"ann","task":"0193f4a0-0000-7000-8000-000000000000"}"#);
    let log = KeptLog::default();
    let answer = handle(&worker, event(&gone), Deadline::NONE);
    let answer = answer.with_subscriber(log.subscriber()).await;
    assert!(answer.batch_item_failures.is_empty());
    assert!(log.text().contains("names a task that is not there"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_removes_its_output() {
    let stack = Stack::start().await;
    let id = stack.create(&square(360, 8)).await;
    // It never beats, and its lease is over long before the render.
    let sleepy = stack.worker(|config| {
        config.lease = Duration::from_millis(1);
        config.heartbeat = Duration::from_secs(1000);
    });
    let working = stack.begin(sleepy).await;
    stack
        .until(id, |task| task.state == TaskState::Processing)
        .await;
    let other = stack.claim_as_other(id).await;
    working.await.unwrap();
    let task = stack.task(id).await;
    assert_eq!((task.state, task.output_key), (TaskState::Processing, None));
    assert!(
        !stack.output_exists(id, 1).await,
        "the loser's object is gone"
    );
    assert!(stack.scratch_is_empty());
    let finished = stack
        .store
        .finish_completed(&other, "outputs/x.mp4", 1, &[])
        .await
        .unwrap();
    assert_eq!(finished, Finish::Done, "the other one is unharmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beating_worker_stops_when_its_lease_is_lost() {
    let stack = Stack::start().await;
    let id = stack.create(&square(720, 120)).await;
    let worker = stack.worker(|config| config.lease = Duration::from_millis(1));
    let working = stack.begin(worker).await;
    stack
        .until(id, |task| task.state == TaskState::Processing)
        .await;
    stack.claim_as_other(id).await;
    let start = Instant::now();
    working.await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(stack.task(id).await.state, TaskState::Processing);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_rises_through_the_phases() {
    let stack = Stack::start().await;
    let id = stack.create(&square(720, 20)).await;
    let worker = stack.worker(|config| config.heartbeat = Duration::from_millis(50));
    let working = stack.begin(worker).await;
    let mut seen = Vec::new();
    stack
        .until(id, |task| {
            task.state == TaskState::Processing && task.progress > 0
        })
        .await;
    while !working.is_finished() {
        let task = stack.task(id).await;
        seen.push((task.progress, task.phase));
    }
    let progress: Vec<u8> = seen.iter().map(|(progress, _)| *progress).collect();
    assert!(progress.is_sorted(), "{progress:?}");
    assert!(
        seen.iter()
            .any(|(_, phase)| *phase == Some(ExportPhase::Rendering))
    );
    assert_eq!(stack.task(id).await.progress, 100);
}

/// The film of a text in a family, and what was drawn otherwise.
async fn film(stack: &Stack, worker: &Worker, family: &str) -> (Vec<u8>, Vec<String>) {
    let mut state = strange_font();
    state["items"]["square"]["fontFamily"] = family.into();
    let id = stack.create(&state).await;
    handle(worker, event(&stack.received().await), Deadline::NONE).await;
    let task = stack.task(id).await;
    assert_eq!(task.state, TaskState::Completed, "{:?}", task.error);
    let key = task.output_key.unwrap();
    (stack.output(&key).await, task.warnings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_font_in_the_bucket_is_drawn_from_the_next_export_on() {
    let stack = Stack::start().await;
    let worker = stack.worker(|_| ());
    let (like, _) = film(&stack, &worker, font::SAME_LETTERS).await;
    let (fallback, warnings) = film(&stack, &worker, font::FAMILY).await;
    assert!(fallback != like);
    assert_eq!(warnings.len(), 1, "{warnings:?}");

    // Broken ones beside it do no harm.
    let whole = font::renamed();
    let half = whole[..whole.len() / 2].to_vec();
    for (name, bytes) in [
        ("a-page.ttf", b"<!doctype html>".to_vec()),
        ("b-half.otf", half),
        ("c-empty.ttc", Vec::new()),
        ("d-head.ttf", whole[..200].to_vec()),
        ("Marke.otf", whole),
    ] {
        stack.store.put_font(name, bytes).await.unwrap();
    }
    let (own, warnings) = film(&stack, &worker, font::FAMILY).await;
    assert_eq!(warnings, [""; 0]);
    assert!(own == like, "drawn in the font's own letters");

    let broken = b"replaced".to_vec();
    stack.store.put_font("Marke.otf", broken).await.unwrap();
    let (gone, warnings) = film(&stack, &worker, font::FAMILY).await;
    assert!(gone == fallback && warnings.len() == 1, "{warnings:?}");
}
