//! The sweep function's bootstrap: connects the sweep to the Lambda runtime.

use darkroom_exports::Timestamp;
use darkroom_sweep::{Sweeper, handle};
use darkroom_telemetry::start_log;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_log();
    let sweeper = Sweeper::from_env().await?;
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME")?;
    // The event only says that it is time.
    let function = service_fn(move |_: LambdaEvent<IgnoredAny>| {
        let (sweeper, name) = (sweeper.clone(), name.clone());
        async move {
            let report = handle(&sweeper).await;
            println!("{}", report.metrics(&name, Timestamp::now()));
            Ok::<_, lambda_runtime::Error>(report)
        }
    });
    lambda_runtime::run(function).await
}
