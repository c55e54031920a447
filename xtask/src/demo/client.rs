//! The demo's HTTP client: five calls of the contract, nothing of our own crates.

use std::fs::{self, File};
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

/// One call, body included.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// A ten-second film that takes longer than this will not come.
const EXPORT_LIMIT: Duration = Duration::from_secs(600);
/// The service answers when the task has changed, or after so many seconds.
const WAIT_SECONDS: u64 = 20;

pub(crate) struct Client {
    agent: Agent,
    url: String,
    authorization: String,
}

impl Client {
    pub(crate) fn new(url: &str, api_key: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(CALL_LIMIT))
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Self {
            agent: Agent::new_with_config(config),
            url: url.to_owned(),
            authorization: format!("Bearer {api_key}"),
        }
    }

    /// Uploads a file; the asset that it became.
    pub(crate) fn upload(
        &self,
        path: &Path,
        name: &str,
        media_type: &str,
    ) -> anyhow::Result<Value> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let answer = self
            .agent
            .post(format!("{}/v1/uploads", self.url))
            .header("authorization", &self.authorization)
            .header("content-type", media_type)
            .header("x-file-name", name)
            .send(&bytes);
        data(answer).with_context(|| format!("uploading {name}"))
    }

    /// Creates an export; its task id.
    pub(crate) fn create_export(&self, body: &Value) -> anyhow::Result<String> {
        let answer = self
            .agent
            .post(format!("{}/v1/exports", self.url))
            .header("authorization", &self.authorization)
            .send_json(body);
        let task = data(answer).context("creating the export")?;
        text(&task, "taskId")
    }

    /// Waits for the end of an export and shows how far it is; the film's address.
    pub(crate) fn finished(&self, task_id: &str) -> anyhow::Result<String> {
        let began = Instant::now();
        let mut line = ProgressLine::default();
        let url = format!("{}/v1/exports/{task_id}", self.url);
        loop {
            let answer = self
                .agent
                .get(format!("{url}?waitSeconds={WAIT_SECONDS}"))
                .header("authorization", &self.authorization)
                .call();
            let task = data(answer).context("asking for the export")?;
            let status = text(&task, "status")?;
            let progress = task.get("progress").and_then(Value::as_f64).unwrap_or(0.0);
            let phase = task.get("exportPhase").and_then(Value::as_str);
            line.show(phase.unwrap_or(&status), progress);
            match status.as_str() {
                "COMPLETED" => {
                    ProgressLine::end();
                    return text(&task, "outputUrl");
                }
                "FAILED" | "CANCELED" => {
                    ProgressLine::end();
                    let error = task.get("error").and_then(Value::as_str);
                    bail!(
                        "the export ended {status}: {}",
                        error.unwrap_or("no reason")
                    );
                }
                _ => {}
            }
            if began.elapsed() > EXPORT_LIMIT {
                bail!("the export did not end within {} s", EXPORT_LIMIT.as_secs());
            }
        }
    }

    /// Downloads the finished film by its signed address.
    pub(crate) fn download(&self, url: &str, to: &Path) -> anyhow::Result<()> {
        let answer = self.agent.get(url).call().context("downloading the film")?;
        if !answer.status().is_success() {
            bail!("downloading the film: the answer is {}", answer.status());
        }
        let mut file =
            File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
        std::io::copy(&mut answer.into_body().into_reader(), &mut file)
            .context("downloading the film")?;
        Ok(())
    }
}

/// The `data` of an answer, or the problem it tells.
fn data(answer: Result<Response<ureq::Body>, ureq::Error>) -> anyhow::Result<Value> {
    let mut answer = answer.context("the service does not answer")?;
    let status = answer.status();
    let mut body: Value = answer
        .body_mut()
        .read_json()
        .with_context(|| format!("the answer ({status}) is no JSON"))?;
    if !status.is_success() {
        bail!("the answer is {status}: {body}");
    }
    body.get_mut("data")
        .map(Value::take)
        .context("the answer has no data")
}

fn text(object: &Value, name: &str) -> anyhow::Result<String> {
    object
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("the answer has no {name}"))
}

/// One line that is written over on a terminal; elsewhere one line a change.
#[derive(Default)]
struct ProgressLine {
    last: String,
}

impl ProgressLine {
    fn show(&mut self, phase: &str, progress: f64) {
        let step = progress.clamp(0.0, 100.0) as usize / 5;
        let bar = format!("{}{}", "#".repeat(step), ".".repeat(20 - step));
        let phase = phase.to_lowercase();
        let line = format!("demo: [{bar}] {:>3} %  {phase}", progress.round());
        if std::io::stdout().is_terminal() {
            print!("\r{line:<60}");
            // Only the looks of the line suffer.
            let _ = std::io::stdout().flush();
        } else if format!("{step}{phase}") != self.last {
            println!("{line}");
        }
        self.last = format!("{step}{phase}");
    }

    fn end() {
        if std::io::stdout().is_terminal() {
            println!();
        }
    }
}
