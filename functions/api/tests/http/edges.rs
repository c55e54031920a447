//! Every field and parameter in `openapi.json`, at and past each of its limits: what the
//! document forbids is refused, and what it allows is not called malformed. A body has no
//! field that the document does not have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use darkroom_test_stack::openapi::openapi;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, assert_problem};
use crate::described::{Operation, document};
use crate::world::{self, User, example, parameters_in};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_read_as_the_document_describes_them() {
    let service = Service::start().await;
    let user = User::new(&service, "ann").await;
    let mut asked = 0;
    for operation in &document().operations {
        let Some(good) = example(operation, &user) else {
            continue;
        };
        let content = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
        let validator = openapi().validator(content);
        assert!(validator.is_valid(&good), "{}: {good}", operation.id);
        for body in variants(&good, &openapi().resolve(content)["properties"]) {
            let allowed = validator.is_valid(&body);
            let request = service.to(operation.method.clone(), &user.path(operation));
            let answer = answer(request.bearer_auth(&user.secret).json(&body)).await;
            judge(operation, allowed, &answer, &body);
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked}");
}

/// A body that the document forbids is refused; one that it allows is not malformed,
/// though a rule beyond its form may refuse it.
fn judge(operation: &Operation, allowed: bool, answer: &Answer, sent: &Value) {
    let (status, code) = answer.code();
    let verdict = if allowed {
        code != "REQUEST_INVALID"
    } else {
        [400, 422].contains(&status)
    };
    assert!(
        verdict,
        "{}, allowed {allowed}: {}: {sent}",
        operation.id, answer.text
    );
}

/// The body with each field left out, and with each value that its schema draws a line at.
fn variants(good: &Value, properties: &Value) -> Vec<Value> {
    let mut all = vec![json!([]), json!(null), json!("x")];
    let mut more = good.clone();
    more["unknown"] = json!(1);
    all.push(more);
    for (field, schema) in properties.as_object().unwrap() {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(field);
        all.push(without);
        for value in values(openapi().resolve(schema)) {
            let mut body = good.clone();
            body[field] = value;
            all.push(body);
        }
    }
    all
}

/// One value of each type, and those on both sides of each limit.
fn values(schema: &Value) -> Vec<Value> {
    let mut all = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "a": "b" }),
        json!({ "a": 1 }),
        json!("0198c0de-0000-7000-8000-000000000001"),
        json!("0a".repeat(32)),
    ];
    for limit in ["minLength", "maxLength"] {
        if let Some(length) = schema[limit].as_u64() {
            for length in [length.saturating_sub(1), length, length + 1] {
                // Characters count, not bytes.
                all.push(json!("ä".repeat(length as usize)));
            }
        }
    }
    if schema["format"] == "uri" {
        let longest = schema["maxLength"].as_u64().unwrap() as usize;
        let address = "https://example.com/";
        for length in [address.len(), longest, longest + 1] {
            all.push(json!(format!("{address:a<length$}")));
        }
    }
    for limit in ["minimum", "maximum"] {
        if let Some(limit) = schema[limit].as_f64() {
            all.extend([-1.0, -0.001, 0.0, 0.001, 1.0].map(|step| json!(limit + step)));
            all.push(json!(limit as i64));
        }
    }
    for word in schema["enum"].as_array().into_iter().flatten() {
        all.push(word.clone());
        match word {
            Value::String(word) => all.push(json!(word.to_uppercase() + " ")),
            Value::Number(number) => {
                let number = number.as_f64().unwrap();
                all.extend([
                    json!(number),
                    json!(number + 1.0),
                    json!(number.to_string()),
                ]);
            }
            _ => {}
        }
    }
    all.extend(lists(schema));
    if let Some(most) = schema["maxProperties"].as_u64() {
        for length in [most - 1, most, most + 1] {
            let entries = (0..length).map(|n| (format!("x-{n}"), json!("b")));
            all.push(Value::Object(entries.collect()));
        }
    }
    all
}

/// Lists of one value of each kind, and of as many good ones as each limit says.
fn lists(schema: &Value) -> Vec<Value> {
    let Some(entry) = schema.get("items") else {
        return Vec::new();
    };
    let validator = openapi().validator(entry);
    let entries = values(openapi().resolve(entry));
    let good = entries.iter().find(|entry| validator.is_valid(entry));
    let good = good.unwrap_or_else(|| panic!("say in `values` what {entry} may be"));
    let mut all: Vec<Value> = entries.iter().map(|entry| json!([entry])).collect();
    for limit in ["minItems", "maxItems"] {
        if let Some(length) = schema[limit].as_u64() {
            for length in [length.saturating_sub(1), length, length + 1] {
                all.push(vec![good.clone(); length as usize].into());
            }
        }
    }
    all
}

