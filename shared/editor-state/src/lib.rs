//! The timeline document: types, ticks, reading, validation and capability tables.

pub mod model;
pub use model::*;
