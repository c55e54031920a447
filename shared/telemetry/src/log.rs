//! The log of a Lambda function. Not that of the `darkroom` program, which has people
//! for readers.
//!
//! Its lines stand in spans that name what they belong to, under the same names in every
//! function: `request_id`, `task_id`, `attempt`, `generation` and `trace_id`. They are
//! error spans, which are there at every level that the log may be set to.

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The function's own setting of how much is told (Lambda, "Log-level filtering").
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";
/// What the targets of our own crates begin with.
const OURS: &str = "darkroom";
/// The most that others tell: beyond it the SDK and its HTTP client say what they send,
/// with keys and secrets in it.
const OTHERS: Level = Level::INFO;

/// Begins the log: one JSON line an event on standard output, which Lambda keeps. Called
/// once, first in `main`.
pub fn start_log() {
    let set = std::env::var(LEVEL);
    json_log(std::io::stdout, level(set.as_deref().ok())).init();
}

/// The log as it is written: one JSON object a line, with the fields of the spans around
/// it in `spans`, the innermost last. `level` is that of our own crates; what others tell
/// ends at `INFO`.
pub fn json_log<W>(writer: W, level: Level) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let levels = Targets::new()
        .with_default(level.min(OTHERS))
        .with_target(OURS, level);
    let lines = fmt::layer().json().with_writer(writer);
    tracing_subscriber::registry().with(levels).with(lines)
}

/// `TRACE` to `FATAL`, in any case; anything else is `INFO`, as Lambda has it.
fn level(set: Option<&str>) -> Level {
    match set {
        Some(fatal) if fatal.eq_ignore_ascii_case("FATAL") => Level::ERROR,
        Some(set) => set.parse().unwrap_or(Level::INFO),
        None => Level::INFO,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged at a level, of a line of ours and of the SDK at each.
    fn logged(level: Level) -> Vec<String> {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = json_log(move || writer.clone(), level);
        tracing::subscriber::with_default(log, || {
            tracing::trace!(target: "darkroom_store", "ours-trace");
            tracing::debug!(target: "darkroom_store", "ours-debug");
            tracing::info!(target: "darkroom_store", "ours-info");
            tracing::warn!(target: "darkroom_store", "ours-warn");
            tracing::trace!(target: "aws_smithy_runtime", "sdk-trace");
            tracing::debug!(target: "aws_smithy_runtime", "sdk-debug");
            tracing::info!(target: "aws_smithy_runtime", "sdk-info");
            tracing::warn!(target: "aws_smithy_runtime", "sdk-warn");
        });
        let bytes = kept.0.lock().unwrap();
        let lines = bytes.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty()).map(|line| {
            let line: serde_json::Value = serde_json::from_slice(line).unwrap();
            line["fields"]["message"].as_str().unwrap().to_owned()
        });
        lines.collect()
    }

    #[test]
    fn others_tell_no_more_than_info_at_any_level() {
        let sdk = ["sdk-info", "sdk-warn"];
        let ours = ["ours-trace", "ours-debug", "ours-info", "ours-warn"];
        for (level, wanted_ours, wanted_sdk) in [
            (Level::TRACE, &ours[0..], &sdk[0..]),
            (Level::DEBUG, &ours[1..], &sdk[0..]),
            (Level::INFO, &ours[2..], &sdk[0..]),
            (Level::WARN, &ours[3..], &sdk[1..]),
            (Level::ERROR, &ours[4..], &sdk[2..]),
        ] {
            let wanted = [wanted_ours, wanted_sdk].concat();
            assert_eq!(logged(level), wanted, "{level}");
        }
    }

    #[test]
    fn levels_are_those_of_lambda() {
        for (set, wanted) in [
            (None, Level::INFO),
            (Some(""), Level::INFO),
            (Some("much"), Level::INFO),
            (Some("TRACE"), Level::TRACE),
            (Some("debug"), Level::DEBUG),
            (Some("WARN"), Level::WARN),
            (Some("ERROR"), Level::ERROR),
            (Some("FATAL"), Level::ERROR),
        ] {
            assert_eq!(level(set), wanted, "{set:?}");
        }
    }
}
