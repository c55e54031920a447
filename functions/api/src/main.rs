//! The API as a Lambda function behind an HTTP API.

use darkroom_api::{ApiConfig, AppState, router};
use darkroom_store::Store;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    darkroom_telemetry::start_log();
    let state = AppState::new(Store::from_env().await?, ApiConfig::from_env()?);
    lambda_http::run(router(state)).await
}
