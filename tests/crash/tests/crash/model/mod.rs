//! The life cycle of tasks as a pure state machine: walked at random, checked in full,
//! and held against the store.

mod check;
mod rules;
mod step;
mod store;
mod task;
mod walk;
mod world;
