//! From JSON to a document that is free of faults.

use serde_json::Value;

use crate::fault::{Fault, FaultCode, Faults};
use crate::motion_graphics::Library;
use crate::{EditorState, at_once, convert, gen0, schema, semantics, text_limits};

/// Longest key of an object. The schema sets none; without one, a key of megabytes
/// above thousands of values would make every one of their paths as long.
const MAX_KEY_BYTES: usize = 1000;

/// A document as read: its JSON in ticks (v1), and its typed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The normalised JSON, unknown keys of open objects kept.
    pub value: Value,
    /// What the renderer reads.
    pub state: EditorState,
}

/// Reads a document of either generation. The library holds the motion graphics that it
/// may name: [`Library::default`] those that are built in.
///
/// # Errors
///
/// Every fault there is, schema and semantic, in the order of the document and
/// each one once; at most [`crate::MAX_FAULTS`] and a last one that says so.
/// Pointers name places of the *normalised* document: a generation 0 time is
/// reported under its name in ticks.
pub fn read(mut value: Value, library: &Library) -> Result<Document, Vec<Fault>> {
    gen0::normalise(&mut value);
    let mut faults = Faults::default();
    if let Some(path) = long_key(&value, &mut String::new()) {
        let message = format!(
            "The object here has a key of more than {MAX_KEY_BYTES} bytes. Use shorter ids."
        );
        faults.push(FaultCode::SchemaInvalid, path, message);
        return Err(faults.into_sorted(&value));
    }
    schema::collect(&value, &mut faults);
    semantics::collect(&value, library, &mut faults);
    if !faults.is_empty() {
        return Err(faults.into_sorted(&value));
    }
    let state = convert::state(&value, library);
    let mut too_much = text_limits::check(&state);
    too_much.extend(at_once::check(&state));
    if !too_much.is_empty() {
        return Err(too_much);
    }
    Ok(Document { value, state })
}

/// Where the first object with too long a key is.
fn long_key(value: &Value, at: &mut String) -> Option<String> {
    match value {
        Value::Object(map) => {
            if map.keys().any(|key| key.len() > MAX_KEY_BYTES) {
                return Some(at.clone());
            }
            map.iter()
                .filter(|(_, value)| value.is_object() || value.is_array())
                .find_map(|(key, value)| below(key, value, at))
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .filter(|(_, value)| value.is_object() || value.is_array())
            .find_map(|(index, value)| below(&index.to_string(), value, at)),
        _ => None,
    }
}

fn below(step: &str, value: &Value, at: &mut String) -> Option<String> {
    let length = at.len();
    at.push('/');
    at.push_str(&step.replace('~', "~0").replace('/', "~1"));
    let found = long_key(value, at);
    at.truncate(length);
    found
}
