//! A stack with a user on it whose things get lost.

use std::time::Duration;

use darkroom_exports::{Task, TaskId, Timestamp};
use darkroom_store::{ApiKey, Claim, ClaimOutcome, Received, RenderMessage, Store, WebhookMessage};
use darkroom_sweep::{Report, SweepConfig, Sweeper, handle};
use darkroom_test_stack::Stack;
use darkroom_test_stack::export::{create, square};
use serde_json::{Value, json};

pub const USER: &str = "ann";

pub struct Rig {
    pub stack: Stack,
    pub store: Store,
    pub key: ApiKey,
}

/// Sort key of a task.
pub fn sk(task: TaskId) -> String {
    format!("T#{task}")
}

impl Rig {
    pub async fn start() -> Self {
        let stack = Stack::start().await;
        let store = stack.store().clone();
        let (_, key) = stack.key(USER).await;
        Self { stack, store, key }
    }

    pub fn sweeper(&self, change: impl FnOnce(&mut SweepConfig)) -> Sweeper {
        let mut config = SweepConfig::default();
        change(&mut config);
        Sweeper::new(self.store.clone(), config)
    }

    /// A run without errors.
    pub async fn sweep(&self) -> Report {
        let report = handle(&self.sweeper(|_| ())).await;
        assert_eq!(report.errors, 0, "{report:?}");
        report
    }

    /// A committed export whose message is lost, as are all others on the queue.
    pub async fn lost_export(&self) -> TaskId {
        self.lost_export_with(&json!({})).await
    }

    /// The same, with a callback; the account has a secret to sign with.
    pub async fn told_export(&self, url: &str) -> TaskId {
        let made = self.store.rotate_webhook_secret(USER, Duration::ZERO).await;
        made.unwrap();
        self.lost_export_with(&json!({ "callbackUrl": url })).await
    }

    async fn lost_export_with(&self, more: &Value) -> TaskId {
        let task = create(&self.store, &self.key, &square(64, 1), more).await;
        self.renders().await;
        task
    }

    pub async fn claim(&self, task: TaskId) -> Claim {
        let message = RenderMessage {
            user: USER.to_owned(),
            task: task.to_string(),
        };
        let lease = Duration::from_secs(60);
        match self.store.claim(&message, "worker", lease).await.unwrap() {
            ClaimOutcome::Claimed(claim) => claim,
            outcome => panic!("{outcome:?}"),
        }
    }

    /// The worker of a task died some time ago.
    pub async fn expire(&self, task: TaskId) {
        let past = json!({ ":past": { "N": "1" } });
        let both = "SET leaseUntil = :past, dueAt = :past";
        self.stack.update(USER, &sk(task), both, &past).await;
    }

    pub async fn make_due(&self, sk: &str) {
        self.stack.make_due(USER, sk, 1).await;
    }

    pub async fn item(&self, sk: &str) -> Value {
        self.stack.item(USER, sk).await
    }

    /// Milliseconds until an item is due.
    pub async fn due_in(&self, sk: &str) -> i64 {
        let item = self.item(sk).await;
        let at: i64 = item["dueAt"]["N"].as_str().unwrap().parse().unwrap();
        at - Timestamp::now().0
    }

    pub async fn task(&self, id: TaskId) -> Task {
        self.store.get_task(USER, id).await.unwrap().unwrap()
    }

    pub async fn active(&self) -> Vec<String> {
        self.store.account(USER).await.unwrap().0
    }

    /// Tasks that the render queue names, in order of their ids; it is empty then.
    pub async fn renders(&self) -> Vec<TaskId> {
        let mut tasks = Vec::new();
        loop {
            let batch = self.store.receive_render(10, Duration::ZERO).await;
            let batch = batch.unwrap();
            if batch.is_empty() {
                tasks.sort_unstable();
                return tasks;
            }
            for message in batch {
                let named: RenderMessage = serde_json::from_str(&message.body).unwrap();
                tasks.push(TaskId::parse(&named.task).unwrap());
                let deleted = self.store.delete_render(&message.receipt_handle).await;
                deleted.unwrap();
            }
        }
    }

    /// What the webhook queue holds; it is empty then.
    pub async fn webhooks(&self) -> Vec<Received> {
        let mut messages = Vec::new();
        loop {
            let batch = self.store.receive_webhooks(10, Duration::ZERO).await;
            let batch = batch.unwrap();
            if batch.is_empty() {
                return messages;
            }
            for message in batch {
                let deleted = self.store.delete_webhook(&message.receipt_handle).await;
                deleted.unwrap();
                messages.push(message);
            }
        }
    }

    /// Ids of the deliveries that it names.
    pub async fn told(&self) -> Vec<String> {
        let messages = self.webhooks().await.into_iter();
        let named = messages.map(|message| {
            let named: WebhookMessage = serde_json::from_str(&message.body).unwrap();
            named.delivery
        });
        named.collect()
    }

    /// Puts a message into a queue.
    pub async fn put(&self, queue_url: &str, body: &str) {
        let message = json!({ "QueueUrl": queue_url, "MessageBody": body });
        self.stack.aws("AmazonSQS.SendMessage", &message).await;
    }
}
