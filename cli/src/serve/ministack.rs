//! MiniStack, the local AWS stack, as a child process of ours.
//!
//! It keeps what it holds only on a clean stop, so it is always stopped with
//! SIGTERM and waited for, even when it is an orphan left by a service that
//! was killed. It runs in its own process group: a Ctrl-C on the terminal
//! reaches us alone, and we stop it last.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};

use super::data_dir::{DataDir, write_private};

/// The stack answers within this time or its start has failed.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Saving its state takes at most this long.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Killed functions are gone within this time.
const WORKERS_LIMIT: Duration = Duration::from_secs(5);
const RECORD_FILE: &str = "ministack.json";
const LOG_FILE: &str = "ministack.log";

/// What is remembered of a started stack, for the next start to find it.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// `None` once it was stopped; the port is kept, because the queues' names hold it.
    pid: Option<i32>,
    port: u16,
}

/// A running MiniStack.
#[derive(Debug)]
pub(crate) struct Ministack {
    child: Child,
    port: u16,
    record: PathBuf,
}

impl Ministack {
    /// Stops what an earlier service left running on this directory, starts
    /// the stack and waits until it answers. With `enforce`, whoever is not the
    /// root user may do no more than IAM policies allow.
    pub(crate) async fn start(data: &DataDir, enforce: bool) -> anyhow::Result<Self> {
        let record = data.join(RECORD_FILE);
        let earlier = read_record(&record);
        if let Some(pid) = earlier.as_ref().and_then(|r| r.pid) {
            stop_orphan(pid, data.path()).await?;
        }
        let port = choose_port(earlier.map(|r| r.port))?;
        let log_path = data.join(LOG_FILE);
        let log = std::fs::File::create(&log_path)
            .with_context(|| format!("cannot write {}", log_path.display()))?;
        let program = executable();
        let endpoint = format!("http://127.0.0.1:{port}");
        let scratch = data.join("ministack-tmp");
        std::fs::create_dir_all(&scratch)
            .with_context(|| format!("cannot make {}", scratch.display()))?;
        let mut command = Command::new(&program);
        command
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AUTH", if enforce { "true" } else { "false" })
            .env("PERSIST_STATE", "1")
            .env("S3_PERSIST", "1")
            .env("STATE_DIR", data.join("state"))
            .env("S3_DATA_DIR", data.join("s3"))
            .env("TMPDIR", &scratch)
            .env("LOG_LEVEL", "WARNING")
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .stdin(Stdio::null())
            .stdout(
                log.try_clone()
                    .context("cannot open MiniStack's log twice")?,
            )
            .stderr(log)
            .process_group(0);
        let child = command.spawn().with_context(|| {
            format!(
                "cannot start {} (the local AWS stack): run `cargo xtask setup`, or \
                 `pip install ministack==1.5.33`, or set DARKROOM_MINISTACK to its path",
                program.display()
            )
        })?;
        let pid = child.id().map(|pid| pid as i32);
        write_private(&record, &serde_json::to_vec(&Record { pid, port })?)?;
        let mut stack = Self {
            child,
            port,
            record,
        };
        stack.wait_until_ready(&log_path).await?;
        Ok(stack)
    }

    /// Where the AWS SDK reaches it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends only if the stack dies by itself.
    pub(crate) async fn died(&mut self) -> anyhow::Error {
        match self.child.wait().await {
            Ok(status) => anyhow::anyhow!(
                "the local AWS stack ended by itself ({status}); see {LOG_FILE} in the data directory"
            ),
            Err(error) => anyhow::Error::new(error).context("cannot watch the local AWS stack"),
        }
    }

