//! Reading, listing, canceling and re-sending tasks.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use darkroom_exports::{Task, TaskId, TaskState, Timestamp};

use crate::config::Store;
use crate::create::UNCLAIMED_SECONDS;
use crate::ending::{By, Ended, Ending};
use crate::error::StoreError;
use crate::item::{self, DUE_SHARDS, n, s, task_key, text};
use crate::keys::ApiKey;
use crate::read::List;
use crate::webhooks::delivery_id;

/// Most due tasks looked at in one run.
const DUE_BATCH: i32 = 25;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T, Id> {
    /// Newest first.
    pub entries: Vec<T>,
    /// Older ones than this may follow.
    pub next: Option<Id>,
}

/// What a cancel came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canceled {
    /// The task is CANCELED, now or before.
    Done(Box<Task>),
    /// It had ended otherwise.
    Ended(TaskState),
    /// The user has no such task.
    Missing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

impl Store {
    /// A user's task.
    pub async fn get_task(&self, user: &str, id: TaskId) -> Result<Option<Task>, StoreError> {
        let found = self.get_item(task_key(user, id)).await?;
        found.as_ref().map(item::task).transpose()
    }

    /// A user's tasks, newest first: at most `size`, older than `before`, of one
    /// key where that is asked for. A page may be short, even empty, with more
    /// behind it.
    pub async fn list_tasks(
        &self,
        user: &str,
        size: u32,
        before: Option<TaskId>,
        key_id: Option<&str>,
    ) -> Result<Page<Task, TaskId>, StoreError> {
        let list = List {
            user,
            prefix: "T#",
            before: before.map(|id| id.to_string()),
            size,
            only: key_id.map(|id| ("keyId", s(id))),
        };
        let (items, next) = self.page(&list).await?;
        Ok(Page {
            entries: items.iter().map(item::task).collect::<Result<_, _>>()?,
            next: next.as_deref().and_then(TaskId::parse),
        })
    }

    /// Cancels an active task: its slot is free and its credits are back in the
    /// same transaction. A worker learns of it by its next heartbeat.
    pub async fn cancel(&self, key: &ApiKey, id: TaskId) -> Result<Canceled, StoreError> {
        let user = &key.user;
        let Some(task) = self.get_task(user, id).await? else {
            return Ok(Canceled::Missing);
        };
        match task.state {
            TaskState::Canceled => return Ok(Canceled::Done(Box::new(task))),
            state if !state.is_active() => return Ok(Canceled::Ended(state)),
            _ => {}
        }
        let ended = self
            .end(user, id, By::Owner(key), &Ending::Canceled)
            .await?;
        if ended == Ended::KeyRevoked {
            return Ok(Canceled::KeyRevoked);
        }
        match self.get_task(user, id).await? {
            Some(task) if task.state == TaskState::Canceled => Ok(Canceled::Done(Box::new(task))),
            Some(task) => Ok(Canceled::Ended(task.state)),
            None => Ok(Canceled::Missing),
        }
    }

    /// Sends again what is due: tasks and webhooks that were committed but not claimed,
    /// or are under a dead lease.
    /// Looks at no more than a batch a shard; returns how many were sent.
    pub async fn resend_due(&self) -> Result<usize, StoreError> {
        let mut sent = 0;
        for shard in 0..DUE_SHARDS {
            let found = self
                .0
                .db
                .query()
                .table_name(&self.0.table)
                .index_name("due")
                .key_condition_expression("dueShard = :shard AND dueAt <= :now")
                .expression_attribute_values(":shard", s(format!("D#{shard}")))
                .expression_attribute_values(":now", n(Timestamp::now().0))
                .limit(DUE_BATCH)
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", &error))?;
            for key in found.items.unwrap_or_default() {
                let user = text(&key, "pk").and_then(|pk| Some(pk.strip_prefix("U#")?.to_owned()));
                let (Some(user), Some(sk)) = (user, text(&key, "sk")) else {
                    continue;
                };
                let resent = match sk.strip_prefix("T#").and_then(TaskId::parse) {
                    Some(task) => self.resend_if_due(&user, task).await?,
                    None => match delivery_id(&sk) {
                        Some(id) => self.resend_delivery_if_due(&user, id).await?,
                        None => false,
                    },
                };
                sent += usize::from(resent);
            }
        }
        Ok(sent)
    }

    /// Sends one task again if it is still due, and asks to be looked at later.
    /// Of several who try at once, one sends.
    pub async fn resend_if_due(&self, user: &str, task: TaskId) -> Result<bool, StoreError> {
        let now = Timestamp::now();
        let moved = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(task_key(user, task)))
            .update_expression("SET dueAt = :later")
            .condition_expression("attribute_exists(dueShard) AND dueAt <= :now")
            .expression_attribute_values(":now", n(now.0))
            .expression_attribute_values(":later", n(now.plus_seconds(UNCLAIMED_SECONDS).0))
            .send()
            .await;
        match moved {
            Ok(_) => {
                self.send_render(user, task).await?;
                Ok(true)
            }
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(StoreError::sdk("UpdateItem", &error)),
        }
    }
}
