//! `darkroom serve` as a child process, on a free port and a directory of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

/// The service says within this time where it answers.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running service; dropped, it is stopped and its state removed.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) api_key: String,
    child: Child,
    log: PathBuf,
    data: TempDir,
}

impl Service {
    /// Starts it, with further arguments and environment; its log goes to `folder`.
    pub(crate) fn start(
        program: &Path,
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let log = folder.join("serve.log");
        let log_file =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let data = tempfile::Builder::new()
            .prefix("service-")
            .tempdir_in(folder)
            .context("cannot make a directory for the service")?;
        let mut child = Command::new(program)
            .args(["serve", "--json", "--port", "0", "--data"])
            .arg(data.path())
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = child.stdout.take();
        let mut service = Self {
            url: String::new(),
            api_key: String::new(),
            child,
            log,
            data,
        };
        let (send, first_line) = channel();
        std::thread::spawn(move || {
            let mut lines = stdout
                .into_iter()
                .flat_map(|out| BufReader::new(out).lines());
            // Nobody waits any more after the limit.
            let _ = send.send(lines.next());
        });
        let line = match first_line.recv_timeout(START_LIMIT) {
            Ok(Some(line)) => line.context("cannot read what darkroom serve prints")?,
            Ok(None) => bail!("darkroom serve ended at once: {}", service.last_words()),
            Err(_) => bail!(
                "darkroom serve was not ready within {} s: {}",
                START_LIMIT.as_secs(),
                service.last_words()
            ),
        };
        let ready: Value = serde_json::from_str(&line)
            .with_context(|| "darkroom serve did not say where it answers")?;
        let text = |name: &str| ready.get(name).and_then(Value::as_str).map(str::to_owned);
        service.url = text("url").context("darkroom serve gave no URL")?;
        service.api_key = text("apiKey").context("darkroom serve gave no key")?;
        Ok(service)
    }

    /// Where its state is kept.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it; a failure of the work done with it gets the end of its log.
    pub(crate) fn stop(self, work: anyhow::Result<()>) -> anyhow::Result<()> {
        work.with_context(|| format!("the service's log ends: {}", self.last_words()))
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        if lines.is_empty() {
            return "(nothing)".to_owned();
        }
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It stops the local stack behind it, which a hard kill would leave running.
            let _ = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}
