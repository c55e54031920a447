//! `darkroom serve` from outside: life, death and what stays.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use common::{Service, darkroom, moving_square, probe, run, stdout, write};
use serde_json::Value;

#[tokio::test]
async fn an_export_completes_and_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let task = service.created(&moving_square(64, 1.0)).await;
    let done = service.ended(&task).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    assert_eq!(done["progress"], 100);
    let video = dir.path().join("o.mp4");
    download(&service, &done, &video).await;
    assert_eq!(probe(&video)["nb_read_frames"], "30");
    let key = service.key.clone();
    assert_eq!(service.stop(), Some(0));
    assert!(
        no_stack_runs_on(dir.path()),
        "the local stack is stopped with the service"
    );

    let service = Service::start(dir.path());
    assert_eq!(service.key, key, "the first key is kept");
    let (status, again) = service.get(&format!("/v1/exports/{task}")).await;
    assert_eq!(
        (status, &again["data"]["status"]),
        (200, &Value::from("COMPLETED"))
    );
    std::fs::remove_file(&video).unwrap();
    download(&service, &again["data"], &video).await;
    assert_eq!(probe(&video)["nb_read_frames"], "30");
}

async fn download(service: &Service, task: &Value, to: &std::path::Path) {
    let url = task["outputUrl"].as_str().unwrap();
    let answer = service
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap();
    std::fs::write(to, answer.bytes().await.unwrap()).unwrap();
}

fn no_stack_runs_on(dir: &std::path::Path) -> bool {
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

#[tokio::test]
async fn a_second_service_on_one_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let output = darkroom()
        .args(["serve", "--json", "--port", "0", "--data"])
        .arg(dir.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("another `darkroom serve`"), "{message}");
    // The first one is unharmed.
    let (status, _) = service.get("/v1/exports").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_killed_service_finishes_its_render_once_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let task = service.created(&moving_square(720, 20.0)).await;
    service
        .until(&task, |task| task["status"] == "PROCESSING")
        .await;
    service.kill();
    let service = Service::start(dir.path());
    let (_, answer) = service.get(&format!("/v1/exports/{task}")).await;
    assert_ne!(
        answer["data"]["status"], "COMPLETED",
        "killed too late to prove anything"
    );
    let done = service.ended(&task).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    let completed_at = done["completedAt"].clone();
    // A second worker would move completedAt or find its slot taken.
    let second = service.created(&moving_square(64, 1.0)).await;
    assert_eq!(service.ended(&second).await["status"], "COMPLETED");
    let (_, answer) = service.get(&format!("/v1/exports/{task}")).await;
    assert_eq!(answer["data"]["completedAt"], completed_at);
    let leftovers = std::fs::read_dir(dir.path().join("scratch"))
        .unwrap()
        .count();
    assert_eq!(leftovers, 0, "scratch space is empty when nothing renders");
}

#[tokio::test]
async fn a_stopped_service_gives_its_render_back() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let task = service.created(&moving_square(720, 20.0)).await;
    service
        .until(&task, |task| task["status"] == "PROCESSING")
        .await;
    let start = Instant::now();
    assert_eq!(service.stop(), Some(0));
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    let service = Service::start(dir.path());
    assert_eq!(service.ended(&task).await["status"], "COMPLETED");
}

#[tokio::test]
async fn cancel_while_rendering_frees_the_slot() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let state = moving_square(720, 30.0);
    let (one, two) = (service.created(&state).await, service.created(&state).await);
    let (status, refusal) = service.create(&state).await;
    assert_eq!(status, 422);
    assert_eq!(
        refusal["errorCode"],
        "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED"
    );
    service
        .until(&one, |task| task["status"] == "PROCESSING")
        .await;
    for task in [&one, &two] {
        run_at(&service, &["exports", "cancel", task], 0);
        assert_eq!(service.ended(task).await["status"], "CANCELED");
    }
    let third = service.created(&moving_square(64, 1.0)).await;
    assert_eq!(service.ended(&third).await["status"], "COMPLETED");
    let (_, answer) = service.get(&format!("/v1/exports/{one}")).await;
    assert_eq!(answer["data"]["outputUrl"], Value::Null);
}

fn run_at(service: &Service, args: &[&str], code: i32) -> String {
    let output = darkroom()
        .args(args)
        .env("DARKROOM_URL", &service.url)
        .env("DARKROOM_API_KEY", &service.key)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "darkroom {args:?}: {err}");
    stdout(&output)
}

#[tokio::test]
async fn exports_and_keys_work_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap().to_owned();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let video = dir.path().join("o.webm");
    let out = run(
        &[
            "exports",
            "create",
            state.to_str().unwrap(),
            "--format",
            "webm",
            "--data",
            &data,
            "-o",
            video.to_str().unwrap(),
        ],
        0,
    );
    let task = stdout(&out).lines().next().unwrap().to_owned();
    assert_eq!(probe(&video)["codec_name"], "vp9");
    assert!(run_at(&service, &["exports", "list"], 0).contains(&task));
    let shown: Value =
        serde_json::from_str(&run_at(&service, &["exports", "get", &task], 0)).unwrap();
    assert_eq!(shown["status"], "COMPLETED");

    let made = run(
        &[
            "keys", "create", "--user", "eve", "--name", "ci", "--json", "--data", &data,
        ],
        0,
    );
    let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
    let (key, id) = (
        made["apiKey"].as_str().unwrap(),
        made["keyId"].as_str().unwrap(),
    );
    assert!(key.starts_with("sk_"));
    let as_eve = |path: String| {
        let request = service
            .http
            .get(format!("{}{path}", service.url))
            .bearer_auth(key);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(as_eve("/v1/exports".to_owned()).await, 200);
    assert_eq!(
        as_eve(format!("/v1/exports/{task}")).await,
        404,
        "another user's task"
    );
    let listed = stdout(&run(&["keys", "list", "--user", "eve", "--data", &data], 0));
    assert!(listed.contains(id) && listed.contains("ci"), "{listed}");
    assert!(
        !listed.contains(key) && !listed.contains(&key[3..]),
        "a key is never shown again"
    );
    run(&["keys", "revoke", id, "--user", "eve", "--data", &data], 0);
    run(
        &["keys", "revoke", "nope", "--user", "eve", "--data", &data],
        3,
    );
    let listed = stdout(&run(&["keys", "list", "--user", "eve", "--data", &data], 0));
    assert!(listed.contains("revoked"), "{listed}");
}

#[test]
fn commands_without_a_service_say_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    for args in [
        ["keys", "list", "--data", data],
        ["exports", "list", "--data", data],
    ] {
        let output = run(&args, 3);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("darkroom serve"), "{message}");
    }
}

#[test]
fn a_missing_stack_names_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_darkroom"))
        .args(["serve", "--port", "0", "--data"])
        .arg(dir.path())
        .env("DARKROOM_MINISTACK", "/nowhere/ministack")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("DARKROOM_MINISTACK"), "{message}");
}
