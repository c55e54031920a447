//! How each code of 422 comes about.

use darkroom_exports::upload::MAX_OPEN_UPLOADS;
use reqwest::Method;
use serde_json::{Value, json};

use super::Stage;
use crate::common::{Answer, answer, state, synced_body};
use crate::described::Operation;
use crate::faulty::{self, faulty};
use crate::sessions::{announced, begun};
use crate::world::{self, example, path_with, takes_file};

impl Stage {
    pub(super) async fn unprocessable(&self, operation: &Operation, code: &str) -> Answer {
        if let Some(number) = faulty::number(code) {
            return self.with_fault(operation, code, number).await;
        }
        if code.starts_with("UPLOAD_") {
            return self.not_taken(operation, code).await;
        }
        let mut body = example(operation, &self.user).unwrap();
        match code {
            "STATE_SCHEMA_VERSION_UNSUPPORTED" => body["stateSchemaVersion"] = json!("v2"),
            "CALLBACK_URL_FORBIDDEN" => body["callbackUrl"] = json!("http://example.com/"),
            "WEBHOOK_SECRET_MISSING" => body["callbackUrl"] = json!("https://example.com/"),
            "EXPORT_OUTPUT_TOO_LARGE" => {
                self.draw(&mut body, &state(1920, 1080, 1.0)).await;
                body["scale"] = json!(8);
            }
            "EXPORT_TOO_LONG" => self.draw(&mut body, &state(1920, 1080, 301.0)).await,
            "OPEN_API_CREDITS_INSUFFICIENT" => {
                let granted = self.service.store().grant(&self.user.name, 1).await;
                granted.unwrap();
            }
            // The user has one active export already.
            "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED" => {
                self.succeed(operation).await.data();
            }
            other => panic!("say here how {} comes to answer {other}", operation.id),
        }
        answer(self.with_body(operation, &body)).await
    }

    /// Has a create's body, or else the project that it is about, draw a document.
    async fn draw(&self, body: &mut Value, state: &Value) {
        if body.get("editorState").is_some() {
            body["editorState"] = state.clone();
            body["ratio"] = json!("custom");
            return;
        }
        let path = format!("/v1/projects/{}/sync", self.user.project);
        let sync = self.service.to(Method::POST, &path);
        let sync = sync.bearer_auth(&self.user.secret);
        answer(sync.json(&synced_body(state))).await.data();
    }

    /// A document that has a fault, in the body or, of a project, as it was kept.
    async fn with_fault(&self, operation: &Operation, code: &str, number: usize) -> Answer {
        let mut body = example(operation, &self.user).unwrap();
        if body.get("editorState").is_some() {
            body["editorState"] = faulty(code);
            return answer(self.with_body(operation, &body)).await;
        }
        // An earlier version of the service may have taken what this one refuses. No other
        // project has a canvas of this size.
        let (service, user) = (&self.service, &self.user);
        let kept = synced_body(&state(200 + number as u32, 64, 1.0));
        let create = service.to(Method::POST, "/v1/projects");
        let created = answer(create.bearer_auth(&user.secret).json(&kept)).await;
        let project = created.data()["projectId"].as_str().unwrap().to_owned();
        let items = service.items(&user.name, &format!("P#{project}")).await;
        let hash = items[0]["documentHash"]["S"].as_str().unwrap();
        let document = faulty(code).to_string();
        let put = service.store().put_document(hash, document.as_bytes());
        put.await.unwrap();
        let path = path_with(operation, |_| project.clone());
        let request = world::request(service, operation, &path, user);
        answer(request.bearer_auth(&user.secret)).await
    }

    /// A file, or part of one, that is not taken.
    async fn not_taken(&self, operation: &Operation, code: &str) -> Answer {
        let words = b"no picture";
        if takes_file(operation) {
            let request = self.service.to(operation.method.clone(), &operation.path);
            let request = request
                .header("content-type", "image/png")
                .header("x-file-name", "a.png")
                .body(words.as_slice());
            return answer(request.bearer_auth(&self.user.secret)).await;
        }
        if operation.id == "completeUpload" {
            let claim = announced("a.png", "image/png", words);
            return self.complete_upload(&claim, Some(words)).await;
        }
        let mut body = example(operation, &self.user).unwrap();
        match (operation.id.as_str(), code) {
            ("signUploadParts", _) => body["partNumbers"] = json!([2]),
            // More than captions may have.
            (_, "UPLOAD_TOO_LARGE") => body["size"] = json!(11 * 1024 * 1024),
            (_, "UPLOAD_LIMIT_EXCEEDED") => {
                // The user has one open upload already.
                for number in 1..MAX_OPEN_UPLOADS {
                    let file = announced("c.srt", "text/plain", number.to_string().as_bytes());
                    begun(&self.service, &self.user.secret, &file).await;
                }
            }
            // Hashes of two parts, of a file that has one.
            _ => {
                let hash = body["partSha256"][0].clone();
                body["partSha256"] = json!([hash, hash]);
            }
        }
        answer(self.with_body(operation, &body)).await
    }
}
