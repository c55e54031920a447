//! From JSON to a document that is free of faults.

use serde_json::Value;

use crate::fault::{Fault, Faults};
use crate::{EditorState, convert, gen0, schema, semantics};

/// A document as read: its JSON in ticks (v1), and its typed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The normalised JSON, unknown keys of open objects kept.
    pub value: Value,
    /// What the renderer reads.
    pub state: EditorState,
}

/// Reads a document of either generation.
///
/// # Errors
///
/// Every fault there is, schema and semantic, in the order of the document and
/// each one once; at most [`crate::MAX_FAULTS`] and a last one that says so.
/// Pointers name places of the *normalised* document: a generation 0 time is
/// reported under its name in ticks.
pub fn read(mut value: Value) -> Result<Document, Vec<Fault>> {
    gen0::normalise(&mut value);
    let mut faults = Faults::default();
    schema::collect(&value, &mut faults);
    semantics::collect(&value, &mut faults);
    if !faults.is_empty() {
        return Err(faults.into_sorted(&value));
    }
    let state = convert::state(&value);
    Ok(Document { value, state })
}
