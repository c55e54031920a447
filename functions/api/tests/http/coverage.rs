//! Every status of every operation in `openapi.json` is produced; that no other one is
//! answered is seen to wherever a test asks ([`crate::described`]).

use std::collections::BTreeSet;
use std::time::Duration;

use darkroom_store::{ClaimOutcome, RenderMessage};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, state, synced_body};
use crate::described::{Document, Operation, document};
use crate::faults::Proxy;
use crate::sessions::{announced, begun, send};
use crate::world::{self, User, example, path_with, takes_file};

/// A service with faults to order.
struct Stage {
    service: Service,
    proxy: Proxy,
    user: User,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_status_of_every_operation_is_produced() {
    let (service, proxy) = Proxy::start().await;
    let user = User::new(&service, "fixture").await;
    let mut stage = Stage {
        service,
        proxy,
        user,
    };
    let mut missing = Vec::new();
    let mut seen = BTreeSet::new();
    for operation in &document().operations {
        for status in Document::statuses(operation) {
            // What may change something begins with a user of its own.
            if matches!(status, 200 | 201 | 409 | 422 | 429) {
                let name = format!("user-{}-{status}", operation.id);
                stage.user = User::new(&stage.service, &name).await;
            }
            let answer = stage.produce(operation, status).await;
            stage.proxy.mend();
            seen.insert((operation.id.as_str(), answer.status));
            if answer.status != status {
                missing.push(format!("{} {status}: got {}", operation.id, answer.text));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    let documented: usize = document()
        .operations
        .iter()
        .map(|operation| Document::statuses(operation).len())
        .sum();
    assert_eq!(seen.len(), documented);
}

impl Stage {
    /// Asks so that the operation answers with that status.
    async fn produce(&self, operation: &Operation, status: u16) -> Answer {
        let secret = &self.user.secret;
        match status {
            200 | 201 => self.succeed(operation).await,
            400 => answer(self.malformed(operation).bearer_auth(secret)).await,
            401 => answer(self.good(operation)).await,
            403 => {
                let (reader, _) = self.service.more_key(&self.user.name, false, None).await;
                answer(self.good(operation).bearer_auth(reader)).await
            }
            404 => answer(self.absent(operation).bearer_auth(secret)).await,
            409 => self.conflict(operation).await,
            413 => {
                let large = vec![b' '; 6 * 1024 * 1024 + 1];
                answer(self.good(operation).bearer_auth(secret).body(large)).await
            }
            415 => {
                let path = self.user.path(operation);
                let request = self.service.to(operation.method.clone(), &path);
                let request = request.header("content-type", "application/zip");
                let request = request.header("x-file-name", "a.zip").body("PK");
                answer(request.bearer_auth(secret)).await
            }
            422 => self.unprocessable(operation).await,
            429 => self.limited(operation).await,
            500 => self.broken(operation, "AccessDeniedException").await,
            503 => {
                let kind = "ProvisionedThroughputExceededException";
                self.broken(operation, kind).await
            }
            other => panic!("say here how {} comes to answer {other}", operation.id),
        }
    }

    fn good(&self, operation: &Operation) -> RequestBuilder {
        let path = self.user.path(operation);
        world::request(&self.service, operation, &path, &self.user)
    }

    fn with_body(&self, operation: &Operation, body: &Value) -> RequestBuilder {
        let path = self.user.path(operation);
        let request = self.service.to(operation.method.clone(), &path);
        request.bearer_auth(&self.user.secret).json(body)
    }

    async fn succeed(&self, operation: &Operation) -> Answer {
        answer(self.good(operation).bearer_auth(&self.user.secret)).await
    }

    fn malformed(&self, operation: &Operation) -> RequestBuilder {
        let path = self.user.path(operation);
        if operation.spec.get("requestBody").is_some() {
            // No JSON, and no name of a file.
            let request = self.service.to(operation.method.clone(), &path);
            return request.header("content-type", "application/json").body("{");
        }
        let query = match operation.id.as_str() {
            "getExport" => "waitSeconds=21".to_owned(),
            "searchIllustrations" => format!("q={}", "x".repeat(201)),
            _ => "pageSize=0".to_owned(),
        };
        self.service
            .to(operation.method.clone(), &format!("{path}?{query}"))
    }

    fn absent(&self, operation: &Operation) -> RequestBuilder {
        let nobody = "0198c0de-0000-7000-8000-000000000001";
        let path = path_with(operation, |_| nobody.to_owned());
        let request = world::request(&self.service, operation, &path, &self.user);
        match example(operation, &self.user) {
            _ if takes_file(operation) => request.header("x-project-id", nobody),
            Some(mut body) if body.get("projectId").is_some() => {
                body["projectId"] = json!(nobody);
                request.json(&body)
            }
            _ => request,
        }
    }

    async fn conflict(&self, operation: &Operation) -> Answer {
        let user = &self.user;
        match operation.id.as_str() {
            "cancelExport" => self.complete(&user.task).await,
            "deleteAsset" => user.use_asset(&self.service).await,
            "signUploadParts" | "abortUpload" => {
                let path = format!("/v1/uploads/sessions/{}/complete", user.upload);
                let complete = self.service.to(Method::POST, &path);
                answer(complete.bearer_auth(&user.secret)).await.data();
            }
            "completeUpload" => {
                let nothing_sent = announced("c.srt", "text/plain", b"none");
                return self.complete_upload(&nothing_sent, None).await;
            }
            _ => {
                let first = self.good(operation).bearer_auth(&user.secret);
                answer(first.header("idempotency-key", "one")).await.data();
                let mut other = example(operation, user).unwrap();
                let field = if operation.id == "createProject" {
                    "title"
                } else {
                    "filename"
                };
                other[field] = json!("another");
                let again = self.with_body(operation, &other);
                return answer(again.header("idempotency-key", "one")).await;
            }
        }
        answer(self.good(operation).bearer_auth(&user.secret)).await
    }

    /// Begins an upload, sends its one part if there is one, and completes it.
    async fn complete_upload(&self, body: &Value, part: Option<&[u8]>) -> Answer {
        let (service, secret) = (&self.service, &self.user.secret);
        let id = begun(service, secret, body).await;
        if let Some(part) = part {
            send(service, secret, &id, &[1], part).await;
        }
        let path = format!("/v1/uploads/sessions/{id}/complete");
        let complete = service.to(Method::POST, &path);
        answer(complete.bearer_auth(secret)).await
    }

    async fn complete(&self, task: &str) {
        let message = RenderMessage {
            user: self.user.name.clone(),
            task: task.to_owned(),
        };
        let store = self.service.store();
        let claimed = store
            .claim(&message, "worker", Duration::from_secs(60))
            .await;
        let ClaimOutcome::Claimed(claim) = claimed.unwrap() else {
            panic!("the task is not there")
        };
        store
            .finish_completed(&claim, "outputs/x.mp4", 1, &[])
            .await
            .unwrap();
    }

    async fn unprocessable(&self, operation: &Operation) -> Answer {
        if takes_file(operation) {
            let request = self.service.to(operation.method.clone(), &operation.path);
            let request = request
                .header("content-type", "image/png")
                .header("x-file-name", "a.png")
                .body("no picture");
            return answer(request.bearer_auth(&self.user.secret)).await;
        }
        if operation.id == "completeUpload" {
            let words = b"no picture";
            let claim = announced("a.png", "image/png", words);
            return self.complete_upload(&claim, Some(words)).await;
        }
        let mut body = example(operation, &self.user).unwrap();
        if operation.id == "createUpload" {
            // More than captions may have.
            body["size"] = json!(11 * 1024 * 1024);
        } else if operation.id == "signUploadParts" {
            body["partNumbers"] = json!([2]);
        } else if body.get("editorState").is_some() {
            body["editorState"] = json!({});
        } else {
            // A project's state of 1920 x 1080 at the largest scale.
            let path = format!("/v1/projects/{}/sync", self.user.project);
            let sync = self.service.to(Method::POST, &path);
            let large = synced_body(&state(1920, 1080, 1.0));
            answer(sync.bearer_auth(&self.user.secret).json(&large))
                .await
                .data();
            body["scale"] = json!(8);
        }
        answer(self.with_body(operation, &body)).await
    }

    async fn limited(&self, operation: &Operation) -> Answer {
        let name = &self.user.name;
        match operation.id.as_str() {
            "syncProject" => {
                for _ in 0..30 {
                    let answer = self.succeed(operation).await;
                    if answer.status == 429 {
                        return answer;
                    }
                }
                panic!("syncs have no limit");
            }
            "createExport" | "createProjectExport" => {
                // A key that covers no second.
                let (poor, _) = self.service.more_key(name, true, Some(0)).await;
                answer(self.good(operation).bearer_auth(poor)).await
            }
            _ => {
                let (slow, _) = self.service.key_with_rate(name, 1).await;
                answer(self.good(operation).bearer_auth(&slow)).await;
                answer(self.good(operation).bearer_auth(&slow)).await
            }
        }
    }

    /// The table does not answer as the key is looked up.
    async fn broken(&self, operation: &Operation, kind: &str) -> Answer {
        let (fresh, _) = self.service.more_key(&self.user.name, true, None).await;
        let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
        for _ in 0..10 {
            let body = json!({ "__type": kind, "message": "no" });
            self.proxy.fail(("GetItem", 400, body));
        }
        answer(self.good(operation).bearer_auth(fresh)).await
    }
}
