//! Projects: a title, a description, and the latest synced state.

use darkroom_editor_state::Library;
use serde_json::{Value, json};

use crate::body::Reader;
use crate::id::{AssetId, ProjectId};
use crate::idempotency::Identity;
use crate::problem::Problem;
use crate::state::StateDocument;
use crate::timestamp::Timestamp;

/// Most characters of a title and of a description (contract).
const TITLE_CHARS: usize = 120;
const DESCRIPTION_CHARS: usize = 500;
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
    pub fn to_summary(&self) -> Value {
        json!({
            "projectId": self.id.to_string(),
            "title": self.title,
            "description": self.description,
            "createdAt": self.created_at.to_iso(),
            "updatedAt": self.updated_at.to_iso(),
        })
    }

    /// `ProjectDetail` of the contract.
    pub fn to_detail(&self, document: Value) -> Value {
        let mut detail = self.to_summary();
        detail["editorState"] = document;
        detail["stateVersion"] = VERSION.into();
        detail["stateSchemaVersion"] = VERSION.into();
        detail
    }

    /// `ProjectMetadata` of the contract.
    pub fn to_metadata(&self) -> Value {
        json!({
            "projectId": self.id.to_string(),
            "title": self.title,
            "description": self.description,
            "updatedAt": self.updated_at.to_iso(),
        })
    }
}

/// What a sync answers.
pub fn synced(id: ProjectId, updated_at: Timestamp) -> Value {
    json!({
        "projectId": id.to_string(),
        "stateVersion": VERSION,
        "stateSchemaVersion": VERSION,
        "updatedAt": updated_at.to_iso(),
    })
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
    /// What this build does not draw may be in a project; only an export refuses it.
    ///
    /// # Errors
    /// The first of these that applies, each with all of its faults: the body
    /// (`REQUEST_INVALID`), the version, the document's faults.
    pub fn parse(body: &Value, library: &Library) -> Result<Self, Problem> {
        let fields = [
            "title",
            "description",
            "editorState",
            "stateVersion",
            "stateSchemaVersion",
        ];
        let mut reader = Reader::new(body, &fields)?;
        let title = reader.text("title", 0, TITLE_CHARS);
        let description = reader.text("description", 0, DESCRIPTION_CHARS);
        let state = state(&mut reader, library)?;
        Ok(Self {
            title: title.unwrap_or_else(|| UNTITLED.to_owned()),
            description,
            identity: Identity::new(reader.envelope().into(), Some(&state.hash)),
            state,
        })
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
    StateDocument::read(document, library)
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
