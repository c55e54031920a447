//! Crash anywhere, lose nothing: whole flows on a real stack, with one call of theirs
//! failing, or something else happening just before it.
//!
//! ```text
//! lane: stack, receiver ──> cell: a user, its processes, its clock ──> what is left
//! matrix: a flow is run twice, and each of its calls is a row (rows); faults are the columns
//! access: what all calls need of the policies of template.yaml, and what is logged meanwhile
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod access;
mod aftermath;
mod cell;
mod client;
mod lane;
mod left;
mod matrix;
mod model;
mod operator;
mod prepared;
mod queue;
mod rows;
mod silence;
mod work;
