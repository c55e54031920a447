//! The webhook function's bootstrap: connects the sender to the Lambda runtime.

use aws_lambda_events::event::sqs::SqsEvent;
use darkroom_telemetry::start_log;
use darkroom_webhook::{Sender, handle};
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_log();
    let sender = Sender::from_env().await?;
    let function = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let sender = sender.clone();
        async move { Ok::<_, lambda_runtime::Error>(handle(&sender, event.payload).await) }
    });
    lambda_runtime::run(function).await
}
