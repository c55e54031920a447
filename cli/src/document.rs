//! Reads a document from a file or standard input, faults with their places.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use darkroom_editor_state::{Document, Fault, FaultCode, Library};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::locate::locate;

/// One fault of a document, with the place in the file it was read from.
#[derive(Debug, Serialize)]
pub(crate) struct PlacedFault {
    pub(crate) code: String,
    /// JSON Pointer.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl PlacedFault {
    pub(crate) fn sentence(&self, file: &Path) -> String {
        let Self {
            code,
            path,
            message,
            line,
            column,
        } = self;
        let pointer = if path.is_empty() { "(root)" } else { path };
        format!(
            "{}:{line}:{column}: {code} at {pointer}: {message}",
            file.display()
        )
    }
}

/// Reads the text of `file`, `-` being standard input.
pub(crate) fn read_text(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("cannot read the document from standard input (it must be UTF-8)")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| {
        format!(
            "cannot read {} (it must be a UTF-8 JSON file)",
            file.display()
        )
    })
}

/// Reads and checks a document as the service does; all faults.
pub(crate) fn read(text: &str, library: &Library) -> Result<Document, Vec<PlacedFault>> {
    check(text, parse(text)?, "", library)
}

/// What a file holds the document in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The file is the document.
    File,
    /// The file is a request, which has the document under `editorState`.
    Request,
}

/// Where a request has its document.
const IN_REQUEST: &str = "editorState";

/// Reads and checks a document as [`read`] does, or that of a request. Pointers are into
/// the file.
pub(crate) fn read_held(
    text: &str,
    library: &Library,
) -> Result<(Document, Holder), Vec<PlacedFault>> {
    let mut value = parse(text)?;
    let is_request = is_request(&value);
    match value.get_mut(IN_REQUEST).map(Value::take) {
        Some(state) if is_request => {
            let at = format!("/{IN_REQUEST}");
            check(text, state, &at, library).map(|read| (read, Holder::Request))
        }
        _ => read(text, library).map(|read| (read, Holder::File)),
    }
}

/// A document may have a member of that name too: its root is open.
fn is_request(value: &Value) -> bool {
    value.get(IN_REQUEST).is_some() && value.get("tracks").is_none()
}

/// The same as [`read`] for a document that is drawn on this machine: an asset that names no
/// file stands for the file that has its name. A request is one fault, not those of a document.
pub(crate) fn read_local(text: &str, library: &Library) -> Result<Document, Vec<PlacedFault>> {
    let mut value = parse(text)?;
    if is_request(&value) {
        let fault = Fault {
            code: FaultCode::SchemaInvalid,
            path: format!("/{IN_REQUEST}"),
            message: "the file is an export's request and its document stands here; give that \
                      alone, as `jq .editorState` prints it"
                .to_owned(),
        };
        return Err(place(text, vec![fault]));
    }
    let assets = value.get_mut("assets").and_then(Value::as_object_mut);
    for asset in assets.into_iter().flat_map(Map::values_mut) {
        name_file(asset);
    }
    check(text, value, "", library)
}

fn name_file(asset: &mut Value) {
    let has = |field: &str| asset[field].as_str().is_some_and(|name| !name.is_empty());
    if has("remoteKey") || has("remoteUrl") || asset["type"] == "caption" {
        return;
    }
    if let (Some(name), Some(fields)) = (asset.get("filename").cloned(), asset.as_object_mut()) {
        fields.insert("remoteKey".to_owned(), name);
    }
}

/// Checks the document that stands at a pointer of the text.
fn check(
    text: &str,
    value: Value,
    at: &str,
    library: &Library,
) -> Result<Document, Vec<PlacedFault>> {
    darkroom_editor_state::read(value, library).map_err(|mut faults| {
        for fault in &mut faults {
            fault.path.insert_str(0, at);
        }
        place(text, faults)
    })
}

pub(crate) fn parse(text: &str) -> Result<Value, Vec<PlacedFault>> {
    serde_json::from_str(text).map_err(|error| {
        vec![PlacedFault {
            code: "JSON_INVALID".to_owned(),
            path: String::new(),
            message: error.to_string(),
            line: error.line(),
            column: error.column(),
        }]
    })
}

pub(crate) fn place(text: &str, faults: Vec<Fault>) -> Vec<PlacedFault> {
    faults
        .into_iter()
        .map(|fault| {
            let place = locate(text, &fault.path);
            PlacedFault {
                code: fault.code.as_str().to_owned(),
                path: fault.path,
                message: fault.message,
                line: place.line,
                column: place.column,
            }
        })
        .collect()
}

/// Prints faults to standard output (`json`: one object a line) and says how many.
pub(crate) fn print_faults(file: &Path, faults: &[PlacedFault], json: bool) {
    for fault in faults {
        if json {
            println!("{}", serde_json::to_string(fault).unwrap_or_default());
        } else {
            println!("{}", fault.sentence(file));
        }
    }
    if !json {
        let noun = if faults.len() == 1 { "fault" } else { "faults" };
        eprintln!("{} {noun}", faults.len());
    }
}
