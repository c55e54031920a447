//! Webhooks: what is posted to the `callbackUrl` of an export (contract, "Webhooks"). The
//! body is the type that the sender writes; the sender's tests hold all that they get
//! against this.

use darkroom_exports::TaskState;
use darkroom_exports::webhook::secret::HEADERS;
use darkroom_exports::webhook::{ExportEvent, WebhookEvent};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;

/// What each of [`HEADERS`] is, and the pattern of its value.
const HEADER_RULES: [(&str, &str); HEADERS.len()] = [
    ("When it was sent, in Unix seconds.", "^[0-9]+$"),
    (
        "HMAC-SHA256 of `x-indream-timestamp`, a full stop and the body, in hex; its key is the \
         account's webhook secret, and while that is being replaced still the old one.",
        "^[0-9a-f]{64}$",
    ),
    (
        "Id of the webhook, the same over all of its tries.",
        "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-(started|ended)$",
    ),
    (
        "When it was sent, in Unix seconds, for Standard Webhooks.",
        "^[0-9]+$",
    ),
    (
        "Signature of Standard Webhooks; while the secret is being replaced one of each, the \
         newer secret's first.",
        "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)?$",
    ),
];

/// Adds the webhooks, and the schema of their body.
pub(super) fn add(document: &mut Value) {
    document["components"]["schemas"]["ExportEvent"] = json!(ExportEvent::schema());
    let webhooks = WebhookEvent::ALL.map(|event| {
        let item = json!({ "post": webhook(event) });
        (event.as_str().to_owned(), item)
    });
    document["webhooks"] = Map::from_iter(webhooks).into();
}

fn webhook(event: WebhookEvent) -> Value {
    let (id, state, summary, description) = match event {
        WebhookEvent::Started => (
            "exportStarted",
            TaskState::Processing,
            "Rendering began.",
            "However often rendering is interrupted, it is one webhook, and comes before that of \
             the end.",
        ),
        WebhookEvent::Completed => (
            "exportCompleted",
            TaskState::Completed,
            "The film is there.",
            "`outputUrl` is signed for this try, and good for 24 hours; null once the film is removed.",
        ),
        WebhookEvent::Failed => (
            "exportFailed",
            TaskState::Failed,
            "The export failed.",
            "`error` says why; its credits are given back.",
        ),
    };
    let this = json!({ "properties": {
        "eventType": { "const": event.as_str() },
        "task": { "properties": { "status": { "const": state.as_str() } } },
    } });
    let body = json!({ "allOf": [{ "$ref": "#/components/schemas/ExportEvent" }, this] });
    json!({
        "operationId": id, "tags": ["Exports"], "summary": summary, "description": description,
        "security": [],
        "parameters": parameters(),
        "requestBody": {
            "required": true, "content": { "application/json": { "schema": body } },
        },
        "responses": {
            "2XX": { "description": "It is taken, and not sent again." },
            "410": { "description": "Neither this nor another webhook of the export is wanted." },
            "default": {
                "description": "It is sent again, up to ten times in about three days, as if \
                    there had been no answer within 15 seconds; `Retry-After` is heeded. \
                    Redirects are not followed.",
            },
        },
    })
}

/// The headers that prove it; those of `callbackHeaders` come beside them.
fn parameters() -> Value {
    let rules = HEADERS.iter().zip(HEADER_RULES);
    rules
        .map(|(name, (description, pattern))| {
            json!({
                "name": name, "in": "header", "required": true, "description": description,
                "schema": { "type": "string", "pattern": pattern },
            })
        })
        .collect()
}
