//! Reading, listing and canceling tasks.

use darkroom_exports::{Task, TaskId, TaskState};

use crate::config::Store;
use crate::ending::{By, Ended, Ending};
use crate::error::StoreError;
use crate::item::{self, s, task_key};
use crate::keys::ApiKey;
use crate::read::List;

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
}
