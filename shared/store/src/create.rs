//! The commit point of an export: one transaction writes the idempotency record,
//! the client task id, the task, the active slot, the credits, the use of uploaded
//! files and the headers of its callback, or nothing.

mod parts;

use darkroom_exports::{
    CreateExport, Credits, IdempotencyKey, Identity, ProjectId, Task, TaskId, TraceId,
};
use serde_json::Value;

use crate::accounts::{Standing, active_limit, active_tasks, balance, has_webhook_secret};
use crate::config::Store;
use crate::error::StoreError;
use crate::files::{BadFiles, Looked};
use crate::item::{Item, number};
use crate::keys::{ApiKey, Quota};
use crate::repeat::{Earlier, Scope, client_task_key};
use crate::transact::{Part, Sent, TRIES};

/// Everything a create writes.
#[derive(Debug)]
pub struct NewExport<'a> {
    /// The key that asks.
    pub key: &'a ApiKey,
    /// The task as it begins.
    pub task: &'a Task,
    /// The request.
    pub export: &'a CreateExport,
    /// The document as the request brought it, where it did.
    pub brought: Option<&'a Value>,
    /// Body of the 201, kept for replays.
    pub body: &'a str,
    /// Header, if it is there.
    pub idempotency: Option<&'a IdempotencyKey>,
    /// Active tasks of accounts that have no limit of their own.
    pub active_limit: u32,
    /// The trace that the request belongs to, kept with the task.
    pub trace: Option<&'a TraceId>,
}

/// What a create came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// Committed; the task is to be sent to the queue.
    New,
    /// Committed PAUSED, as the account is; resuming it sends the task.
    Paused,
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
    CreditsInsufficient {
        /// Credits left.
        balance: Credits,
        /// Credits that the export takes.
        charge: Credits,
    },
    /// What is left of the key's own quota does not cover the export.
    QuotaExceeded {
        /// How the key stands.
        quota: Quota,
        /// Standard seconds that the export takes.
        seconds: i64,
    },
    /// The document names uploaded files that it cannot.
    State(BadFiles),
    /// The account has no secret to sign the webhooks of this export with.
    WebhookSecretMissing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What an earlier request is looked for by.
#[derive(Debug, Clone, Copy)]
pub struct Recall<'a> {
    /// Who asks.
    pub key: &'a ApiKey,
    /// The project whose export it is.
    pub project: Option<ProjectId>,
    /// Header, if it is there.
    pub idempotency: Option<&'a IdempotencyKey>,
    /// Caller's own id of the task.
    pub client_task_id: Option<&'a str>,
    /// The request.
    pub identity: &'a Identity,
    /// The document as the request brought it, where it did.
    pub brought: Option<&'a Value>,
}

impl NewExport<'_> {
    fn scope(&self) -> Scope {
        Scope::of(self.export.project)
    }

    /// What an earlier request is looked for by of which this one may be a repetition.
    fn as_recall(&self) -> Recall<'_> {
        Recall {
            key: self.key,
            project: self.export.project,
            idempotency: self.idempotency,
            client_task_id: self.task.client_task_id.as_deref(),
            identity: &self.export.identity,
            brought: self.brought,
        }
    }
}

impl Store {
    /// Commits an export, or says why not. Nothing is written in any other case.
    ///
    /// One that met others at every try may be a repetition of one of them, which is
    /// committed by then and answers for it (contract, "Idempotency" 8).
    pub async fn create_export(&self, new: &NewExport<'_>) -> Result<Created, StoreError> {
        match Box::pin(self.commit_export(new)).await {
            Err(StoreError::Contended) => {
                let earlier = self.recall(&new.as_recall()).await?;
                earlier.ok_or(StoreError::Contended)
            }
            committed => committed,
        }
    }

    async fn commit_export(&self, new: &NewExport<'_>) -> Result<Created, StoreError> {
        let user = &new.key.user;
        let mut standing = self.standing(user);
        let mut deletions = None;
        for _ in 0..TRIES {
            let looked = self.look_at_files(user, &new.export.state, deletions);
            let named = match looked.await? {
                Looked::Fine(named) => named,
                Looked::Bad(bad) => return self.or_earlier(new, Created::State(bad)).await,
            };
            let parts = self.parts(new, standing, &named)?;
            let (part, found) = match self.transact(new.key, parts).await? {
                Sent::Done if standing.paused => return Ok(Created::Paused),
                Sent::Done => return Ok(Created::New),
                Sent::KeyRevoked => return Ok(Created::KeyRevoked),
                Sent::Refused(part, found) => (part, found),
            };
            if part != Part::Account {
                return self.refused(new, part, &found).await;
            }
            match judge_account(new, &found, standing, named.deletions()) {
                Account::Refused(outcome) => {
                    if matches!(outcome, Created::LimitReached(_))
                        && let Err(error) = self.have_slots_proven(new.task, user, &found).await
                    {
                        // The next create that they refuse asks again.
                        tracing::warn!("the slots of an account are not proven yet: {error}");
                    }
                    return Ok(outcome);
                }
                Account::Deletions(now) => deletions = Some(now),
                Account::Stands(now) => {
                    standing = now;
                    self.remember_standing(user, now);
                }
            }
        }
        Err(StoreError::Contended)
    }

