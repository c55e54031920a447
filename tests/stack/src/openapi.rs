//! `openapi.json`, and whether a value is what it describes: an answer of the api, or a
//! body that the sender posts.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// The document at the root of the repository.
#[derive(Debug)]
pub struct OpenApi {
    whole: Value,
    /// Components in which objects have no keys but those that are named.
    strict: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Reads it, once.
pub fn openapi() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
        let text = std::fs::read_to_string(path).unwrap();
        OpenApi::of(serde_json::from_str(&text).unwrap())
    })
}

impl OpenApi {
    fn of(whole: Value) -> Self {
        let mut strict = whole["components"].clone();
        for (name, schema) in strict["schemas"].as_object_mut().unwrap() {
            // Documents of editors may hold more, and say so themselves.
            if !name.starts_with("Editor") {
                close(schema);
            }
        }
        Self {
            whole,
            strict,
            validators: Mutex::default(),
        }
    }

    /// The document.
    pub fn whole(&self) -> &Value {
        &self.whole
    }

    /// A part of the document, behind its reference if it is one.
    pub fn resolve<'a>(&'a self, part: &'a Value) -> &'a Value {
        match part["$ref"].as_str() {
            Some(target) => self.whole.pointer(&target[1..]).unwrap(),
            None => part,
        }
    }

    /// A validator of a schema in the document.
    pub fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let made = validators.entry(schema.to_string()).or_insert_with(|| {
            let mut root = schema.clone();
            root["components"] = self.strict.clone();
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true);
            Arc::new(options.build(&root).unwrap())
        });
        Arc::clone(made)
    }

    /// What of a value a schema in the document does not hold: place and sentence of each.
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let validator = self.validator(schema);
        let faults = validator.iter_errors(value);
        faults
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect()
    }
}

/// Forbids keys that an object's schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.contains_key("properties") || map.get("type") == Some(&json!("object")) {
                map.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}
