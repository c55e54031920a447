//! What a worker sends to the webhook queue: that its task began, and how it ended.

use std::time::Duration;

use darkroom_exports::{DeliveryId, Step, TaskState};
use darkroom_store::{ClaimOutcome, Finish, RenderMessage, WebhookMessage};
use darkroom_worker::{Deadline, handle};

use crate::common::{Stack, event, missing_picture, square};

/// Ids of the deliveries that the webhook queue names, all of them taken.
async fn webhooks(stack: &Stack) -> Vec<String> {
    let taken = stack.store.receive_webhooks(10, Duration::ZERO).await;
    let bodies = taken.unwrap().into_iter().map(|message| message.body);
    let mut ids: Vec<String> = bodies
        .map(|body| {
            serde_json::from_str::<WebhookMessage>(&body)
                .unwrap()
                .delivery
        })
        .collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_told_that_its_task_began_and_how_it_ended() {
    let stack = Stack::start().await;
    stack.make_webhook_secret().await;
    let worker = stack.worker(|_| ());
    let callback = serde_json::json!({ "callbackUrl": "https://example.com/" });
    for (state, ended) in [
        (square(64, 1), TaskState::Completed),
        (missing_picture(), TaskState::Failed),
    ] {
        let id = stack.create_with(&state, &callback).await;
        assert!(webhooks(&stack).await.is_empty(), "it has not begun");
        let message = stack.received().await;
        handle(&worker, event(&message), Deadline::NONE).await;
        assert_eq!(stack.task(id).await.state, ended);
        let both = [format!("{id}-ended"), format!("{id}-started")];
        assert_eq!(webhooks(&stack).await, both);
    }
    // Without a callback nobody is told.
    stack.create(&square(64, 1)).await;
    handle(&worker, event(&stack.received().await), Deadline::NONE).await;
    assert!(webhooks(&stack).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_committed_and_not_sent_is_sent_by_the_next_message() {
    let stack = Stack::start().await;
    stack.make_webhook_secret().await;
    let callback = serde_json::json!({ "callbackUrl": "https://example.com/" });
    let id = stack.create_with(&square(64, 1), &callback).await;
    let message = stack.received().await;
    let named = RenderMessage {
        user: stack.key.user.clone(),
        task: id.to_string(),
    };
    let lease = Duration::from_secs(60);
    let claimed = stack.store.claim(&named, "dies", lease).await.unwrap();
    let ClaimOutcome::Claimed(claim) = claimed else {
        panic!("{claimed:?}")
    };
    assert_eq!((claim.attempt(), claim.generation()), (1, 1));
    let finished = stack.store.finish_failed(&claim, "no").await.unwrap();
    assert_eq!(finished, Finish::Done);
    assert!(
        webhooks(&stack).await.is_empty(),
        "it died before it sent them"
    );
    let worker = stack.worker(|_| ());
    let answer = handle(&worker, event(&message), Deadline::NONE).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(webhooks(&stack).await, [format!("{id}-ended")]);
    // The sender lets the one before it go first.
    let step = Step::Started;
    let started = DeliveryId { task: id, step };
    assert!(stack.store.announce("ann", started).await.unwrap());
}
