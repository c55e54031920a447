//! Webhooks: what was committed to be told, and what has become of it.
//!
//! ```text
//! claim, ending ── one transaction: state + intent (`W#`) ── then ──> webhook queue
//! webhook queue ──> claim_delivery (fenced) ──> send ──> settle: delivered, failed, or again
//! ```
//!
//! An intent is a delivery's item from its first moment: `W#task#1` that the task
//! started, `W#task#2` how it ended. A message only says which delivery to look at.
//! Its `generation` is the item's when it was sent; a claim raises that, so of two
//! messages for one try the second is stale and is dropped, and a sender that lost
//! its lease settles nothing.
//!
//! SQS holds a message back for 15 minutes at most, so a message that is early is
//! sent once more, as often as it takes: [`WebhookMessage::not_before`]. Nothing else
//! is needed for a later try. The due index is for what got lost: a delivery stands
//! there until it is settled, a little later than its message comes.
//!
//! The headers of a callback are the caller's secrets: they lie in an item of their
//! own (`H#task`), which only a sender reads, and go 51 days after the task's end.

mod deliver;
mod intent;
mod list;
mod secrets;

use std::time::Duration;

use darkroom_exports::webhook::schedule::Answer;
use darkroom_exports::{DeliveryId, Secrets, Step, Task, TaskId, Timestamp, TraceId, WebhookEvent};
use serde::{Deserialize, Serialize};

use crate::item::{Item, key, s, user_pk};

pub use list::{DeliverySummary, Replayed};
pub use secrets::SecretState;

/// How long a delivery is kept since its event.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// How long the headers of a callback are kept since the end of the task: three weeks longer
/// than a delivery is kept since its last try. Start and end are told one after the other,
/// each in nine waits of at most a day and a tenth, so that the last try of an end is made
/// within 20 days.
const HEADERS_KEPT_SECONDS: i64 = KEPT_SECONDS + 21 * 86_400;
/// A delivery whose message does not come so long after its time is due for the sweep.
const GRACE_SECONDS: i64 = 120;

/// Body of a message on the webhook queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookMessage {
    /// Owner of the task.
    pub user: String,
    /// Id of the delivery.
    pub delivery: String,
    /// The delivery's generation when the message was sent.
    pub generation: i64,
    /// Unix milliseconds before which nothing is to be done.
    #[serde(default)]
    pub not_before: i64,
}

/// What has become of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be tried, or tried again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// Its tries are used up, or the receiver wants no more.
    Failed,
    /// Its task was canceled before it was sent.
    Dropped,
}

impl DeliveryState {
    /// `WAITING`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
            Self::Dropped => "DROPPED",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Failed, Self::Dropped]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A delivery under a lease of ours, with all that its try takes.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Owner of the task.
    pub user: String,
    /// Which delivery.
    pub id: DeliveryId,
    /// What happened.
    pub event: WebhookEvent,
    /// When it did.
    pub occurred_at: Timestamp,
    /// Which try this is, 1 the first.
    pub attempt: u32,
    /// The task as it is now.
    pub task: Task,
    /// Where to.
    pub url: String,
    /// Headers that the caller gave.
    pub headers: CallbackHeaders,
    /// Secrets of the account that are valid now.
    pub secrets: Secrets,
    /// The receiver said before that it wants no more of this task.
    pub gone: bool,
    /// The trace that the task belongs to, where it is known.
    pub trace: Option<TraceId>,
    /// Fencing number of this try.
    pub generation: i64,
}

/// Headers of a callback, whose values are the caller's secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallbackHeaders(pub Vec<(String, String)>);

impl std::fmt::Debug for CallbackHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// What the claim of a delivery came to.
#[derive(Debug, Clone)]
pub enum DeliveryClaim {
    /// It is ours.
    Claimed(Box<Delivery>),
    /// This one, that the task started, is not settled yet; its end is told behind it.
    Blocked(DeliveryId),
    /// Somebody tries it until then.
    Held(Timestamp),
    /// There is nothing to do for this message: settled or stale.
    Over,
    /// There is no such delivery, or its task is gone.
    Missing,
}

/// What a try came to, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The receiver took it.
    Delivered,
    /// It is to be tried again at this time, because of this answer.
    Again(Timestamp, Answer),
    /// It is not tried again, because of this answer.
    Failed(Answer),
    /// Nothing was sent: its task was canceled.
    Dropped,
    /// Nothing was sent: the receiver wanted no more of the task when it was told of the
    /// start.
    Unwanted,
    /// Nothing was sent: its last try was begun and not finished.
    UsedUp,
}

/// How long a claim of a delivery holds: longer than a sender may take for a try.
pub const DELIVERY_LEASE: Duration = Duration::from_secs(60);

pub(crate) fn delivery_key(user: &str, id: DeliveryId) -> Item {
    let step = match id.step {
        Step::Started => 1,
        Step::Ended => 2,
    };
    key(user_pk(user), s(format!("W#{}#{step}", id.task)))
}

/// Reads what a delivery's sort key names.
pub(crate) fn delivery_id(sk: &str) -> Option<DeliveryId> {
    let (task, step) = sk.strip_prefix("W#")?.split_once('#')?;
    let step = match step {
        "1" => Step::Started,
        "2" => Step::Ended,
        _ => return None,
    };
    let task = TaskId::parse(task)?;
    Some(DeliveryId { task, step })
}

fn headers_key(user: &str, task: TaskId) -> Item {
    key(user_pk(user), s(format!("H#{task}")))
}
