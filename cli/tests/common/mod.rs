//! Starts the program as a user would and speaks to it from outside.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod documents;
pub mod log;
pub mod pixels;
mod terminal;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use darkroom_store::{NewKey, Queues, Store, StoreConfig};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

pub use documents::{moving_square, request, write};
use log::Log;
pub use pixels::probe;
pub use terminal::{on_terminal, on_terminal_then};

/// Nothing here takes longer on the slowest machine we test on.
pub const LIMIT: Duration = Duration::from_mins(2);

pub fn darkroom() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkroom"));
    for name in [
        "DARKROOM_URL",
        "DARKROOM_API_KEY",
        "DARKROOM_DATA",
        "DARKROOM_TABLE",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs to the end and shows what was printed when it failed to end as expected.
pub fn run(args: &[&str], code: i32) -> Output {
    let output = darkroom().args(args).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "darkroom {args:?}\nstdout: {}\nstderr: {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A running `darkroom serve`; ended with SIGTERM when dropped, with no secret in its log.
pub struct Service {
    child: Child,
    log: Log,
    pub data: PathBuf,
    pub url: String,
    pub key: String,
    pub http: reqwest::Client,
}

/// An answer of the service, byte for byte.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub replayed: bool,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn task(&self) -> String {
        assert_eq!(self.status, 201, "{}", self.body);
        self.json()["data"]["taskId"].as_str().unwrap().to_owned()
    }
}

