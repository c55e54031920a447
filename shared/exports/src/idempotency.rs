//! Recognising a repeated request.
//!
//! A payload is known by the SHA-256 of its RFC 8785 canonical form, in which
//! key order, white space and `1` against `1.0` do not show (contract,
//! "Idempotency" 5).

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::callback::without_values;
use crate::id::ProjectId;

/// Longest key, in characters.
pub const KEY_MAX_CHARS: usize = 255;
/// How long a record answers for its key, past the task itself.
pub const RECORD_DAYS: i64 = 30;
/// Most differing paths that a 409 names.
const MAX_DIFFERENCES: usize = 50;
/// Longest path that a 409 names.
const MAX_PATH_BYTES: usize = 2000;

/// A well-formed `Idempotency-Key`: 1..=255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// Why a key is refused; the sentence says what to send instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Idempotency-Key {0}; send one value of 1 to 255 visible ASCII characters")]
pub struct KeyError(&'static str);

impl IdempotencyKey {
    /// Reads the header's values: none or a blank one is no key, a quoted
    /// structured-field string is unquoted (RFC 8941, 3.3.3), two are refused.
    ///
    /// Two that came through API Gateway are one value by then, which an HTTP API joins with a
    /// comma. An unquoted comma is legal in a key, so what they make is one key.
    pub fn from_header<'a>(
        mut values: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Option<Self>, KeyError> {
        let Some(raw) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(KeyError("is given more than once"));
        }
        let text = std::str::from_utf8(raw)
            .map_err(|_| KeyError("is not ASCII"))?
            .trim_matches([' ', '\t']);
        let text = match text.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => text.to_owned(),
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > KEY_MAX_CHARS {
            return Err(KeyError("is longer than 255 characters"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError("has a character that is not visible ASCII"));
        }
        Ok(Some(Self(text)))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn unquote(quoted: &str) -> Result<String, KeyError> {
    let mut text = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' if chars.as_str().is_empty() => return Ok(text),
            '"' => return Err(KeyError("has text after its closing quote")),
            '\\' => match chars.next() {
                Some(escaped @ ('"' | '\\')) => text.push(escaped),
                _ => return Err(KeyError("has a bad escape")),
            },
            other => text.push(other),
        }
    }
    Err(KeyError("has no closing quote"))
}

/// SHA-256 of a payload's canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Fingerprint of a payload.
    pub fn of(payload: &Value) -> Self {
        Self::of_canonical(&canonical(payload))
    }

    /// That of a payload in its canonical form.
    fn of_canonical(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a repeated request is recognised by.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The body without its document, and what else counts: what a 409 compares.
    pub envelope: Value,
    /// Hash of the document that the body brought, as it was brought. That of the document
    /// as it is kept ([`crate::StateDocument::hash`]) is the same where reading it changed
    /// nothing, and may be another one in another build.
    pub document_hash: Option<String>,
    /// Identity of the whole.
    pub fingerprint: Fingerprint,
    /// Canonical form of that document, which takes longer to make than to read it.
    pub(crate) document_bytes: Option<Arc<[u8]>>,
}

impl Identity {
    fn new(envelope: Value, document: Option<&Value>) -> Self {
        let document_bytes: Option<Arc<[u8]>> = document.map(|it| canonical(it).into());
        let hashed = document_bytes.as_deref().map(Fingerprint::of_canonical);
        let document_hash = hashed.map(|hash| hash.to_string());
        let whole = json!({ "body": envelope, "document": document_hash });
        Self {
            envelope,
            document_hash,
            fingerprint: Fingerprint::of(&whole),
            document_bytes,
        }
    }
}

/// A body without its document, and without the secrets of its callback.
#[derive(Debug, Clone)]
pub struct Envelope(Map<String, Value>);

impl Envelope {
    /// That of a body, whatever is wrong with it.
    pub fn of(body: &Value) -> Self {
        let fields = body.as_object().into_iter().flatten();
        let kept = fields
            .filter(|(field, _)| *field != "editorState")
            .map(|(field, value)| {
                let value = match field.as_str() {
                    "callbackHeaders" => without_values(value),
                    _ => value.clone(),
                };
                (field.clone(), value)
            });
        Self(kept.collect())
    }

    /// Identity of a request that brought this document.
    pub fn with_document(self, document: &Value) -> Identity {
        Identity::new(self.0.into(), Some(document))
    }

    /// Identity of a request for an export of a project: the project and the body. The state
    /// is no part of it, so that a repeated request is the first one's task, whatever was
    /// synced meanwhile.
    pub fn with_project(mut self, project: ProjectId) -> Identity {
        self.0
            .insert("projectId".to_owned(), project.to_string().into());
        Identity::new(self.0.into(), None)
    }
}

/// RFC 8785 canonical form. Numbers become doubles there, so every value that
/// was read as JSON has one.
pub fn canonical(payload: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(payload).unwrap_or_else(|_| payload.to_string().into_bytes())
}

/// JSON Pointers at which two payloads differ, outermost first, at most 50.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(ours, theirs, &mut String::new(), &mut found);
    found
}

