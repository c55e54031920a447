//! `darkroom serve --lambda`: the built bootstraps as Lambda functions on the
//! local stack, under the roles of template.yaml, which the stack enforces.
//!
//! Run by `cargo xtask test --only lambda`, which builds the bootstraps first.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;
mod events;
mod sweep;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use common::{LIMIT, Service, moving_square, no_stack_runs_on, probe};
use events::Fill;
use serde_json::{Value, json};

const QUEUE: &str = "darkroom-render";
const DEAD_LETTERS: &str = "darkroom-render-dead-letters";

/// A service with deployed functions, and the local stack below it.
struct Deployed {
    service: Service,
    stack: String,
    dir: tempfile::TempDir,
}

impl Deployed {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let service = Service::start_with(dir.path(), &["--lambda", "--local-callbacks"], &[]);
        let file = std::fs::read(dir.path().join("service.json")).unwrap();
        let endpoint: Value = serde_json::from_slice(&file).unwrap();
        let stack = endpoint["aws_url"].as_str().unwrap().to_owned();
        Self {
            service,
            stack,
            dir,
        }
    }

    /// A call of the local stack as its root user, whose signature it does not check.
    fn as_root(&self, service: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        let root = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        let method = method.parse().unwrap();
        let url = format!("{}{path}", self.stack);
        let request = self.service.http.request(method, url);
        request.header("authorization", root)
    }

    /// Invokes a function with an event and answers what it answered.
    async fn invoke(&self, function: &str, event: String) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let request = self.as_root("lambda", "POST", &path).body(event);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(
            !answer.headers().contains_key("x-amz-function-error"),
            "{}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    }

    /// Invokes the api function; answers status, headers and body.
    async fn api(&self, name: &str, fill: &Fill) -> (u64, Value, String) {
        let event = fill.read(&format!("api/{name}"));
        let answer = self.invoke("darkroom-api", event).await;
        let body = answer["body"].as_str().unwrap_or_default().to_owned();
        let status = answer["statusCode"].as_u64().unwrap();
        (status, answer["headers"].clone(), body)
    }

    /// A call of one of the stack's JSON protocols.
    async fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let request = self
            .as_root(service, "POST", "/")
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{target}");
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn sqs(&self, action: &str, queue: &str, mut body: Value) -> Value {
        body["QueueUrl"] = format!("{}/000000000000/{queue}", self.stack).into();
        self.call("sqs", &format!("AmazonSQS.{action}"), &body)
            .await
    }

    /// Messages of a queue: waiting, and taken by somebody.
    async fn messages(&self, queue: &str) -> (u64, u64) {
        let all = json!({ "AttributeNames": ["All"] });
        let found = self.sqs("GetQueueAttributes", queue, all).await;
        let count = |name: &str| {
            let text = found["Attributes"][name].as_str().unwrap();
            text.parse().unwrap()
        };
        (
            count("ApproximateNumberOfMessages"),
            count("ApproximateNumberOfMessagesNotVisible"),
        )
    }

    async fn until_messages(&self, queue: &str, wanted: (u64, u64)) {
        let start = Instant::now();
        loop {
            let found = self.messages(queue).await;
            if found == wanted {
                return;
            }
            assert!(start.elapsed() < LIMIT, "{queue} still holds {found:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Has a message of the render queue become a dead letter after so many receives.
    async fn at_most_receives(&self, times: u32) {
        let wanted = json!({ "AttributeNames": ["RedrivePolicy"] });
        let found = self.sqs("GetQueueAttributes", QUEUE, wanted).await;
        let policy = found["Attributes"]["RedrivePolicy"].as_str().unwrap();
        let mut policy: Value = serde_json::from_str(policy).unwrap();
        policy["maxReceiveCount"] = times.into();
        let set = json!({ "Attributes": { "RedrivePolicy": policy.to_string() } });
        self.sqs("SetQueueAttributes", QUEUE, set).await;
    }

    /// Lets the queue feed the render function, or not.
    async fn feed(&self, enabled: bool) {
        let path = "/2015-03-31/event-source-mappings/";
        let list = self.as_root("lambda", "GET", path).send().await.unwrap();
        let list: Value = list.json().await.unwrap();
        let mappings = list["EventSourceMappings"].as_array().unwrap();
        let of_renders = |mapping: &&Value| {
            let arn = mapping["EventSourceArn"].as_str().unwrap();
            arn.ends_with(&format!(":{QUEUE}"))
        };
        let mapping = mappings.iter().find(of_renders).unwrap();
        let id = mapping["UUID"].as_str().unwrap();
        let request = self.as_root("lambda", "PUT", &format!("{path}{id}"));
        let answer = request.json(&json!({ "Enabled": enabled })).send().await;
        assert!(answer.unwrap().status().is_success());
    }

    async fn download(&self, task: &Value) -> PathBuf {
        let url = task["outputUrl"].as_str().unwrap();
        let answer = self.service.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let path = self.dir.path().join("output");
        std::fs::write(&path, answer.bytes().await.unwrap()).unwrap();
        path
    }

    /// Names the first fault that a policy caused, for the message of a failed test.
    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("ministack.log")).unwrap_or_default()
    }
}

/// The bootstrap of a function, where `darkroom serve --lambda` finds it.
fn bootstrap(function: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let mut built = test
        .ancestors()
        .map(|dir| dir.join(format!("lambda/{function}/bootstrap")));
    built
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("no bootstrap of {function}: run `cargo xtask lambda`"))
}

