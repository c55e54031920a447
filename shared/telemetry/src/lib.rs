//! What a function tells CloudWatch: log lines on standard output, and metrics in them.

mod emf;

pub use emf::count_line;

/// One JSON line an event on standard output, which Lambda keeps; how much is told is the
/// function's own setting (`AWS_LAMBDA_LOG_LEVEL`). To be called once, before anything is
/// logged.
pub fn log_json() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL");
    let level = match level.as_deref() {
        Ok("FATAL") => Some(tracing::Level::ERROR),
        level => level.ok().and_then(|level| level.parse().ok()),
    };
    tracing_subscriber::fmt()
        .json()
        .with_max_level(level.unwrap_or(tracing::Level::INFO))
        .init();
}
