//! The due index, and what the sweep does about the tasks in it.
//!
//! Whatever somebody must look at again by some time stands there: active tasks,
//! deliveries that are not settled, and accounts with slots. The index is a little behind
//! the table, so it only names what to look at; every write is conditional on the item,
//! and of several who try at once one does it.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use darkroom_exports::repair::{UNCLAIMED_SECONDS, Work, resend_pause_seconds};
use darkroom_exports::{DeliveryId, TaskId, TaskState, Timestamp, TraceId};
use futures::future::try_join_all;

use crate::config::Store;
use crate::ending::{By, Ended, Ending, Finish};
use crate::error::StoreError;
use crate::item::{
    DUE_SHARDS, HELD_SHARD, Item, key, n, number, queue_key, s, task_key, text, trace,
};
use crate::read::take_item;
use crate::transact::send_update;
use crate::webhooks::delivery_id;

/// What cannot be repaired is looked at again after so long.
const SET_ASIDE_SECONDS: i64 = 3600;

/// Something that was due when the index was read.
#[derive(Debug, Clone)]
pub struct Due {
    /// Whose it is.
    pub user: String,
    /// What it is.
    pub subject: Subject,
    /// Unix milliseconds.
    since: i64,
    key: Item,
}

impl Due {
    /// Where its item is: the partition key and the sort key.
    pub fn place(&self) -> String {
        let [pk, sk] = ["pk", "sk"].map(|name| text(&self.key, name).unwrap_or_default());
        format!("{pk} {sk}")
    }
}

/// What stands in the due index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A task that is active.
    Task(TaskId),
    /// A delivery of a webhook that is not settled.
    Delivery(DeliveryId),
    /// An account with slots taken.
    Account,
    /// Nothing that this version knows.
    Unknown,
}

/// The first of what is due.
#[derive(Debug, Clone)]
pub struct DuePage {
    /// What is due longest comes first.
    pub items: Vec<Due>,
    /// More is due than these.
    pub more: bool,
}

impl DuePage {
    /// The first of some items that were read one more than wanted.
    fn of(mut items: Vec<Due>, most: usize) -> Self {
        let more = items.len() > most;
        items.truncate(most);
        Self { items, more }
    }
}

/// A task as the sweep found it; what is written of it holds only as long as no worker
/// has claimed it since.
#[derive(Debug, Clone)]
pub struct FoundTask {
    /// How far the work on it has come.
    pub work: Work,
    /// The operator holds the render queue.
    pub queue_paused: bool,
    /// Whether somebody is to be told of its end.
    pub has_callback: bool,
    /// The trace that it belongs to, where it is known.
    pub trace: Option<TraceId>,
    user: String,
    task: TaskId,
    generation: i64,
}

impl FoundTask {
    /// Its owner.
    pub fn user_id(&self) -> &str {
        &self.user
    }
    /// The task.
    pub fn task_id(&self) -> TaskId {
        self.task
    }
    /// How many leases it has had.
    pub fn generation(&self) -> i64 {
        self.generation
    }
}

impl Store {
    /// At most `most` of what is due by `now`, over all shards, longest first.
    pub async fn due(&self, most: usize, now: Timestamp) -> Result<DuePage, StoreError> {
        let shards = (0..DUE_SHARDS).map(|shard| self.due_of(format!("D#{shard}"), most + 1, now));
        let mut items = try_join_all(shards).await?.concat();
        items.sort_by_key(|due| due.since);
        Ok(DuePage::of(items, most))
    }

    /// At most `most` of the tasks that the render queue holds, longest first.
    pub(crate) async fn held(&self, most: usize, now: Timestamp) -> Result<DuePage, StoreError> {
        let items = self.due_of(HELD_SHARD.to_owned(), most + 1, now).await?;
        Ok(DuePage::of(items, most))
    }

    async fn due_of(
        &self,
        shard: String,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<Due>, StoreError> {
        let found = self
            .0
            .db
            .query()
            .table_name(&self.0.table)
            .index_name("due")
            .key_condition_expression("dueShard = :shard AND dueAt <= :now")
            .expression_attribute_values(":shard", s(shard))
            .expression_attribute_values(":now", n(now.0))
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| StoreError::sdk("Query", &error))?;
        Ok(found.items().iter().map(read_due).collect())
    }

    /// A task with what the sweep decides by; `None` where it is not there.
    pub async fn find_task(
        &self,
        user: &str,
        task: TaskId,
    ) -> Result<Option<FoundTask>, StoreError> {
        let (own, queue) = (task_key(user, task), queue_key());
        let mut items = self.get_items(vec![own.clone(), queue.clone()]).await?;
        let Some(item) = take_item(&mut items, &own) else {
            return Ok(None);
        };
        let (work, generation) = read_work(&item).ok_or(StoreError::Corrupt("task"))?;
        Ok(Some(FoundTask {
            work,
            queue_paused: take_item(&mut items, &queue).is_some(),
            has_callback: item.contains_key("callbackUrl"),
            trace: trace(&item),
            user: user.to_owned(),
            task,
            generation,
        }))
    }

    /// Sends a task to the queue again if it is still due, and has it looked at later:
    /// the oftener it was sent, the later.
    pub async fn resend_task(&self, found: &FoundTask, now: Timestamp) -> Result<bool, StoreError> {
        let later = now.plus_seconds(resend_pause_seconds(found.work.resends));
        let update = self
            .due_update(task_key(&found.user, found.task), now, later)
            .update_expression("SET dueAt = :later ADD resends :one")
            .expression_attribute_values(":one", n(1));
        Box::pin(self.send_if_written(&found.user, found.task, update)).await
    }

