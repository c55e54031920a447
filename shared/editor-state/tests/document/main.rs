//! Documents: what is valid, what is told of what is not, and what is read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "tests: a panic is the verdict, values are exact"
)]

mod assets;
mod at_once;
mod common;
mod differential;
mod examples;
mod faults;
mod groups;
mod library;
mod reading;
mod semantics;
mod unread;
