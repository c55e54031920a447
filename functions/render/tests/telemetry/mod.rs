//! What is told of renders: in metrics, and in a log that can be followed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessageAttribute};
use darkroom_exports::{TaskId, TaskState, TraceId};
use darkroom_store::{Received, TRACE_ATTRIBUTE};
use darkroom_telemetry::Metric;
use darkroom_test_stack::export::TRACE;
use darkroom_test_stack::telemetry::{KeptLog, Told, field, values};
use darkroom_worker::{Deadline, Worker, WorkerConfig, handle};
use serde_json::Value;
use tracing::instrument::WithSubscriber as _;

use crate::common::{Stack, event, missing_picture, square};

/// A message as Lambda hands it on, sent five seconds ago.
fn sent(message: &Received) -> SqsEvent {
    let mut event = event(message);
    let record = &mut event.records[0];
    let five_ago = SystemTime::now() - Duration::from_secs(5);
    let ms = five_ago.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let attributes = &mut record.attributes;
    attributes.insert("SentTimestamp".to_owned(), ms.to_string());
    let mut trace = SqsMessageAttribute::default();
    trace.string_value = message.trace.as_ref().map(TraceId::to_string);
    let attributes = &mut record.message_attributes;
    attributes.insert(TRACE_ATTRIBUTE.to_owned(), trace);
    event
}

struct Watched {
    stack: Stack,
    told: Told,
    log: KeptLog,
}

impl Watched {
    async fn start() -> Self {
        Self {
            stack: Stack::start().await,
            told: Told::default(),
            log: KeptLog::default(),
        }
    }

    fn worker(&self, change: impl FnOnce(&mut WorkerConfig)) -> Worker {
        self.stack.worker(|config| {
            config.metrics = self.told.metrics("render-1");
            config.memory_mb = Some(1024);
            change(config);
        })
    }

    /// Works off the next message.
    async fn work(&self, worker: &Worker) {
        let message = self.stack.received().await;
        assert_eq!(message.trace, TraceId::parse(TRACE), "sent with it");
        handle(worker, sent(&message), Deadline::NONE)
            .with_subscriber(self.log.subscriber())
            .await;
    }

