//! The log of a Lambda function. Not that of the `darkroom` program, which has people
//! for readers.

use tracing::Level;

/// The function's own setting of how much is told (Lambda, "Log-level filtering").
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Begins the log: one JSON line an event on standard output, which Lambda keeps. Called
/// once, first in `main`.
pub fn start_log() {
    let set = std::env::var(LEVEL);
    tracing_subscriber::fmt()
        .json()
        .with_max_level(level(set.as_deref().ok()))
        .init();
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
