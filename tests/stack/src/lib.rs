//! A local stack of one test's own: table, queues and bucket of `template.yaml`
//! on a MiniStack process that ends with the test. For tests only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may fail loudly"
)]

pub mod export;
pub mod font;
pub mod hostile;
pub mod web;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use darkroom_store::{ApiKey, NewKey, Provisioned, Store, provision};

/// Region of the stack.
pub const REGION: &str = "us-east-1";

const TEMPLATE: &str = include_str!("../../../template.yaml");
/// MiniStack answers within a second; nothing takes this long on the slowest
/// machine that tests run on.
const LIMIT: Duration = Duration::from_secs(90);

/// MiniStack without persistence; ended when dropped.
#[derive(Debug)]
pub struct Stack {
    child: Child,
    /// Scratch space, removed with the stack.
    pub dir: tempfile::TempDir,
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    /// What was made on it.
    pub made: Provisioned,
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `DARKROOM_MINISTACK`, or what `cargo xtask setup` installed beside the tests'
/// own binaries, or whatever is on the path.
fn ministack() -> PathBuf {
    if let Some(path) = std::env::var_os("DARKROOM_MINISTACK") {
        return path.into();
    }
    std::env::current_exe()
        .unwrap()
        .ancestors()
        .map(|dir| dir.join("tools/venv/bin/ministack"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| "ministack".into())
}

impl Stack {
    /// Starts MiniStack on a free port and makes everything on it.
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(ministack())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("TMPDIR", dir.path())
            .env("LOG_LEVEL", "ERROR")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("MiniStack is needed: cargo xtask setup, or DARKROOM_MINISTACK");
        let start = Instant::now();
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_err()
        {
            assert!(start.elapsed() < LIMIT, "MiniStack does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let endpoint = format!("http://127.0.0.1:{port}");
        let made = provision(&endpoint, REGION, TEMPLATE).await.unwrap();
        Self {
            child,
            dir,
            endpoint,
            made,
        }
    }

    /// The store on this stack.
    pub fn store(&self) -> &Store {
        &self.made.store
    }

    /// A new key of a user with runtime access and no limit, and its secret.
    pub async fn key(&self, user: &str) -> (String, ApiKey) {
        let wanted = NewKey {
            name: None,
            runtime_access: true,
            quota: None,
            requests_per_minute: None,
        };
        let made = self.store().create_key(user, wanted).await.unwrap();
        let key = self.store().authenticate(&made.key).await.unwrap().unwrap();
        (made.key, key)
    }
}