    /// Sends one task again if it is still due, and has it looked at after half a minute.
    /// This is not counted in [`Work::resends`], so that a task is not given up the sooner
    /// for its client's asking again.
    pub async fn resend_if_due(&self, user: &str, task: TaskId) -> Result<bool, StoreError> {
        let now = Timestamp::now();
        let update = self
            .due_update(
                task_key(user, task),
                now,
                now.plus_seconds(UNCLAIMED_SECONDS),
            )
            .update_expression("SET dueAt = :later");
        Box::pin(self.send_if_written(user, task, update)).await
    }

    /// Sends a task to the queue if this update of it is allowed.
    async fn send_if_written(
        &self,
        user: &str,
        task: TaskId,
        update: UpdateItemFluentBuilder,
    ) -> Result<bool, StoreError> {
        let update = update.return_values(ReturnValue::AllNew);
        let Some(item) = send_update(update).await? else {
            return Ok(false);
        };
        self.send_render(user, task, trace(&item).as_ref()).await?;
        Ok(true)
    }

    /// Ends a task FAILED that nobody works on, with a sentence for its owner: its slot,
    /// its credits and the webhook's intent are in the same transaction, behind which
    /// [`Store::announce`] sends that. Refused when a worker has claimed it since it was
    /// found, or it has ended otherwise.
    pub async fn fail_abandoned(
        &self,
        found: &FoundTask,
        error: &str,
    ) -> Result<Finish, StoreError> {
        let by = By::Sweep(found.generation);
        let ending = Ending::Failed {
            error: error.to_owned(),
        };
        Ok(
            match self.end(&found.user, found.task, by, &ending).await? {
                Ended::Done => Finish::Done,
                Ended::Refused | Ended::KeyRevoked => Finish::Refused,
            },
        )
    }

    /// Has something that cannot be repaired now looked at again in an hour, so that it
    /// does not stand before everything else.
    pub async fn set_aside(&self, due: &Due, now: Timestamp) -> Result<bool, StoreError> {
        let later = now.plus_seconds(SET_ASIDE_SECONDS);
        self.put_off(due.key.clone(), now, later).await
    }

    /// Has an item looked at later; `false` where it is not due any more.
    pub(crate) async fn put_off(
        &self,
        key: Item,
        now: Timestamp,
        later: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .due_update(key, now, later)
            .update_expression("SET dueAt = :later");
        Ok(send_update(update).await?.is_some())
    }

    /// An update, yet without its expression, of an item that is due still; `:later` is
    /// when it shall be due next.
    pub(crate) fn due_update(
        &self,
        key: Item,
        now: Timestamp,
        later: Timestamp,
    ) -> UpdateItemFluentBuilder {
        self.0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(key))
            .condition_expression("attribute_exists(dueShard) AND dueAt <= :now")
            .expression_attribute_values(":now", n(now.0))
            .expression_attribute_values(":later", n(later.0))
    }
}

fn read_due(item: &Item) -> Due {
    let (pk, sk) = (text(item, "pk"), text(item, "sk"));
    let (pk, sk) = (pk.unwrap_or_default(), sk.unwrap_or_default());
    let user = pk.strip_prefix("U#");
    Due {
        user: user.unwrap_or_default().to_owned(),
        subject: user.map_or(Subject::Unknown, |_| subject(&sk)),
        since: number(item, "dueAt").unwrap_or_default(),
        key: key(s(pk), s(sk)),
    }
}

fn subject(sk: &str) -> Subject {
    if sk == "ACCOUNT" {
        return Subject::Account;
    }
    let task = sk.strip_prefix("T#").and_then(TaskId::parse);
    let task = task.map(Subject::Task);
    let delivery = || delivery_id(sk).map(Subject::Delivery);
    task.or_else(delivery).unwrap_or(Subject::Unknown)
}

/// How far the work on a task has come, and its generation.
pub(crate) fn read_work(item: &Item) -> Option<(Work, i64)> {
    let count = |name: &str| u32::try_from(number(item, name)?).ok();
    let work = Work {
        state: TaskState::parse(&text(item, "state")?)?,
        attempts: count("attempts")?,
        lease_until: number(item, "leaseUntil").map(Timestamp),
        resends: count("resends").unwrap_or_default(),
    };
    Some((work, number(item, "generation")?))
}

#[cfg(test)]
mod tests {
    use darkroom_exports::Step;

    use super::*;

    #[test]
    fn what_is_due_is_told_apart_by_its_keys() {
        let task = TaskId::generate();
        let step = Step::Ended;
        let named = |pk: &str, sk: &str| {
            let mut item = key(s(pk), s(sk));
            item.insert("dueAt".to_owned(), n(7));
            let due = read_due(&item);
            assert_eq!(due.key, key(s(pk), s(sk)));
            (due.user, due.subject, due.since)
        };
        for (sk, subject) in [
            (format!("T#{task}"), Subject::Task(task)),
            (
                format!("W#{task}#2"),
                Subject::Delivery(DeliveryId { task, step }),
            ),
            ("ACCOUNT".to_owned(), Subject::Account),
            (format!("W#{task}#3"), Subject::Unknown),
            ("T#".to_owned(), Subject::Unknown),
        ] {
            assert_eq!(named("U#a#b", &sk), ("a#b".to_owned(), subject, 7), "{sk}");
        }
        assert_eq!(named("X", "ACCOUNT").1, Subject::Unknown);
    }
}
