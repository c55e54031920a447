//! A service of one test's own, and what is behind it.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use darkroom_api::{ApiConfig, AppState, router};
use darkroom_exports::{Limits, Timestamp};
use darkroom_store::{ApiKey, Claim, ClaimOutcome, NewKey, RenderMessage, Store};
use darkroom_test_stack::Stack;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::described::assert_described;
pub use crate::documents::{
    body, body_of, body_with, geometry, old_state, slid_from_a_corner, state, state_with,
    synced_body, with,
};
pub use crate::problems::assert_problem;

pub struct Service {
    pub stack: Stack,
    pub url: String,
    pub client: Client,
    /// Secret and key of the user `ann`.
    pub secret: String,
    pub key: ApiKey,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Null where the body is no JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> (u16, &str) {
        (
            self.status,
            self.json["errorCode"].as_str().unwrap_or_default(),
        )
    }

    pub fn data(&self) -> &Value {
        assert!(self.status < 300, "{self:?}");
        &self.json["data"]
    }

    pub fn task(&self) -> String {
        self.data()["taskId"].as_str().unwrap().to_owned()
    }

    pub fn replayed(&self) -> bool {
        self.header("idempotency-replayed") == "true"
    }

    /// The pointers of `errors`.
    pub fn paths(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["path"].as_str().unwrap())
            .collect()
    }
}

/// Sends a request. An answer of the service must be one that `openapi.json` holds.
pub async fn answer(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    let answer = Answer {
        status,
        headers,
        text,
        json,
    };
    assert_described(&method, &path, &answer);
    answer
}

/// Serves a store on a port of its own.
pub async fn serve(store: &Store) -> String {
    serve_at(store, Timestamp::now).await
}

/// Serves a store with a clock of the test's own.
pub async fn serve_at(store: &Store, clock: fn() -> Timestamp) -> String {
    // Five minutes of 1080p, whatever the default becomes.
    let limits = Limits {
        pixel_budget: 1920 * 1080 * 30 * 300,
        ..Limits::default()
    };
    let config = ApiConfig {
        limits,
        ..ApiConfig::default()
    };
    serve_config(store, config, clock).await
}

/// Serves a store with settings and a clock of the test's own.
pub async fn serve_config(store: &Store, config: ApiConfig, clock: fn() -> Timestamp) -> String {
    serve_state(AppState::with_clock(store.clone(), config, clock)).await
}

