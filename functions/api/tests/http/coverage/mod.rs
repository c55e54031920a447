//! Every status and every code of every operation in `openapi.json` is produced; that no
//! other one is answered is seen to wherever a test asks ([`crate::described`]).

mod conflicts;
mod unprocessable;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer};
use crate::described::{Document, Operation, document};
use crate::faults::Proxy;
use crate::world::{self, User, example, path_with, takes_file};

/// An id that nothing has.
const NOBODY: &str = "0198c0de-0000-7000-8000-000000000001";

/// A service with faults to order.
struct Stage {
    service: Service,
    proxy: Proxy,
    user: User,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_status_and_code_of_every_operation_is_produced() {
    let (service, proxy) = Proxy::start().await;
    let user = User::new(&service, "fixture").await;
    let mut stage = Stage {
        service,
        proxy,
        user,
    };
    let mut missing = Vec::new();
    for operation in &document().operations {
        for (status, code) in Document::cases(operation) {
            if may_change(operation, status, code) {
                let name = format!("user-{}-{status}-{code}", operation.id);
                stage.user = User::new(&stage.service, &name).await;
            }
            let answer = stage.produce(operation, status, code).await;
            stage.proxy.mend();
            if answer.code() != (status, code) {
                missing.push(format!(
                    "{} {status} {code}: got {}",
                    operation.id, answer.text
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether what leads there changes something that matters to the next: it begins with a user
/// of its own.
fn may_change(operation: &Operation, status: u16, code: &str) -> bool {
    match status {
        404 => operation.id == "completeUpload",
        // What was in conflict before is completed.
        422 if operation.id == "signUploadParts" => true,
        422 => matches!(
            code,
            "OPEN_API_CREDITS_INSUFFICIENT"
                | "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED"
                | "WEBHOOK_SECRET_MISSING"
                | "UPLOAD_LIMIT_EXCEEDED"
        ),
        429 => code != "OPEN_API_REQUEST_LIMIT_EXCEEDED",
        _ => matches!(status, 200 | 201 | 409),
    }
}

impl Stage {
    /// Asks so that the operation answers with that status and, where it refuses, that code.
    async fn produce(&self, operation: &Operation, status: u16, code: &str) -> Answer {
        let secret = &self.user.secret;
        match status {
            200 | 201 => self.succeed(operation).await,
            400 if code == "IDEMPOTENCY_KEY_INVALID" => {
                let keyed = self.good(operation).header("idempotency-key", "a b");
                answer(keyed.bearer_auth(secret)).await
            }
            400 => answer(self.malformed(operation).bearer_auth(secret)).await,
            401 => answer(self.good(operation)).await,
            403 => {
                let (reader, _) = self.service.more_key(&self.user.name, false, None).await;
                answer(self.good(operation).bearer_auth(reader)).await
            }
            404 => self.absent(operation, code).await,
            409 => self.conflict(operation, code).await,
            413 => {
                let large = vec![b' '; 4 * 1024 * 1024 + 1];
                answer(self.good(operation).bearer_auth(secret).body(large)).await
            }
            415 => {
                let path = self.user.path(operation);
                let request = self.service.to(operation.method.clone(), &path);
                let request = request.header("content-type", "application/zip");
                let request = request.header("x-file-name", "a.zip").body("PK");
                answer(request.bearer_auth(secret)).await
            }
            422 => self.unprocessable(operation, code).await,
            429 => self.limited(operation, code).await,
            500 => self.broken(operation, "AccessDeniedException").await,
            503 => {
                let kind = "ProvisionedThroughputExceededException";
                self.broken(operation, kind).await
            }
            other => panic!("say here how {} comes to answer {other}", operation.id),
        }
    }

    /// A request of the user's without a body.
    async fn ask(&self, method: Method, path: &str) -> Answer {
        let request = self.service.to(method, path);
        answer(request.bearer_auth(&self.user.secret)).await
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

    async fn absent(&self, operation: &Operation, code: &str) -> Answer {
        let user = &self.user;
        let project = format!("/v1/projects/{}", user.project);
        match (operation.id.as_str(), code) {
            // The project is there, and the asset is not.
            ("addProjectAsset", "ASSET_NOT_FOUND") => {
                let body = json!({ "assetId": NOBODY });
                return answer(self.with_body(operation, &body)).await;
            }
            ("deleteProjectAsset", "ASSET_NOT_FOUND") => {
                return self
                    .ask(Method::DELETE, &format!("{project}/assets/{NOBODY}"))
                    .await;
            }
            // What the upload is for is gone before it is completed, or what it made after.
            ("completeUpload", "PROJECT_NOT_FOUND") => {
                self.ask(Method::DELETE, &project).await.data();
                return self.succeed(operation).await;
            }
            ("completeUpload", "ASSET_NOT_FOUND") => {
                let made = self.succeed(operation).await;
                let asset = made.data()["assetId"].as_str().unwrap();
                self.ask(Method::DELETE, &format!("/v1/assets/{asset}"))
                    .await
                    .data();
                return self.succeed(operation).await;
            }
            _ => {}
        }
        let path = path_with(operation, |_| NOBODY.to_owned());
        let request = world::request(&self.service, operation, &path, user);
        let request = match example(operation, user) {
            _ if takes_file(operation) => request.header("x-project-id", NOBODY),
            Some(mut body) if body.get("projectId").is_some() => {
                body["projectId"] = json!(NOBODY);
                request.json(&body)
            }
            _ => request,
        };
        answer(request.bearer_auth(&user.secret)).await
    }

    async fn limited(&self, operation: &Operation, code: &str) -> Answer {
        let name = &self.user.name;
        match code {
            "OPEN_API_PROJECT_SYNC_RATE_LIMITED" => {
                for _ in 0..30 {
                    let answer = self.succeed(operation).await;
                    if answer.status == 429 {
                        return answer;
                    }
                }
                panic!("syncs have no limit");
            }
            "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED" => {
                // A key that covers no second.
                let (poor, _) = self.service.more_key(name, true, Some(0)).await;
                answer(self.good(operation).bearer_auth(poor)).await
            }
            _ => {
                let (slow, _) = self.service.key_with_rate(name, 1).await;
                let its_one = self.service.to(Method::GET, "/v1/exports");
                answer(its_one.bearer_auth(&slow)).await;
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
