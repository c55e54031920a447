//! The webhook function's bootstrap: connects the sender to the Lambda runtime.

use aws_lambda_events::event::sqs::SqsEvent;
use darkroom_webhook::{Sender, handle};
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    log();
    let sender = Sender::from_env().await?;
    let function = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let sender = sender.clone();
        async move { Ok::<_, lambda_runtime::Error>(handle(&sender, event.payload).await) }
    });
    lambda_runtime::run(function).await
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
