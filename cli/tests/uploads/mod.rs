//! `darkroom upload`: small files, large ones, and what an interruption leaves to do.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use crate::common::{LIMIT, Service, darkroom, on_terminal, run, stdout};

const SRT: &str = "1\n00:00:00,500 --> 00:00:01,500\nHello\n";

fn last_line(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// A picture of 20 MB, and so of three parts, in one grey.
fn large_picture(dir: &Path, grey: u8) -> PathBuf {
    let side = 2600_u32;
    let pixels = side as usize * side as usize * 3;
    let mut bytes = b"BM".to_vec();
    for number in [54 + pixels as u32, 0, 54, 40, side, side] {
        bytes.extend(number.to_le_bytes());
    }
    // One plane of 24 bits a pixel, not compressed.
    bytes.extend([1, 0, 24, 0]);
    bytes.resize(54, 0);
    bytes.resize(54 + pixels, grey);
    let path = dir.join(format!("large-{grey}.bmp"));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Stands between the program and both service and bucket, and lets only so many parts
/// through.
struct Gate {
    http: reqwest::Client,
    service: String,
    bucket: String,
    url: String,
    /// Parts that may still pass; more of them wait for ever.
    may_pass: AtomicUsize,
    passed: AtomicUsize,
    /// Parts that are answered 503 before one passes.
    to_fail: AtomicUsize,
    /// Parts whose sender the bucket finds slow, before one passes.
    to_time_out: AtomicUsize,
}

impl Gate {
    async fn before(service: &Service) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Arc::new(Self {
            http: service.http.clone(),
            service: service.url.clone(),
            bucket: service.stack_url(),
            url: format!("http://{}", listener.local_addr().unwrap()),
            may_pass: AtomicUsize::new(1),
            passed: AtomicUsize::default(),
            to_fail: AtomicUsize::default(),
            to_time_out: AtomicUsize::default(),
        });
        let app = Router::new().fallback(pass).with_state(Arc::clone(&gate));
        tokio::spawn(async move { axum::serve(listener, app).await });
        gate
    }

    fn upload(&self, key: &str, file: &Path) -> Command {
        let mut command = darkroom();
        command.args(["upload", "--json"]).arg(file);
        command.env("DARKROOM_URL", &self.url);
        command.env("DARKROOM_API_KEY", key);
        command
    }
}

fn take_one(of: &AtomicUsize) -> bool {
    let one_less = |count: usize| count.checked_sub(1);
    of.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        .is_ok()
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    let is_part = !request.uri().path().starts_with("/v1/");
    if is_part && take_one(&gate.to_fail) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if is_part && take_one(&gate.to_time_out) {
        let told = "<Error><Code>RequestTimeout</Code><Message>Idle.</Message></Error>";
        return (StatusCode::BAD_REQUEST, told).into_response();
    }
    if is_part && !take_one(&gate.may_pass) {
        return std::future::pending().await;
    }
    let to = if is_part { &gate.bucket } else { &gate.service };
    let (parts, body) = request.into_parts();
    let mut headers: HeaderMap = parts.headers;
    // The address was signed for the bucket's own name.
    let host = to.trim_start_matches("http://");
    headers.insert(header::HOST, host.parse().unwrap());
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let forward = gate
        .http
        .request(parts.method, format!("{to}{}", parts.uri));
    let sent = forward.headers(headers).body(body).send().await.unwrap();
    let status = sent.status();
    let text = sent.text().await.unwrap();
    if is_part {
        assert_eq!(status, 200, "{text}");
        gate.passed.fetch_add(1, Ordering::SeqCst);
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    let text = text.replace(&gate.bucket, &gate.url);
    (status, json, Body::from(text)).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_on_where_it_was_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let gate = Gate::before(&service).await;
    let file = large_picture(dir.path(), 80);
    let mut child = gate
        .upload(&service.key, &file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while gate.passed.load(Ordering::SeqCst) < 1 {
        assert!(start.elapsed() < LIMIT, "no part is sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let pid = child.id().to_string();
    let signal = Command::new("kill").args(["-s", "INT", &pid]).status();
    assert!(signal.unwrap().success());
    let printed = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed: Vec<String> = printed.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{printed:?}");

    // Two tries of the rest fail on their way.
    gate.to_fail.store(1, Ordering::SeqCst);
    gate.to_time_out.store(1, Ordering::SeqCst);
    gate.may_pass.store(100, Ordering::SeqCst);
    let output = gate.upload(&service.key, &file).output().unwrap();
    let printed = stdout(&output);
    assert!(output.status.success(), "{output:?}");
    let lines = printed.lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let first = lines
        .filter(|line| line["phase"] == "uploading")
        .find_map(|line| line["bytes"].as_u64());
    // Whichever part it was that passed.
    let one_part = [8_388_608, 20_280_054 % 8_388_608].map(Some);
    assert!(one_part.contains(&first), "{printed}");
    assert_eq!(gate.passed.load(Ordering::SeqCst), 3, "each part once");
    let asset = last_line(&printed);
    assert_eq!(
        (&asset["type"], &asset["width"]),
        (&"IMAGE".into(), &2600.into())
    );
    assert_eq!(asset["size"], 20_280_054);
    let address = asset["fileUrl"].as_str().unwrap();
    let stored = service.http.get(address.replace(&gate.url, &gate.bucket));
    let stored = stored.send().await.unwrap().bytes().await.unwrap();
    assert!(stored == std::fs::read(&file).unwrap());

    // The same bytes are not sent again.
    let output = gate.upload(&service.key, &file).output().unwrap();
    let again = last_line(&stdout(&output));
    assert_eq!(again["fileKey"], asset["fileKey"]);
    assert_ne!(again["assetId"], asset["assetId"]);
    assert_eq!(gate.passed.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_uploaded_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap();
    let small = dir.path().join("ein Täxt.srt");
    std::fs::write(&small, SRT).unwrap();
    let body = serde_json::json!({
        "editorState": crate::common::moving_square(64, 1.0), "stateSchemaVersion": "v1",
    });
    let made = service.http.post(format!("{}/v1/projects", service.url));
    let made = made
        .bearer_auth(&service.key)
        .json(&body)
        .send()
        .await
        .unwrap();
    let made: Value = made.json().await.unwrap();
    let project = made["data"]["projectId"].as_str().unwrap();
    let small = small.to_str().unwrap();
    let bound = ["upload", small, "--project", project, "--data", data];
    // The asset alone, and how far it is on standard error.
    let output = run(&bound, 0);
    let asset: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let progress = told.lines().map(serde_json::from_str::<Value>);
    let progress: Vec<Value> = progress.filter_map(Result::ok).collect();
    assert_eq!(progress[0], serde_json::json!({ "phase": "uploading" }));
    assert_eq!(progress.last().unwrap()["bytes"], SRT.len());
    assert_eq!(
        (&asset["type"], &asset["filename"]),
        (&"CAPTION".into(), &"ein Täxt.srt".into())
    );
    let (_, listed) = service.get(&format!("/v1/projects/{project}/assets")).await;
    assert_eq!(listed["data"][0]["assetId"], asset["assetId"]);

    // On a terminal either has a bar.
    let shown = on_terminal(&["upload", small, "--data", data], &[]);
    assert!(shown.contains("uploading"), "{shown}");
    assert!(shown.contains("\"type\": \"CAPTION\""), "{shown}");
    let large = large_picture(dir.path(), 81);
    let large = large.to_str().unwrap();
    let shown = on_terminal(&["upload", large, "--data", data], &[]);
    assert!(shown.contains("MiB"), "{shown}");
    assert!(shown.contains("\"type\": \"IMAGE\""), "{shown}");

    // What is no picture is refused, at once and in parts.
    let lie = dir.path().join("a.png");
    for text in [SRT.to_owned(), "no picture\n".repeat(500_000)] {
        std::fs::write(&lie, text).unwrap();
        let refused = run(
            &["upload", lie.to_str().unwrap(), "--json", "--data", data],
            1,
        );
        assert_eq!(last_line(&stdout(&refused))["errorCode"], "UPLOAD_INVALID");
    }
    let unknown = dir.path().join("a.xyz");
    std::fs::write(&unknown, "?").unwrap();
    run(&["upload", unknown.to_str().unwrap(), "--data", data], 3);
    run(&["upload", "none.mp4", "--data", data], 3);
}