fn collect(ours: &Value, theirs: &Value, at: &mut String, found: &mut Vec<String>) {
    if found.len() >= MAX_DIFFERENCES {
        return;
    }
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in keys {
                let step = key.replace('~', "~0").replace('/', "~1");
                descend(a.get(key), b.get(key), &step, at, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                descend(a.get(index), b.get(index), &index.to_string(), at, found);
            }
        }
        _ if canonical(ours) != canonical(theirs) => found.push(at.clone()),
        _ => {}
    }
}

fn descend(
    ours: Option<&Value>,
    theirs: Option<&Value>,
    step: &str,
    at: &mut String,
    found: &mut Vec<String>,
) {
    let length = at.len();
    if length + step.len() > MAX_PATH_BYTES {
        // A hostile key: its parent is named instead, whether or not it differs.
        if found.last() != Some(at) && found.len() < MAX_DIFFERENCES {
            found.push(at.clone());
        }
        return;
    }
    at.push('/');
    at.push_str(step);
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => collect(ours, theirs, at, found),
        _ if found.len() < MAX_DIFFERENCES => found.push(at.clone()),
        _ => {}
    }
    at.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(raw: &str) -> Result<Option<String>, KeyError> {
        IdempotencyKey::from_header(std::iter::once(raw.as_bytes()))
            .map(|key| key.map(|key| key.as_str().to_owned()))
    }

    #[test]
    fn keys_are_unquoted_bounded_and_visible() {
        assert_eq!(key("abc"), Ok(Some("abc".to_owned())));
        assert_eq!(key(r#""a\"b""#), Ok(Some("a\"b".to_owned())));
        assert_eq!(key("  "), Ok(None));
        assert_eq!(key(r#""""#), Ok(None));
        assert!(key("a b").is_err());
        assert!(key("\"open").is_err());
        assert!(key(&"x".repeat(256)).is_err());
        assert!(key(&"x".repeat(255)).is_ok());
        assert!(key("schlüssel").is_err());
        let twice = [b"a".as_slice(), b"a".as_slice()];
        assert!(IdempotencyKey::from_header(twice.into_iter()).is_err());
        // As API Gateway joins two.
        assert_eq!(key("a,a"), Ok(Some("a,a".to_owned())));
        assert!(key(r#""a","a""#).is_err());
    }

    #[test]
    fn order_and_number_form_do_not_matter() {
        let a: Value = serde_json::from_str(r#"{"a":1,"b":[1.0,{"c":2}]}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{ "b":[1,{"c":2.0}], "a":1e0 }"#).unwrap();
        assert_eq!(Fingerprint::of(&a), Fingerprint::of(&b));
        assert_eq!(differences(&a, &b), Vec::<String>::new());
        assert_ne!(Fingerprint::of(&a), Fingerprint::of(&json!({"a":1})));
    }

    #[test]
    fn differences_are_pointers() {
        let a = json!({"x/y":{"k":1},"list":[1,2],"same":true});
        let b = json!({"x/y":{"k":2},"list":[1],"same":true,"more":null});
        assert_eq!(differences(&a, &b), ["/list/1", "/x~1y/k", "/more"]);
        assert_eq!(differences(&json!([]), &json!({})), [""]);
        let long = |value: u8| json!({ "map": { "k".repeat(5000): value } });
        assert_eq!(differences(&long(1), &long(2)), ["/map"]);
    }
}
