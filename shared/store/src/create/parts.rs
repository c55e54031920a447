//! What the transaction of a create writes, part by part.

use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    Update,
};

use darkroom_exports::TaskState;
use darkroom_exports::repair::UNCLAIMED_SECONDS;

use super::NewExport;
use crate::accounts::Standing;
use crate::config::Store;
use crate::error::StoreError;
use crate::files::{Named, Use};
use crate::item::{Item, TRACE, account_key, api_key_key, due_shard, n, s, task_key};
use crate::keys::VALID;
use crate::pauses::{PAUSED_SECONDS, pause_condition};
use crate::repeat::Repeatable;
use crate::slots::PROVEN_EVERY_SECONDS;
use crate::transact::{Part, Parts, put_part, update_part};

impl Store {
    /// Every part of the transaction, for an account that stands so.
    pub(super) fn parts(
        &self,
        new: &NewExport<'_>,
        standing: Standing,
        named: &Named<'_>,
    ) -> Result<Parts, StoreError> {
        let mut parts = Vec::with_capacity(7);
        let user = &new.key.user;
        let repeatable = Repeatable {
            identity: &new.export.identity,
            body: new.body,
            task: Some(new.task.id),
        };
        if let Some(idempotency) = new.idempotency {
            let record = self.key_record(user, new.scope(), idempotency, &repeatable)?;
            parts.push((Part::Idempotency, record));
        }
        if let Some(id) = &new.task.client_task_id {
            let record = self.client_task_record(user, id, &repeatable)?;
            parts.push((Part::ClientTaskId, record));
        }
        parts.push((Part::Key, self.key_part(new)?));
        parts.push((Part::Account, self.account_part(new, standing, named)?));
        let put = Put::builder()
            .table_name(&self.0.table)
            .set_item(Some(task_item(new, standing, named)))
            .condition_expression("attribute_not_exists(pk)");
        parts.push((Part::Task, put_part(put)?));
        if !named.is_empty() {
            let files = self.put_use(user, Use::Task(new.task.id), named)?;
            parts.push((Part::Files, files));
        }
        if let Some(callback) = &new.export.callback
            && let Some(headers) = self.keep_headers(user, new.task.id, callback)?
        {
            parts.push((Part::Callback, headers));
        }
        Ok(parts)
    }

    /// The key is valid still and, where it has a quota, covers the export.
    fn key_part(&self, new: &NewExport<'_>) -> Result<TransactWriteItem, StoreError> {
        if !new.key.has_quota {
            return self.key_is_valid(new.key);
        }
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(api_key_key(&new.key.hash)))
            .update_expression("ADD quotaLeft :less")
            .condition_expression(format!("{VALID} AND quotaLeft >= :seconds"))
            .expression_attribute_values(":less", n(-new.task.standard_seconds))
            .expression_attribute_values(":seconds", n(new.task.standard_seconds))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        update_part(update)
    }

    /// Takes a slot of the account's set and, where it has a balance, the credits;
    /// begins the use of files. Webhooks need a secret of the account. From the first
    /// slot on the account stands in the due index, so that its slots are proven.
    fn account_part(
        &self,
        new: &NewExport<'_>,
        standing: Standing,
        named: &Named<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let id = new.task.id.to_string();
        let proven_at = new.task.created_at.plus_seconds(PROVEN_EVERY_SECONDS);
        // A condition on a set that is not there fails, so its absence is a case of its own.
        let slot_free = "((attribute_not_exists(activeLimit) \
             AND (attribute_not_exists(active) OR size(active) < :limit)) \
             OR (activeLimit > :none \
             AND (attribute_not_exists(active) OR size(active) < activeLimit)))";
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(&new.key.user)))
            .expression_attribute_values(":task", AttributeValue::Ss(vec![id]))
            .expression_attribute_values(":limit", n(new.active_limit))
            .expression_attribute_values(":none", n(0))
            .expression_attribute_values(":shard", due_shard(new.task.id))
            .expression_attribute_values(":proof", n(proven_at.0))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let mut writes = "SET dueShard = if_not_exists(dueShard, :shard), \
                          dueAt = if_not_exists(dueAt, :proof) ADD active :task"
            .to_owned();
        let mut conditions = vec![slot_free, pause_condition(standing.paused)];
        if standing.metered {
            writes.push_str(", balanceMicros :less");
            conditions.push("balanceMicros >= :credits");
            update = update
                .expression_attribute_values(":less", n(-new.task.credits.0))
                .expression_attribute_values(":credits", n(new.task.credits.0));
        } else {
            conditions.push("attribute_not_exists(balanceMicros)");
        }
        if !named.is_empty() {
            writes.push_str(", fileUses :use");
            let (with_use, condition) = named.begins(update);
            update = with_use;
            conditions.push(condition);
        }
        if new.export.callback.is_some() {
            conditions.push("attribute_exists(webhookSecret)");
        }
        let conditions = conditions.join(" AND ");
        update_part(
            update
                .update_expression(writes)
                .condition_expression(conditions),
        )
    }
}

fn task_item(new: &NewExport<'_>, standing: Standing, named: &Named<'_>) -> Item {
    let task = new.task;
    let (state, due_seconds) = if standing.paused {
        (TaskState::Paused, PAUSED_SECONDS)
    } else {
        (task.state, UNCLAIMED_SECONDS)
    };
    let mut item = task_key(&new.key.user, task.id);
    let mut put = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    put("keyId", s(&task.created_by_key));
    put("state", s(state.as_str()));
    put("progress", n(task.progress));
    put("durationTicks", n(task.duration.0));
    put("standardSeconds", n(task.standard_seconds));
    put("creditsMicros", n(task.credits.0));
    put("metered", AttributeValue::Bool(standing.metered));
    put("createdAt", n(task.created_at.0));
    put("documentHash", s(&new.export.state.hash));
    put("settings", s(new.export.settings.to_value().to_string()));
    put("generation", n(0));
    put("attempts", n(0));
    put("dueShard", due_shard(task.id));
    put("dueAt", n(task.created_at.plus_seconds(due_seconds).0));
    if let Some(trace) = new.trace {
        put(TRACE, s(trace.as_str()));
    }
    if !named.is_empty() {
        put("usesFiles", AttributeValue::Bool(true));
    }
    if let Some(callback) = &new.export.callback {
        put("callbackUrl", s(&callback.url));
        if !callback.headers.is_empty() {
            put("callbackHeaders", AttributeValue::Bool(true));
        }
    }
    if let Some(project) = task.project {
        put("projectId", s(project.to_string()));
    }
    if new.key.has_quota {
        put("quotaKeyHash", s(&new.key.hash));
    }
    if let Some(id) = &task.client_task_id {
        put("clientTaskId", s(id));
    }
    if let Some(filename) = &task.filename {
        put("filename", s(filename));
    }
    item
}
