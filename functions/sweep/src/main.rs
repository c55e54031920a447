//! The sweep function's bootstrap: connects the sweep to the Lambda runtime.

use darkroom_sweep::{Sweeper, handle};
use darkroom_telemetry::{Metrics, start_log, started};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use tracing::Instrument as _;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_log();
    let sweeper = started(Sweeper::from_env().await)?;
    let metrics = Metrics::from_env();
    // The event only says that it is time.
    let function = service_fn(move |event: LambdaEvent<IgnoredAny>| {
        let (sweeper, metrics) = (sweeper.clone(), metrics.clone());
        let request_id = event.context.request_id;
        let span = tracing::error_span!("invocation", %request_id);
        let run = async move {
            let report = handle(&sweeper).await;
            report.tell(&metrics, &request_id);
            Ok::<_, lambda_runtime::Error>(report)
        };
        run.instrument(span)
    });
    lambda_runtime::run(function).await
}
