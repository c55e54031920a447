//! What CloudWatch is told of renders.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use darkroom_exports::{Timestamp, TraceId};
use darkroom_store::Claim;
use darkroom_telemetry::{Dimension, Line, Metric, SENT_TIMESTAMP, waited};

use crate::config::Worker;

/// List prices of AWS Lambda in us-east-1 for arm64, first tier, in US dollars: a
/// gigabyte-second of memory, and a request. Scratch space is left out; 4 GB of it add a
/// thousandth.
const USD_PER_GB_SECOND: f64 = 0.000_013_333_4;
const USD_PER_REQUEST: f64 = 0.000_000_2;
const MB_PER_GB: f64 = 1024.0;

/// Whose fault it is that an export failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its document, its media or an address in it.
    Caller,
    /// Ours.
    Service,
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Service => "service",
        }
    }
}

/// An attempt begins. How old its message is counts for the first one only: later ones
/// waited on purpose.
pub(crate) fn started(worker: &Worker, claim: &Claim, message: &SqsMessage) {
    let is_first = claim.attempt() == 1;
    let retried = u32::from(!is_first);
    let mut values = vec![
        (Metric::RendersStarted, 1.0),
        (Metric::RendersRetried, f64::from(retried)),
    ];
    let sent = message.attributes.get(SENT_TIMESTAMP).map(String::as_str);
    if let Some(age) = waited(sent, 0, Timestamp::now().0).filter(|_| is_first) {
        values.push((Metric::QueueAge, age.as_secs_f64()));
    }
    write(worker, claim, &values, None);
}

/// An export ended COMPLETED, after so long of fetching, drawing and encoding.
pub(crate) fn completed(worker: &Worker, claim: &Claim, rendered: Duration) {
    let speed = rendered.as_secs_f64() / claim.duration().seconds();
    let values = [
        (Metric::RendersCompleted, 1.0),
        (Metric::RenderSpeed, speed),
    ];
    write(worker, claim, &values, None);
}

/// An export ended FAILED.
pub(crate) fn failed(worker: &Worker, claim: &Claim, cause: Cause) {
    write(worker, claim, &[(Metric::RendersFailed, 1.0)], Some(cause));
}

/// An attempt is over, however it ended, after so long. Without Lambda it has no price.
pub(crate) fn spent(worker: &Worker, claim: &Claim, time: Duration) {
    if let Some(memory_mb) = worker.config().memory_mb {
        let values = [(Metric::RenderCost, cost_usd(time, memory_mb))];
        write(worker, claim, &values, None);
    }
}

fn write(worker: &Worker, claim: &Claim, values: &[(Metric, f64)], cause: Option<Cause>) {
    let task = claim.task_id().to_string();
    let attempt = claim.attempt().to_string();
    let generation = claim.generation().to_string();
    worker.config().metrics.write(&Line {
        values,
        by: cause.map(|cause| (Dimension::Cause, cause.as_str())),
        ids: &[
            ("task_id", &task),
            ("attempt", &attempt),
            ("generation", &generation),
            ("trace_id", claim.trace().map_or("", TraceId::as_str)),
        ],
    });
}

/// Lambda bills started milliseconds of the memory that is configured.
fn cost_usd(time: Duration, memory_mb: u32) -> f64 {
    let billed_seconds = (time.as_secs_f64() * 1000.0).ceil() / 1000.0;
    billed_seconds * f64::from(memory_mb) / MB_PER_GB * USD_PER_GB_SECOND + USD_PER_REQUEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_is_memory_times_billed_time_and_the_request() {
        let hour = cost_usd(Duration::from_hours(1), 10_240);
        let wanted = 3600.0 * 10.0 * 0.000_013_333_4 + 0.000_000_2;
        assert!((hour - wanted).abs() < 1e-9, "{hour}");
        let moment = cost_usd(Duration::from_micros(1), 1024);
        let millisecond = cost_usd(Duration::from_millis(1), 1024);
        assert!((moment - millisecond).abs() < 1e-15, "{moment}");
    }
}
