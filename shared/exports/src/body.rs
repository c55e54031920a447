//! Reading a JSON body whole: every fault is collected, and no field is ignored.

use darkroom_editor_state::join_pointer;
use serde_json::{Map, Value};

use crate::callback::without_values;
use crate::idempotency::Identity;
use crate::problem::{ErrorCode, Fault, Problem};

/// Most unknown fields that one answer names, and most characters of each name.
const MAX_UNKNOWN: usize = 50;
const MAX_UNKNOWN_CHARS: usize = 200;

/// Collects the faults of one body.
pub(crate) struct Reader<'a> {
    body: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Begins with a fault for every field that is not one of `fields`.
    pub(crate) fn new(body: &'a Value, fields: &[&str]) -> Result<Self, Problem> {
        let Some(body) = body.as_object() else {
            let detail = "the body must be a JSON object";
            return Err(Problem::new(ErrorCode::RequestInvalid, detail));
        };
        let mut reader = Self {
            body,
            faults: Vec::new(),
        };
        let unknown = body
            .keys()
            .filter(|field| !fields.contains(&field.as_str()));
        for field in unknown.take(MAX_UNKNOWN) {
            let shown: String = field.chars().take(MAX_UNKNOWN_CHARS).collect();
            let message = "is not a field of this request; remove it";
            reader.fault(&shown, message.to_owned());
        }
        Ok(reader)
    }

    pub(crate) fn fault(&mut self, field: &str, message: String) {
        self.fault_at(&[field], message);
    }

    /// A fault of an entry of a field.
    pub(crate) fn fault_in(&mut self, field: &str, entry: &str, message: String) {
        self.fault_at(&[field, entry], message);
    }

    fn fault_at(&mut self, steps: &[&str], message: String) {
        let path = steps
            .iter()
            .fold(String::new(), |path, step| join_pointer(&path, step));
        self.faults
            .push(Fault::new(ErrorCode::RequestInvalid, path, message));
    }

    /// The value, if it was read and no field had a fault.
    pub(crate) fn finish<T>(&mut self, value: Option<T>) -> Result<T, Problem> {
        let faults = std::mem::take(&mut self.faults);
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(Problem::from_faults(ErrorCode::RequestInvalid, faults)),
        }
    }

    /// A field as it is, null included.
    pub(crate) fn raw(&self, field: &str) -> Option<&'a Value> {
        self.body.get(field)
    }

    /// A field that is there and not null.
    pub(crate) fn given(&self, field: &str) -> Option<&'a Value> {
        self.raw(field).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, field: &str, least: usize, most: usize) -> Option<String> {
        let value = self.given(field)?;
        match value.as_str() {
            Some(text) if (least..=most).contains(&text.chars().count()) => Some(text.to_owned()),
            _ => {
                let message = format!("must be a string of {least} to {most} characters");
                self.fault(field, message);
                None
            }
        }
    }

    pub(crate) fn one_of<T>(
        &mut self,
        field: &str,
        allowed: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let found = self.given(field).and_then(read);
        if found.is_none() {
            let message = match self.given(field) {
                None => format!("is required: {allowed}"),
                Some(value) => format!("is {}; it must be {allowed}", shorten(value)),
            };
            self.fault(field, message);
        }
        found
    }

    /// The version field of generation 0. Any is taken: its documents tell by their
    /// form what they are.
    pub(crate) fn state_version(&mut self) {
        self.text("stateVersion", 0, 32);
    }

    /// `editorState` must be there.
    pub(crate) fn state(&mut self, use_of_it: &str) {
        if self.given("editorState").is_none() {
            self.fault("editorState", format!("is required: {use_of_it}"));
        }
    }

    /// Generation 1 says `stateSchemaVersion: "v1"`; generation 0 says nothing here.
    pub(crate) fn version(&self) -> Result<(), Problem> {
        match self.given("stateSchemaVersion") {
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

    /// What a body that brings a document is recognised by when it is repeated.
    pub(crate) fn identity(&self) -> Identity {
        Identity::new(self.envelope().into(), self.given("editorState"))
    }

    /// The body without its document, and without the secrets of its callback.
    pub(crate) fn envelope(&self) -> Map<String, Value> {
        let fields = self.body.iter();
        fields
            .filter(|(field, _)| *field != "editorState")
            .map(|(field, value)| {
                let value = match field.as_str() {
                    "callbackHeaders" => without_values(value),
                    _ => value.clone(),
                };
                (field.clone(), value)
            })
            .collect()
    }
}

/// A whole number, however it is written (`30` or `30.0`).
pub(crate) fn integer(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
