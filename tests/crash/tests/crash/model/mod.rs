//! The life cycle of tasks as a pure state machine: walked at random, checked in full,
//! and held against the store.

mod check;
mod rules;
mod store;
mod walk;
mod world;
