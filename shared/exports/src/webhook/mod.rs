//! Webhooks: what is told of an export, to whom it is proved ([`secret`]) and when it
//! is told again ([`schedule`]); contract, "Webhooks".
//!
//! A task has at most two deliveries: that it started, and how it ended.

pub mod schedule;
pub mod secret;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::id::TaskId;
use crate::task::{ExportPhase, Task, TaskState};
use crate::timestamp::Timestamp;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEvent {
    /// A worker took the task: rendering really began.
    Started,
    /// The output is published.
    Completed,
    /// The task ended by a fault.
    Failed,
}

impl WebhookEvent {
    /// `EXPORT_STARTED`, ...: `eventType` of the body.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "EXPORT_STARTED",
            Self::Completed => "EXPORT_COMPLETED",
            Self::Failed => "EXPORT_FAILED",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Started, Self::Completed, Self::Failed]
            .into_iter()
            .find(|event| event.as_str() == text)
    }

    /// The event of a state that a task ended in; none is sent of a cancel.
    pub const fn of_end(state: TaskState) -> Option<Self> {
        match state {
            TaskState::Completed => Some(Self::Completed),
            TaskState::Failed => Some(Self::Failed),
            _ => None,
        }
    }

    /// The task as it was when this happened, however late it is told. An ended
    /// task never changes; what a task was when it started follows from what never
    /// changes of it.
    #[must_use]
    pub fn task(self, task: Task) -> Task {
        match self {
            Self::Completed | Self::Failed => task,
            Self::Started => Task {
                state: TaskState::Processing,
                progress: 0,
                phase: Some(ExportPhase::Rendering),
                error: None,
                output_key: None,
                warnings: Vec::new(),
                completed_at: None,
                ..task
            },
        }
    }
}

/// Which of a task's deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// That it started.
    Started,
    /// How it ended.
    Ended,
}

/// Names a delivery, over all of its tries: `webhook-id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryId {
    /// The task that is told of.
    pub task: TaskId,
    /// Which of its deliveries.
    pub step: Step,
}

impl DeliveryId {
    /// Reads an id as [`fmt::Display`] writes it; anything else names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let (task, step) = text.rsplit_once('-')?;
        let step = match step {
            "started" => Step::Started,
            "ended" => Step::Ended,
            _ => return None,
        };
        let task = TaskId::parse(task)?;
        Some(Self { task, step })
    }
}

/// `TASK-started` or `TASK-ended`.
impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.step {
            Step::Started => "started",
            Step::Ended => "ended",
        };
        write!(f, "{}-{step}", self.task)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    event_type: &'static str,
    occurred_at: String,
    task: &'a Value,
}

/// The body of a webhook: `{"eventType", "occurredAt", "task"}`, the task as
/// getExport answers it.
pub fn body(event: WebhookEvent, occurred_at: Timestamp, task: &Value) -> String {
    let body = Body {
        event_type: event.as_str(),
        occurred_at: occurred_at.to_iso(),
        task,
    };
    serde_json::to_string(&body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_read_back_and_name_nothing_else() {
        let task = TaskId::generate();
        for step in [Step::Started, Step::Ended] {
            let id = DeliveryId { task, step };
            assert_eq!(DeliveryId::parse(&id.to_string()), Some(id));
        }
        for wrong in ["", "started", "x-started", &format!("{task}-gone")] {
            assert_eq!(DeliveryId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_body_is_in_the_contracts_order() {
        let at = Timestamp(1_710_307_200_042);
        let text = body(WebhookEvent::Failed, at, &json!({ "taskId": "x" }));
        assert_eq!(
            text,
            r#"{"eventType":"EXPORT_FAILED","occurredAt":"2024-03-13T05:20:00.042Z","task":{"taskId":"x"}}"#
        );
        assert_eq!(WebhookEvent::of_end(TaskState::Canceled), None);
    }
}
