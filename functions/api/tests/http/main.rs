//! The HTTP contract, asked from outside: the real router over the real store on
//! a local stack, with what is in table, queue and bucket looked at behind it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod common;

mod asset_uses;
mod bindings;
mod callbacks;
mod conflicts;
mod contract;
mod conventions;
mod coverage;
mod create;
mod described;
mod documents;
mod edges;
mod estimates;
mod faults;
mod faulty;
mod generation_zero;
mod hostile;
mod idempotency;
mod illustrations;
mod media_kinds;
mod money;
mod motion_graphics;
mod pauses;
mod problems;
mod project_exports;
mod projects;
mod queue_pauses;
mod races;
mod rates;
mod reads;
mod refused_uploads;
mod sessions;
mod streams;
mod syncs;
mod taken;
mod tenancy;
mod traces;
mod updates;
mod uploads;
mod waits;
mod world;