    /// Every line tells which attempt of which task it is about, and its trace.
    fn assert_followed(&self, task: TaskId, attempts: u64) -> Vec<String> {
        let mut seen = Vec::new();
        let lines = self.log.lines();
        for line in &lines {
            assert_eq!(field(line, "task_id").unwrap(), &task.to_string());
            assert_eq!(field(line, "trace_id").unwrap(), TRACE, "{line}");
            let attempt = field(line, "attempt").and_then(Value::as_u64).unwrap();
            let generation = field(line, "generation").and_then(Value::as_u64);
            assert_eq!(generation, Some(attempt), "{line}");
            seen.push(attempt);
        }
        seen.dedup();
        assert_eq!(seen, (1..=attempts).collect::<Vec<_>>());
        let messages = lines.iter().map(|line| &line["fields"]["message"]);
        messages
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_export_tells_its_age_its_speed_and_its_cost() {
    let watched = Watched::start().await;
    let task = watched.stack.create(&square(64, 2)).await;
    watched.work(&watched.worker(|_| ())).await;
    let state = watched.stack.task(task).await.state;
    assert_eq!(state, TaskState::Completed);

    let messages = watched.assert_followed(task, 1);
    assert_eq!(messages, ["claimed", "left"]);
    let told = watched.told.take_emf();
    for line in &told {
        assert_eq!(line["FunctionName"], "render-1");
        assert_eq!(line["task_id"], task.to_string());
        assert_eq!(line["trace_id"], TRACE);
        assert_eq!(
            (&line["attempt"], &line["generation"]),
            (&"1".into(), &"1".into())
        );
    }
    let of = |metric| values(&told, metric);
    assert_eq!(of(Metric::RendersStarted), [1.0]);
    assert_eq!(of(Metric::RendersRetried), [0.0]);
    assert_eq!(of(Metric::RendersCompleted), [1.0]);
    assert_eq!(of(Metric::RendersFailed), [0.0; 0]);
    let age = of(Metric::QueueAge);
    assert!(age.len() == 1 && (5.0..60.0).contains(&age[0]), "{age:?}");
    let speed = of(Metric::RenderSpeed);
    assert!(speed.len() == 1 && speed[0] > 0.0, "{speed:?}");
    // A gigabyte for at least as long as it drew, two seconds of film.
    let cost = of(Metric::RenderCost);
    let least = speed[0] * 2.0 * 0.000_013_333_4;
    assert!(cost.len() == 1 && cost[0] >= least, "{cost:?} {least}");
    assert!(cost[0] < least + 60.0 * 0.000_013_333_4, "{cost:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_fault_is_told_from_ours_and_its_address_is_not_logged() {
    let watched = Watched::start().await;
    let mut state = missing_picture();
    state["assets"]["pic-7"]["remoteKey"] = Value::Null;
    state["assets"]["pic-7"]["remoteUrl"] = "pic.png?token=sesame".into();
    let task = watched.stack.create(&state).await;
    watched.work(&watched.worker(|_| ())).await;
    let ended = watched.stack.task(task).await;
    assert_eq!(ended.state, TaskState::Failed);
    assert!(ended.error.unwrap().contains("is not a URL"));

    watched.assert_followed(task, 1);
    let text = watched.log.text();
    assert!(!text.contains("sesame"), "{text}");
    let told = watched.told.take_emf();
    assert_eq!(values(&told, Metric::RendersFailed), [1.0]);
    assert_eq!(values(&told, Metric::RendersCompleted), [0.0; 0]);
    assert_eq!(values(&told, Metric::RenderSpeed), [0.0; 0]);
    assert_eq!(values(&told, Metric::RenderCost).len(), 1);
    assert!(told.iter().any(|line| line["cause"] == "caller"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_message_that_names_no_task_only_the_place_is_logged() {
    let watched = Watched::start().await;
    let message = Received {
        message_id: "m-1".to_owned(),
        receipt_handle: "r-1".to_owned(),
        body: "\"sesame\"".to_owned(),
        trace: None,
    };
    handle(&watched.worker(|_| ()), event(&message), Deadline::NONE)
        .with_subscriber(watched.log.subscriber())
        .await;
    let lines = watched.log.lines();
    let wanted = "a message names no task";
    let told = lines
        .iter()
        .find(|line| line["fields"]["message"] == wanted);
    let told = told.unwrap();
    assert_eq!(told["fields"]["line"], 1);
    assert_eq!(told["fields"]["bytes"], 8);
    assert!(told["fields"]["column"].is_u64(), "{told}");
    let text = watched.log.text();
    assert!(!text.contains("sesame"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_are_counted_and_our_fault_once() {
    let watched = Watched::start().await;
    let task = watched.stack.create(&square(64, 1)).await;
    let broken = watched.worker(|config| {
        config.scratch = "/dev/null/scratch".into();
        config.lease = Duration::from_secs(1);
    });
    for _ in 1..=3 {
        watched.work(&broken).await;
    }
    let state = watched.stack.task(task).await.state;
    assert_eq!(state, TaskState::Failed);
    watched.assert_followed(task, 3);
    let told = watched.told.take_emf();
    let of = |metric| values(&told, metric);
    assert_eq!(of(Metric::RendersStarted), [1.0; 3]);
    assert_eq!(of(Metric::RendersRetried), [0.0, 1.0, 1.0]);
    assert_eq!(
        of(Metric::QueueAge).len(),
        1,
        "later ones waited on purpose"
    );
    assert_eq!(of(Metric::RendersFailed), [1.0]);
    assert_eq!(of(Metric::RenderCost).len(), 3);
    let failed = told.iter().find(|line| line.get("rendersFailed").is_some());
    assert_eq!(failed.unwrap()["cause"], "service");
}
