//! The log of a Lambda function. Not that of the `darkroom` program, which has people
//! for readers.
//!
//! Its lines stand in spans that name what they belong to, under the same names in every
//! function: `request_id`, `user`, `task_id`, `attempt`, `generation` and `trace_id`. They are
//! error spans, which are there at every level that the log may be set to.

use std::error::Error;

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
/// The crates that call our handlers, and what their targets begin with. Their spans, which
/// are of `INFO`, would stand before ours and name the invocation once more.
const RUNTIME: [&str; 2] = ["lambda_runtime", "lambda_http"];

/// Begins the log: one JSON line an event on standard output, which Lambda keeps. Called
/// once, first in `main`.
pub fn start_log() {
    let set = std::env::var(LEVEL);
    json_log(std::io::stdout, level(set.as_deref().ok())).init();
}

/// What a function needs before its first invocation. Where that cannot be made, one line
/// of the log says so, and why: of what `main` returns Rust prints the form for debugging,
/// which is no text that a query could look for.
///
/// # Errors
/// The one that was given, after its line.
pub fn started<T>(
    made: Result<T, impl Into<Box<dyn Error + Send + Sync>>>,
) -> Result<T, Box<dyn Error + Send + Sync>> {
    made.map_err(|error| {
        let error = error.into();
        tracing::error!("cannot start: {error}");
        error
    })
}

/// The log as it is written: one JSON object a line, with the fields of the spans around
/// it in `spans`, the innermost last and the first one ours. `level` is that of our own
/// crates; what others tell ends at `INFO`, and of the Lambda runtime at `WARN`.
pub fn json_log<W>(writer: W, level: Level) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let levels = Targets::new()
        .with_default(level.min(OTHERS))
        .with_targets(RUNTIME.map(|target| (target, level.min(Level::WARN))))
        .with_target(OURS, level);
    // The innermost span would stand in `span` once more.
    let lines = fmt::layer()
        .json()
        .with_current_span(false)
        .with_writer(writer);
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

    use serde_json::Value;
    use tracing::field::Empty;

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

    /// What `tell` logs at a level.
    fn text(level: Level, tell: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = json_log(move || writer.clone(), level);
        tracing::subscriber::with_default(log, tell);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    /// The lines of it.
    fn lines(level: Level, tell: impl FnOnce()) -> Vec<Value> {
        let text = text(level, tell);
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }

    fn message(line: &Value) -> String {
        line["fields"]["message"].as_str().unwrap().to_owned()
    }

    /// What is logged at a level, of a line of ours and of the SDK at each.
    fn logged(level: Level) -> Vec<String> {
        let lines = lines(level, || {
            tracing::trace!(target: "darkroom_store", "ours-trace");
            tracing::debug!(target: "darkroom_store", "ours-debug");
            tracing::info!(target: "darkroom_store", "ours-info");
            tracing::warn!(target: "darkroom_store", "ours-warn");
            tracing::trace!(target: "aws_smithy_runtime", "sdk-trace");
            tracing::debug!(target: "aws_smithy_runtime", "sdk-debug");
            tracing::info!(target: "aws_smithy_runtime", "sdk-info");
            tracing::warn!(target: "aws_smithy_runtime", "sdk-warn");
        });
        lines.iter().map(message).collect()
    }

    #[test]
    fn the_first_span_is_ours() {
        let invoked = |level| {
            lines(level, || {
                let runtime = tracing::info_span!(
                    target: "lambda_runtime::layers::trace", "Lambda runtime invoke", requestId = "a"
                );
                let _in_runtime = runtime.entered();
                let ours =
                    tracing::error_span!(target: "darkroom_sweep", "invocation", request_id = "b");
                let _in_ours = ours.entered();
                tracing::error!(target: "darkroom_sweep", "ours");
                tracing::warn!(target: "lambda_runtime::runtime", "theirs");
            })
        };
        for (level, messages) in [
            (Level::TRACE, &["ours", "theirs"][..]),
            (Level::INFO, &["ours", "theirs"][..]),
            (Level::ERROR, &["ours"][..]),
        ] {
            let lines = invoked(level);
            assert_eq!(lines.iter().map(message).collect::<Vec<_>>(), messages);
            for line in lines {
                let spans = line["spans"].as_array().unwrap();
                assert_eq!(spans.len(), 1, "{line}");
                assert_eq!(spans[0]["request_id"], "b", "{line}");
            }
        }
    }

    #[test]
    fn what_a_line_belongs_to_is_told_once() {
        let text = text(Level::INFO, || {
            let invoked =
                tracing::error_span!(target: "darkroom_webhook", "invocation", request_id = "aa");
            let _in_invoked = invoked.entered();
            let delivery = tracing::error_span!(
                target: "darkroom_webhook", "delivery", task_id = "bb", trace_id = Empty
            );
            delivery.record("trace_id", "cc");
            let _in_delivery = delivery.entered();
            tracing::info!(target: "darkroom_webhook", "tried");
        });
        for told in [
            "\"request_id\":\"aa\"",
            "\"task_id\":\"bb\"",
            "\"trace_id\":\"cc\"",
        ] {
            assert_eq!(text.matches(told).count(), 1, "{told}: {text}");
        }
    }

    #[test]
    fn what_keeps_a_function_from_starting_is_one_line() {
        let started = lines(Level::ERROR, || {
            assert_eq!(super::started(Ok::<_, String>(1)).unwrap(), 1);
            let missing = "DARKROOM_TABLE is not set";
            let refused = super::started(Err::<(), _>(missing.to_owned())).unwrap_err();
            assert_eq!(refused.to_string(), missing);
        });
        let [line] = &started[..] else {
            panic!("{started:?}")
        };
        assert_eq!(message(line), "cannot start: DARKROOM_TABLE is not set");
        assert_eq!(line["level"], "ERROR");
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
