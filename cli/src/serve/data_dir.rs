//! The directory a service keeps its state in, held by one process at a time.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// How a running service is reached; written when it is ready, removed when it stops.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    /// Base URL of the HTTP API.
    pub(crate) url: String,
    /// Base URL of the local AWS stack.
    pub(crate) aws_url: String,
    pub(crate) table: String,
    pub(crate) bucket: String,
    pub(crate) render_queue_url: String,
    pub(crate) webhook_queue_url: String,
    /// The `darkroom serve` process.
    pub(crate) pid: u32,
}

/// A data directory locked for this process; the lock ends with the process.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory (mode 0700) if need be and locks it.
    pub(crate) fn lock(path: &Path) -> anyhow::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot make the data directory {}", path.display()))?;
        let path = path
            .canonicalize()
            .with_context(|| format!("cannot open the data directory {}", path.display()))?;
        let lock_path = path.join("lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .with_context(|| format!("cannot open {}", lock_path.display()))?;
        match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let holder = std::fs::read_to_string(&lock_path).unwrap_or_default();
                bail!(
                    "another `darkroom serve` (process {}) is using {}; stop it first, or give \
                     this one its own directory with --data DIR",
                    holder.trim(),
                    path.display()
                );
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot lock {}", lock_path.display()));
            }
        }
        lock.set_len(0).context("cannot write the lock file")?;
        writeln!(lock, "{}", std::process::id()).context("cannot write the lock file")?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The API key made at the first start, if there was one.
    pub(crate) fn api_key(&self) -> anyhow::Result<Option<String>> {
        let path = self.join("api-key");
        match std::fs::read_to_string(&path) {
            Ok(key) => Ok(Some(key.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Keeps the API key, readable by its owner alone.
    pub(crate) fn keep_api_key(&self, key: &str) -> anyhow::Result<()> {
        write_private(&self.join("api-key"), key.as_bytes())
    }

    pub(crate) fn publish(&self, endpoint: &Endpoint) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(endpoint)?;
        write_private(&self.join(ENDPOINT_FILE), &text)
    }

    pub(crate) fn unpublish(&self) {
        // Nothing is lost when it stays: readers check that the service answers.
        let _ = std::fs::remove_file(self.join(ENDPOINT_FILE));
    }
}

const ENDPOINT_FILE: &str = "service.json";

/// Reads how the service on `dir` is reached; `None` when none is running there.
pub(crate) fn read_endpoint(dir: &Path) -> anyhow::Result<Option<Endpoint>> {
    let path = dir.join(ENDPOINT_FILE);
    match std::fs::read(&path) {
        Ok(text) => {
            let endpoint = serde_json::from_slice(&text).with_context(|| {
                format!("{} is not readable; restart the service", path.display())
            })?;
            Ok(Some(endpoint))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file with mode 0600, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    let attempt = || -> std::io::Result<()> {
        // tempfile makes its files with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDir::lock(dir.path()).unwrap();
        let refusal = DataDir::lock(dir.path()).unwrap_err().to_string();
        assert!(
            refusal.contains(&std::process::id().to_string()),
            "{refusal}"
        );
        drop(first);
        DataDir::lock(dir.path()).unwrap();
    }

    #[test]
    fn the_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::lock(dir.path()).unwrap();
        assert_eq!(data.api_key().unwrap(), None);
        data.keep_api_key("sk_abc").unwrap();
        assert_eq!(data.api_key().unwrap().as_deref(), Some("sk_abc"));
        let mode = std::fs::metadata(data.join("api-key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
