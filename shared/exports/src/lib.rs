//! The export domain: what a request must be, what it costs, how a task lives
//! and how every refusal reads. No I/O.
//!
//! A create request becomes a [`CreateExport`] ([`request`]), is priced
//! ([`billing`]), identified ([`idempotency`]) and lives as a [`Task`]
//! ([`task`]). Whatever is refused is a [`Problem`] ([`problem`]).

pub mod billing;
pub mod cursor;
pub mod id;
pub mod idempotency;
pub mod limits;
pub mod problem;
pub mod request;
pub mod task;
pub mod timestamp;

pub use billing::{Credits, PriceTable, Quote};
pub use id::TaskId;
pub use idempotency::{Fingerprint, IdempotencyKey};
pub use limits::Limits;
pub use problem::{ErrorCode, Fault, Problem};
pub use request::{CreateExport, Format, Settings};
pub use task::{ExportPhase, Task, TaskState};
pub use timestamp::Timestamp;
