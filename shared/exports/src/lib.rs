//! The export domain: what a request must be, what it costs, how a task lives
//! and how every refusal reads. No I/O.
//!
//! The body of a request is read into its type ([`bodies`]). That of a create becomes a
//! [`CreateExport`] ([`request`]), is priced ([`billing`]), which an estimate tells
//! beforehand ([`CreateExport::estimate`]), identified ([`idempotency`]) and lives as a
//! [`Task`] ([`task`]). The document may be that of a [`Project`] ([`project`]), which is
//! created and synced, as often as its tokens allow ([`bucket`]). A file that it names may
//! come in parts ([`upload`]). What becomes of a task is told to its [`Callback`]
//! ([`callback`], [`webhook`]). What becomes of a task that nobody finished is decided in
//! [`repair`]. Whatever is refused is a [`Problem`] ([`problem`]).

pub mod api_key;
pub mod billing;
pub mod bodies;
pub mod bucket;
pub mod callback;
pub mod cursor;
pub mod estimate;
pub mod id;
pub mod idempotency;
pub mod limits;
pub mod problem;
pub mod project;
pub mod repair;
pub mod request;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod state;
pub mod task;
pub mod timestamp;
pub mod trace;
pub mod upload;
pub mod webhook;

pub use billing::{Credits, PriceTable, Quote};
pub use bucket::TokenBucket;
pub use callback::{Callback, CallbackPolicy};
pub use id::{AssetId, ProjectId, TaskId, UploadId};
pub use idempotency::{Envelope, Fingerprint, IdempotencyKey, Identity};
pub use limits::Limits;
pub use problem::{ErrorCode, Fault, Problem};
pub use project::{NewProject, Project};
pub use request::{CreateExport, Format, Settings};
pub use state::StateDocument;
pub use task::{ExportPhase, Task, TaskState};
pub use timestamp::Timestamp;
pub use trace::TraceId;
pub use webhook::secret::{Secrets, WebhookSecret};
pub use webhook::{DeliveryId, Step, WebhookEvent};
