//! A user who has one of everything, and requests for any operation of the document.

use darkroom_exports::limits::MAX_REQUESTS_PER_MINUTE;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::common::{Service, answer, body_of, state, state_with, synced_body};
use crate::described::Operation;
use crate::sessions::{announced, begun, send};

/// A user's key, and the ids of what the user has.
pub struct User {
    pub name: String,
    pub secret: String,
    pub key_id: String,
    pub task: String,
    pub project: String,
    /// Bound to the project.
    pub asset: String,
    /// Its record, as the service shows it.
    pub file: Value,
    /// An upload whose parts are there.
    pub upload: String,
}

/// Text that is a file of captions.
pub const CAPTIONS: &str = "1\n00:00:00,000 --> 00:00:01,000\nHello\n";
/// Another one, for an upload in parts.
pub const IN_PARTS: &[u8] = b"1\n00:00:00,000 --> 00:00:01,000\nHello in parts\n";

impl User {
    /// A new user with an active export, a project, and an asset that is bound to it.
    pub async fn new(service: &Service, name: &str) -> Self {
        // Whoever walks through the document asks more than a key usually may.
        let fast = service.key_with_rate(name, MAX_REQUESTS_PER_MINUTE);
        let (secret, key_id) = fast.await;
        let post = |path: &str| service.to(Method::POST, path).bearer_auth(&secret);
        let body = body_of(state(100, 100, 2.0));
        let task = answer(post("/v1/exports").json(&body)).await.task();
        let body = synced_body(&state(100, 100, 1.0));
        let created = answer(post("/v1/projects").json(&body)).await;
        let project = created.data()["projectId"].as_str().unwrap().to_owned();
        let upload = post("/v1/uploads")
            .header("content-type", "text/plain")
            .header("x-file-name", "a.srt")
            .header("x-project-id", &project)
            .body(CAPTIONS);
        let file = answer(upload).await.data().clone();
        let asset = file["assetId"].as_str().unwrap().to_owned();
        let mut announced = announced("b.srt", "text/plain", IN_PARTS);
        announced["projectId"] = project.as_str().into();
        let upload = begun(service, &secret, &announced).await;
        send(service, &secret, &upload, &[1], IN_PARTS).await;
        Self {
            name: name.to_owned(),
            secret,
            key_id,
            task,
            project,
            asset,
            file,
            upload,
        }
    }

    /// The id that stands for a parameter of that name.
    pub fn id(&self, parameter: &str) -> &str {
        match parameter {
            "taskId" => &self.task,
            "projectId" => &self.project,
            "assetId" => &self.asset,
            "uploadId" => &self.upload,
            other => panic!("no id is known for {other}: say here which one it is"),
        }
    }

    /// The path of an operation on what the user has.
    pub fn path(&self, operation: &Operation) -> String {
        path_with(operation, |name| self.id(name).to_owned())
    }

    /// Syncs a state that names the user's asset.
    pub async fn use_asset(&self, service: &Service) {
        let path = format!("/v1/projects/{}/sync", self.project);
        let body = synced_body(&state_with(&[&self.file]));
        let sync = service.to(Method::POST, &path).bearer_auth(&self.secret);
        answer(sync.json(&body)).await.data();
    }
}

/// The names of the parameters in a path.
pub fn parameters(operation: &Operation) -> Vec<&str> {
    let steps = operation.path.split('/');
    steps
        .filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

/// A path with its parameters filled in.
pub fn path_with(operation: &Operation, id: impl Fn(&str) -> String) -> String {
    let mut path = operation.path.clone();
    for name in parameters(operation) {
        path = path.replace(&format!("{{{name}}}"), &id(name));
    }
    path
}

/// A JSON body that the operation takes: its example, with an asset and a project of the
/// user.
pub fn example(operation: &Operation, user: &User) -> Option<Value> {
    let content = &operation.spec["requestBody"]["content"]["application/json"];
    let mut body = content.get("example")?.clone();
    if body.get("assetId").is_some() {
        body["assetId"] = user.asset.as_str().into();
    }
    if body.get("projectId").is_some() {
        body["projectId"] = user.project.as_str().into();
    }
    Some(body)
}

/// Whether the operation takes a file.
pub fn takes_file(operation: &Operation) -> bool {
    operation.spec["requestBody"]["content"]
        .get("*/*")
        .is_some()
}

/// A request with all that the operation needs but a key, on a path of one's own.
pub fn request(
    service: &Service,
    operation: &Operation,
    path: &str,
    user: &User,
) -> RequestBuilder {
    let request = service.to(operation.method.clone(), path);
    match example(operation, user) {
        Some(body) => request.json(&body),
        None if takes_file(operation) => request
            .header("content-type", "text/plain")
            .header("x-file-name", "a.srt")
            .body(CAPTIONS),
        None => request,
    }
}

/// Parameters of an operation in its query or headers.
pub fn parameters_in<'a>(operation: &'a Operation, place: &str) -> Vec<&'a Value> {
    let all = operation.spec["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    all.filter(|one| one["in"] == place).collect()
}
