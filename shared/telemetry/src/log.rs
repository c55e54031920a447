//! The log of a Lambda function. Not that of the `darkroom` program, which has people
//! for readers.
//!
//! Its lines stand in spans that name what they belong to, under the same names in every
//! function: `request_id`, `task_id`, `attempt`, `generation` and `trace_id`. They are
//! error spans, which are there at every level that the log may be set to.

use tracing::{Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The function's own setting of how much is told (Lambda, "Log-level filtering").
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Begins the log: one JSON line an event on standard output, which Lambda keeps. Called
/// once, first in `main`.
pub fn start_log() {
    let set = std::env::var(LEVEL);
    json_log(std::io::stdout, level(set.as_deref().ok())).init();
}

/// The log as it is written: one JSON object a line, with the fields of the spans around
/// it in `spans`, the innermost last.
pub fn json_log<W>(writer: W, level: Level) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .with_max_level(level)
        .with_writer(writer)
        .finish()
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
    use super::*;

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
