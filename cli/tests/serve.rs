//! `darkroom serve` from outside: life, death and what stays.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod commands;
mod common;
mod console;

use std::process::Command;
use std::time::{Duration, Instant};

use common::{Service, darkroom, moving_square, probe, run};
use darkroom_test_stack::secrets::telling;
use darkroom_test_stack::telemetry::KeptLog;
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
        common::no_stack_runs_on(dir.path()),
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

/// The page loads what the service serves, and nothing from anywhere else.
#[tokio::test]
async fn the_api_is_described_for_programs_and_for_people() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let get = |path: &str| service.http.get(format!("{}{path}", service.url)).send();
    let document: Value = get("/openapi.json").await.unwrap().json().await.unwrap();
    let kept: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert_eq!(document, kept);

    for (path, kind) in [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/style.css", "text/css; charset=utf-8"),
        ("/docs/page.js", "text/javascript; charset=utf-8"),
        ("/docs/vocabulary.md", "text/plain; charset=utf-8"),
    ] {
        let answer = get(path).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], kind);
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{path}"
        );
    }
    // Beside the page the routes are what they were.
    assert_eq!(get("/docs/nothing").await.unwrap().status(), 404);
    assert_eq!(get("/v1/exports").await.unwrap().status(), 401);
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
    let store = service.store().await;
    store.grant("dev", 10_000_000).await.unwrap();
    let task = service.created(&moving_square(720, 20.0)).await;
    service.until_frames_are_encoded(&task).await;
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
    let outputs = service.outputs_of(&task).await;
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert!(active.is_empty(), "{active:?}");
    assert_eq!(balance, Some(10_000_000 - 2_000_000), "charged once");
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
    service.until_frames_are_encoded(&task).await;
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

#[test]
fn a_taken_port_is_named_and_nothing_is_started() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = dir.path().to_str().unwrap();
    let output = run(&["serve", "--port", &port, "--data", data], 3);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains(&port) && message.contains("--port"),
        "{message}"
    );
    assert!(!dir.path().join("ministack.json").exists());
}

/// Ctrl-C, and what a person sees without `--json`.
#[test]
fn a_person_sees_url_and_key_and_stops_it_with_ctrl_c() {
    use std::io::{BufRead as _, Read as _};
    let dir = tempfile::tempdir().unwrap();
    let mut child = darkroom()
        .args(["serve", "--port", "0", "--data"])
        .arg(dir.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("API key") {
        assert_ne!(out.read_line(&mut shown).unwrap(), 0, "{shown}");
    }
    let key = std::fs::read_to_string(dir.path().join("api-key")).unwrap();
    assert!(
        shown.contains(key.trim()) && key.starts_with("sk_"),
        "{shown}"
    );
    assert!(shown.contains("http://127.0.0.1:"), "{shown}");
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &pid]).status();
    assert!(sent.unwrap().success());
    out.read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{shown}");
    let console = format!("/#key={}", key.trim());
    assert!(shown.contains(&console), "{shown}");
    assert!(common::no_stack_runs_on(dir.path()));
    assert!(!dir.path().join("service.json").exists());
}

/// What every test here ends with can fail.
#[test]
fn a_log_that_tells_a_secret_is_noticed() {
    let secrets = ["sk_one".to_owned(), "sk_two".to_owned()];
    assert_eq!(telling("a key\nof a user", &secrets), None);
    let told = telling("a key\nkey=sk_two, of a user", &secrets);
    assert_eq!(told.as_deref(), Some("key="));
    let signed = telling("cannot read /a?X-Amz-Signature=01", &secrets);
    assert_eq!(signed.as_deref(), Some("cannot read /a?"));
    // Nobody told of these.
    let random = "0aZ-_9".repeat(8);
    for begin in ["sk_", "whs_", "whsec_"] {
        let told = telling(&format!("made {begin}{random}, once"), &[]);
        assert_eq!(told.as_deref(), Some("made "), "{begin}");
        let short = format!("a task_id, and {begin}{}", &random[..20]);
        assert_eq!(telling(&short, &[]), None, "{begin}");
    }
}

/// So can every test that keeps a log of its own.
#[test]
#[should_panic(expected = "a secret is logged")]
fn a_kept_log_that_tells_a_secret_is_noticed() {
    use std::io::Write as _;

    let mut log = KeptLog::default();
    log.write_all(b"cannot read /a?X-Amz-Signature=01\n")
        .unwrap();
    log.text();
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
