//! What a service writes to standard error, and what must not be in there.

use std::fs::File;
use std::sync::Mutex;

use tempfile::NamedTempFile;

/// Begins every signature of an address.
const SIGNATURE: &str = "X-Amz-Signature=";

/// The log of a service and of its children. A file: of a pipe, what outlives a killed
/// service would hold the other end.
pub struct Log {
    file: NamedTempFile,
    secrets: Mutex<Vec<String>>,
}

impl Log {
    pub fn new() -> Self {
        Self {
            file: NamedTempFile::new().unwrap(),
            secrets: Mutex::default(),
        }
    }

    /// Where it is written to.
    pub fn writer(&self) -> File {
        self.file.reopen().unwrap()
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        let bytes = std::fs::read(self.file.path()).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Learns of something that must not be logged.
    pub fn keeps(&self, secret: &str) {
        self.secrets.lock().unwrap().push(secret.to_owned());
    }

    /// Shows the log of a service that has ended, in which there is no secret. Of a test
    /// that has failed already, its own message is what counts.
    pub fn close(&self) {
        let text = self.text();
        eprint!("{text}");
        if !std::thread::panicking() {
            let told = telling(&text, &self.secrets.lock().unwrap());
            assert_eq!(told, None, "the service logs a secret");
        }
    }
}

/// How a line begins that tells a secret, or the signature of an address.
pub fn telling(log: &str, secrets: &[String]) -> Option<String> {
    let mut all = secrets.iter().map(String::as_str).chain([SIGNATURE]);
    all.find_map(|secret| {
        let begins = |line: &str| line.split_once(secret).map(|(begin, _)| begin.to_owned());
        log.lines().find_map(begins)
    })
}
