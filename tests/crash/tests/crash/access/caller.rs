//! A client that sends every sample event of `events/api`, and then some more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use darkroom_exports::upload::PartHash;
use serde_json::{Value, json};

use crate::cell::Cell;
use crate::client::Api;

/// What is done with a project, in an order that works, and what answers it.
const PROJECT: [(&str, u16); 8] = [
    ("list-projects", 200),
    ("patch-project", 200),
    ("sync-project", 200),
    ("get-project", 200),
    ("create-project-export", 201),
    ("add-project-asset", 201),
    ("list-project-assets", 200),
    ("delete-project-asset", 200),
];
/// The file of `create-upload.json`.
const CAPTIONS: &[u8] = b"1\n00:00:00,500 --> 00:00:01,500\nIn parts\n";

pub struct Caller<'a> {
    cell: &'a Cell,
    api: Api,
    /// What takes the place of placeholders in events.
    fill: BTreeMap<&'static str, String>,
    sent: BTreeSet<String>,
    /// Everything that was answered.
    pub answers: Vec<Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/api")
}

impl<'a> Caller<'a> {
    pub async fn new(cell: &'a Cell) -> Self {
        Self {
            cell,
            api: cell.api(cell.faults.process("api")).await,
            fill: BTreeMap::from([("API_KEY", cell.secret.clone())]),
            sent: BTreeSet::new(),
            answers: Vec::new(),
        }
    }

    async fn ask(&mut self, what: &str, request: Request<Body>, wanted: u16) -> Value {
        let answer = self.cell.ask(&self.api, request).await;
        let (status, answer) = answer.expect("it lives");
        assert_eq!(status, wanted, "{what}: {answer}");
        self.answers.push(answer.clone());
        answer["data"].clone()
    }

    /// Sends an event; what it answers.
    pub async fn event(&mut self, name: &str, wanted: u16) -> Value {
        let path = folder().join(format!("{name}.json"));
        let mut text = std::fs::read_to_string(path).unwrap();
        for (place, value) in &self.fill {
            text = text.replace(&format!("${{{place}}}"), value);
        }
        assert!(!text.contains("${"), "{name}: an unknown placeholder");
        let event: Value = serde_json::from_str(&text).unwrap();
        self.sent.insert(name.to_owned());
        self.ask(name, request(&event), wanted).await
    }

    async fn post(&mut self, path: &str, body: &Value, wanted: u16) -> Value {
        let request = self
            .cell
            .request(Method::POST, path)
            .header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        self.ask(path, request, wanted).await
    }

    /// The rest of the events, `upload-asset` having been sent.
    pub async fn every_event(&mut self, asset: &Value) {
        self.keep("ASSET_ID", asset, "assetId");
        for name in [
            "get-open-api",
            "get-editor-capabilities",
            "validate-editor-state",
            "search-illustrations",
            "estimate-export",
            "list-exports",
            "get-asset",
        ] {
            self.event(name, 200).await;
        }
        let task = self.event("create-export", 201).await;
        self.keep("TASK_ID", &task, "taskId");
        self.event("cancel-export", 200).await;
        // Of the one that is rendered: it has an output.
        let done = self.cell.answers.lock().unwrap().created[0].clone();
        self.fill.insert("TASK_ID", done);
        let done = self.event("get-export", 200).await;
        assert_eq!(done["status"], "COMPLETED", "{done}");

        let project = self.event("create-project", 201).await;
        self.keep("PROJECT_ID", &project, "projectId");
        for (name, status) in PROJECT {
            self.event(name, status).await;
        }
        self.upload_in_parts().await;
        self.event("delete-project", 200).await;
        self.event("delete-asset", 200).await;
        self.assert_all_sent();
    }

    fn keep(&mut self, place: &'static str, of: &Value, name: &str) {
        let id = of[name].as_str().unwrap().to_owned();
        self.fill.insert(place, id);
    }

    async fn upload_in_parts(&mut self) {
        for ends in ["abort-upload", "complete-upload"] {
            let begun = self.event("create-upload", 201).await;
            self.keep("UPLOAD_ID", &begun, "uploadId");
            if ends == "abort-upload" {
                self.event(ends, 200).await;
                continue;
            }
            let signed = self.event("sign-upload-parts", 200).await;
            self.send_part(&signed["parts"][0], CAPTIONS).await;
            self.event("get-upload", 200).await;
            self.event(ends, 201).await;
        }
    }

    async fn send_part(&self, part: &Value, bytes: &[u8]) {
        let sent = self.cell.lane.stack.send_part(part, bytes).await;
        assert_eq!(sent, 200);
    }

    /// A new route has an event, and is to be called here, too.
    fn assert_all_sent(&self) {
        let files = std::fs::read_dir(folder()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let names: BTreeSet<String> = names
            .map(|name| name.trim_end_matches(".json").to_owned())
            .collect();
        assert_eq!(
            self.sent, names,
            "events that were sent, and that there are"
        );
    }

    /// Bytes that are no picture, as one.
    pub async fn upload_what_is_no_picture(&mut self) {
        const SESSIONS: &str = "/v1/uploads/sessions";
        let bytes = b"no picture at all";
        let body = json!({
            "filename": "a.png", "contentType": "image/png", "size": bytes.len(),
            "partSha256": [PartHash::of(bytes).to_string()],
        });
        let begun = self.post(SESSIONS, &body, 201).await;
        let path = format!("{SESSIONS}/{}", begun["uploadId"].as_str().unwrap());
        let wanted = json!({ "partNumbers": [1] });
        let signed = self.post(&format!("{path}/parts"), &wanted, 200).await;
        self.send_part(&signed["parts"][0], bytes).await;
        let complete = format!("{path}/complete");
        self.post(&complete, &Value::Null, 422).await;
    }

    /// A motion graphic of a version that was never added.
    pub async fn name_what_is_not_there(&mut self) {
        let mut body = self.cell.body.clone();
        body["editorState"]["items"]["card"]["motionGraphicVersion"] = json!(9);
        self.post("/v1/exports/estimate", &body, 422).await;
    }
}

/// The HTTP request of which API Gateway makes an event.
fn request(event: &Value) -> Request<Body> {
    let method = event["requestContext"]["http"]["method"].as_str().unwrap();
    let path = event["rawPath"].as_str().unwrap();
    let query = event["rawQueryString"].as_str().unwrap_or_default();
    let uri = match query {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in event["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let text = event["body"].as_str().unwrap_or_default();
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    request.body(Body::from(body)).unwrap()
}
