//! `/v1/editor`

pub(super) mod capabilities;
pub(super) mod validate;
