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
mod sweep;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use common::{LIMIT, Service, moving_square, no_stack_runs_on, probe};
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
    let body = json!({ "MessageBody": "no task" });
    deployed.sqs("SendMessage", QUEUE, body).await;
    // Given back as a batch item failure: not deleted, hidden for now.
    deployed.until_messages(QUEUE, (0, 1)).await;
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));

    // The next one comes back at once instead of in 90 minutes, until it has come too often.
    let soon = json!({ "Attributes": { "VisibilityTimeout": "0" } });
    deployed.sqs("SetQueueAttributes", QUEUE, soon).await;
    let body = json!({ "MessageBody": "no task either" });
    deployed.sqs("SendMessage", QUEUE, body).await;
    deployed.until_messages(DEAD_LETTERS, (1, 0)).await;
    deployed.until_messages(QUEUE, (0, 1)).await;
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

/// What takes the place of the placeholders in `events/`.
#[derive(Default)]
struct Fill {
    api_key: String,
    task_id: String,
    project_id: String,
    asset_id: String,
}

impl Fill {
    fn read(&self, name: &str) -> String {
        let path = events().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = text
            .replace("${API_KEY}", &self.api_key)
            .replace("${USER_ID}", "dev")
            .replace("${TASK_ID}", &self.task_id)
            .replace("${PROJECT_ID}", &self.project_id)
            .replace("${ASSET_ID}", &self.asset_id);
        assert!(!text.contains("${"), "{name}: an unknown placeholder");
        text
    }
}

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Every file of `events/` is named here, and invoked below.
#[test]
fn every_sample_event_is_used() {
    let mut found = BTreeSet::new();
    for folder in ["api", "render", "webhook", "sweep"] {
        for entry in std::fs::read_dir(events().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            found.insert(format!("{folder}/{}", name.trim_end_matches(".json")));
        }
    }
    let source = include_str!("lambda.rs");
    for name in &found {
        let file = name.rsplit('/').next().unwrap();
        let calls = [format!(".api(\"{file}\""), format!("read(\"{name}\")")];
        assert!(
            calls.iter().any(|call| source.contains(call)),
            "no test invokes events/{name}.json"
        );
    }
    assert!(found.len() >= 10, "{found:?}");
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body:?}"))
}

