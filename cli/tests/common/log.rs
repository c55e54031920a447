//! What a service writes to standard error, what its deployed functions log, and what must
//! not be in there.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;
use tempfile::NamedTempFile;

/// Begins every signature of an address.
const SIGNATURE: &str = "X-Amz-Signature=";
/// Begin API keys and webhook secrets, whoever made them.
const KEYS: [&str; 3] = ["sk_", "whs_", "whsec_"];
/// Characters of base64 behind that, at least: 256 random bits.
const KEY_LENGTH: usize = 43;
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

/// How a line begins that tells a secret, what looks like one, or the signature of an address.
pub fn telling(log: &str, secrets: &[String]) -> Option<String> {
    log.lines().find_map(|line| {
        let mut known = secrets.iter().map(String::as_str).chain([SIGNATURE]);
        let at = known.find_map(|secret| line.find(secret));
        at.or_else(|| key_in(line)).map(|at| line[..at].to_owned())
    })
}

/// Where a line tells a key that nobody need know of.
fn key_in(line: &str) -> Option<usize> {
    let of_key = |char: &char| char.is_ascii_alphanumeric() || "-_+/=".contains(*char);
    KEYS.iter().find_map(|begin| {
        let mut begun = line.match_indices(*begin);
        let key = begun.find(|(at, begin)| {
            let rest = line[at + begin.len()..].chars();
            rest.take_while(of_key).count() >= KEY_LENGTH
        });
        key.map(|(at, _)| at)
    })
}
