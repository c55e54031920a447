//! A local stack of one test's own: table, queues and bucket of `template.yaml`
//! on a MiniStack process that ends with the test. For tests only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may fail loudly"
)]

pub mod export;
pub mod font;
pub mod hostile;
pub mod openapi;
pub mod secrets;
pub mod telemetry;
pub mod web;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use darkroom_store::{ApiKey, NewKey, Provisioned, Store, provision};
use serde_json::{Value, json};

/// Region of the stack.
pub const REGION: &str = "us-east-1";

const TEMPLATE: &str = include_str!("../../../template.yaml");
/// MiniStack answers within a second; nothing takes this long on the slowest
/// machine that tests run on.
const LIMIT: Duration = Duration::from_secs(90);

/// MiniStack without persistence; ended when dropped.
#[derive(Debug)]
pub struct Stack {
    child: Child,
    /// Scratch space, removed with the stack.
    pub dir: tempfile::TempDir,
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    /// What was made on it.
    pub made: Provisioned,
    http: reqwest::Client,
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `DARKROOM_MINISTACK`, or what `cargo xtask setup` installed beside the tests'
/// own binaries, or whatever is on the path.
fn ministack() -> PathBuf {
    if let Some(path) = std::env::var_os("DARKROOM_MINISTACK") {
        return path.into();
    }
    std::env::current_exe()
        .unwrap()
        .ancestors()
        .map(|dir| dir.join("tools/venv/bin/ministack"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| "ministack".into())
}

impl Stack {
    /// Starts MiniStack on a free port and makes everything on it.
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(ministack())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("TMPDIR", dir.path())
            .env("LOG_LEVEL", "ERROR")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("MiniStack is needed: cargo xtask setup, or DARKROOM_MINISTACK");
        let start = Instant::now();
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_err()
        {
            assert!(start.elapsed() < LIMIT, "MiniStack does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let endpoint = format!("http://127.0.0.1:{port}");
        let http = darkroom_media::http_client().unwrap();
        let made = provision(&endpoint, REGION, TEMPLATE).await.unwrap();
        Self {
            child,
            dir,
            endpoint,
            made,
            http: http.no_proxy().build().unwrap(),
        }
    }

    /// A call of one of the stack's JSON protocols (`DynamoDB_20120810.GetItem`), past every
    /// line of ours: its status and what it answered.
    pub async fn call(&self, target: &str, body: &Value) -> (u16, Value) {
        let root = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, \
                    SignedHeaders=host, Signature=0";
        let answer = self
            .http
            .post(&self.endpoint)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", root)
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// The same, which must succeed.
    pub async fn aws(&self, target: &str, body: &Value) -> Value {
        let (status, answer) = self.call(target, body).await;
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// Updates an item of a user.
    pub async fn update(&self, user: &str, sk: &str, expression: &str, values: &Value) {
        let mut update = json!({
            "TableName": self.made.table,
            "Key": { "pk": { "S": format!("U#{user}") }, "sk": { "S": sk } },
            "UpdateExpression": expression,
            "ConditionExpression": "attribute_exists(pk)",
        });
        if !values.is_null() {
            update["ExpressionAttributeValues"] = values.clone();
        }
        self.aws("DynamoDB_20120810.UpdateItem", &update).await;
    }

    /// Makes an item of a user, which must stand in the due index, due so many milliseconds
    /// after 1970.
    pub async fn make_due(&self, user: &str, sk: &str, at: u64) {
        let update = json!({
            "TableName": self.made.table,
            "Key": { "pk": { "S": format!("U#{user}") }, "sk": { "S": sk } },
            "UpdateExpression": "SET dueAt = :at",
            "ConditionExpression": "attribute_exists(dueShard)",
            "ExpressionAttributeValues": { ":at": { "N": at.to_string() } },
        });
        self.aws("DynamoDB_20120810.UpdateItem", &update).await;
    }

    /// An item of a user; null where there is none.
    pub async fn item(&self, user: &str, sk: &str) -> Value {
        let key = json!({ "pk": { "S": format!("U#{user}") }, "sk": { "S": sk } });
        let wanted = json!({ "TableName": self.made.table, "Key": key, "ConsistentRead": true });
        let mut found = self.aws("DynamoDB_20120810.GetItem", &wanted).await;
        found["Item"].take()
    }

    /// Messages of a queue: waiting, and taken but not deleted. Those that are held back
    /// are neither.
    pub async fn messages(&self, queue_url: &str) -> (u64, u64) {
        let all = json!({ "QueueUrl": queue_url, "AttributeNames": ["All"] });
        let found = self.aws("AmazonSQS.GetQueueAttributes", &all).await;
        let count = |name: &str| {
            let text = found["Attributes"][name].as_str().unwrap();
            text.parse().unwrap()
        };
        (
            count("ApproximateNumberOfMessages"),
            count("ApproximateNumberOfMessagesNotVisible"),
        )
    }

    /// The store on this stack.
    pub fn store(&self) -> &Store {
        &self.made.store
    }

    /// Every item of a user, by sort key.
    pub async fn items(&self, user: &str) -> BTreeMap<String, Value> {
        let query = json!({
            "TableName": self.made.table, "ConsistentRead": true,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": { ":pk": { "S": format!("U#{user}") } },
        });
        let found = self.aws("DynamoDB_20120810.Query", &query).await;
        let items = found["Items"].as_array().unwrap().iter();
        items
            .map(|item| (item["sk"]["S"].as_str().unwrap().to_owned(), item.clone()))
            .collect()
    }

    /// Keys in the bucket under a prefix.
    pub async fn objects(&self, prefix: &str) -> BTreeSet<String> {
        let bucket = &self.made.bucket;
        let url = format!("{}/{bucket}?list-type=2&prefix={prefix}", self.endpoint);
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let listing = answer.text().await.unwrap();
        let keys = listing.split("<Key>").skip(1);
        keys.map(|rest| rest.split("</Key>").next().unwrap().to_owned())
            .collect()
    }

    /// Sends a part of an upload to the address that was signed for it (`url`, `headers`);
    /// answers the bucket's status.
    pub async fn send_part(&self, part: &Value, bytes: &[u8]) -> u16 {
        let mut put = self.http.put(part["url"].as_str().unwrap());
        for (name, value) in part["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        let sent = put.body(bytes.to_vec()).send().await.unwrap();
        sent.status().as_u16()
    }

    /// A new key of a user with runtime access and no limit, and its secret.
    pub async fn key(&self, user: &str) -> (String, ApiKey) {
        let wanted = NewKey {
            name: None,
            runtime_access: true,
            quota: None,
            requests_per_minute: None,
        };
        let made = self.store().create_key(user, wanted).await.unwrap();
        let key = self.store().authenticate(&made.key).await.unwrap().unwrap();
        (made.key, key)
    }
}