#[tokio::test]
async fn sample_events_drive_the_functions() {
    let deployed = Deployed::start();
    let mut fill = Fill {
        api_key: deployed.service.key.clone(),
        ..Fill::default()
    };
    // The queue waits, so that the render function can be invoked by hand.
    deployed.feed(false).await;

    let swept = deployed
        .invoke("darkroom-sweep", fill.read("sweep/scheduled"))
        .await;
    assert_eq!(swept["errors"], 0, "{swept}\n{}", deployed.log());
    described_and_estimated(&deployed, &fill).await;
    let (status, headers, body) = deployed.api("create-export", &fill).await;
    assert_eq!(status, 201, "{body}\n{}", deployed.log());
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(parsed(&body)["data"]["durationSeconds"], 2.0);
    let (status, headers, again) = deployed.api("create-export", &fill).await;
    assert_eq!((status, &again), (201, &body), "replayed byte for byte");
    assert_eq!(headers["idempotency-replayed"], "true");
    assert_eq!(deployed.messages(QUEUE).await, (1, 0), "sent once");
    let created = parsed(&body)["data"]["taskId"].as_str().unwrap().to_owned();
    fill.task_id.clone_from(&created);

    let (status, _, body) = deployed.api("get-export", &fill).await;
    assert_eq!(
        (status, &parsed(&body)["data"]["status"]),
        (200, &json!("PENDING"))
    );

    let answer = deployed
        .invoke("darkroom-render", fill.read("render/export"))
        .await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let (_, _, body) = deployed.api("get-export", &fill).await;
    let done = parsed(&body)["data"].clone();
    assert_eq!(done["status"], "COMPLETED", "{done}\n{}", deployed.log());
    let disposition = "attachment%3B%20filename%3D%22square.mp4%22";
    assert!(done["outputUrl"].as_str().unwrap().contains(disposition));
    let video = probe(&deployed.download(&done).await);
    assert_eq!(
        (&video["width"], &video["height"]),
        (&json!(640), &json!(360))
    );
    assert_eq!(video["nb_read_frames"], "60");
    let (status, _, body) = deployed.api("cancel-export", &fill).await;
    assert_eq!(status, 409, "{body}");
    assert_eq!(parsed(&body)["errorCode"], "TASK_NOT_CANCELABLE");

    let answer = deployed
        .invoke("darkroom-render", fill.read("render/unreadable"))
        .await;
    let failed = json!([{ "itemIdentifier": "5b2f8d0e-7c1a-4f6e-9b3d-2a1c0e4f6d88" }]);
    assert_eq!(answer, json!({ "batchItemFailures": failed.clone() }));

    // A task without a callback has no webhook: the message is done with.
    let answer = deployed
        .invoke("darkroom-webhook", fill.read("webhook/ended"))
        .await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let answer = deployed
        .invoke("darkroom-webhook", fill.read("webhook/unreadable"))
        .await;
    assert_eq!(answer, json!({ "batchItemFailures": failed }));

    // A task that is still waiting can be canceled; its message then finds it ended.
    let waiting = deployed.service.created(&moving_square(64, 1.0)).await;
    fill.task_id.clone_from(&waiting);
    let (status, _, body) = deployed.api("cancel-export", &fill).await;
    assert_eq!(
        (status, &parsed(&body)["data"]["status"]),
        (200, &json!("CANCELED"))
    );
    let answer = deployed
        .invoke("darkroom-render", fill.read("render/export"))
        .await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));

    let (status, _, body) = deployed.api("list-exports", &fill).await;
    let listed = parsed(&body);
    let ids: Vec<&Value> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["taskId"])
        .collect();
    assert_eq!((status, ids), (200, vec![&json!(waiting), &json!(created)]));

    editor(&deployed, &fill).await;
    assets(&deployed, &mut fill).await;
    projects(&deployed, &mut fill).await;

    // All messages are still there; with the queue on, they find their tasks ended.
    assert_eq!(deployed.messages(QUEUE).await, (3, 0));
    deployed.feed(true).await;
    deployed.until_messages(QUEUE, (0, 0)).await;
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));
}

/// What changes nothing: the description, and an estimate.
async fn described_and_estimated(deployed: &Deployed, fill: &Fill) {
    let (status, _, body) = deployed.api("get-open-api", fill).await;
    assert_eq!(status, 200, "{body}\n{}", deployed.log());
    let described = include_str!("../../openapi.json");
    assert_eq!(parsed(&body), parsed(described));
    let (status, _, body) = deployed.api("estimate-export", fill).await;
    assert_eq!(status, 200, "{body}\n{}", deployed.log());
    assert_eq!(parsed(&body)["data"]["output"]["frames"], 60);
    assert_eq!(deployed.messages(QUEUE).await, (0, 0));
}

/// A file comes in base64, and goes to the bucket as it was.
async fn assets(deployed: &Deployed, fill: &mut Fill) {
    let (status, _, body) = deployed.api("upload-asset", fill).await;
    assert_eq!(status, 201, "{body}\n{}", deployed.log());
    let made = parsed(&body)["data"].clone();
    assert_eq!(
        (&made["type"], &made["width"]),
        (&json!("IMAGE"), &json!(8))
    );
    made["assetId"]
        .as_str()
        .unwrap()
        .clone_into(&mut fill.asset_id);

    let (status, _, body) = deployed.api("get-asset", fill).await;
    assert_eq!(status, 200, "{body}");
    let asset = parsed(&body)["data"].clone();
    assert_eq!(asset["fileKey"], made["fileKey"]);
    let url = asset["fileUrl"].as_str().unwrap();
    let answer = deployed.service.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let event = parsed(&fill.read("api/upload-asset"));
    let sent = base64::engine::general_purpose::STANDARD.decode(event["body"].as_str().unwrap());
    assert_eq!(answer.bytes().await.unwrap(), sent.unwrap());

    let stranger = Fill {
        api_key: fill.api_key.clone(),
        asset_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        ..Fill::default()
    };
    let (status, headers, body) = deployed.api("get-asset", &stranger).await;
    assert_eq!(status, 404, "{body}");
    assert_eq!(headers["content-type"], "application/problem+json");
}

