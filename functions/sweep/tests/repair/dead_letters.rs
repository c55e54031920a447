//! Messages in the dead-letter queues: gone once what they call for is committed.

use darkroom_exports::repair::{GAVE_UP, MAX_ATTEMPTS, UNCLAIMED_SENDS};
use darkroom_exports::{DeliveryId, Step, TaskId, TaskState, Timestamp};
use darkroom_store::{
    DELIVERY_LEASE, DeliveryClaim, DeliveryState, DeliverySummary, RenderMessage, Store,
    StoreConfig, WebhookMessage,
};
use darkroom_sweep::{Report, SweepConfig, Sweeper, handle};
use darkroom_test_stack::REGION;
use darkroom_test_stack::export::TRACE;
use darkroom_test_stack::telemetry::{KeptLog, field};
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber as _;

use crate::rig::{Rig, USER, sk};

impl Rig {
    /// Puts a message that names a task among the dead letters of the render queue.
    async fn dead_render(&self, task: TaskId) {
        let message = RenderMessage {
            user: USER.to_owned(),
            task: task.to_string(),
        };
        let body = serde_json::to_string(&message).unwrap();
        self.put(&self.stack.made.dead_letters.render, &body).await;
    }

    async fn dead_webhook(&self, message: &WebhookMessage) {
        let body = serde_json::to_string(message).unwrap();
        self.put(&self.stack.made.dead_letters.webhook, &body).await;
    }

    /// Messages that are left in the dead-letter queues, whether or not somebody has them.
    async fn dead(&self) -> [u64; 2] {
        let urls = &self.stack.made.dead_letters;
        let (waiting, taken) = self.stack.messages(&urls.render).await;
        let (waiting_too, taken_too) = self.stack.messages(&urls.webhook).await;
        [waiting + taken, waiting_too + taken_too]
    }

    async fn delivery(&self, id: DeliveryId) -> DeliverySummary {
        let listed = self.store.list_deliveries(USER, 9, None, false).await;
        let mut listed = listed.unwrap().entries.into_iter();
        listed.find(|one| one.id == id).expect("listed")
    }
}

