//! One file a command; each has its `Args` and a `run`.

pub(crate) mod accounts;
pub(crate) mod exports;
pub(crate) mod fonts;
pub(crate) mod frame;
pub(crate) mod keys;
pub(crate) mod motion_graphics;
pub(crate) mod queue;
pub(crate) mod render;
pub(crate) mod serve;
pub(crate) mod upload;
pub(crate) mod validate;
pub(crate) mod webhooks;
