//! Reading a JSON body whole: every fault is collected, and no field is ignored.

use darkroom_editor_state::join_pointer;
use serde_json::{Map, Value};

use crate::problem::{ErrorCode, Fault, Problem};

/// Most unknown fields that one answer names, and most characters of each name.
const MAX_UNKNOWN: usize = 50;
const MAX_UNKNOWN_CHARS: usize = 200;

/// Takes the fields of one body out of it, and collects their faults.
pub struct Reader {
    /// What was not taken.
    rest: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Reader {
    pub(crate) fn new(body: Value) -> Result<Self, Problem> {
        let Value::Object(rest) = body else {
            let detail = "the body must be a JSON object";
            return Err(Problem::new(ErrorCode::RequestInvalid, detail));
        };
        Ok(Self {
            rest,
            faults: Vec::new(),
        })
    }

    /// The value, if it was read, no field had a fault and none is left over. Those that are
    /// come first among the faults.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        let unknown = self.rest.keys().take(MAX_UNKNOWN).map(|field| {
            let shown: String = field.chars().take(MAX_UNKNOWN_CHARS).collect();
            let message = "is not a field of this request; remove it";
            fault_at(&[shown.as_str()], message.to_owned())
        });
        let faults: Vec<Fault> = unknown.chain(self.faults).collect();
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(Problem::from_faults(ErrorCode::RequestInvalid, faults)),
        }
    }

    pub(crate) fn fault(&mut self, field: &str, message: String) {
        self.faults.push(fault_at(&[field], message));
    }

    /// A fault of an entry of a field.
    pub(crate) fn fault_in(&mut self, field: &str, entry: &str, message: String) {
        self.faults.push(fault_at(&[field, entry], message));
    }

    /// A field that is not taken yet, as it is.
    pub(crate) fn peek(&self, field: &str) -> Option<&Value> {
        self.rest.get(field)
    }

    /// A field as it is, null included.
    pub(crate) fn take(&mut self, field: &str) -> Option<Value> {
        self.rest.remove(field)
    }

    /// A field that is there and not null.
    pub(crate) fn given(&mut self, field: &str) -> Option<Value> {
        self.take(field).filter(|value| !value.is_null())
    }

    /// A string, or nothing.
    pub(crate) fn text(&mut self, field: &str, least: usize, most: usize) -> Option<String> {
        match self.given(field)? {
            Value::String(text) if (least..=most).contains(&text.chars().count()) => Some(text),
            _ => {
                let message = format!("must be a string of {least} to {most} characters");
                self.fault(field, message);
                None
            }
        }
    }

    /// What `read` makes of a field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        field: &str,
        allowed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.given(field) else {
            self.fault(field, format!("is required: {allowed}"));
            return None;
        };
        self.judge(field, &value, allowed, read)
    }

    /// What `read` makes of a field that may be left out.
    pub(crate) fn optional<T>(
        &mut self,
        field: &str,
        allowed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.given(field)?;
        self.judge(field, &value, allowed, read)
    }

    fn judge<T>(
        &mut self,
        field: &str,
        value: &Value,
        allowed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let found = read(value);
        if found.is_none() {
            let message = format!("is {}; it must be {allowed}", shorten(value));
            self.fault(field, message);
        }
        found
    }
}

fn fault_at(steps: &[&str], message: String) -> Fault {
    let path = steps
        .iter()
        .fold(String::new(), |path, step| join_pointer(&path, step));
    Fault::new(ErrorCode::RequestInvalid, path, message)
}

/// A whole number, however it is written (`30` or `30.0`).
pub(super) fn integer(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

pub(super) fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
