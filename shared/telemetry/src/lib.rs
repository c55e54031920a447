//! What a function tells CloudWatch: log lines on standard output, and metrics in them.

mod emf;
mod log;
mod metric;
mod metrics;
mod queue;

pub use emf::Line;
pub use log::{json_log, start_log, started};
pub use metric::{Dimension, FUNCTION, Metric, NAMESPACE, Unit};
pub use metrics::Metrics;
pub use queue::{SENT_TIMESTAMP, waited};