/// Which RUNBOOK.md looks for.
#[test]
fn a_function_that_cannot_start_says_why_in_one_line() {
    for function in ["api", "render", "webhook", "sweep"] {
        // Without any setting, and so without its table.
        let output = Command::new(bootstrap(function)).env_clear().output();
        let output = output.unwrap();
        assert!(!output.status.success(), "{function}");
        let log = String::from_utf8(output.stdout).unwrap();
        let lines = log.lines().map(serde_json::from_str::<Value>);
        let errors: Vec<Value> = lines
            .map(Result::unwrap)
            .filter(|line| line["level"] == "ERROR")
            .collect();
        let [error] = &errors[..] else {
            panic!("{function}: {log}")
        };
        let message = error["fields"]["message"].as_str().unwrap();
        assert!(message.starts_with("cannot start: "), "{message}");
        assert!(message.contains("DARKROOM_TABLE"), "{message}");
    }
}

#[tokio::test]
async fn exports_run_through_deployed_functions() {
    let deployed = Deployed::start();
    let service = &deployed.service;
    // Two workers at once, each with its own scratch space.
    let tasks = [
        service.created(&moving_square(128, 2.0)).await,
        service.created(&moving_square(64, 1.0)).await,
    ];
    for (task, frames) in tasks.iter().zip(["60", "30"]) {
        let done = service.ended(task).await;
        assert_eq!(done["status"], "COMPLETED", "{done}\n{}", deployed.log());
        let video = probe(&deployed.download(&done).await);
        assert_eq!(video["codec_name"], "h264");
        assert_eq!(video["nb_read_frames"], frames);
    }
    // Answered as done with, so the mapping deletes the messages.
    deployed.until_messages(QUEUE, (0, 0)).await;
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));

    // A signed address is good for its own file, and for nobody who changes it.
    let (_, answer) = service.get(&format!("/v1/exports/{}", tasks[0])).await;
    let url = answer["data"]["outputUrl"].as_str().unwrap();
    let forged = url.replace("X-Amz-Expires=86400", "X-Amz-Expires=86401");
    assert_ne!(forged, url);
    let answer = service.http.get(forged).send().await.unwrap();
    assert_eq!(answer.status(), 403);

    let Deployed { service, dir, .. } = deployed;
    assert_eq!(service.stop(), Some(0));
    assert!(
        no_stack_runs_on(dir.path()),
        "the functions are stopped with the service"
    );
}

#[tokio::test]
async fn a_message_that_names_no_task_ends_in_the_dead_letter_queue() {
    let deployed = Deployed::start();
    deployed.only_swept_by_hand().await;
    // It comes again after a lease; eight times would be too long to wait here.
    deployed.at_most_receives(2).await;
    let body = json!({ "MessageBody": "no task" });
    deployed.sqs("SendMessage", QUEUE, body).await;
    // Given back as a batch item failure: not deleted, hidden for now.
    deployed.until_messages(QUEUE, (0, 1)).await;
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));
    deployed.until_messages(DEAD_LETTERS, (1, 0)).await;
    assert_eq!(deployed.messages(QUEUE).await, (0, 0));
    assert_eq!(deployed.sweep().await["dlqDrained"], 1);
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));

    // The function is none the worse.
    let task = deployed.service.created(&moving_square(64, 0.5)).await;
    assert_eq!(deployed.service.ended(&task).await["status"], "COMPLETED");
}

/// Under the roles of the template, from the claim to the receiver.
#[tokio::test]
async fn webhooks_are_sent_by_the_deployed_functions() {
    let deployed = Deployed::start();
    let (url, mut received) = common::receiver().await;
    let mut body = common::request(&moving_square(64, 0.5));
    body["callbackUrl"] = url.into();
    body["callbackHeaders"] = json!({ "X-Token": "sesame" });
    let service = &deployed.service;
    service.keeps("sesame");
    let task = service.post(&service.key, None, &body).await.task();
    for event in ["EXPORT_STARTED", "EXPORT_COMPLETED"] {
        let got = tokio::time::timeout(LIMIT, received.recv()).await;
        let (headers, got) = got
            .unwrap_or_else(|_| panic!("no {event}\n{}", deployed.log()))
            .unwrap();
        assert_eq!(got["eventType"], event, "{got}");
        assert_eq!(got["task"]["taskId"], task.as_str());
        assert_eq!(headers["x-token"], "sesame");
        if event == "EXPORT_COMPLETED" {
            let video = probe(&deployed.download(&got["task"]).await);
            assert_eq!(video["nb_read_frames"], "15");
        }
    }
}
