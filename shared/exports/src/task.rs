//! An export task: its states, and how it reads on the wire.

use serde::Serialize;
use serde_json::{Value, json};

use crate::billing::Credits;
use crate::id::{ProjectId, TaskId};
use crate::timestamp::Timestamp;
use darkroom_editor_state::Ticks;

/// Life cycle of a task (contract, "Task life cycle"). Terminal states never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Committed, not yet claimed.
    Pending,
    /// Claimed by a worker.
    Processing,
    /// Held by an operator.
    Paused,
    /// Output published.
    Completed,
    /// Ended by a fault.
    Failed,
    /// Ended by its owner.
    Canceled,
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Processing,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Canceled,
    ];

    /// `PENDING`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Paused => "PAUSED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the task holds one of its account's slots.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Processing | Self::Paused)
    }

    /// Whether a task may go from this state to another. A retried claim keeps
    /// PROCESSING.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => !matches!(next, Self::Completed | Self::Pending),
            Self::Processing => !matches!(next, Self::Pending),
            Self::Paused => matches!(next, Self::Pending | Self::Canceled | Self::Failed),
            Self::Completed | Self::Failed | Self::Canceled => false,
        }
    }
}

/// What a PROCESSING task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportPhase {
    /// Frames are drawn and encoded.
    Rendering,
    /// The file is being written to the bucket.
    Saving,
    /// The result is being published.
    Finishing,
}

impl ExportPhase {
    /// `rendering`, `saving` or `finishing`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rendering => "rendering",
            Self::Saving => "saving",
            Self::Finishing => "finishing",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rendering, Self::Saving, Self::Finishing]
            .into_iter()
            .find(|phase| phase.as_str() == text)
    }
}

/// A task as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Id.
    pub id: TaskId,
    /// The project whose state it renders.
    pub project: Option<ProjectId>,
    /// Key id that created it.
    pub created_by_key: String,
    /// Caller's own id.
    pub client_task_id: Option<String>,
    /// Name of the download.
    pub filename: Option<String>,
    /// State.
    pub state: TaskState,
    /// Percent done, 0..=100.
    pub progress: u8,
    /// Phase, while there is one.
    pub phase: Option<ExportPhase>,
    /// Sentence for the caller when FAILED.
    pub error: Option<String>,
    /// Bucket key of the output when COMPLETED.
    pub output_key: Option<String>,
    /// Where its webhooks go, as the caller wrote it.
    pub callback_url: Option<String>,
    /// What was drawn otherwise than the document says, one sentence each; shown
    /// as `meta.warnings` beside the task.
    pub warnings: Vec<String>,
    /// Timeline length.
    pub duration: Ticks,
    /// Billed standard seconds.
    pub standard_seconds: i64,
    /// Reserved or charged credits.
    pub credits: Credits,
    /// Creation.
    pub created_at: Timestamp,
    /// End.
    pub completed_at: Option<Timestamp>,
}

/// `chargedCreditPool`: the only pool there is.
pub const CREDIT_POOL: &str = "balance";

/// Whole seconds as an integer, others as a fraction.
pub(crate) fn seconds(duration: Ticks) -> Value {
    let seconds = duration.seconds();
    if seconds.fract() == 0.0 {
        json!(seconds as i64)
    } else {
        json!(seconds)
    }
}

/// `CreateExportData`, the body of a 201.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateExportData {
    task_id: String,
    project_id: Option<String>,
    created_at: String,
    duration_seconds: Value,
    billed_standard_seconds: i64,
    charged_credits: String,
    charged_credit_pool: &'static str,
}

/// `ExportTask`: nullable keys are always there, `exportPhase` only when it has a value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportTask {
    task_id: String,
    project_id: Option<String>,
    created_by_api_key_id: String,
    client_task_id: Option<String>,
    filename: Option<String>,
    status: &'static str,
    progress: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_phase: Option<&'static str>,
    error: Option<String>,
    output_url: Option<String>,
    duration_seconds: Value,
    billed_standard_seconds: i64,
    charged_credits: String,
    callback_url: Option<String>,
    created_at: String,
    completed_at: Option<String>,
}

impl Task {
    /// `CreateExportData` of the contract.
    pub fn to_create_data(&self) -> Value {
        let data = CreateExportData {
            task_id: self.id.to_string(),
            project_id: self.project.map(|id| id.to_string()),
            created_at: self.created_at.to_iso(),
            duration_seconds: seconds(self.duration),
            billed_standard_seconds: self.standard_seconds,
            charged_credits: self.credits.to_string(),
            charged_credit_pool: CREDIT_POOL,
        };
        serde_json::to_value(data).unwrap_or_default()
    }

    /// `ExportTask` of the contract, with the signed address made for this answer.
    pub fn to_export_task(&self, output_url: Option<String>) -> Value {
        let task = ExportTask {
            task_id: self.id.to_string(),
            project_id: self.project.map(|id| id.to_string()),
            created_by_api_key_id: self.created_by_key.clone(),
            client_task_id: self.client_task_id.clone(),
            filename: self.filename.clone(),
            status: self.state.as_str(),
            progress: self.progress,
            export_phase: self.phase.map(ExportPhase::as_str),
            error: self.error.clone(),
            output_url,
            duration_seconds: seconds(self.duration),
            billed_standard_seconds: self.standard_seconds,
            charged_credits: self.credits.to_string(),
            callback_url: self.callback_url.clone(),
            created_at: self.created_at.to_iso(),
            completed_at: self.completed_at.map(Timestamp::to_iso),
        };
        serde_json::to_value(task).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_states_never_change() {
        for from in TaskState::ALL {
            for to in TaskState::ALL {
                assert!(from.is_active() || !from.may_become(to), "{from:?} {to:?}");
            }
            assert_eq!(TaskState::parse(from.as_str()), Some(from));
            assert_eq!(from.may_become(TaskState::Canceled), from.is_active());
        }
    }

    #[test]
    fn the_phase_key_is_left_out_and_nulls_are_not() {
        let mut task = Task {
            id: TaskId::generate(),
            project: None,
            created_by_key: "k".to_owned(),
            client_task_id: None,
            filename: None,
            state: TaskState::Pending,
            progress: 0,
            phase: None,
            error: None,
            output_key: None,
            callback_url: None,
            warnings: Vec::new(),
            duration: Ticks::from_seconds(5.0),
            standard_seconds: 5,
            credits: Credits(500_000),
            created_at: Timestamp(0),
            completed_at: None,
        };
        let json = task.to_export_task(None);
        assert_eq!(json.get("exportPhase"), None);
        assert_eq!(json.get("error"), Some(&Value::Null));
        assert_eq!(json.to_string().matches("5.0").count(), 0);
        task.phase = Some(ExportPhase::Saving);
        task.duration = Ticks::from_seconds(2.5);
        let json = task.to_export_task(None);
        assert_eq!(json["exportPhase"], "saving");
        assert_eq!(json["durationSeconds"], 2.5);
        assert_eq!(task.to_create_data()["chargedCredits"], "0.5");
    }
}
