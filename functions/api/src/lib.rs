//! The HTTP API: one axum [`router`], served by Lambda, by `darkroom serve` and
//! by the tests.
//!
//! A route lives at `routes/<noun>/<verb>.rs`. Whatever is refused is a
//! [`darkroom_exports::Problem`], turned into an answer in one place
//! (`reply.rs`); every answer carries `x-request-id`.
//!
//! What a route takes and answers is said beside its handler, for utoipa, and by the types
//! that it reads ([`darkroom_exports::bodies`]) and writes; the tests make `openapi.json` of
//! them (`openapi/`), and the built library holds only that file.
//!
//! Whoever serves routes of its own beside these, as `darkroom serve` does for its console,
//! takes who asks ([`Runtime`]), what is asked for ([`read_export`]), how it is refused
//! ([`Refusal`]) and what every answer has ([`with_conventions`]) from here.

mod auth;
mod body;
mod config;
mod metrics;
#[cfg(test)]
mod openapi;
mod page;
mod probe;
mod query;
mod rate;
mod repeat;
mod reply;
mod request_id;
mod routes;
mod unread;

pub use auth::Runtime;
pub use config::{ApiConfig, AppState};
pub use probe::media_type_of;
pub use reply::Refusal;
pub use routes::{read_export, router, with_conventions};
