//! The API as a Lambda function behind an HTTP API.

use darkroom_api::{ApiConfig, AppState, router};
use darkroom_store::Store;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    log();
    let state = AppState::new(Store::from_env().await?, ApiConfig::from_env()?);
    lambda_http::run(router(state)).await
}

/// One JSON line an event on standard output, which Lambda keeps; how much is told is the
/// function's own setting (`AWS_LAMBDA_LOG_LEVEL`).
fn log() {
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
