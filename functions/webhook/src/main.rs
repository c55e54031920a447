//! The webhook function's bootstrap: connects the sender to the Lambda runtime.

use aws_lambda_events::event::sqs::SqsEvent;
use darkroom_telemetry::{start_log, started};
use darkroom_webhook::{Sender, handle};
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::Instrument as _;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_log();
    let sender = started(Sender::from_env().await)?;
    let function = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let sender = sender.clone();
        let span = tracing::error_span!("invocation", request_id = %event.context.request_id);
        let run =
            async move { Ok::<_, lambda_runtime::Error>(handle(&sender, event.payload).await) };
        run.instrument(span)
    });
    lambda_runtime::run(function).await
}
