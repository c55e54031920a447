//! The API as a Lambda function behind an HTTP API.

use darkroom_api::{ApiConfig, AppState, router};
use darkroom_store::Store;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::tracing::init_default_subscriber();
    let state = AppState::new(Store::from_env().await?, ApiConfig::from_env()?);
    lambda_http::run(router(state)).await
}
