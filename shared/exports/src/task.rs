//! An export task: its states, and how it reads on the wire.

use serde::Serialize;
use serde_json::{Value, json};

use crate::billing::{Credits, PriceTable};
use crate::id::{ProjectId, TaskId};
use crate::request::CreateExport;
use crate::timestamp::Timestamp;
use darkroom_editor_state::Ticks;

/// Life cycle of a task (contract, "Task life cycle"). Terminal states never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Every phase.
    pub const ALL: [Self; 3] = [Self::Rendering, Self::Saving, Self::Finishing];

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
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
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

/// A new task and what it costs; the figures stay as they are.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateExportData {
    /// Id of the task.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    task_id: String,
    /// The project whose state it renders.
    #[cfg_attr(feature = "openapi", schema(required, format = "uuid"))]
    project_id: Option<String>,
    /// Creation.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// Length of the timeline in seconds.
    #[cfg_attr(feature = "openapi", schema(value_type = f64, minimum = 0))]
    duration_seconds: Value,
    /// Seconds of the timeline, weighed by output size and frame rate.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    billed_standard_seconds: i64,
    /// Credits, a decimal number.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[0-9]+(\.[0-9]{1,12})?$"))]
    charged_credits: String,
    /// What the credits are taken from.
    charged_credit_pool: &'static str,
}

/// An export task. Nullable keys are always there, `exportPhase` only while the task has one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExportTask {
    /// Id.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    task_id: String,
    /// The project whose state it renders.
    #[cfg_attr(feature = "openapi", schema(required, format = "uuid"))]
    project_id: Option<String>,
    /// Id of the API key that created it.
    created_by_api_key_id: String,
    /// Your own id of it.
    #[cfg_attr(feature = "openapi", schema(required))]
    client_task_id: Option<String>,
    /// Name of the download.
    #[cfg_attr(feature = "openapi", schema(required))]
    filename: Option<String>,
    #[cfg_attr(feature = "openapi", schema(schema_with = states))]
    status: &'static str,
    /// Percent done.
    #[cfg_attr(feature = "openapi", schema(maximum = 100))]
    progress: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = phases))]
    export_phase: Option<&'static str>,
    /// Why it FAILED.
    #[cfg_attr(feature = "openapi", schema(required))]
    error: Option<String>,
    /// Address of the film once COMPLETED, signed for this answer and good for 24 hours; null
    /// again once the film is removed, at the first midnight (UTC) after three days from the end.
    #[cfg_attr(feature = "openapi", schema(required, format = "uri"))]
    output_url: Option<String>,
    /// Length of the timeline in seconds.
    #[cfg_attr(feature = "openapi", schema(value_type = f64, minimum = 0))]
    duration_seconds: Value,
    /// Seconds of the timeline, weighed by output size and frame rate.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    billed_standard_seconds: i64,
    /// Credits, a decimal number; given back unless the task is COMPLETED.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[0-9]+(\.[0-9]{1,12})?$"))]
    charged_credits: String,
    /// Address that is told of the task's events.
    #[cfg_attr(feature = "openapi", schema(required))]
    callback_url: Option<String>,
    /// Creation.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// End.
    #[cfg_attr(feature = "openapi", schema(required, format = DateTime))]
    completed_at: Option<String>,
}

#[cfg(feature = "openapi")]
fn states() -> utoipa::openapi::Object {
    crate::schema::words(
        "State; the last three are final.",
        TaskState::ALL.map(TaskState::as_str),
    )
}

#[cfg(feature = "openapi")]
fn phases() -> utoipa::openapi::Object {
    crate::schema::words(
        "What a PROCESSING task is doing.",
        ExportPhase::ALL.map(ExportPhase::as_str),
    )
}

impl Task {
    /// The task of an export that the key of this id asks for, as it begins: PENDING,
    /// created now, its figures fixed by these prices.
    pub fn new(export: &CreateExport, created_by_key: &str, prices: &PriceTable) -> Self {
        let quote = export.quote(prices);
        let callback = export.callback.as_ref();
        Self {
            id: TaskId::generate(),
            project: export.project,
            created_by_key: created_by_key.to_owned(),
            client_task_id: export.client_task_id.clone(),
            filename: export.filename.clone(),
            state: TaskState::Pending,
            progress: 0,
            phase: None,
            error: None,
            output_key: None,
            callback_url: callback.map(|callback| callback.url.clone()),
            warnings: Vec::new(),
            duration: quote.duration,
            standard_seconds: quote.standard_seconds,
            credits: quote.credits,
            created_at: Timestamp::now(),
            completed_at: None,
        }
    }

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
    pub fn to_export_task(&self, output_url: Option<String>) -> ExportTask {
        ExportTask {
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
        }
    }
}

/// A task of five seconds that has just begun.
#[cfg(test)]
pub(crate) fn sample() -> Task {
    Task {
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
        let mut task = sample();
        let json = json!(task.to_export_task(None));
        assert_eq!(json.get("exportPhase"), None);
        assert_eq!(json.get("error"), Some(&Value::Null));
        assert_eq!(json.to_string().matches("5.0").count(), 0);
        task.phase = Some(ExportPhase::Saving);
        task.duration = Ticks::from_seconds(2.5);
        let json = json!(task.to_export_task(None));
        assert_eq!(json["exportPhase"], "saving");
        assert_eq!(json["durationSeconds"], 2.5);
        assert_eq!(task.to_create_data()["chargedCredits"], "0.5");
    }
}
