//! The only crate that knows DynamoDB, SQS and S3.
//!
//! [`Store`] has one method an intent, each atomic: what its transaction does
//! not write does not happen (architecture, "Invariants"). Items and their keys
//! are in [`item`]; a file of its own holds each group of intents:
//! [`create`](Store::create_export), tasks (get, list, cancel), leases (claim,
//! heartbeat), endings, documents and files, motion graphics, keys, the queue, and
//! [`provision`] for the local stack.

mod assets;
mod config;
mod create;
mod documents;
mod ending;
mod error;
mod fonts;
mod item;
mod keys;
mod lease;
mod motion_graphics;
mod outputs;
mod provision;
mod queue;
mod recorder;
mod tasks;

pub use assets::{AssetRecord, NewAsset};
pub use config::{Store, StoreConfig};
pub use create::{Created, NewExport};
pub use ending::Finish;
pub use error::StoreError;
pub use fonts::FontObject;
pub use keys::{ApiKey, CreatedKey, KeySummary, NewKey};
pub use lease::{Claim, ClaimOutcome, Heartbeat};
pub use motion_graphics::Added;
pub use provision::{Provisioned, provision};
pub use queue::{Received, RenderMessage};
pub use recorder::CallRecorder;
pub use tasks::{Canceled, Page};
