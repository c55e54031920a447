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

use common::{Service, darkroom, moving_square, on_terminal, probe, request, run, stdout, write};
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

fn run_at(service: &Service, args: &[&str], code: i32) -> String {
    run_with(&service.url, &service.key, args, code)
}

fn run_with(url: &str, key: &str, args: &[&str], code: i32) -> String {
    let output = darkroom()
        .args(args)
        .env("DARKROOM_URL", url)
        .env("DARKROOM_API_KEY", key)
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

#[tokio::test]
async fn keys_have_the_rights_they_were_made_with() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap();
    let create = |more: &[&str]| {
        let mut args = vec!["keys", "create", "--user", "eve", "--json", "--data", data];
        args.extend(more);
        let made: Value = serde_json::from_str(&stdout(&run(&args, 0))).unwrap();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("apiKey"), text("keyId"))
    };
    let body = request(&moving_square(64, 2.0));

    let (reader, _) = create(&["--no-runtime-access"]);
    let refused = service.post(&reader, None, &body).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["errorCode"],
        "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"
    );

    // Three standard seconds: one export of two fits, a second one does not.
    let (small, small_id) = create(&["--quota", "3", "--name", "small"]);
    let task = service.post(&small, None, &body).await.task();
    let refused = service.post(&small, None, &body).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["errorCode"],
        "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED"
    );
    let (active, _) = service.store().await.account("eve").await.unwrap();
    assert!(active.is_empty() || active == [task], "{active:?}");

    // The key was used a moment ago and is refused at once all the same.
    run(
        &["keys", "revoke", &small_id, "--user", "eve", "--data", data],
        0,
    );
    let refused = service.post(&small, None, &body).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    for wrong in ["", "two words", "a\nb"] {
        run(&["keys", "create", "--user", wrong, "--data", data], 2);
    }
}

#[tokio::test]
async fn keys_work_on_the_deployment_of_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let told = std::fs::read(dir.path().join("service.json")).unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    let text = |name: &str| told[name].as_str().unwrap();
    let output = darkroom()
        .args(["keys", "create", "--user", "ann", "--data", "/nowhere"])
        .env("DARKROOM_TABLE", text("table"))
        .env("DARKROOM_BUCKET", text("bucket"))
        .env("DARKROOM_RENDER_QUEUE_URL", text("render_queue_url"))
        .env("DARKROOM_WEBHOOK_QUEUE_URL", text("webhook_queue_url"))
        .env("AWS_ENDPOINT_URL", text("aws_url"))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let key = stdout(&output).trim().to_owned();
    assert!(key.starts_with("sk_"), "the key alone: {key:?}");
    let listed = run_with(&service.url, &key, &["exports", "list"], 0);
    assert_eq!(listed, "");
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

#[tokio::test]
async fn exports_are_watched_listed_and_canceled_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let state = write(dir.path(), "s.json", &moving_square(720, 20.0));
    let state = state.to_str().unwrap();
    let estimated = run_at(&service, &["exports", "estimate", state, "--json"], 0);
    let estimated: Value = serde_json::from_str(&estimated).unwrap();
    assert_eq!(estimated["output"]["frames"], 600);
    assert_eq!(estimated["billedStandardSeconds"], 20);
    assert_eq!(run_at(&service, &["exports", "list"], 0), "");
    let created = run_at(&service, &["exports", "create", state], 0);
    let task = created.trim();
    let video = dir.path().join("o.mp4");
    let watch = ["exports", "watch", task, "-o", video.to_str().unwrap()];
    let environment = [
        ("DARKROOM_URL", service.url.as_str()),
        ("DARKROOM_API_KEY", service.key.as_str()),
    ];
    let shown = on_terminal(&watch, &environment);
    assert!(
        shown.contains("rendering") && shown.contains(" %") && shown.contains("left"),
        "{shown:?}"
    );
    assert_eq!(probe(&video)["nb_read_frames"], "600");

    // The same by flags, as JSON lines, and a cancel that a watcher sees.
    let flags = ["--url", &service.url, "--key", &service.key, "--json"];
    let flagged = |args: &[&str], code| {
        let output = run(&[args, &flags].concat(), code);
        let lines: Vec<Value> = stdout(&output)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        lines
    };
    let second = flagged(&["exports", "create", state], 0);
    let second = second[0]["taskId"].as_str().unwrap();
    assert_eq!(
        flagged(&["exports", "cancel", second], 0)[0]["status"],
        "CANCELED"
    );
    let seen = flagged(&["exports", "watch", second], 1);
    assert_eq!(seen.last().unwrap()["status"], "CANCELED");
    let listed = flagged(&["exports", "list", "--limit", "1"], 0);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["taskId"], second);
    assert_eq!(flagged(&["exports", "list", "--limit", "0"], 0).len(), 2);

    // A refused document ends with 1, an unknown task and a wrong key with 3.
    let bad = write(dir.path(), "bad.json", &serde_json::json!({"tracks": 7}));
    let refused = flagged(&["exports", "create", bad.to_str().unwrap()], 1);
    assert_eq!(refused[0]["errorCode"], "EDITOR_SCHEMA_INVALID");
    run_at(&service, &["exports", "get", "nope"], 3);
    run_with(&service.url, "sk_wrong", &["exports", "list"], 3);
    run_with("localhost:1", "sk_wrong", &["exports", "list"], 3);
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
    assert!(common::no_stack_runs_on(dir.path()));
    assert!(!dir.path().join("service.json").exists());
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