/// Words that stand in quotes in the sources of the readers: whatever field a body's reader
/// takes is one of them.
fn words_of_the_readers() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut folders: Vec<PathBuf> = ["src", "../../shared/exports/src"]
        .map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let quoted = source.split('"').filter(|text| is_word(text));
                words.extend(quoted.map(str::to_owned));
            }
        }
    }
    words
}

fn is_word(text: &str) -> bool {
    (2..40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_no_field_that_the_document_does_not_have() {
    let service = Service::start().await;
    let user = User::new(&service, "ann").await;
    let words = words_of_the_readers();
    for operation in &document().operations {
        let Some(good) = example(operation, &user) else {
            continue;
        };
        let content = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
        let described = &openapi().resolve(content)["properties"];
        for field in described.as_object().unwrap().keys() {
            assert!(words.contains(field), "{field} is in no reader's source");
        }
        let more: Vec<&String> = words
            .iter()
            .filter(|word| described.get(word).is_none())
            .collect();
        // No more than one answer names.
        for more in more.chunks(40) {
            let mut body = good.clone();
            for field in more {
                body[field.as_str()] = json!("x");
            }
            let request = service.to(operation.method.clone(), &user.path(operation));
            let refused = answer(request.bearer_auth(&user.secret).json(&body)).await;
            assert_problem(&refused, 400, "REQUEST_INVALID");
            let named: BTreeSet<&str> = refused.paths().into_iter().collect();
            let taken: Vec<_> = more
                .iter()
                .filter(|field| !named.contains(format!("/{field}").as_str()))
                .collect();
            assert!(
                taken.is_empty(),
                "{} takes {taken:?}, which openapi.json does not have",
                operation.id
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_read_as_the_document_describes_them() {
    let service = Service::start().await;
    let user = User::new(&service, "ann").await;
    let mut asked = 0;
    for operation in &document().operations {
        for parameter in parameters_in(operation, "header") {
            let name = parameter["name"].as_str().unwrap();
            let schema = &parameter["schema"];
            let validator = openapi().validator(schema);
            let lengths = [1, 254, 255, 256].map(|length| json!("k".repeat(length)));
            let texts = [json!("a b"), json!("ä")].into_iter().chain(lengths);
            for value in values(schema).into_iter().chain(texts) {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                if name == "Idempotency-Key" && text.is_empty() {
                    // A blank one is none.
                    continue;
                }
                let allowed = validator.is_valid(&json!(text));
                let header = HeaderName::from_bytes(name.as_bytes()).unwrap();
                let sent = HeaderValue::from_bytes(text.as_bytes()).unwrap();
                let request = world::request(&service, operation, &user.path(operation), &user);
                // In place of the one that is there.
                let request = request.headers(HeaderMap::from_iter([(header, sent)]));
                let answer = answer(request.bearer_auth(&user.secret)).await;
                judge(operation, allowed, &answer, &value);
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_read_as_the_document_describes_them() {
    let service = Service::start().await;
    let user = User::new(&service, "ann").await;
    // What has ended is not waited for.
    let cancel = service.to(Method::DELETE, &format!("/v1/exports/{}", user.task));
    answer(cancel.bearer_auth(&user.secret)).await.data();
    let mut asked = 0;
    for operation in &document().operations {
        for parameter in parameters_in(operation, "query") {
            let name = parameter["name"].as_str().unwrap();
            let schema = &parameter["schema"];
            let validator = openapi().validator(schema);
            let is_id = schema["format"] == "uuid";
            let own = is_id.then(|| json!(user.key_id));
            for value in values(schema).into_iter().chain(own) {
                // A query holds text: that of a number is one where a number is wanted.
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                let read = match schema["type"].as_str() {
                    Some("integer") => serde_json::from_str(&text).unwrap_or(json!(text)),
                    _ => json!(text),
                };
                let whole = schema["type"] != "integer" || !text.contains('.');
                let allowed = validator.is_valid(&read) && whole;
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                let query = query.append_pair(name, &text).finish();
                let path = format!("{}?{query}", user.path(operation));
                let request = service.to(operation.method.clone(), &path);
                let answer = answer(request.bearer_auth(&user.secret)).await;
                if name == "pageCursor" || (is_id && value != user.key_id) {
                    assert_eq!(
                        answer.status, 400,
                        "{text} is no cursor and no key of ann's"
                    );
                } else {
                    judge(operation, allowed, &answer, &value);
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "{asked}");
}