    /// Stops it so that its state is kept.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let process = self.child.id().and_then(|pid| Pid::from_raw(pid as i32));
        if let Some(process) = process {
            // It may have ended a moment ago: that is what we want.
            let _ = kill_process(process, Signal::TERM);
        }
        let ended = tokio::time::timeout(STOP_LIMIT, self.child.wait()).await;
        if ended.is_err() {
            bail!(
                "the local AWS stack did not stop within {} s; it is left running so that its \
                 state is not lost, and the next start stops it",
                STOP_LIMIT.as_secs()
            );
        }
        if let Some(process) = process {
            end_workers(process).await;
        }
        let stopped = Record {
            pid: None,
            port: self.port,
        };
        write_private(&self.record, &serde_json::to_vec(&stopped)?)
    }

    async fn wait_until_ready(&mut self, log: &Path) -> anyhow::Result<()> {
        let url = format!("{}/_ministack/health", self.endpoint());
        let client = darkroom_media::http_client()
            .context("cannot make an HTTP client")?
            .timeout(Duration::from_secs(2))
            .no_proxy()
            .build()
            .context("cannot make an HTTP client")?;
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().context("cannot watch MiniStack")? {
                bail!(
                    "the local AWS stack ended at its start ({status}); its log ends: {}",
                    tail(log)
                );
            }
            if let Ok(answer) = client.get(&url).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if start.elapsed() > START_LIMIT {
                bail!(
                    "the local AWS stack did not answer within {} s; its log ends: {}",
                    START_LIMIT.as_secs(),
                    tail(log)
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The region everything local lives in.
pub(crate) const REGION: &str = "us-east-1";
/// The account every local resource belongs to.
pub(crate) const ACCOUNT: &str = "000000000000";

fn read_record(path: &Path) -> Option<Record> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The recorded port if it is free, else any free one.
fn choose_port(earlier: Option<u16>) -> anyhow::Result<u16> {
    if let Some(port) = earlier
        && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    {
        return Ok(port);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free loopback port")?;
    Ok(listener
        .local_addr()
        .context("no free loopback port")?
        .port())
}

/// `DARKROOM_MINISTACK`; else beside the build (`target/tools/venv`); else on the PATH.
fn executable() -> PathBuf {
    if let Some(path) = std::env::var_os("DARKROOM_MINISTACK") {
        return path.into();
    }
    let beside = std::env::current_exe().ok().and_then(|exe| {
        exe.ancestors()
            .map(|dir| dir.join("tools/venv/bin/ministack"))
            .find(|path| path.is_file())
    });
    beside.unwrap_or_else(|| "ministack".into())
}

/// Stops an orphan with SIGTERM, if the process is really ours: process ids are used again.
async fn stop_orphan(pid: i32, dir: &Path) -> anyhow::Result<()> {
    let Some(process) = Pid::from_raw(pid) else {
        return Ok(());
    };
    if !is_ministack_of(pid, dir) {
        return Ok(());
    }
    tracing::info!(
        pid,
        "stopping the local AWS stack that an earlier service left running"
    );
    let _ = kill_process(process, Signal::TERM);
    let start = Instant::now();
    while test_kill_process(process).is_ok() && is_ministack_of(pid, dir) {
        if start.elapsed() > STOP_LIMIT {
            bail!(
                "an earlier local AWS stack (process {pid}) on {} does not stop; end it with \
                 `kill {pid}` and start again",
                dir.display()
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    end_workers(process).await;
    Ok(())
}

/// Ends what is left of an ended stack's process group: deployed functions, which it does not
/// always take with it and which have nobody to work for now.
async fn end_workers(stack: Pid) {
    let start = Instant::now();
    // An error says that the group has no process any more.
    while kill_process_group(stack, Signal::KILL).is_ok() && start.elapsed() < WORKERS_LIMIT {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(target_os = "linux")]
fn is_ministack_of(pid: i32, dir: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let state = dir.join("state");
    let wanted = [b"STATE_DIR=", state.as_os_str().as_bytes()].concat();
    // A zombie has an empty environment, so it counts as gone.
    std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
        environ
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted)
    })
}

#[cfg(not(target_os = "linux"))]
fn is_ministack_of(pid: i32, _dir: &Path) -> bool {
    std::process::Command::new("ps")
        .args(["-o", "stat=,args=", "-p", &pid.to_string()])
        .output()
        .is_ok_and(|out| {
            let line = String::from_utf8_lossy(&out.stdout);
            line.contains("ministack") && !line.trim_start().starts_with('Z')
        })
}

/// The last lines of a log, for an error message.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    let text: Vec<&str> = lines.into_iter().rev().collect();
    if text.is_empty() {
        "(empty)".to_owned()
    } else {
        text.join(" | ")
    }
}
