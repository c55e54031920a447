//! What `darkroom serve` is made of.
//!
//! ```text
//! DataDir (flock) ── owns ──> Ministack (child process, state in DIR)
//!                                │ AWS_ENDPOINT_URL
//! Router on --port ── store ─────┤
//! Poller ── SQS ── worker ───────┘
//! ```
//!
//! Beside the routes of the API it shows two pages: [`console`] at `/` and [`docs`].
//!
//! With `--lambda` the Router and the poller run inside MiniStack as deployed
//! functions instead, and [`forward`] keeps the base URL the same.

pub(crate) mod console;
pub(crate) mod data_dir;
pub(crate) mod docs;
pub(crate) mod forward;
pub(crate) mod lambda;
pub(crate) mod ministack;
pub(crate) mod page;
pub(crate) mod parts;
pub(crate) mod poller;
pub(crate) mod template;
pub(crate) mod zip;
