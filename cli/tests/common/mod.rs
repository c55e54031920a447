//! Starts the program as a user would and speaks to it from outside.

#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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

/// A running `darkroom serve`; ended with SIGTERM when dropped.
pub struct Service {
    child: Child,
    pub url: String,
    pub key: String,
    pub http: reqwest::Client,
}

impl Service {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub fn start_with(data: &Path, more: &[&str]) -> Self {
        let mut child = darkroom()
            .args(["serve", "--json", "--port", "0", "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("no ready line ({error}): {line:?}"));
        let keys: Vec<&String> = ready.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["apiKey", "url"], "exactly url and apiKey");
        Self {
            child,
            url: ready["url"].as_str().unwrap().to_owned(),
            key: ready["apiKey"].as_str().unwrap().to_owned(),
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

    pub async fn create(&self, state: &Value) -> (u16, Value) {
        let body = json!({
            "editorState": state, "stateSchemaVersion": "v1",
            "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
        });
        let answer = self
            .http
            .post(format!("{}/v1/exports", self.url))
            .bearer_auth(&self.key)
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn created(&self, state: &Value) -> String {
        let (status, answer) = self.create(state).await;
        assert_eq!(status, 201, "{answer}");
        answer["data"]["taskId"].as_str().unwrap().to_owned()
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
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn ended(&self, task: &str) -> Value {
        self.until(task, |task| {
            ["COMPLETED", "FAILED", "CANCELED"].contains(&task["status"].as_str().unwrap())
        })
        .await
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            let _ = self.child.wait();
        }
    }
}

fn number(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

/// A red square that moves over `seconds`, on a canvas of `size` x `size` pixels.
pub fn moving_square(size: u32, seconds: f64) -> Value {
    let ticks = (seconds * 240_000.0) as i64;
    let side = f64::from(size) / 2.0;
    let left = json!({ "value": 0, "keyframes": [{ "timeTicks": ticks - 1, "value": side }] });
    json!({
        "stateSchemaVersion": "v1",
        "compositionWidth": size, "compositionHeight": size,
        "timebaseTicksPerSecond": 240_000,
        "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
        "assets": {}, "transitions": {},
        "items": { "square": {
            "id": "square", "type": "solid", "startTicks": 0, "durationTicks": ticks,
            "isDraggingInTimeline": false, "color": "#ff0000", "shape": "rectangle",
            "keepAspectRatio": false, "borderRadius": number(0.0), "rotation": number(0.0),
            "top": number(0.0), "left": left, "width": number(side), "height": number(side),
            "scaleX": number(1.0), "scaleY": number(1.0), "opacity": number(1.0),
        }},
    })
}

pub fn write(dir: &Path, name: &str, value: &Value) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    path
}

/// What ffprobe says of a file's first video stream, with frames counted.
pub fn probe(path: &Path) -> Value {
    let ffprobe = std::env::var("DARKROOM_FFPROBE").unwrap_or_else(|_| "ffprobe".to_owned());
    let output = Command::new(ffprobe)
        .args([
            "-v",
            "error",
            "-count_frames",
            "-select_streams",
            "v:0",
            "-of",
            "json",
        ])
        .args([
            "-show_entries",
            "stream=codec_name,width,height,nb_read_frames",
        ])
        .arg(path)
        .output()
        .unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    value["streams"][0].clone()
}
