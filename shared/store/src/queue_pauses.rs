//! The render queue, held by its operator: nothing more is rendered until it goes on.
//!
//! One item says that the queue is paused, and [`Store::claim`] is where that holds: its
//! transaction is conditional on the item, so that no worker gets a task once
//! [`Store::pause_queue`] has answered, whatever it read before. Nothing else is
//! conditional on it, least of all a create: as an item takes part in one transaction at a
//! time, all accounts would wait for each other there. Claims do, but there are only as
//! many as renders begin.
//!
//! What else is done makes the tasks read as they are. It looks at the item beforehand,
//! and what it gets wrong because that has changed since is put right by the next one:
//!
//! - A task turns to PAUSED by the pause itself if it is in the due index by then, else by
//!   the worker that its message comes to, or by the sweep. One that is PENDING meanwhile,
//!   as just created, is not claimed either.
//! - PAUSED tasks of the queue stand in a shard of the due index of their own, which the
//!   sweep looks at while the queue is not paused. Whatever is there then, as after a
//!   resume that died, or was turned just behind it, is sent within its next run.
//!
//! Accounts are held beside that ([`crate::pauses`]): a task goes on when neither holds it.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Update};
use darkroom_exports::{TaskId, Timestamp};
use futures::future::try_join_all;

use crate::config::Store;
use crate::due::{Due, DuePage, Subject};
use crate::error::StoreError;
use crate::item::{HELD_SHARD, n, number, queue_key, s};
use crate::pauses::{Turned, held};
use crate::transact::{Part, Parts, Sent, delete_part, update_part};

/// Most tasks that one pause or one resume turns.
const TURNED_AT_ONCE: usize = 1000;
/// Tasks that are turned to PAUSED at the same time.
const TOGETHER: usize = 8;

/// The render queue as its operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderQueue {
    /// Since when it is paused; none while it is not.
    pub paused_since: Option<Timestamp>,
    /// Tasks that it holds, at most 1000 of them.
    pub held: usize,
}

/// What a pause or a resume of the queue has turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedTasks {
    /// At most 1000 tasks.
    pub tasks: Vec<TaskId>,
    /// There may be more of them, behind the 1000 items that were looked at.
    pub more: bool,
}

impl Store {
    /// How the render queue stands.
    pub async fn render_queue(&self) -> Result<RenderQueue, StoreError> {
        let item = self.get_item(queue_key()).await?;
        let held = self.held(TURNED_AT_ONCE, Timestamp::now()).await?;
        Ok(RenderQueue {
            paused_since: item
                .and_then(|item| number(&item, "pausedAt"))
                .map(Timestamp),
            held: held.items.len(),
        })
    }

    /// Holds the render queue: what is being rendered is finished, and nothing more is
    /// begun. Answers tasks that read PAUSED from now on: those among the 1000 items that
    /// are due soonest, deliveries and accounts included. The others do when their message
    /// comes to a worker, or the sweep finds them due. Doing it again does no harm, and turns
    /// further tasks only as far as those that are turned have made room.
    pub async fn pause_queue(&self) -> Result<TurnedTasks, StoreError> {
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(queue_key()))
            .update_expression("SET paused = :yes, pausedAt = if_not_exists(pausedAt, :now)")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .expression_attribute_values(":now", n(Timestamp::now().0));
        self.write_queue(vec![(Part::Queue, update_part(update)?)])
            .await?;
        // Whenever they are due.
        let page = self.due(TURNED_AT_ONCE, Timestamp(i64::MAX)).await?;
        let mut tasks = Vec::new();
        for some in page.items.chunks(TOGETHER) {
            let turns = some.iter().map(|due| self.hold_if_task(due));
            tasks.extend(try_join_all(turns).await?.into_iter().flatten());
        }
        Ok(TurnedTasks {
            tasks,
            more: page.more,
        })
    }

    /// Lets the render queue go on; answers the tasks that are sent to it again. What is
    /// left, or comes in between, the sweep sends. Doing it again does no harm.
    pub async fn resume_queue(&self) -> Result<TurnedTasks, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.0.table)
            .set_key(Some(queue_key()));
        self.write_queue(vec![(Part::Queue, delete_part(delete)?)])
            .await?;
        let now = Timestamp::now();
        let page = self.held(TURNED_AT_ONCE, now).await?;
        let mut tasks = Vec::new();
        for due in page.items {
            if let Subject::Task(task) = due.subject
                // Its trace would take a read; whoever claims it finds that.
                && self.resume_if_let_go(&due.user, task, None, now).await?
            {
                tasks.push(task);
            }
        }
        Ok(TurnedTasks {
            tasks,
            more: page.more,
        })
    }

    /// Turns a task that nobody renders to PAUSED, to wait for the queue; `false` where it
    /// is rendered or has ended.
    pub async fn hold_in_queue(&self, user: &str, task: TaskId) -> Result<bool, StoreError> {
        let now = Timestamp::now();
        let update = held(now)
            .expression_attribute_values(":shard", s(HELD_SHARD))
            .expression_attribute_values(":due", n(now.0));
        Ok(self.turn(user, task, None, update).await? == Turned::Done)
    }

    /// At most `most` of the tasks that wait for the queue though it goes on, longest first.
    /// None while it is paused.
    pub async fn left_held(&self, most: usize, now: Timestamp) -> Result<DuePage, StoreError> {
        let mut page = self.held(most, now).await?;
        if !page.items.is_empty() && self.queue_is_paused().await? {
            page.items.clear();
            page.more = false;
        }
        Ok(page)
    }

    pub(crate) async fn queue_is_paused(&self) -> Result<bool, StoreError> {
        Ok(self.get_item(queue_key()).await?.is_some())
    }

    /// A write of the queue's item: a transaction, to be tried again where it meets claims.
    async fn write_queue(&self, parts: Parts) -> Result<(), StoreError> {
        match self.send_parts(parts).await? {
            Sent::Done => Ok(()),
            // It has no condition that could fail.
            Sent::KeyRevoked | Sent::Refused(..) => Err(StoreError::Corrupt("render queue")),
        }
    }

    async fn hold_if_task(&self, due: &Due) -> Result<Option<TaskId>, StoreError> {
        let Subject::Task(task) = due.subject else {
            return Ok(None);
        };
        let is_held = self.hold_in_queue(&due.user, task).await?;
        Ok(is_held.then_some(task))
    }
}
