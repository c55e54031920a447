//! Webhooks: what is told of an export, to whom it is proved ([`secret`]) and when it
//! is told again ([`schedule`]); contract, "Webhooks".
//!
//! A task has at most two deliveries: that it started, and how it ended.

pub mod schedule;
pub mod secret;

use std::fmt;

use serde::Serialize;

use crate::id::TaskId;
use crate::task::{ExportPhase, ExportTask, Task, TaskState};
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
    /// Every event, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Started, Self::Completed, Self::Failed];

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
        let mut events = Self::ALL.into_iter();
        events.find(|event| event.as_str() == text)
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

/// What a webhook tells: what happened to an export, and the export as it was then.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExportEvent {
    #[cfg_attr(feature = "openapi", schema(schema_with = events))]
    event_type: &'static str,
    /// When it happened.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    occurred_at: String,
    task: ExportTask,
}

#[cfg(feature = "openapi")]
fn events() -> utoipa::openapi::Object {
    let events = WebhookEvent::ALL.map(WebhookEvent::as_str);
    crate::schema::words("What happened.", events)
}

/// The body of a webhook, an [`ExportEvent`]: the task as getExport answers it.
pub fn body(event: WebhookEvent, occurred_at: Timestamp, task: ExportTask) -> String {
    let body = ExportEvent {
        event_type: event.as_str(),
        occurred_at: occurred_at.to_iso(),
        task,
    };
    serde_json::to_string(&body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task;

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
        let task = task::sample().to_export_task(None);
        let told = serde_json::to_string(&task).unwrap();
        let begin =
            r#"{"eventType":"EXPORT_FAILED","occurredAt":"2024-03-13T05:20:00.042Z","task":"#;
        assert_eq!(
            body(WebhookEvent::Failed, at, task),
            format!("{begin}{told}}}")
        );
        assert_eq!(WebhookEvent::of_end(TaskState::Canceled), None);
    }
}
