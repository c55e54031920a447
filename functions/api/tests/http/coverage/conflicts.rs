//! How each code of 409 comes about.

use std::time::Duration;

use darkroom_store::{ClaimOutcome, RenderMessage};
use reqwest::Method;
use serde_json::{Value, json};

use super::Stage;
use crate::common::{Answer, answer};
use crate::described::Operation;
use crate::sessions::{announced, begun, send};
use crate::world::example;

/// Where an upload is completed.
fn completion(upload: &str) -> String {
    format!("/v1/uploads/sessions/{upload}/complete")
}

impl Stage {
    pub(super) async fn conflict(&self, operation: &Operation, code: &str) -> Answer {
        let user = &self.user;
        match code {
            "TASK_NOT_CANCELABLE" => self.complete(&user.task).await,
            "ASSET_REFERENCED" => user.use_asset(&self.service).await,
            "UPLOAD_COMPLETED" => {
                self.ask(Method::POST, &completion(&user.upload))
                    .await
                    .data();
            }
            "UPLOAD_INCOMPLETE" => {
                let nothing_sent = announced("c.srt", "text/plain", b"none");
                return self.complete_upload(&nothing_sent, None).await;
            }
            "IDEMPOTENCY_KEY_REUSED" => return self.repeated(operation, Some("one")).await,
            "CLIENT_TASK_ID_REUSED" => return self.repeated(operation, None).await,
            other => panic!("say here how {} comes to answer {other}", operation.id),
        }
        self.succeed(operation).await
    }

    /// Creates twice, otherwise the second time, under a key or else a `clientTaskId`.
    async fn repeated(&self, operation: &Operation, key: Option<&str>) -> Answer {
        let mut body = example(operation, &self.user).unwrap();
        if key.is_none() {
            body["clientTaskId"] = json!("one");
        }
        let create = |body: &Value| {
            let request = self.with_body(operation, body);
            answer(match key {
                Some(key) => request.header("idempotency-key", key),
                None => request,
            })
        };
        create(&body).await.data();
        let field = if operation.id == "createProject" {
            "title"
        } else {
            "filename"
        };
        body[field] = json!("another");
        create(&body).await
    }

    /// Begins an upload, sends its one part if there is one, and completes it.
    pub(super) async fn complete_upload(&self, body: &Value, part: Option<&[u8]>) -> Answer {
        let (service, secret) = (&self.service, &self.user.secret);
        let id = begun(service, secret, body).await;
        if let Some(part) = part {
            send(service, secret, &id, &[1], part).await;
        }
        self.ask(Method::POST, &completion(&id)).await
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
}
