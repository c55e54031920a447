//! The sample events of `events/`, each of them given to the function that it is for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::common::log::functions_log;
use crate::common::{moving_square, probe};
use crate::{DEAD_LETTERS, Deployed, QUEUE};

/// What takes the place of the placeholders in `events/`.
#[derive(Default)]
pub struct Fill {
    api_key: String,
    task_id: String,
    project_id: String,
    asset_id: String,
    upload_id: String,
}

impl Fill {
    pub fn read(&self, name: &str) -> String {
        let path = events().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = text
            .replace("${API_KEY}", &self.api_key)
            .replace("${USER_ID}", "dev")
            .replace("${TASK_ID}", &self.task_id)
            .replace("${PROJECT_ID}", &self.project_id)
            .replace("${ASSET_ID}", &self.asset_id)
            .replace("${UPLOAD_ID}", &self.upload_id);
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
    let source = include_str!("mod.rs");
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

    let Deployed { service, dir, .. } = deployed;
    assert_eq!(service.stop(), Some(0));
    let log = functions_log(dir.path());
    let created = first_span(&log, "created");
    let path = created["path"].as_str().unwrap();
    assert!(path.ends_with("/exports"), "{created}");
    for span in [&created, &first_span(&log, "claimed")] {
        assert!(span["request_id"].is_string(), "{span}");
    }
}

/// The first span of the first line that says this, in which queries of RUNBOOK.md look
/// for ids.
fn first_span(log: &str, says: &str) -> Value {
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.find(|line| line["fields"]["message"] == says);
    let line = line.unwrap_or_else(|| panic!("no function says {says:?}:\n{log}"));
    line["spans"][0].clone()
}

/// What changes nothing: the description, and an estimate.
async fn described_and_estimated(deployed: &Deployed, fill: &Fill) {
    let (status, _, body) = deployed.api("get-open-api", fill).await;
    assert_eq!(status, 200, "{body}\n{}", deployed.log());
    let described = include_str!("../../../openapi.json");
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
    upload_in_parts(deployed, fill).await;
    expect(deployed.api("delete-project", fill).await, 200);
    assert_eq!(deployed.api("get-project", fill).await.0, 404);
    expect(deployed.api("delete-asset", fill).await, 200);
    assert_eq!(deployed.api("get-asset", fill).await.0, 404);
}

/// An upload for the project, aborted and begun again; its part goes past the function,
/// under an address that its role signed.
async fn upload_in_parts(deployed: &Deployed, fill: &mut Fill) {
    let expect = |(status, _, body): (u64, Value, String), wanted: u64| {
        assert_eq!(status, wanted, "{body}\n{}", deployed.log());
        parsed(&body)["data"].clone()
    };
    let mut aborted = String::new();
    for again in [false, true] {
        let begun = expect(deployed.api("create-upload", fill).await, 201);
        assert_eq!(begun["uploadedParts"], json!([]));
        let id = begun["uploadId"].as_str().unwrap();
        assert_ne!(id, aborted);
        id.clone_into(&mut fill.upload_id);
        if !again {
            expect(deployed.api("abort-upload", fill).await, 200);
            aborted.clone_from(&fill.upload_id);
        }
    }
    let (status, _, body) = deployed.api("complete-upload", fill).await;
    assert_eq!(status, 409, "{body}");
    let signed = expect(deployed.api("sign-upload-parts", fill).await, 200);
    let part = &signed["parts"][0];
    let file = "1\n00:00:00,500 --> 00:00:01,500\nIn parts\n";
    assert_eq!(part["size"], file.len());
    let mut put = deployed.service.http.put(part["url"].as_str().unwrap());
    for (name, value) in part["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let sent = put.body(file).send().await.unwrap();
    assert_eq!(sent.status(), 200, "{}", sent.text().await.unwrap());
    let read = expect(deployed.api("get-upload", fill).await, 200);
    assert_eq!(read["uploadedParts"], json!([1]));
    let asset = expect(deployed.api("complete-upload", fill).await, 201);
    assert_eq!(
        (&asset["type"], &asset["duration"]),
        (&json!("CAPTION"), &json!(1.5))
    );
    let bound = expect(deployed.api("list-project-assets", fill).await, 200);
    assert_eq!(bound[0]["assetId"], asset["assetId"]);
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
