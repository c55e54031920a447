//! What all operations have in common, and the problems that a status stands for.

use std::collections::BTreeMap;

use darkroom_editor_state::{FaultCode, json_schemas};
use darkroom_exports::ErrorCode;
use darkroom_exports::schema::headers_need_an_address;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::reply::ProblemBody;

/// Codes of any operation that takes a key.
const COMMON: [ErrorCode; 4] = [
    ErrorCode::KeyInvalid,
    ErrorCode::RequestLimitExceeded,
    ErrorCode::Internal,
    ErrorCode::Unavailable,
];
/// Headers of every answer to a valid key.
const RATES: [&str; 2] = ["RateLimit", "RateLimit-Policy"];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

const TAGS: [(&str, &str); 5] = [
    ("Exports", "Films of documents, from request to download."),
    (
        "Projects",
        "Documents that are worked on, with their assets.",
    ),
    ("Assets", "Files that documents name."),
    ("Editor", "What an editor needs to know."),
    ("Description", "This document."),
];

const GENERATION_0: &str = "The same without `stateSchemaVersion`. Some times have other names \
    and are in seconds, milliseconds or frames there; the vocabulary lists them, which `darkroom \
    serve` has at `/docs/vocabulary.md` and the sources in `cli/src/serve/docs`.";

/// Every operation of a document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().unwrap();
    let items = paths.values_mut().map(|item| item.as_object_mut().unwrap());
    items.flat_map(|item| {
        let methods = item.iter_mut();
        methods
            .filter_map(|(name, operation)| METHODS.contains(&name.as_str()).then_some(operation))
    })
}

/// Adds what is true of every operation.
pub(super) fn apply(document: &mut Value) {
    document["tags"] = TAGS
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .into();
    document["security"] = json!([{ "bearer": [] }, { "apiKey": [] }]);
    let mut refusals = BTreeMap::new();
    for operation in operations(document) {
        complete(operation, &mut refusals);
    }
    let components = document["components"].as_object_mut().unwrap();
    components.insert("responses".to_owned(), json!(refusals));
    components.insert("headers".to_owned(), headers());
    let schemes = json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "description": "`Authorization: Bearer KEY`",
        },
        "apiKey": {
            "type": "apiKey", "in": "header", "name": "x-api-key",
            "description": "`x-api-key: KEY`",
        },
    });
    components.insert("securitySchemes".to_owned(), schemes);
    schemas(components["schemas"].as_object_mut().unwrap());
}

fn complete(operation: &mut Value, refusals: &mut BTreeMap<String, Value>) {
    let takes_key = operation.get("security").is_none();
    if takes_key {
        for code in COMMON {
            let response = &mut operation["responses"][code.status().to_string()];
            let own = response["description"].as_str();
            let codes = own.into_iter().chain([code.as_str()]);
            *response = json!({ "description": codes.collect::<Vec<_>>().join(" ") });
        }
    } else {
        operation["security"] = json!([]);
    }
    example(operation);
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        tidy(&mut parameter["schema"], "", &Map::new());
    }
    let replays = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
    let mut shared = Vec::new();
    if takes_key {
        shared.extend(RATES);
    }
    shared.extend(replays.then_some("Idempotency-Replayed"));
    for (status, response) in operation["responses"].as_object_mut().unwrap() {
        match status.parse().unwrap() {
            status @ 400.. => *response = refusal(status, response, refusals),
            _ => add_headers(response, &shared),
        }
    }
}

/// Adds headers to those that the operation has of its own.
fn add_headers(response: &mut Value, shared: &[&str]) {
    let mut headers = match response["headers"].take() {
        Value::Object(own) => own,
        _ => Map::new(),
    };
    for header in headers.values_mut() {
        tidy(&mut header["schema"], "", &Map::new());
    }
    headers.extend(header_references(shared.iter().copied()));
    response["headers"] = headers.into();
}

fn header_references<'a>(more: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let names = ["x-request-id"].into_iter().chain(more);
    let reference = |name| json!({ "$ref": format!("#/components/headers/{name}") });
    names
        .map(|name| (name.to_owned(), reference(name)))
        .collect()
}

fn headers() -> Value {
    json!({
        "x-request-id": {
            "description": "Id of the request, for its log line.", "required": true,
            "schema": { "type": "string", "format": "uuid" },
        },
        "Retry-After": {
            "description": "Seconds after which the request may go through.", "required": true,
            "schema": { "type": "integer", "minimum": 0 },
        },
        "WWW-Authenticate": {
            "description": "How to send a key.", "required": true, "schema": { "const": "Bearer" },
        },
        "RateLimit": {
            "description": "Requests that the key has left (`r`), and seconds until all are there \
                again or, with none left, one (`t`). On every answer of an operation to a valid key.",
            "schema": { "type": "string", "pattern": "^\"requests\";r=[0-9]+;t=[0-9]+$" },
        },
        "RateLimit-Policy": {
            "description": "Requests of the key (`q`) in so many seconds (`w`): as many may come \
                at once, then one by one. On every answer of an operation to a valid key.",
            "schema": { "type": "string", "pattern": "^\"requests\";q=[1-9][0-9]*;w=60$" },
        },
        "Idempotency-Replayed": {
            "description": "The answer is that of the first such request.",
            "schema": { "const": "true" },
        },
    })
}

