//! Keys and attributes of the one table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | API key | `K#sha256` | `KEY` |
//! | key by its id | `U#user` | `K#keyId` |
//! | account | `U#user` | `ACCOUNT` |
//! | task | `U#user` | `T#taskId` |
//! | idempotency record | `U#user` | `I#operation#key` |
//! | client task id | `U#user` | `C#id` |
//! | asset | `U#user` | `A#assetId` |
//! | project | `U#user` | `P#projectId` |
//! | binding | `U#user` | `B#projectId#assetId` |
//! | upload session | `U#user` | `Y#uploadId` |
//! | file | `U#user` | `F#name` |
//! | files in use | `U#user` | `R#P#projectId`, `R#T#taskId` |
//! | delivery of a webhook | `U#user` | `W#taskId#1` (started), `W#taskId#2` (ended) |
//! | headers of a callback | `U#user` | `H#taskId` |
//! | pause of the render queue | `Q#render` | `PAUSE` |
//!
//! A task or a delivery that somebody must look at again stands in the index `due` by
//! `dueShard` and `dueAt`, and so does an account with slots; ended tasks and settled
//! deliveries do not. What a paused render queue holds has a shard of its own there.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use darkroom_editor_state::Ticks;
use darkroom_exports::{
    Credits, ExportPhase, ProjectId, Task, TaskId, TaskState, Timestamp, TraceId,
};

use crate::error::StoreError;

/// An item, or a part of one.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Shards of the due index; a task's shard follows from its id.
pub(crate) const DUE_SHARDS: u8 = 4;

/// The shard of the due index that is looked at only while the render queue is not paused.
pub(crate) const HELD_SHARD: &str = "H";

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers are passed")]
pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn user_pk(user: &str) -> AttributeValue {
    s(format!("U#{user}"))
}

pub(crate) fn account_key(user: &str) -> Item {
    key(user_pk(user), s("ACCOUNT"))
}

pub(crate) fn task_key(user: &str, task: TaskId) -> Item {
    key(user_pk(user), s(format!("T#{task}")))
}

pub(crate) fn api_key_key(hash: &str) -> Item {
    key(s(format!("K#{hash}")), s("KEY"))
}

/// The one item that says that the render queue is paused; there is none while it is not.
pub(crate) fn queue_key() -> Item {
    key(s("Q#render"), s("PAUSE"))
}

pub(crate) fn key(pk: AttributeValue, sk: AttributeValue) -> Item {
    HashMap::from([("pk".to_owned(), pk), ("sk".to_owned(), sk)])
}

/// The due shard of a task: from the last, random digits of its id.
pub(crate) fn due_shard(task: TaskId) -> AttributeValue {
    let digit = task.to_string().bytes().last().unwrap_or_default();
    s(format!("D#{}", digit % DUE_SHARDS))
}

pub(crate) fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

/// A list of texts; empty where there is none.
pub(crate) fn texts(item: &Item, name: &str) -> Vec<String> {
    let list = item.get(name).and_then(|value| value.as_l().ok());
    list.into_iter()
        .flatten()
        .filter_map(|value| value.as_s().ok().cloned())
        .collect()
}

pub(crate) fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(crate) fn flag(item: &Item, name: &str) -> bool {
    item.get(name)
        .and_then(|value| value.as_bool().ok())
        .copied()
        == Some(true)
}

/// Attribute of a task and of its deliveries: the trace that they belong to.
pub(crate) const TRACE: &str = "traceId";

/// The trace that an item belongs to, where it is known.
pub(crate) fn trace(item: &Item) -> Option<TraceId> {
    TraceId::parse(item.get(TRACE)?.as_s().ok()?)
}

/// Reads a task.
pub(crate) fn task(item: &Item) -> Result<Task, StoreError> {
    read_task(item).ok_or(StoreError::Corrupt("task"))
}

fn read_task(item: &Item) -> Option<Task> {
    Some(Task {
        id: TaskId::parse(text(item, "sk")?.strip_prefix("T#")?)?,
        project: text(item, "projectId").and_then(|id| ProjectId::parse(&id)),
        created_by_key: text(item, "keyId")?,
        client_task_id: text(item, "clientTaskId"),
        filename: text(item, "filename"),
        state: TaskState::parse(&text(item, "state")?)?,
        progress: u8::try_from(number(item, "progress")?).ok()?,
        phase: text(item, "phase").and_then(|phase| ExportPhase::parse(&phase)),
        error: text(item, "error"),
        output_key: text(item, "outputKey"),
        callback_url: text(item, "callbackUrl"),
        warnings: texts(item, "warnings"),
        duration: Ticks(number(item, "durationTicks")?),
        standard_seconds: number(item, "standardSeconds")?,
        credits: Credits(number(item, "creditsMicros")?),
        created_at: Timestamp(number(item, "createdAt")?),
        completed_at: number(item, "completedAt").map(Timestamp),
    })
}
