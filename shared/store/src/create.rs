//! The commit point of an export: one transaction writes the idempotency record,
//! the client task id, the task, the active slot and the credits, or nothing.

mod parts;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use darkroom_exports::idempotency::differences;
use darkroom_exports::{CreateExport, IdempotencyKey, Task, TaskId};
use serde_json::Value;

use crate::config::Store;
use crate::create::parts::Part;
use crate::error::StoreError;
use crate::item::{Item, flag, number, text};
use crate::keys::ApiKey;

/// A task that nobody claimed for so long is sent to the queue again.
pub(crate) const UNCLAIMED_SECONDS: i64 = 30;
/// Transactions tried when AWS reports a conflict or that the account's metering changed.
const TRIES: u32 = 6;
/// Most accounts remembered as metered.
const REMEMBERED: usize = 10_000;
/// Code of a part whose condition was judged and failed.
pub(crate) const CHECK_FAILED: &str = "ConditionalCheckFailed";

/// Everything a create writes.
#[derive(Debug)]
pub struct NewExport<'a> {
    /// The key that asks.
    pub key: &'a ApiKey,
    /// The task as it begins.
    pub task: &'a Task,
    /// The request.
    pub export: &'a CreateExport,
    /// Body of the 201, kept for replays.
    pub body: &'a str,
    /// Header, if it is there.
    pub idempotency: Option<&'a IdempotencyKey>,
    /// Active tasks of accounts that have no limit of their own.
    pub active_limit: u32,
}

/// What a create came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// Committed; the task is to be sent to the queue.
    New,
    /// The first answer for this key and payload, byte for byte.
    Replayed {
        /// Body of the first 201.
        body: String,
        /// The task it told of.
        task: TaskId,
    },
    /// The idempotency key belongs to another payload.
    KeyReused(Vec<String>),
    /// The client task id belongs to another payload or task.
    ClientTaskIdReused(Vec<String>),
    /// So many tasks are active, and no more may be.
    LimitReached(u32),
    /// The balance does not cover the export.
    CreditsInsufficient,
    /// The key's own quota does not cover the export.
    QuotaExceeded,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