/// A response that refuses, from the codes in its description; kept once in `refusals`.
fn refusal(status: u16, response: &Value, refusals: &mut BTreeMap<String, Value>) -> Value {
    let text = response["description"].as_str().unwrap();
    let codes: Vec<ErrorCode> = text.split_whitespace().map(code).collect();
    assert!(
        codes.iter().all(|code| code.status() == status) && !codes.is_empty(),
        "{text} is not of status {status}"
    );
    let words = codes
        .iter()
        .map(|code| format!("{} (`{}`)", code.title(), code.as_str()));
    let description = format!("{}.", words.collect::<Vec<_>>().join("; "));
    let mut told: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    if codes.contains(&ErrorCode::EditorSchemaInvalid) {
        told.extend(editor_codes());
    }
    told.sort_unstable();
    told.dedup();
    let more = match status {
        401 => Some("WWW-Authenticate"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    };
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Problem" },
            { "properties": { "status": { "const": status }, "errorCode": { "enum": told } } },
        ],
    });
    let whole = json!({
        "description": description,
        "headers": header_references(RATES.into_iter().chain(more)),
        "content": { "application/problem+json": { "schema": schema } },
    });
    let name = name(&codes);
    let kept = refusals
        .entry(name.clone())
        .or_insert_with(|| whole.clone());
    assert_eq!(*kept, whole, "two responses are called {name}");
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// A name for a response of those codes: both, or the first and how many more.
fn name(codes: &[ErrorCode]) -> String {
    match codes {
        [first, _, _, ..] => format!("{}.and-{}-more", first.as_str(), codes.len() - 1),
        few => {
            let few: Vec<&str> = few.iter().map(|code| code.as_str()).collect();
            few.join(".")
        }
    }
}

fn code(text: &str) -> ErrorCode {
    let found = ErrorCode::ALL.iter().find(|code| code.as_str() == text);
    *found.unwrap_or_else(|| panic!("{text} is not an error code"))
}

/// Codes of a document's faults. Files of motion graphics are no part of this API.
fn editor_codes() -> impl Iterator<Item = &'static str> {
    let codes = FaultCode::ALL.iter();
    codes
        .filter(|code| **code != FaultCode::MotionGraphicInvalid)
        .map(|code| code.as_str())
}

/// The body of the operation's sample event.
fn example(operation: &mut Value) {
    let id = operation["operationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if let Some(media) = operation.pointer_mut("/requestBody/content/application~1json") {
        let event = super::tests::event(&id);
        let body = event["body"].as_str().unwrap();
        let id = "0198c0de-0000-7000-8000-000000000001";
        let body = body.replace("${ASSET_ID}", id).replace("${PROJECT_ID}", id);
        media["example"] = serde_json::from_str(&body).unwrap();
    }
}

/// Problems, and documents as the reader's own table has them.
fn schemas(schemas: &mut Map<String, Value>) {
    let mut more = vec![("Problem".to_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut more);
    let more = more.into_iter().map(|(name, schema)| (name, json!(schema)));
    schemas.extend(more);
    let mut codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    codes.extend(editor_codes());
    codes.sort_unstable();
    codes.dedup();
    let description = "Stable code of a refusal or a fault.";
    schemas.insert(
        "ErrorCode".to_owned(),
        json!({ "type": "string", "description": description, "enum": codes }),
    );
    let code = json!({ "$ref": "#/components/schemas/ErrorCode" });
    schemas["Problem"]["properties"]["errorCode"] = code.clone();
    schemas["Fault"]["properties"]["code"] = code;
    for create in ["CreateExport", "CreateProjectExport"] {
        schemas[create]["dependentSchemas"] = headers_need_an_address();
    }
    schemas.extend(json_schemas());
    schemas["EditorState"]["description"] =
        "A document of generation 1. Rules beyond this schema are checked, too.".into();
    let input = json!({
        "description": "A document of either generation.",
        "anyOf": [
            { "$ref": "#/components/schemas/EditorState" },
            {
                "type": "object", "title": "Generation 0",
                "description": GENERATION_0,
                "not": { "required": ["stateSchemaVersion"] },
            },
        ],
    });
    schemas.insert("EditorStateInput".to_owned(), input);
    let named = schemas.clone();
    for (name, schema) in schemas {
        tidy(schema, name, &named);
    }
}

/// Formats that say how Rust keeps a number, and nothing of the wire.
const OF_RUST: [&str; 4] = ["int32", "int64", "float", "double"];

/// Puts references in the place of what is named elsewhere, which utoipa does not do
/// inside generic types.
fn tidy(schema: &mut Value, name: &str, named: &Map<String, Value>) {
    let parts: Vec<&mut Value> = match schema {
        Value::Object(map) => {
            if map
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|of| OF_RUST.contains(&of))
            {
                map.remove("format");
            }
            map.values_mut().collect()
        }
        Value::Array(list) => list.iter_mut().collect(),
        _ => return,
    };
    for part in parts {
        let object = part["type"] == "object" && part.get("properties").is_some();
        let other = named
            .iter()
            .find(|(other, whole)| object && *other != name && *whole == part);
        match other {
            Some((other, _)) => *part = json!({ "$ref": format!("#/components/schemas/{other}") }),
            None => tidy(part, name, named),
        }
    }
}
