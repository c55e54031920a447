//! What a service writes to standard error, what its deployed functions log, and what must
//! not be in there.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use darkroom_test_stack::secrets::telling;
use serde_json::Value;
use tempfile::NamedTempFile;

/// Where the local stack keeps what functions have logged, once it has stopped.
const FUNCTIONS: &str = "state/cloudwatch_logs.json";

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

    /// Shows the log of a service that has ended on a directory. There is no secret in it,
    /// nor in the logs of its functions. Of a test that has failed already, its own message
    /// is what counts.
    pub fn close(&self, data: &Path) {
        let text = self.text();
        eprint!("{text}");
        if !std::thread::panicking() {
            let secrets = self.secrets.lock().unwrap();
            let told = telling(&text, &secrets);
            assert_eq!(told, None, "the service logs a secret");
            let told = telling(&functions_log(data), &secrets);
            assert_eq!(told, None, "a function logs a secret");
        }
    }
}

/// What the deployed functions of a service on a directory have logged, which must have
/// stopped: the local stack keeps it as CloudWatch Logs does. Empty where there were none.
pub fn functions_log(data: &Path) -> String {
    let Ok(kept) = std::fs::read(data.join(FUNCTIONS)) else {
        return String::new();
    };
    let mut lines = Vec::new();
    take_messages(&serde_json::from_slice(&kept).unwrap(), &mut lines);
    lines.join("\n")
}

/// The text of every event in the streams of the groups of every region.
fn take_messages(kept: &Value, lines: &mut Vec<String>) {
    match kept {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "message" => lines.push(text.clone()),
                    other => take_messages(other, lines),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|one| take_messages(one, lines)),
        _ => {}
    }
}
