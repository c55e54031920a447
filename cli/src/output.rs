//! How a command ends and how its errors read.

pub(crate) mod unread;

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::Value;

/// The way a command ended when nothing went wrong on our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything asked for was done.
    Done,
    /// The document has faults, the export ended without a result, or the service refused
    /// what was asked.
    Refused,
    /// Something else went wrong.
    Failed,
    /// Ctrl-C or SIGTERM before the end; nothing half done is left behind.
    Interrupted,
    /// Who read the output went away: as a shell sees a program that SIGPIPE ends.
    Unread,
}

impl Ending {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Failed => 3,
            Self::Interrupted => 130,
            Self::Unread => 141,
        })
    }
}

/// A text of an answer; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Prints the `data` of an answer, as one line when `json`.
pub(crate) fn show(answer: &Value, json: bool) -> anyhow::Result<Ending> {
    let data = answer.get("data").cloned().unwrap_or_default();
    if json {
        println!("{data}");
    } else {
        println!("{}", serde_json::to_string_pretty(&data)?);
    }
    Ok(Ending::Done)
}

/// Prints an error with its causes to standard error, as one JSON line when `json`.
pub(crate) fn report_error(error: &anyhow::Error, json: bool) {
    let text = sentence(error);
    let mut err = std::io::stderr();
    // Nobody may be reading: the exit code tells it too.
    let _ = if json {
        writeln!(err, "{}", serde_json::json!({ "error": text }))
    } else {
        writeln!(err, "error: {text}")
    };
}

/// The error and its causes in one line; a cause already said is left out.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    text
}
