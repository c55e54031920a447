//! The HTTP API: one axum [`router`], served by Lambda, by `darkroom serve` and
//! by the tests.
//!
//! A route lives at `routes/<noun>/<verb>.rs`. Whatever is refused is a
//! [`darkroom_exports::Problem`], turned into an answer in one place
//! (`reply.rs`); every answer carries `x-request-id`.

mod auth;
mod body;
mod config;
mod page;
mod probe;
mod rate;
mod repeat;
mod reply;
mod request_id;
mod routes;
mod unread;

pub use config::{ApiConfig, AppState};
pub use routes::router;