/// Serves a state of the test's own.
pub async fn serve_state(state: AppState) -> String {
    let app = router(state);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

pub fn client() -> Client {
    darkroom_media::http_client()
        .unwrap()
        .no_proxy()
        .build()
        .unwrap()
}

impl Service {
    pub async fn start() -> Self {
        let stack = Stack::start().await;
        let (secret, key) = stack.key("ann").await;
        let url = serve(stack.store()).await;
        Self {
            stack,
            url,
            client: client(),
            secret,
            key,
        }
    }

    /// Revokes the key behind the service's back: it was just looked up, and is
    /// believed.
    pub async fn revoke_elsewhere(&self) {
        self.revoke(&self.key.hash).await;
    }

    /// A further key of ann's that was just looked up, and then revoked behind the service's
    /// back. It is good for one request: refused once, it is looked up anew.
    pub async fn revoked_key(&self) -> String {
        let (secret, key) = self.stack.key("ann").await;
        self.revoke(&key.hash).await;
        secret
    }

    async fn revoke(&self, hash: &str) {
        let key = json!({ "pk": { "S": format!("K#{hash}") }, "sk": { "S": "KEY" } });
        self.aws(
            "DynamoDB_20120810.UpdateItem",
            &json!({
                "TableName": self.stack.made.table, "Key": key,
                "UpdateExpression": "SET revoked = :yes",
                "ExpressionAttributeValues": { ":yes": { "BOOL": true } },
            }),
        )
        .await;
    }

    pub fn store(&self) -> &Store {
        self.stack.store()
    }

    pub fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.to(Method::GET, path).bearer_auth(&self.secret)
    }

    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.to(Method::DELETE, path).bearer_auth(&self.secret)
    }

    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.to(Method::POST, path)
            .bearer_auth(&self.secret)
            .json(body)
    }

    pub async fn create(&self, body: &Value) -> Answer {
        answer(self.post("/v1/exports", body)).await
    }

    /// Creates a project with a state, and answers its id.
    pub async fn project(&self, state: &Value) -> String {
        let created = answer(self.post("/v1/projects", &synced_body(state))).await;
        created.data()["projectId"].as_str().unwrap().to_owned()
    }

    pub async fn sync(&self, project: &str, state: &Value) -> Answer {
        let path = format!("/v1/projects/{project}/sync");
        answer(self.post(&path, &synced_body(state))).await
    }

    pub async fn patch(&self, project: &str, body: &Value) -> Answer {
        let path = format!("/v1/projects/{project}");
        let patch = self.to(Method::PATCH, &path).bearer_auth(&self.secret);
        answer(patch.json(body)).await
    }

    /// Uploads a text as captions; answers the asset.
    pub async fn caption_asset(&self, text: &str) -> Value {
        let srt = format!("1\n00:00:00,000 --> 00:00:01,000\n{text}\n");
        let upload = self
            .to(Method::POST, "/v1/uploads")
            .bearer_auth(&self.secret)
            .header("content-type", "text/plain")
            .header("x-file-name", "a.srt")
            .body(srt);
        answer(upload).await.data().clone()
    }

    pub async fn create_keyed(&self, body: &Value, key: &str) -> Answer {
        answer(
            self.post("/v1/exports", body)
                .header("idempotency-key", key),
        )
        .await
    }

    pub async fn task(&self, id: &str) -> Value {
        answer(self.get(&format!("/v1/exports/{id}")))
            .await
            .data()
            .clone()
    }

    pub async fn cancel(&self, id: &str) -> Answer {
        answer(self.delete(&format!("/v1/exports/{id}"))).await
    }

    /// Claims a task of ann's, as a worker does.
    pub async fn claim(&self, task: &str) -> Claim {
        match self.try_claim(task).await {
            ClaimOutcome::Claimed(claim) => claim,
            other => panic!("{other:?}"),
        }
    }

    pub async fn try_claim(&self, task: &str) -> ClaimOutcome {
        let message = RenderMessage {
            user: "ann".to_owned(),
            task: task.to_owned(),
        };
        let lease = Duration::from_secs(60);
        self.store().claim(&message, "w", lease).await.unwrap()
    }

    /// A further key of a user.
    pub async fn more_key(
        &self,
        user: &str,
        runtime_access: bool,
        quota: Option<u64>,
    ) -> (String, String) {
        let wanted = NewKey {
            name: None,
            runtime_access,
            quota,
            requests_per_minute: None,
        };
        self.make_key(user, wanted).await
    }

    /// A further key of a user, with a rate of its own.
    pub async fn key_with_rate(&self, user: &str, rate: u32) -> (String, String) {
        let wanted = NewKey {
            name: None,
            runtime_access: true,
            quota: None,
            requests_per_minute: Some(rate),
        };
        self.make_key(user, wanted).await
    }

    async fn make_key(&self, user: &str, wanted: NewKey) -> (String, String) {
        let made = self.store().create_key(user, wanted).await.unwrap();
        (made.key, made.key_id)
    }

    /// One call of the stack's JSON protocols, past every line of ours.
    pub async fn aws(&self, target: &str, body: &Value) -> Value {
        self.stack.aws(target, body).await
    }

    /// Sort keys of a user's items that begin with a prefix.
    pub async fn items(&self, user: &str, prefix: &str) -> Vec<Value> {
        let found = self
            .aws(
                "DynamoDB_20120810.Query",
                &json!({
                    "TableName": self.stack.made.table, "ConsistentRead": true,
                    "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
                    "ExpressionAttributeValues": {
                        ":pk": { "S": format!("U#{user}") }, ":sk": { "S": prefix },
                    },
                }),
            )
            .await;
        found["Items"].as_array().unwrap().clone()
    }

    /// Changes one item of a user.
    pub async fn update(&self, user: &str, sk: &str, expression: &str, values: &Value) {
        self.aws(
            "DynamoDB_20120810.UpdateItem",
            &json!({
                "TableName": self.stack.made.table,
                "Key": { "pk": { "S": format!("U#{user}") }, "sk": { "S": sk } },
                "UpdateExpression": expression, "ExpressionAttributeValues": values,
            }),
        )
        .await;
    }

    /// Messages that lie on the render queue.
    pub async fn queued(&self) -> u64 {
        let found = self
            .aws(
                "AmazonSQS.GetQueueAttributes",
                &json!({
                    "QueueUrl": self.stack.made.render_queue_url, "AttributeNames": ["All"],
                }),
            )
            .await;
        let count = &found["Attributes"]["ApproximateNumberOfMessages"];
        count.as_str().unwrap().parse().unwrap()
    }

    /// Keys in the bucket under a prefix.
    pub async fn objects(&self, prefix: &str) -> HashSet<String> {
        let bucket = &self.stack.made.bucket;
        let url = format!(
            "{}/{bucket}?list-type=2&prefix={prefix}",
            self.stack.endpoint
        );
        let listing = answer(self.client.get(url)).await;
        assert_eq!(listing.status, 200, "{}", listing.text);
        let keys = listing.text.split("<Key>").skip(1);
        keys.map(|rest| rest.split("</Key>").next().unwrap().to_owned())
            .collect()
    }

    /// Ids of the account's active tasks, and its balance.
    pub async fn account(&self) -> (Vec<String>, Option<i64>) {
        self.store().account("ann").await.unwrap()
    }

    /// Nothing of ann's is there: no task, record, slot, message or document.
    pub async fn assert_nothing_created(&self) {
        for prefix in [
            "T#", "I#", "C#", "A#", "P#", "B#", "F#", "R#", "W#", "H#", "Y#",
        ] {
            assert!(self.items("ann", prefix).await.is_empty(), "{prefix}");
        }
        assert!(self.account().await.0.is_empty());
        assert_eq!(self.queued().await, 0);
    }
}
