//! What a function tells CloudWatch: log lines on standard output, and metrics in them.

mod emf;
mod log;

pub use emf::count_line;
pub use log::start_log;