/// A project from its creation to its film's task, with the uploaded asset.
async fn projects(deployed: &Deployed, fill: &mut Fill) {
    let (status, _, body) = deployed.api("create-project", fill).await;
    assert_eq!(status, 201, "{body}\n{}", deployed.log());
    let (_, headers, again) = deployed.api("create-project", fill).await;
    assert_eq!(
        (&headers["idempotency-replayed"], &again),
        (&json!("true"), &body)
    );
    parsed(&body)["data"]["projectId"]
        .as_str()
        .unwrap()
        .clone_into(&mut fill.project_id);

    let expect = |(status, _, body): (u64, Value, String), wanted: u64| {
        assert_eq!(status, wanted, "{body}\n{}", deployed.log());
        parsed(&body)["data"].clone()
    };
    let listed = expect(deployed.api("list-projects", fill).await, 200);
    assert_eq!(listed[0]["projectId"], fill.project_id.as_str());
    let patched = expect(deployed.api("patch-project", fill).await, 200);
    assert_eq!(patched["title"], "Launch");
    expect(deployed.api("sync-project", fill).await, 200);
    let detail = expect(deployed.api("get-project", fill).await, 200);
    assert_eq!(detail["editorState"]["items"]["square"]["color"], "#0000ff");
    let task = expect(deployed.api("create-project-export", fill).await, 201);
    assert_eq!(task["projectId"], fill.project_id.as_str());
    task["taskId"]
        .as_str()
        .unwrap()
        .clone_into(&mut fill.task_id);
    let canceled = expect(deployed.api("cancel-export", fill).await, 200);
    assert_eq!(canceled["status"], "CANCELED");

    expect(deployed.api("add-project-asset", fill).await, 201);
    let bound = expect(deployed.api("list-project-assets", fill).await, 200);
    assert_eq!(bound[0]["assetId"], fill.asset_id.as_str());
    expect(deployed.api("delete-project-asset", fill).await, 200);
    expect(deployed.api("delete-project", fill).await, 200);
    assert_eq!(deployed.api("get-project", fill).await.0, 404);
    expect(deployed.api("delete-asset", fill).await, 200);
    assert_eq!(deployed.api("get-asset", fill).await.0, 404);
}

/// The routes that store nothing.
async fn editor(deployed: &Deployed, fill: &Fill) {
    let (status, _, body) = deployed.api("validate-editor-state", fill).await;
    assert_eq!(status, 200, "{body}");
    let found = parsed(&body)["data"].clone();
    assert_eq!(found["valid"], false);
    assert_eq!(found["errors"].as_array().unwrap().len(), 2, "{found}");
    assert_eq!(found["errors"][0]["path"], "/items/square/durationTicks");
    assert_eq!(found["errors"][1]["code"], "KEYFRAME_OUT_OF_BOUNDS");

    let (status, _, body) = deployed.api("get-editor-capabilities", fill).await;
    assert_eq!(status, 200);
    assert!(parsed(&body)["data"]["transitions"].is_array());

    let (status, _, body) = deployed.api("search-illustrations", fill).await;
    assert_eq!(
        (status, &parsed(&body)["data"][0]),
        (200, &json!("ICharts"))
    );

    let stranger = Fill {
        api_key: "sk_unknown".to_owned(),
        ..Fill::default()
    };
    let (status, _, body) = deployed.api("get-editor-capabilities", &stranger).await;
    assert_eq!(
        (status, &parsed(&body)["errorCode"]),
        (401, &json!("OPEN_API_KEY_INVALID"))
    );
}
