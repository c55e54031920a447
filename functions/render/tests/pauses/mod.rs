//! Messages of an account or a queue that is held: not rendered, no attempt burnt, and not
//! lost.

use darkroom_exports::TaskState;
use darkroom_worker::{Deadline, handle};

use crate::common::{Stack, event, square};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_paused_account_is_done_with_and_resuming_sends_it_again() {
    let stack = Stack::start().await;
    let id = stack.create(&square(64, 1)).await;
    stack.store.pause_account(&stack.key.user).await.unwrap();
    let worker = stack.worker(|_| ());
    let message = stack.received().await;
    let answer = handle(&worker, event(&message), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty(), "deleted, not kept");
    stack
        .store
        .delete_render(&message.receipt_handle)
        .await
        .unwrap();
    let task = stack.task(id).await;
    assert_eq!((task.state, task.phase), (TaskState::Paused, None));
    assert_eq!(stack.active().await, [id.to_string()]);
    assert!(!stack.output_exists(id, 1).await);

    let sent = stack.store.resume_account(&stack.key.user).await.unwrap();
    assert_eq!(sent, [id]);
    let answer = handle(&worker, event(&stack.received().await), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(stack.task(id).await.state, TaskState::Completed);
    // The first generation: nothing had claimed it before.
    assert!(stack.output_exists(id, 1).await);
    assert!(stack.active().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lets_a_render_under_way_come_to_its_end() {
    let stack = Stack::start().await;
    let id = stack.create(&square(360, 4)).await;
    let worker = stack.worker(|_| ());
    let working = stack.begin(worker).await;
    stack
        .until(id, |task| task.state == TaskState::Processing)
        .await;
    let held = stack.store.pause_account(&stack.key.user).await.unwrap();
    assert!(held.is_empty(), "{held:?}");
    assert!(working.await.unwrap().batch_item_failures.is_empty());
    assert_eq!(stack.task(id).await.state, TaskState::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_paused_queue_is_done_with_and_resuming_sends_it_again() {
    let stack = Stack::start().await;
    stack.store.pause_queue().await.unwrap();
    let id = stack.create(&square(64, 1)).await;
    let worker = stack.worker(|_| ());
    let message = stack.received().await;
    let answer = handle(&worker, event(&message), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty(), "deleted, not kept");
    let deleted = stack.store.delete_render(&message.receipt_handle).await;
    deleted.unwrap();
    let task = stack.task(id).await;
    assert_eq!((task.state, task.phase), (TaskState::Paused, None));
    assert_eq!(stack.active().await, [id.to_string()]);
    assert!(!stack.output_exists(id, 1).await);

    let sent = stack.store.resume_queue().await.unwrap();
    assert_eq!(sent.tasks, [id]);
    let answer = handle(&worker, event(&stack.received().await), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(stack.task(id).await.state, TaskState::Completed);
    // The first generation: nothing had claimed it before.
    assert!(stack.output_exists(id, 1).await);
    assert!(stack.active().await.is_empty());
}