/// What a run says that only deletes so many dead letters.
fn drained(count: u64) -> Report {
    Report {
        dlq_drained: count,
        ..Report::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_message_came_too_often_ends_failed() {
    let rig = Rig::start().await;
    let task = rig.told_export("https://example.com/").await;
    // One that nobody could claim for a day, and one whose last worker died.
    let many = json!({ ":many": { "N": UNCLAIMED_SENDS.to_string() } });
    let set = "SET resends = :many";
    rig.stack.update(USER, &sk(task), set, &many).await;
    let dead = rig.lost_export().await;
    for _ in 0..MAX_ATTEMPTS {
        rig.claim(dead).await;
        rig.expire(dead).await;
    }
    for task in [task, dead] {
        rig.dead_render(task).await;
    }
    let report = rig.sweep().await;
    assert_eq!((report.failed, report.dlq_drained), (2, 2));
    for task in [task, dead] {
        let ended = rig.task(task).await;
        assert_eq!(ended.state, TaskState::Failed);
        assert_eq!(ended.error.as_deref(), Some(GAVE_UP));
    }
    assert!(rig.active().await.is_empty());
    assert_eq!(rig.told().await, [format!("{task}-ended")]);
    assert!(rig.renders().await.is_empty(), "nothing is sent again");
    assert_eq!(rig.dead().await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_could_claim_is_sent_again() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.dead_render(task).await;
    assert_eq!(rig.sweep().await, drained(1));
    assert_eq!(rig.dead().await, [0, 0]);
    assert_eq!(rig.task(task).await.state, TaskState::Pending);
    assert_eq!(rig.active().await, [task.to_string()]);

    rig.make_due(&sk(task)).await;
    assert_eq!(rig.sweep().await.resent, 1);
    assert_eq!(rig.renders().await, [task]);
    assert_eq!(rig.claim(task).await.attempt(), 1);
}

/// The table went away under its worker, and was away for as often as its message came.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_could_claim_again_has_its_other_attempts() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    assert_eq!(rig.claim(task).await.attempt(), 1);
    rig.expire(task).await;
    rig.dead_render(task).await;
    let retried = Report {
        found: 1,
        expired: 1,
        dlq_drained: 1,
        ..Report::default()
    };
    assert_eq!(rig.sweep().await, retried);
    assert_eq!(rig.dead().await, [0, 0]);
    assert_eq!(rig.renders().await, [task]);
    assert_eq!(rig.claim(task).await.attempt(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_again_does_not_bring_the_end_of_its_task_nearer() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    let last = UNCLAIMED_SENDS - 1;
    let many = json!({ ":many": { "N": last.to_string() } });
    let set = "SET resends = :many";
    rig.stack.update(USER, &sk(task), set, &many).await;
    for _ in 0..2 {
        rig.make_due(&sk(task)).await;
        let sent = rig.store.resend_if_due(USER, task).await;
        assert!(sent.unwrap());
        assert_eq!(rig.renders().await, [task]);
        let due_in = rig.due_in(&sk(task)).await;
        assert!((5_000..=30_000).contains(&due_in), "{due_in}");
    }
    let item = rig.item(&sk(task)).await;
    assert_eq!(item["resends"], json!({ "N": last.to_string() }));
    rig.dead_render(task).await;
    assert_eq!(rig.sweep().await, drained(1));
    assert_eq!(rig.task(task).await.state, TaskState::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_has_ended_or_goes_on_without_its_message_is_left_alone() {
    let rig = Rig::start().await;
    rig.store.set_active_limit(USER, Some(9)).await.unwrap();
    let ended = rig.lost_export().await;
    rig.store.cancel(&rig.key, ended).await.unwrap();
    let paused = rig.lost_export().await;
    let worked_on = rig.lost_export().await;
    rig.claim(worked_on).await;
    rig.store.pause_account(USER).await.unwrap();
    for task in [ended, paused, worked_on] {
        let before = rig.item(&sk(task)).await;
        rig.dead_render(task).await;
        let log = KeptLog::default();
        let sweeper = rig.sweeper(|_| ());
        let run = handle(&sweeper).with_subscriber(log.subscriber());
        assert_eq!(run.await, drained(1));
        assert_eq!(rig.item(&sk(task)).await, before);
        let lines = log.lines();
        let done = |line: &&Value| line["fields"]["message"] == "a dead letter is done with";
        let line = lines.iter().find(done).unwrap();
        assert_eq!(field(line, "task_id").unwrap(), &task.to_string());
        assert_eq!(field(line, "trace_id").unwrap(), TRACE);
    }
    assert_eq!(rig.dead().await, [0, 0]);
    assert!(rig.renders().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_names_nothing_is_deleted() {
    let rig = Rig::start().await;
    let urls = rig.stack.made.dead_letters.clone();
    let gone = TaskId::generate();
    for body in ["no json", "{}", r#"{"user":"ann","task":"../ACCOUNT"}"#] {
        rig.put(&urls.render, body).await;
    }
    for body in ["no json", r#"{"user":"ann","delivery":"x","generation":0}"#] {
        rig.put(&urls.webhook, body).await;
    }
    rig.dead_render(gone).await;
    assert_eq!(rig.sweep().await, drained(6));
    assert_eq!(rig.dead().await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_stays_until_its_task_has_ended() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.dead_render(task).await;
    // The queues are there, the table is not.
    let made = &rig.stack.made;
    let queues = made.queues();
    let config = StoreConfig::local(&rig.stack.endpoint, REGION, "gone", &made.bucket, queues);
    let blind = Sweeper::new(Store::new(config).await.unwrap(), SweepConfig::default());
    let report = handle(&blind).await;
    assert_eq!((report.dlq_drained, report.failed), (0, 0), "{report:?}");
    // The letter, and both pages of the due index.
    assert_eq!(report.errors, 3, "{report:?}");
    assert_eq!(rig.dead().await, [1, 0]);
    assert_eq!(rig.task(task).await.state, TaskState::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_dead_letters_are_worked_off_in_a_run_than_its_bound() {
    let rig = Rig::start().await;
    let url = rig.stack.made.dead_letters.render.clone();
    for _ in 0..3 {
        rig.put(&url, "nothing").await;
    }
    let two = rig.sweeper(|config| config.most_dead_letters = 2);
    let report = handle(&two).await;
    assert_eq!((report.dlq_drained, report.stopped), (2, true));
    assert_eq!(rig.dead().await, [1, 0]);
    assert_eq!(handle(&two).await, drained(1));
    assert_eq!(rig.dead().await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_kills_its_senders_fails_and_lets_the_next_one_go() {
    let rig = Rig::start().await;
    let task = rig.told_export("https://example.com/").await;
    let claim = rig.claim(task).await;
    let failed = rig.store.finish_failed(&claim, "a bad picture").await;
    failed.unwrap();
    let step = |step| DeliveryId { task, step };
    let message = |step: DeliveryId| WebhookMessage {
        user: USER.to_owned(),
        delivery: step.to_string(),
        generation: 0,
        not_before: 0,
    };

    // Nobody could claim it, so that it is nobody's fault: the due index has it.
    let started = message(step(Step::Started));
    rig.dead_webhook(&started).await;
    assert_eq!(rig.sweep().await, drained(1));
    let waiting = rig.delivery(step(Step::Started)).await;
    assert_eq!(waiting.state, DeliveryState::Waiting);

    // Somebody tries it at this moment.
    let now = Timestamp::now();
    let claimed = rig.store.claim_delivery(&started, now, DELIVERY_LEASE);
    let claimed = claimed.await.unwrap();
    assert!(matches!(claimed, DeliveryClaim::Claimed(_)), "{claimed:?}");
    rig.dead_webhook(&started).await;
    assert_eq!(rig.sweep().await, drained(1));
    let waiting = rig.delivery(step(Step::Started)).await;
    assert_eq!(waiting.state, DeliveryState::Waiting);

    // Its sender died in the try.
    let past = json!({ ":past": { "N": "1" } });
    let item = format!("W#{task}#1");
    let set = "SET leaseUntil = :past";
    rig.stack.update(USER, &item, set, &past).await;
    rig.dead_webhook(&started).await;
    let report = rig.sweep().await;
    assert_eq!((report.webhooks_failed, report.dlq_drained), (1, 1));
    let listed = rig.delivery(step(Step::Started)).await;
    assert_eq!(listed.state, DeliveryState::Failed);
    assert!(listed.last_error.unwrap().contains("the service"));
    assert_eq!(rig.told().await, [format!("{task}-ended")]);
    assert_eq!(rig.dead().await, [0, 0]);
}
