//! Projects: a title, a description, and the latest synced state.

use darkroom_editor_state::Library;
use serde::Serialize;
use serde_json::Value;

use crate::bodies::{CreateProject, check_version};
use crate::id::ProjectId;
use crate::idempotency::Identity;
use crate::problem::{ErrorCode, Problem};
use crate::state::{MAX_JSON_BYTES, StateDocument};
use crate::timestamp::Timestamp;

/// Title of a project that was given none: answers must have one.
const UNTITLED: &str = "Untitled";
/// Version of every document that is kept; both version fields say it.
const VERSION: &str = "v1";

/// A project without its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change of title, description or state.
    pub updated_at: Timestamp,
    /// Hash of the latest synced document.
    pub document_hash: String,
}

impl Project {
    /// `ProjectSummary` of the contract.
    pub fn to_summary(&self) -> ProjectSummary {
        ProjectSummary {
            project_id: self.id.to_string(),
            title: self.title.clone(),
            description: self.description.clone(),
            created_at: self.created_at.to_iso(),
            updated_at: self.updated_at.to_iso(),
        }
    }

    /// `ProjectDetail` of the contract.
    pub fn to_detail(&self, document: Value) -> ProjectDetail {
        ProjectDetail {
            project_id: self.id.to_string(),
            title: self.title.clone(),
            description: self.description.clone(),
            created_at: self.created_at.to_iso(),
            updated_at: self.updated_at.to_iso(),
            editor_state: document,
            state_version: VERSION,
            state_schema_version: VERSION,
        }
    }

    /// `ProjectMetadata` of the contract.
    pub fn to_metadata(&self) -> ProjectMetadata {
        ProjectMetadata {
            project_id: self.id.to_string(),
            title: self.title.clone(),
            description: self.description.clone(),
            updated_at: self.updated_at.to_iso(),
        }
    }
}

/// A project without its state.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    /// Id.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    project_id: String,
    /// Title.
    title: String,
    /// Description.
    #[cfg_attr(feature = "openapi", schema(required))]
    description: Option<String>,
    /// Creation.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// Last change of title, description or state.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    updated_at: String,
}

/// A project with the state that was synced last.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProjectDetail {
    /// Id.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    project_id: String,
    /// Title.
    title: String,
    /// Description.
    #[cfg_attr(feature = "openapi", schema(required))]
    description: Option<String>,
    /// Creation.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// Last change of title, description or state.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    updated_at: String,
    /// The state, of generation 1 whichever it was synced in.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::kept_state))]
    editor_state: Value,
    /// Version of the state, as generation 0 calls it.
    state_version: &'static str,
    /// Version of the state.
    state_schema_version: &'static str,
}

/// Title and description of a project.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProjectMetadata {
    /// Id.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    project_id: String,
    /// Title.
    title: String,
    /// Description.
    #[cfg_attr(feature = "openapi", schema(required))]
    description: Option<String>,
    /// Last change of title, description or state.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    updated_at: String,
}

/// When a project was synced.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProjectSynced {
    /// Id.
    #[cfg_attr(feature = "openapi", schema(format = "uuid"))]
    project_id: String,
    /// Version of the state, as generation 0 calls it.
    state_version: &'static str,
    /// Version of the state.
    state_schema_version: &'static str,
    /// Time of this sync.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    updated_at: String,
}

/// What a sync answers.
pub fn synced(id: ProjectId, updated_at: Timestamp) -> ProjectSynced {
    ProjectSynced {
        project_id: id.to_string(),
        state_version: VERSION,
        state_schema_version: VERSION,
        updated_at: updated_at.to_iso(),
    }
}

/// A create request without faults.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// First state.
    pub state: StateDocument,
    /// What the request is recognised by when it is repeated.
    pub identity: Identity,
}

impl NewProject {
    /// Checks what was sent, whose document may name the motion graphics of `library`.
    ///
    /// # Errors
    /// Those of the state ([`read_state`]).
    pub fn new(
        sent: &CreateProject,
        identity: &Identity,
        library: &Library,
    ) -> Result<Self, Problem> {
        check_version(sent.state_schema_version.as_ref())?;
        let state = StateDocument::read_brought(&sent.editor_state, identity, library)?;
        let title = sent.title.clone();
        Ok(Self {
            state: small_enough(state)?,
            title: title.unwrap_or_else(|| UNTITLED.to_owned()),
            description: sent.description.clone(),
            identity: identity.clone(),
        })
    }
}

/// Reads the state that a project shall have, which may name the motion graphics of
/// `library`; `version` is its `stateSchemaVersion`.
///
/// # Errors
/// The first of these that applies, each with all of its faults: the version, the document's
/// faults, its size as it is kept (`PAYLOAD_TOO_LARGE`).
pub fn read_state(
    document: Value,
    version: Option<&Value>,
    library: &Library,
) -> Result<StateDocument, Problem> {
    check_version(version)?;
    small_enough(StateDocument::read(document, library)?)
}

fn small_enough(state: StateDocument) -> Result<StateDocument, Problem> {
    let bytes = state.bytes.len();
    if bytes > MAX_JSON_BYTES {
        let detail = format!(
            "the state has {bytes} bytes as it is kept, with its numbers written out; at most \
             {MAX_JSON_BYTES} are kept; make the document smaller"
        );
        return Err(Problem::new(ErrorCode::PayloadTooLarge, detail));
    }
    Ok(state)
}
