//! The render function's bootstrap: connects the worker to the Lambda runtime.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lambda_events::event::sqs::SqsEvent;
use darkroom_media::close_to_children;
use darkroom_telemetry::{start_log, started};
use darkroom_worker::{Deadline, Worker, handle};
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::Instrument as _;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_log();
    // The environment holds the role's credentials, and children are of the same user.
    if let Err(error) = close_to_children() {
        tracing::warn!("children may read this program's environment: {error}");
    }
    let worker = Arc::new(started(Worker::from_env().await)?);
    let function = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let worker = Arc::clone(&worker);
        async move {
            let ends_at = SystemTime::UNIX_EPOCH + Duration::from_millis(event.context.deadline);
            let left = ends_at
                .duration_since(SystemTime::now())
                .unwrap_or_default();
            let request_id = &event.context.request_id;
            let span = tracing::error_span!("invocation", %request_id);
            // Boxed: the nested futures are deeper than the compiler looks.
            let run = Box::pin(handle(&worker, event.payload, Deadline::after(left)));
            Ok::<_, lambda_runtime::Error>(run.instrument(span).await)
        }
    });
    lambda_runtime::run(function).await
}
