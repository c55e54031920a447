//! The document is what the code says, and says all of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use darkroom_store::{Queues, Store, StoreConfig};
use serde_json::Value;
use tower::ServiceExt as _;

use super::document;
use crate::routes::{ESTIMATE, router, routes};
use crate::{ApiConfig, AppState};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sample event of an operation.
pub(super) fn event(operation: &str) -> Value {
    let mut name = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    let path = root().join(format!("events/api/{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{operation} has no {}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Method, path and operation of each operation.
fn described() -> Vec<(String, String, Value)> {
    let document = document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn openapi_json_is_what_the_handlers_say() {
    let path = root().join("openapi.json");
    let made = format!("{:#}\n", document());
    if std::env::var_os("DARKROOM_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let mut lines = made.lines().zip(kept.lines());
    let differs = lines.position(|(made, kept)| made != kept);
    assert!(
        made == kept,
        "openapi.json is not what the handlers say, from line {} on; if it shall change, set \
         DARKROOM_BLESS=1 and look at the difference",
        differs.unwrap_or(0) + 1
    );
}

#[tokio::test]
async fn every_route_is_described_and_everything_described_is_a_route() {
    let queues = Queues::default();
    let nowhere = StoreConfig::local("http://127.0.0.1:9", "us-east-1", "t", "b", queues);
    let store = Store::new(nowhere).await.unwrap();
    let router = router(AppState::new(store, ApiConfig::default()));
    let mut served = BTreeSet::new();
    for (path, _) in routes() {
        // No route takes this method; the refusal names those that it takes.
        let uri = path.replace(['{', '}'], "");
        let request = Request::builder().method("TRACE").uri(uri);
        let request = request.body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = answer.headers()[header::ALLOW].to_str().unwrap();
        for method in allowed.split(',').filter(|method| *method != "HEAD") {
            served.insert((method.to_owned(), path.to_owned()));
        }
    }
    // Described where the path has the parameter.
    for method in ["GET", "DELETE"] {
        assert!(served.remove(&(method.to_owned(), ESTIMATE.to_owned())));
    }
    let described = described().into_iter();
    let described = described.map(|(method, path, _)| (method, path));
    assert_eq!(described.collect::<BTreeSet<_>>(), served);
}

#[test]
fn every_operation_has_a_summary_and_a_sample_event() {
    for (method, path, operation) in described() {
        let id = operation["operationId"].as_str().unwrap();
        let event = event(id);
        assert_eq!(event["requestContext"]["http"]["method"], method, "{id}");
        let steps = |path: &str| path.split('/').count();
        let asked = event["rawPath"].as_str().unwrap();
        assert_eq!(steps(asked), steps(&path), "{id}: {asked} is not {path}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.ends_with('.'), "{id}: {summary}");
    }
}

#[test]
fn the_introduction_names_the_operations_that_take_a_key_of_repetition() {
    let keyed = described().into_iter().filter_map(|(_, _, operation)| {
        let parameters = operation["parameters"].as_array()?;
        let is_keyed = parameters
            .iter()
            .any(|one| one["name"] == "Idempotency-Key");
        is_keyed.then(|| format!("`{}`", operation["operationId"].as_str().unwrap()))
    });
    let keyed = keyed.collect::<BTreeSet<_>>();
    let introduction = include_str!("introduction.md");
    let mut lines = introduction.lines();
    let line = lines.find(|line| line.contains("Idempotency-Key")).unwrap();
    let (named, _) = line.split_once(" take an ").unwrap();
    let named = named.split([' ', ',']).filter(|word| word.starts_with('`'));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), keyed);
}

/// A client generator follows every reference.
#[test]
fn every_reference_leads_somewhere_and_everything_named_is_used() {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    found.insert(target.clone());
                }
                map.values().for_each(|value| collect(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut referred = BTreeSet::new();
    collect(&document, &mut referred);
    for target in &referred {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let target = format!("#/components/{kind}/{name}");
            assert!(referred.contains(&target), "{target} is not used");
        }
    }
}