    /// The answer of an earlier request of which this one is a repetition, or that
    /// this one is not: its key or client task id is taken.
    pub async fn recall(&self, wanted: &Recall<'_>) -> Result<Option<Created>, StoreError> {
        let user = &wanted.key.user;
        let scope = Scope::of(wanted.project);
        let (record, reused): (_, fn(Vec<String>) -> Created) =
            match (wanted.idempotency, wanted.client_task_id) {
                (Some(key), _) => {
                    let record = self.find_key_record(user, scope, key).await?;
                    (record, Created::KeyReused)
                }
                (None, Some(id)) => {
                    let record = self.get_item(client_task_key(user, id)).await?;
                    (record, Created::ClientTaskIdReused)
                }
                (None, None) => return Ok(None),
            };
        let Some(record) = record else {
            return Ok(None);
        };
        if !self.is_still_valid(wanted.key).await? {
            return Ok(Some(Created::KeyRevoked));
        }
        self.answer_of(&record, wanted.identity, wanted.brought, reused)
            .await
            .map(Some)
    }

    /// What a repetition is answered is the first answer, whatever has become of
    /// the files since.
    async fn or_earlier(
        &self,
        new: &NewExport<'_>,
        refused: Created,
    ) -> Result<Created, StoreError> {
        let earlier = self.recall(&new.as_recall()).await?;
        Ok(earlier.unwrap_or(refused))
    }

    async fn refused(
        &self,
        new: &NewExport<'_>,
        part: Part,
        found: &Item,
    ) -> Result<Created, StoreError> {
        let reused = match part {
            Part::Idempotency => Created::KeyReused,
            Part::ClientTaskId if new.idempotency.is_some() => {
                let paths = vec!["/clientTaskId".to_owned()];
                return Ok(Created::ClientTaskIdReused(paths));
            }
            Part::ClientTaskId => Created::ClientTaskIdReused,
            Part::Key => {
                return Ok(Created::QuotaExceeded {
                    quota: Quota::of(found).ok_or(StoreError::Corrupt("key"))?,
                    seconds: new.task.standard_seconds,
                });
            }
            _ => return Err(StoreError::Corrupt("task id")),
        };
        self.answer_of(found, &new.export.identity, new.brought, reused)
            .await
    }

    /// Replays the first answer, or names what differs.
    async fn answer_of(
        &self,
        record: &Item,
        identity: &Identity,
        brought: Option<&Value>,
        reused: fn(Vec<String>) -> Created,
    ) -> Result<Created, StoreError> {
        match self.compare(record, identity, brought).await? {
            Earlier::Same(body, task) => {
                let task = task.ok_or(StoreError::Corrupt("idempotency record"))?;
                Ok(Created::Replayed { body, task })
            }
            Earlier::Other(paths) => Ok(reused(paths)),
        }
    }
}

/// Why the account's condition failed.
enum Account {
    Refused(Created),
    /// It stands otherwise than the create was made for: try again accordingly.
    Stands(Standing),
    /// So many files were deleted by now: look again.
    Deletions(i64),
}

fn judge_account(
    new: &NewExport<'_>,
    account: &Item,
    standing: Standing,
    deletions: i64,
) -> Account {
    if new.export.callback.is_some() && !has_webhook_secret(account) {
        return Account::Refused(Created::WebhookSecretMissing);
    }
    let active = active_tasks(account).len();
    let limit = active_limit(account).unwrap_or(new.active_limit);
    if active >= limit as usize {
        return Account::Refused(Created::LimitReached(limit));
    }
    let now = Standing::of(account);
    if now != standing {
        return Account::Stands(now);
    }
    let deletions_now = number(account, "deletions").unwrap_or_default();
    if deletions_now != deletions {
        return Account::Deletions(deletions_now);
    }
    Account::Refused(Created::CreditsInsufficient {
        balance: balance(account).unwrap_or_default(),
        charge: new.task.credits,
    })
}
