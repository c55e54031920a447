//! `/v1/uploads`

pub(super) mod create;