impl Service {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[], &[])
    }

    pub fn start_with(data: &Path, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let log = Log::new();
        let mut child = darkroom()
            .args(["serve", "--json", "--port", "0", "--data"])
            .arg(data)
            .args(more)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log.writer())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("no ready line ({error}): {line:?}\n{}", log.text()));
        let keys: Vec<&String> = ready.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["apiKey", "url"], "exactly url and apiKey");
        let key = ready["apiKey"].as_str().unwrap().to_owned();
        log.keeps(&key);
        Self {
            child,
            log,
            data: data.to_owned(),
            url: ready["url"].as_str().unwrap().to_owned(),
            key,
            http: darkroom_media::http_client().unwrap().build().unwrap(),
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// SIGTERM, and the exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }

    /// SIGKILL: no time to tidy anything up.
    pub fn kill(mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.key)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Creates an export with a key and, perhaps, an idempotency key.
    pub async fn post(&self, key: &str, once: Option<&str>, body: &Value) -> Answer {
        let mut request = self
            .http
            .post(format!("{}/v1/exports", self.url))
            .bearer_auth(key)
            .json(body);
        if let Some(once) = once {
            request = request.header("Idempotency-Key", once);
        }
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            replayed: answer.headers().get("idempotency-replayed").is_some(),
            body: answer.text().await.unwrap(),
        }
    }

    pub async fn create(&self, state: &Value) -> (u16, Value) {
        let answer = self.post(&self.key, None, &request(state)).await;
        (answer.status, answer.json())
    }

    pub async fn created(&self, state: &Value) -> String {
        self.post(&self.key, None, &request(state)).await.task()
    }

    pub async fn cancel(&self, key: &str, task: &str) -> (u16, Value) {
        let answer = self
            .http
            .delete(format!("{}/v1/exports/{task}", self.url))
            .bearer_auth(key)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Where its local AWS stack is.
    pub fn stack_url(&self) -> String {
        self.endpoint()["aws_url"].as_str().unwrap().to_owned()
    }

    /// How the service says it is reached.
    fn endpoint(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.data.join("service.json")).unwrap()).unwrap()
    }

    /// The service's state, behind its back.
    pub async fn store(&self) -> Store {
        let endpoint = self.endpoint();
        let text = |name: &str| endpoint[name].as_str().unwrap();
        let config = StoreConfig::local(
            text("aws_url"),
            "us-east-1",
            text("table"),
            text("bucket"),
            Queues {
                render: text("render_queue_url").to_owned(),
                webhook: text("webhook_queue_url").to_owned(),
                dead_letters: None,
            },
        );
        Store::new(config).await.unwrap()
    }

    /// Learns of something that is in no log.
    pub fn keeps(&self, secret: &str) {
        self.log.keeps(secret);
    }

    /// A key of a user of this name.
    pub async fn key_of(&self, user: &str) -> String {
        let wanted = NewKey {
            name: None,
            runtime_access: true,
            quota: None,
            requests_per_minute: None,
        };
        let made = self.store().await.create_key(user, wanted).await.unwrap();
        self.log.keeps(&made.key);
        made.key
    }

    /// Messages in the render queue: waiting, and taken but not deleted.
    pub async fn messages(&self) -> (u64, u64) {
        let endpoint = self.endpoint();
        let answer: Value = self
            .http
            .post(endpoint["aws_url"].as_str().unwrap())
            .header("X-Amz-Target", "AmazonSQS.GetQueueAttributes")
            .header("Content-Type", "application/x-amz-json-1.0")
            .json(&json!({ "QueueUrl": endpoint["render_queue_url"], "AttributeNames": ["All"] }))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let count = |name: &str| {
            let value = answer["Attributes"][name].as_str();
            value
                .unwrap_or_else(|| panic!("no {name}: {answer}"))
                .parse()
                .unwrap()
        };
        (
            count("ApproximateNumberOfMessages"),
            count("ApproximateNumberOfMessagesNotVisible"),
        )
    }

    /// Names of the outputs in the bucket that were made for a task.
    pub async fn outputs_of(&self, task: &str) -> Vec<String> {
        let endpoint = self.endpoint();
        let url = format!(
            "{}/{}?list-type=2&prefix=outputs/",
            endpoint["aws_url"].as_str().unwrap(),
            endpoint["bucket"].as_str().unwrap()
        );
        let answer = self.http.get(url).send().await.unwrap();
        let listed = answer.error_for_status().unwrap().text().await.unwrap();
        assert!(listed.contains("<ListBucketResult"), "{listed}");
        listed
            .split("<Key>")
            .skip(1)
            .filter_map(|rest| rest.split("</Key>").next())
            .filter(|key| key.contains(task))
            .map(str::to_owned)
            .collect()
    }

    /// Looks until the task is as `wanted` says.
    pub async fn until(&self, task: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let (status, answer) = self.get(&format!("/v1/exports/{task}")).await;
            assert_eq!(status, 200, "{answer}");
            if wanted(&answer["data"]) {
                return answer["data"].clone();
            }
            assert!(start.elapsed() < LIMIT, "still not as wanted: {answer}");
            // As often as the key may ask for as long as it likes.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits for the middle of a render: the encoder has begun to write its file.
    /// Only one render may be under way.
    pub async fn until_frames_are_encoded(&self, task: &str) {
        let start = Instant::now();
        while !holds_a_written_file(&self.data.join("scratch"), "mp4") {
            assert!(start.elapsed() < LIMIT, "nothing is encoded");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (_, answer) = self.get(&format!("/v1/exports/{task}")).await;
        assert_eq!(answer["data"]["status"], "PROCESSING", "too late");
    }

    pub async fn ended(&self, task: &str) -> Value {
        self.until(task, |task| {
            ["COMPLETED", "FAILED", "CANCELED"].contains(&task["status"].as_str().unwrap())
        })
        .await
    }
}

/// A receiver of webhooks that answers 200: its address, and what it gets.
pub async fn receiver() -> (String, UnboundedReceiver<(HeaderMap, Value)>) {
    let (sender, received) = tokio::sync::mpsc::unbounded_channel();
    let take = move |headers: HeaderMap, body: String| {
        let got = (headers, serde_json::from_str(&body).unwrap());
        // Nobody may be waiting any more.
        let _ = sender.send(got);
        std::future::ready(())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/hook", axum::routing::post(take));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, received)
}

fn holds_a_written_file(dir: &Path, extension: &str) -> bool {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let path = entry.path();
        let written = path.extension().is_some_and(|found| found == extension)
            && entry.metadata().is_ok_and(|meta| meta.len() > 0);
        written || holds_a_written_file(&path, extension)
    })
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            let _ = self.child.wait();
        }
        self.log.close(&self.data);
    }
}

/// Whether nothing is left of the local stack on `dir`, its functions included.
pub fn no_stack_runs_on(dir: &Path) -> bool {
    let wanted = format!(
        "STATE_DIR={}",
        dir.canonicalize().unwrap().join("state").display()
    );
    std::fs::read_dir("/proc").unwrap().flatten().all(|entry| {
        std::fs::read(entry.path().join("environ")).map_or(true, |environ| {
            !String::from_utf8_lossy(&environ).contains(&wanted)
        })
    })
}
