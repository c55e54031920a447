//! `openapi.json`, and whether an answer is in it.

use std::sync::OnceLock;

use darkroom_test_stack::openapi::openapi;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::common::Answer;

/// An operation of the document.
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    pub spec: Value,
}

pub struct Document {
    pub operations: Vec<Operation>,
}

/// The document at the root of the repository.
pub fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| Document::of(openapi().whole()))
}

impl Document {
    fn of(whole: &Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in whole["paths"].as_object().unwrap() {
            for (method, spec) in item.as_object().unwrap() {
                operations.push(Operation {
                    id: spec["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    spec: spec.clone(),
                });
            }
        }
        Self { operations }
    }

    /// The operation that a request is for. A path without parameters hides those that
    /// would fit it, whatever methods it takes (OpenAPI 3.1, "Paths Object").
    pub fn operation(&self, method: &Method, path: &str) -> Option<&Operation> {
        let is_itself = |operation: &&Operation| operation.path == path;
        let with_parameters = !self.operations.iter().any(|one| is_itself(&one));
        self.operations.iter().find(|operation| {
            let fits = is_itself(operation) || (with_parameters && is_of(path, &operation.path));
            operation.method == *method && fits
        })
    }

    /// What an operation may answer: each status with each of its codes, of which a success
    /// has none.
    pub fn cases(operation: &Operation) -> Vec<(u16, &'static str)> {
        let responses = operation.spec["responses"].as_object().unwrap();
        let mut cases = Vec::new();
        for (status, response) in responses {
            let status = status.parse().unwrap();
            match codes(response) {
                [] => cases.push((status, "")),
                codes => {
                    let codes = codes.iter().map(|code| code.as_str().unwrap());
                    cases.extend(codes.map(|code| (status, code)));
                }
            }
        }
        cases
    }
}

/// The codes of a response that refuses.
fn codes(response: &Value) -> &'static [Value] {
    let Some(name) = response["$ref"].as_str() else {
        return &[];
    };
    let problem = openapi().whole().pointer(&name[1..]).unwrap();
    let schema = &problem["content"]["application/problem+json"]["schema"];
    let codes = &schema["allOf"][1]["properties"]["errorCode"]["enum"];
    codes.as_array().unwrap()
}

/// Whether a path is one of those that a path with parameters stands for.
fn is_of(path: &str, wanted: &str) -> bool {
    let steps: Vec<&str> = path.split('/').collect();
    let wanted: Vec<&str> = wanted.split('/').collect();
    let fits = |(wanted, step): (&&str, &&str)| {
        wanted == step || (wanted.starts_with('{') && !step.is_empty())
    };
    wanted.len() == steps.len() && wanted.iter().zip(&steps).all(fits)
}

/// Fails where the document does not hold the answer to a request: its status, its
/// headers, its type and its body.
pub fn assert_described(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = document().operation(method, path) else {
        return;
    };
    let what = format!("{} {}: {}", operation.id, answer.status, answer.text);
    let response = &operation.spec["responses"][answer.status.to_string()];
    assert!(
        !response.is_null(),
        "the status is not in openapi.json: {what}"
    );
    let response = openapi().resolve(response);
    assert_headers(&response["headers"], answer, &what);
    let content = response["content"].as_object().unwrap();
    let (kind, content) = content.iter().next().unwrap();
    assert_eq!(answer.header("content-type"), kind, "{what}");
    let faults = openapi().faults(&content["schema"], &answer.json);
    assert!(faults.is_empty(), "{faults:?}: {what}");
}

fn assert_headers(described: &Value, answer: &Answer, what: &str) {
    let none = Map::new();
    let described = described.as_object().unwrap_or(&none);
    for (name, header) in described {
        let header = openapi().resolve(header);
        let Some(value) = answer.headers.get(name) else {
            assert_ne!(header["required"], true, "{name} is missing: {what}");
            continue;
        };
        let text = value.to_str().unwrap();
        let value = match header["schema"]["type"].as_str() {
            Some("integer") => text.parse::<u64>().map_or(json!(text), Value::from),
            _ => json!(text),
        };
        let validator = openapi().validator(&header["schema"]);
        assert!(validator.is_valid(&value), "{name} is {text}: {what}");
    }
    for name in [
        "x-request-id",
        "retry-after",
        "www-authenticate",
        "idempotency-replayed",
        "ratelimit",
        "ratelimit-policy",
    ] {
        let is_described = described.keys().any(|one| one.eq_ignore_ascii_case(name));
        let is_there = answer.headers.contains_key(name);
        assert!(
            !is_there || is_described,
            "{name} is not in openapi.json: {what}"
        );
    }
}
