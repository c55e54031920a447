//! The API as a Lambda function behind an HTTP API.

use darkroom_api::{ApiConfig, AppState, router};
use darkroom_store::Store;
use darkroom_telemetry::{Metrics, start_log, started};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    start_log();
    let store = started(Store::prompt_from_env().await)?;
    let config = started(ApiConfig::from_env())?;
    let state = AppState::new(store, config).with_metrics(Metrics::from_env());
    lambda_http::run(router(state)).await
}