impl Store {
    /// Commits an export, or says why not. Nothing is written in any other case.
    pub async fn create_export(&self, new: &NewExport<'_>) -> Result<Created, StoreError> {
        let mut metered = self.is_metered(&new.key.user);
        for attempt in 0..TRIES {
            let parts = self.parts(new, metered)?;
            let order: Vec<Part> = parts.iter().map(|(part, _)| *part).collect();
            let sent = self
                .0
                .db
                .transact_write_items()
                .set_transact_items(Some(parts.into_iter().map(|(_, item)| item).collect()))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Created::New);
            };
            let Some(reasons) = reasons(&error) else {
                return Err(StoreError::sdk("TransactWriteItems", &error));
            };
            let verdicts: Vec<(Part, &CancellationReason)> =
                order.into_iter().zip(reasons).collect();
            match self.judge(new, &verdicts, metered).await? {
                Verdict::Outcome(outcome) => return Ok(outcome),
                Verdict::Metered(now) => {
                    metered = now;
                    self.remember_metered(&new.key.user, now);
                }
                Verdict::Conflict => pause(attempt).await,
                Verdict::Broken => return Err(StoreError::sdk("TransactWriteItems", &error)),
            }
        }
        Err(StoreError::Busy {
            call: "TransactWriteItems",
            cause: "too many requests of this account at once".to_owned(),
        })
    }

    /// A revoked key is refused whatever else there is to say; then the first part
    /// that did not go through decides. One that met another transaction was not
    /// judged, so nothing behind it counts either: the request is tried again.
    async fn judge(
        &self,
        new: &NewExport<'_>,
        verdicts: &[(Part, &CancellationReason)],
        metered: bool,
    ) -> Result<Verdict, StoreError> {
        let item = |reason: &CancellationReason| reason.item().cloned().unwrap_or_default();
        let revoked = verdicts.iter().any(|(part, reason)| {
            *part == Part::Key
                && reason.code() == Some(CHECK_FAILED)
                && reason
                    .item()
                    .is_none_or(|key| key.is_empty() || flag(key, "revoked"))
        });
        if revoked {
            self.forget_key(&new.key.hash);
            return Ok(Verdict::Outcome(Created::KeyRevoked));
        }
        let first = verdicts
            .iter()
            .find(|(_, reason)| !matches!(reason.code(), None | Some("None")));
        let Some((part, reason)) = first else {
            return Ok(Verdict::Broken);
        };
        match reason.code() {
            Some(CHECK_FAILED) => {}
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
                return Ok(Verdict::Conflict);
            }
            _ => return Ok(Verdict::Broken),
        }
        let found = item(reason);
        Ok(Verdict::Outcome(match part {
            Part::Idempotency => self.replay(new, &found, Created::KeyReused).await?,
            Part::ClientTaskId if new.idempotency.is_some() => {
                Created::ClientTaskIdReused(vec!["/clientTaskId".to_owned()])
            }
            Part::ClientTaskId => {
                self.replay(new, &found, Created::ClientTaskIdReused)
                    .await?
            }
            Part::Key => Created::QuotaExceeded,
            Part::Account => return Ok(judge_account(&found, new.active_limit, metered)),
            Part::Task => return Err(StoreError::Corrupt("task id")),
        }))
    }

    /// Whether the account had a balance when this process last saw it.
    fn is_metered(&self, user: &str) -> bool {
        self.0
            .metered
            .lock()
            .is_ok_and(|users| users.contains(user))
    }

    fn remember_metered(&self, user: &str, metered: bool) {
        if let Ok(mut users) = self.0.metered.lock() {
            if users.len() >= REMEMBERED {
                users.clear();
            }
            if metered {
                users.insert(user.to_owned());
            } else {
                users.remove(user);
            }
        }
    }

    /// Replays the first answer, or names what differs.
    async fn replay(
        &self,
        new: &NewExport<'_>,
        record: &Item,
        reused: fn(Vec<String>) -> Created,
    ) -> Result<Created, StoreError> {
        if text(record, "fingerprint") == Some(new.export.fingerprint.to_string()) {
            let body = text(record, "body").ok_or(StoreError::Corrupt("idempotency record"))?;
            let task = text(record, "taskId")
                .and_then(|id| TaskId::parse(&id))
                .ok_or(StoreError::Corrupt("idempotency record"))?;
            return Ok(Created::Replayed { body, task });
        }
        let envelope = text(record, "envelope")
            .and_then(|envelope| serde_json::from_str::<Value>(&envelope).ok())
            .unwrap_or_default();
        let mut paths = differences(&envelope, &new.export.envelope);
        let document = text(record, "documentHash").unwrap_or_default();
        if document != new.export.document_hash {
            let before = self.get_document(&document).await.unwrap_or_default();
            let changed = differences(&before, &new.export.document.value);
            paths.extend(
                changed
                    .into_iter()
                    .map(|path| format!("/editorState{path}")),
            );
        }
        Ok(reused(paths))
    }
}

/// What a canceled transaction says.
enum Verdict {
    Outcome(Created),
    /// The account has, or has not, a balance: try again accordingly.
    Metered(bool),
    /// Another transaction was in the way.
    Conflict,
    /// Nothing that another try could mend.
    Broken,
}

/// Why the account's condition failed.
fn judge_account(account: &Item, active_limit: u32, metered: bool) -> Verdict {
    let active = account
        .get("active")
        .and_then(|set| set.as_ss().ok())
        .map_or(0, Vec::len);
    let limit = number(account, "activeLimit")
        .and_then(|limit| u32::try_from(limit).ok())
        .unwrap_or(active_limit);
    if active >= limit as usize {
        return Verdict::Outcome(Created::LimitReached(limit));
    }
    match (number(account, "balanceMicros").is_some(), metered) {
        (true, true) => Verdict::Outcome(Created::CreditsInsufficient),
        (has_balance, _) => Verdict::Metered(has_balance),
    }
}

/// A request that lacks a required part is our own mistake.
pub(crate) fn built<T, E: std::error::Error>(part: Result<T, E>) -> Result<T, StoreError> {
    part.map_err(|error| StoreError::Config(error.to_string()))
}

/// Why a transaction was canceled, part by part; `None` for any other failure.
pub(crate) fn reasons<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Option<&[CancellationReason]> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            Some(canceled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Waits a little, longer each time, and never as long as another waiter.
pub(crate) async fn pause(attempt: u32) {
    let most = 20_u64 << attempt.min(6);
    let millis = rand::random_range(most / 2..=most);
    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
}
