//! The bodies that are about projects.

use serde_json::Value;

use super::RequestBody;
use super::document::{editor_state, state_schema_version, state_version};
use super::reader::Reader;
use crate::id::AssetId;

/// Most characters of a title and of a description (contract).
const TITLE_CHARS: usize = 120;
const DESCRIPTION_CHARS: usize = 500;
/// What the document of a project is for.
const USE: &str = "the project's document";

/// A project with its first state.
#[derive(Debug)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CreateProject {
    /// Title; `Untitled` where there is none.
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub title: Option<String>,
    /// Description.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub description: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required, schema_with = crate::schema::sent_state))]
    pub editor_state: Value,
    /// Version field of generation 0; any is taken.
    #[cfg_attr(feature = "openapi", schema(max_length = 32))]
    pub state_version: Option<String>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::version))]
    pub state_schema_version: Option<Value>,
}

impl RequestBody for CreateProject {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let title = reader.text("title", 0, TITLE_CHARS);
        let description = reader.text("description", 0, DESCRIPTION_CHARS);
        let state_version = state_version(reader);
        let editor_state = editor_state(reader, USE);
        let state_schema_version = state_schema_version(reader);
        Some(Self {
            title,
            description,
            editor_state: editor_state?,
            state_version,
            state_schema_version,
        })
    }
}

/// What changes of a project; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct PatchProject {
    /// The new title.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = String, required = false, max_length = 120)
    )]
    pub title: Option<String>,
    /// The new description; null takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub description: Option<Option<String>>,
}

impl RequestBody for PatchProject {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let is_null = reader.peek("title").is_some_and(Value::is_null);
        let title = reader.text("title", 0, TITLE_CHARS);
        if is_null {
            let message = format!("is null; it must be a string of 0 to {TITLE_CHARS} characters");
            reader.fault("title", message);
        }
        let changes = reader.peek("description").is_some();
        let description = reader.text("description", 0, DESCRIPTION_CHARS);
        Some(Self {
            title,
            description: changes.then_some(description),
        })
    }
}

/// The new state of a project.
#[derive(Debug)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct SyncProject {
    #[cfg_attr(feature = "openapi", schema(required, schema_with = crate::schema::sent_state))]
    pub editor_state: Value,
    /// Version field of generation 0; any is taken.
    #[cfg_attr(feature = "openapi", schema(max_length = 32))]
    pub state_version: Option<String>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::version))]
    pub state_schema_version: Option<Value>,
}

impl RequestBody for SyncProject {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let state_version = state_version(reader);
        let editor_state = editor_state(reader, USE);
        let state_schema_version = state_schema_version(reader);
        Some(Self {
            editor_state: editor_state?,
            state_version,
            state_schema_version,
        })
    }
}

/// An asset to bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct AddProjectAsset {
    /// Id of an asset of yours.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub asset_id: AssetId,
}

impl RequestBody for AddProjectAsset {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let asset_id = reader.required("assetId", "the UUID of an asset", |value| {
            AssetId::parse(&value.as_str()?.to_lowercase())
        });
        asset_id.map(|asset_id| Self { asset_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_changes_what_it_names() {
        let patch = |body| PatchProject::read(body).map_err(|problem| problem.errors.len());
        let changed = |title: Option<&str>, description: Option<Option<&str>>| {
            Ok(PatchProject {
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
