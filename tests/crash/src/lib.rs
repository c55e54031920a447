//! Faults in the calls that a process makes to AWS, for tests only.
//!
//! [`Faults`] stands between the SDK and its HTTP client: it names every call
//! ([`Point`]), and does to one of them what a [`Fault`] says. The processes of a test
//! ([`Process`]) share it; one that dies makes no further call. It keeps, too, what each
//! call needs of the policy of whoever makes it ([`Need`]). Messages that SQS is to hold
//! back are there at once, for a test that has a clock of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may fail loudly"
)]

mod call;
mod delay;
mod faults;
mod need;

pub use call::describe;
pub use faults::{Fault, Faults, Meanwhile, Point, Process};
pub use need::{Need, needs, signed};
