//! Proves `active` of an account against its tasks.
//!
//! A task takes its slot and gives it back in the transactions that begin and end it
//! (architecture, invariant 2), so the set and the tasks agree. Should they ever not, as
//! after a repair by hand or an item restored from a backup, a slot that no active task
//! holds would keep its account from exporting for good. It is given back here, in a
//! transaction that is conditional on the task being ended or gone, which it then stays:
//! no create and no ending can come in between.
//!
//! The reverse, an active task without a slot, is told and not mended: adding it could
//! exceed the limit, and the task will end by itself, whose ending then finds nothing to
//! give back.
//!
//! An account with slots stands in the due index: a create puts it there, and it leaves
//! when it is found without any. One that has slots and does not stand there, as they are
//! from before there was the index, is put there by the first create that they refuse;
//! until then they are in nobody's way.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem, Update};
use darkroom_exports::{Task, TaskState, Timestamp};

use crate::accounts::active_tasks;
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, account_key, due_shard, key, n, s, text, user_pk};
use crate::read::List;
use crate::transact::{Part, Parts, Sent, built, send_update, update_part};

/// An account with slots is proven this often.
pub(crate) const PROVEN_EVERY_SECONDS: i64 = 900;
/// Most slots of an account looked at in one proof, the oldest, and most tasks, the newest.
const PROVEN_AT_ONCE: usize = 100;

/// What a proof came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slots {
    /// Ids in the set that no active task has; each was given back.
    pub released: Vec<String>,
    /// Active tasks that are not in the set.
    pub unaccounted: Vec<String>,
}

impl Store {
    /// Proves the slots of an account that is due, and has it looked at again later as
    /// long as it has any.
    pub async fn prove_slots(&self, user: &str, now: Timestamp) -> Result<Slots, StoreError> {
        let list = List {
            user,
            prefix: "T#",
            before: None,
            size: PROVEN_AT_ONCE as u32,
            only: None,
        };
        let (newest, _) = self.page(&list).await?;
        let account = self.get_item(account_key(user)).await?.unwrap_or_default();
        let slots = active_tasks(&account);
        let seen = active_ids(&newest);
        let released = self.give_back(user, less(&slots, &seen)).await?;
        // Active before the account was read, and active still: as an ended task never
        // changes, they were active when it was read.
        let unaccounted = self.active_now(user, &less(&seen, &slots)).await?;
        self.proven(user, now).await?;
        Ok(Slots {
            released,
            unaccounted,
        })
    }

    /// Has the slots of an account, as a create of `refused` found it without a free one,
    /// proven by the next sweep, if the due index does not know of it yet.
    pub(crate) async fn have_slots_proven(
        &self,
        refused: &Task,
        user: &str,
        account: &Item,
    ) -> Result<(), StoreError> {
        // With a limit of none, an account without slots refuses, too.
        if account.contains_key("dueShard") || !account.contains_key("active") {
            return Ok(());
        }
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression("SET dueShard = :shard, dueAt = :now")
            .condition_expression("attribute_not_exists(dueShard) AND attribute_exists(active)")
            .expression_attribute_values(":shard", due_shard(refused.id))
            .expression_attribute_values(":now", n(refused.created_at.0));
        send_update(update).await.map(drop)
    }

    /// Gives back those of the slots whose tasks have ended or are gone.
    async fn give_back(&self, user: &str, slots: Vec<String>) -> Result<Vec<String>, StoreError> {
        let active = self.active_now(user, &slots).await?;
        let mut released = Vec::new();
        for id in less(&slots, &active) {
            let parts = self.release_parts(user, &id)?;
            // Refused: another sweep, or the task's own ending, was quicker.
            if matches!(self.send_parts(parts).await?, Sent::Done) {
                released.push(id);
            }
        }
        Ok(released)
    }

    /// Those ids whose tasks are active, read consistently.
    async fn active_now(&self, user: &str, ids: &[String]) -> Result<Vec<String>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys = ids.iter().map(|id| slot_key(user, id)).collect();
        Ok(active_ids(&self.get_items(keys).await?))
    }

    fn release_parts(&self, user: &str, id: &str) -> Result<Parts, StoreError> {
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression("DELETE active :slots")
            .condition_expression("contains(active, :slot)")
            .expression_attribute_values(":slots", AttributeValue::Ss(vec![id.to_owned()]))
            .expression_attribute_values(":slot", s(id));
        let check = ConditionCheck::builder()
            .table_name(&self.0.table)
            .set_key(Some(slot_key(user, id)))
            .condition_expression(
                "attribute_not_exists(pk) OR #state IN (:completed, :failed, :canceled)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":completed", s(TaskState::Completed.as_str()))
            .expression_attribute_values(":failed", s(TaskState::Failed.as_str()))
            .expression_attribute_values(":canceled", s(TaskState::Canceled.as_str()));
        let check = TransactWriteItem::builder()
            .condition_check(built(check.build())?)
            .build();
        Ok(vec![
            (Part::Account, update_part(update)?),
            (Part::Task, check),
        ])
    }

    /// Takes an account without slots out of the due index; any other stays, for later.
    async fn proven(&self, user: &str, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression("REMOVE dueShard, dueAt")
            .condition_expression("attribute_exists(dueShard) AND attribute_not_exists(active)");
        if send_update(update).await?.is_none() {
            let later = now.plus_seconds(PROVEN_EVERY_SECONDS);
            self.put_off(account_key(user), now, later).await?;
        }
        Ok(())
    }
}

/// The item that a slot is of, whether or not its id is one.
fn slot_key(user: &str, id: &str) -> Item {
    key(user_pk(user), s(format!("T#{id}")))
}

/// Ids of the active ones of some tasks.
fn active_ids(tasks: &[Item]) -> Vec<String> {
    let id = |task: &Item| {
        let state = TaskState::parse(&text(task, "state")?)?;
        let sk = text(task, "sk").filter(|_| state.is_active())?;
        sk.strip_prefix("T#").map(str::to_owned)
    };
    tasks.iter().filter_map(id).collect()
}

/// The first of those that are not among the others.
fn less(ids: &[String], others: &[String]) -> Vec<String> {
    let rest = ids.iter().filter(|id| !others.contains(id));
    rest.take(PROVEN_AT_ONCE).cloned().collect()
}
