//! Projects: a title, a description, and the latest synced state.

use darkroom_editor_state::Library;
use serde::Serialize;
use serde_json::Value;

use crate::body::Reader;
use crate::id::{AssetId, ProjectId};
use crate::idempotency::Identity;
use crate::problem::{ErrorCode, Problem};
use crate::state::{MAX_JSON_BYTES, StateDocument};
use crate::timestamp::Timestamp;

/// Most characters of a title and of a description (contract).
const TITLE_CHARS: usize = 120;
const DESCRIPTION_CHARS: usize = 500;
/// Title of a project that was given none: answers must have one.
const UNTITLED: &str = "Untitled";
/// Fields of a create body.
const CREATE_FIELDS: [&str; 5] = [
    "title",
    "description",
    "editorState",
    "stateVersion",
    "stateSchemaVersion",
];
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
    /// Reads a create body, whose document may name the motion graphics of `library`.
    ///
    /// # Errors
    /// The first of these that applies, each with all of its faults: the body
    /// (`REQUEST_INVALID`), the version, the document's faults, its size as it is kept
    /// (`PAYLOAD_TOO_LARGE`).
    pub fn parse(body: &Value, library: &Library) -> Result<Self, Problem> {
        let mut reader = Reader::new(body, &CREATE_FIELDS)?;
        let title = reader.text("title", 0, TITLE_CHARS);
        let description = reader.text("description", 0, DESCRIPTION_CHARS);
        let state = state(&mut reader, library)?;
        Ok(Self {
            title: title.unwrap_or_else(|| UNTITLED.to_owned()),
            description,
            identity: reader.identity(),
            state,
        })
    }

    /// What a create is recognised by when it is repeated, whatever is wrong with its body,
    /// unless that is no object.
    pub fn identity(body: &Value) -> Option<Identity> {
        let reader = Reader::new(body, &CREATE_FIELDS).ok()?;
        Some(reader.identity())
    }
}

/// Reads a sync body.
///
/// # Errors
/// As [`NewProject::parse`].
pub fn parse_sync(body: &Value, library: &Library) -> Result<StateDocument, Problem> {
    let fields = ["editorState", "stateVersion", "stateSchemaVersion"];
    state(&mut Reader::new(body, &fields)?, library)
}

fn state(reader: &mut Reader<'_>, library: &Library) -> Result<StateDocument, Problem> {
    reader.state_version();
    reader.state("the project's document");
    reader.finish(Some(()))?;
    reader.version()?;
    let document = reader.given("editorState").cloned().unwrap_or_default();
    let state = StateDocument::read(document, library)?;
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

/// A change of title, description or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The new title, if it changes.
    pub title: Option<String>,
    /// The new description, or none any more, if it changes.
    pub description: Option<Option<String>>,
}

impl Patch {
    /// Reads a patch body.
    ///
    /// # Errors
    /// Every fault of the body (`REQUEST_INVALID`).
    pub fn parse(body: &Value) -> Result<Self, Problem> {
        let mut reader = Reader::new(body, &["title", "description"])?;
        let title = reader.text("title", 0, TITLE_CHARS);
        if reader.raw("title").is_some_and(Value::is_null) {
            let message = format!("is null; it must be a string of 0 to {TITLE_CHARS} characters");
            reader.fault("title", message);
        }
        let description = reader.text("description", 0, DESCRIPTION_CHARS);
        let description = reader.raw("description").map(|_| description);
        reader.finish(Some(Self { title, description }))
    }
}

/// Reads the body that binds an asset to a project.
///
/// # Errors
/// Every fault of the body (`REQUEST_INVALID`).
pub fn parse_binding(body: &Value) -> Result<AssetId, Problem> {
    let mut reader = Reader::new(body, &["assetId"])?;
    let id = reader.one_of("assetId", "the UUID of an asset", |value| {
        AssetId::parse(&value.as_str()?.to_lowercase())
    });
    reader.finish(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_changes_what_it_names() {
        let patch = |body| Patch::parse(&body).map_err(|problem| problem.errors.len());
        let changed = |title: Option<&str>, description: Option<Option<&str>>| {
            Ok(Patch {
                title: title.map(str::to_owned),
                description: description.map(|text| text.map(str::to_owned)),
            })
        };
        assert_eq!(patch(json!({})), changed(None, None));
        assert_eq!(patch(json!({ "title": "a" })), changed(Some("a"), None));
        let cleared = json!({ "description": null });
        assert_eq!(patch(cleared), changed(None, Some(None)));
        let both = json!({ "title": "", "description": "d" });
        assert_eq!(patch(both), changed(Some(""), Some(Some("d"))));
        assert_eq!(
            patch(json!({ "title": null, "description": 1, "x": 2 })),
            Err(3)
        );
        assert_eq!(patch(json!({ "title": "é".repeat(121) })), Err(1));
        assert_eq!(patch(json!([])), Err(0));
    }
}
