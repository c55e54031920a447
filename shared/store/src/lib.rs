//! The only crate that knows DynamoDB, SQS and S3.
//!
//! [`Store`] has one method an intent, each atomic: what its transaction does
//! not write does not happen (architecture, "Invariants"). Items and their keys
//! are in [`item`]; a file of its own holds each group of intents:
//! [`create`](Store::create_export), tasks (get, list, cancel), leases (claim,
//! heartbeat), endings, accounts, webhooks, projects, assets and their bindings,
//! upload sessions, documents, motion graphics, fonts, keys, the queues, and [`provision`] for the local
//! stack. A file on its way to an asset is an [`Incoming`]. How a request is recognised when it is repeated is in [`repeat`]; how a file
//! in use is kept from being deleted, in [`files`]; how an account is held, in
//! [`pauses`], and how the whole queue is, in [`queue_pauses`]; what the sweep finds and
//! mends, in [`due`], [`dead_letters`] and [`slots`].

mod accounts;
mod assets;
mod bindings;
mod config;
mod create;
mod dead_letters;
mod documents;
mod due;
mod ending;
mod error;
mod files;
mod fonts;
mod incoming;
mod item;
mod keys;
mod lease;
mod motion_graphics;
mod outputs;
mod pauses;
mod projects;
mod provision;
mod queue;
mod queue_pauses;
mod read;
mod recorder;
mod repeat;
mod slots;
mod tasks;
mod transact;
mod uploads;
mod webhooks;

pub use accounts::{Account, Outlook};
pub use assets::{AssetDeleted, AssetRecord, NewAsset, Uploaded};
pub use bindings::Bound;
pub use config::{CallTimeouts, DeadLetterQueues, Queues, Store, StoreConfig, Timeouts, Transport};
pub use create::{Created, NewExport, Recall};
pub use dead_letters::DeadLetters;
pub use due::{Due, DuePage, FoundTask, Subject};
pub use ending::Finish;
pub use error::StoreError;
pub use files::{BadFiles, MAX_FILES};
pub use fonts::FontObject;
pub use incoming::{Arrived, Incoming};
pub use keys::{ApiKey, CreatedKey, KeySummary, NewKey, Quota};
pub use lease::{Claim, ClaimOutcome, Heartbeat};
pub use motion_graphics::Added;
pub use outputs::OUTPUT_DAYS;
pub use projects::{ProjectCreate, ProjectCreated, ProjectNotCreated, Synced, Written};
pub use provision::{Provisioned, provision};
pub use queue::{Received, RenderMessage, TRACE_ATTRIBUTE};
pub use queue_pauses::{RenderQueue, TurnedTasks};
pub use recorder::CallRecorder;
pub use slots::Slots;
pub use tasks::{Canceled, Page};
pub use uploads::{
    Assembled, NewSession, SignedPart, Upload, UploadAborted, UploadFinished, UploadOpened,
};
pub use webhooks::{
    CallbackHeaders, DELIVERY_LEASE, Delivery, DeliveryClaim, DeliveryState, DeliverySummary,
    Replayed, SecretState, Settled, WebhookMessage,
};
