//! What bodies bring of a document.

use serde_json::Value;

use super::RequestBody;
use super::reader::{Reader, shorten};
use crate::problem::{ErrorCode, Problem};

/// A document to check.
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct ValidateEditorState {
    /// The document, of either generation; whatever it is, it gets a verdict.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub editor_state: Value,
}

impl RequestBody for ValidateEditorState {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let editor_state = reader.take("editorState");
        if editor_state.is_none() {
            let message = "is required: the document to validate";
            reader.fault("editorState", message.to_owned());
        }
        editor_state.map(|editor_state| Self { editor_state })
    }
}

/// `editorState` must be there.
pub(super) fn editor_state(reader: &mut Reader, use_of_it: &str) -> Option<Value> {
    let state = reader.given("editorState");
    if state.is_none() {
        reader.fault("editorState", format!("is required: {use_of_it}"));
    }
    state
}

/// The version field of generation 0. Any is taken: its documents tell by their form what
/// they are.
pub(super) fn state_version(reader: &mut Reader) -> Option<String> {
    reader.text("stateVersion", 0, 32)
}

/// The version field of generation 1, for [`check_version`] to judge once the body has no
/// fault.
pub(super) fn state_schema_version(reader: &mut Reader) -> Option<Value> {
    reader.given("stateSchemaVersion")
}

/// Generation 1 says `stateSchemaVersion: "v1"`; generation 0 says nothing here.
pub(crate) fn check_version(sent: Option<&Value>) -> Result<(), Problem> {
    match sent {
        Some(value) if value.as_str() != Some("v1") => Err(Problem::new(
            ErrorCode::StateSchemaVersionUnsupported,
            format!(
                "`stateSchemaVersion` is {}; this service reads \"v1\"",
                shorten(value)
            ),
        )),
        _ => Ok(()),
    }
}
