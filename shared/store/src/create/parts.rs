//! What the transaction of a create writes, part by part.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    Update,
};
use darkroom_exports::Timestamp;
use darkroom_exports::idempotency::RECORD_DAYS;

use super::{NewExport, UNCLAIMED_SECONDS, built};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, account_key, api_key_key, due_shard, key, n, s, task_key, user_pk};
use crate::keys::VALID;

/// The transaction's parts, in the order they are written and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Idempotency,
    ClientTaskId,
    Key,
    Account,
    Task,
}

impl Store {
    /// Every part of the transaction, for an account with or without a balance.
    pub(super) fn parts(
        &self,
        new: &NewExport<'_>,
        metered: bool,
    ) -> Result<Vec<(Part, TransactWriteItem)>, StoreError> {
        let mut parts = Vec::with_capacity(5);
        let user = &new.key.user;
        let now = Timestamp::now().unix_seconds();
        if let Some(idempotency) = new.idempotency {
            let sk = s(format!("I#createExport#{}", idempotency.as_str()));
            let mut item = record(new, key(user_pk(user), sk));
            item.insert("expiresAt".to_owned(), n(now + RECORD_DAYS * 86_400));
            let put = Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk) OR expiresAt < :now")
                .expression_attribute_values(":now", n(now))
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            parts.push((Part::Idempotency, put_part(put)?));
        }
        if let Some(id) = &new.task.client_task_id {
            let put = Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(record(new, key(user_pk(user), s(format!("C#{id}"))))))
                .condition_expression("attribute_not_exists(pk)")
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            parts.push((Part::ClientTaskId, put_part(put)?));
        }
        parts.push((Part::Key, self.key_part(new)?));
        let account = self.account_part(new, metered)?;
        let account = TransactWriteItem::builder().update(account).build();
        parts.push((Part::Account, account));
        let put = Put::builder()
            .table_name(&self.0.table)
            .set_item(Some(task_item(new, metered)))
            .condition_expression("attribute_not_exists(pk)");
        parts.push((Part::Task, put_part(put)?));
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
        Ok(TransactWriteItem::builder()
            .update(built(update.build())?)
            .build())
    }

    /// Takes a slot of the account's set and, where it has a balance, the credits.
    fn account_part(&self, new: &NewExport<'_>, metered: bool) -> Result<Update, StoreError> {
        let id = new.task.id.to_string();
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
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        update = if metered {
            update
                .update_expression("ADD active :task, balanceMicros :less")
                .condition_expression(format!("{slot_free} AND balanceMicros >= :credits"))
                .expression_attribute_values(":less", n(-new.task.credits.0))
                .expression_attribute_values(":credits", n(new.task.credits.0))
        } else {
            update
                .update_expression("ADD active :task")
                .condition_expression(format!(
                    "{slot_free} AND attribute_not_exists(balanceMicros)"
                ))
        };
        built(update.build())
    }
}

fn put_part(put: PutBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder()
        .put(built(put.build())?)
        .build())
}

/// What is kept to answer for a key or a client task id.
fn record(new: &NewExport<'_>, key: Item) -> Item {
    let fields = [
        ("fingerprint", new.export.fingerprint.to_string()),
        ("body", new.body.to_owned()),
        ("taskId", new.task.id.to_string()),
        ("envelope", new.export.envelope.to_string()),
        ("documentHash", new.export.document_hash.clone()),
    ];
    key.into_iter()
        .chain(fields.map(|(name, text)| (name.to_owned(), s(text))))
        .collect()
}

fn task_item(new: &NewExport<'_>, metered: bool) -> Item {
    let task = new.task;
    let mut item = task_key(&new.key.user, task.id);
    let mut put = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    put("keyId", s(&task.created_by_key));
    put("state", s(task.state.as_str()));
    put("progress", n(task.progress));
    put("durationTicks", n(task.duration.0));
    put("standardSeconds", n(task.standard_seconds));
    put("creditsMicros", n(task.credits.0));
    put("metered", AttributeValue::Bool(metered));
    put("createdAt", n(task.created_at.0));
    put("documentHash", s(&new.export.document_hash));
    put("settings", s(new.export.settings.to_value().to_string()));
    put("generation", n(0));
    put("attempts", n(0));
    put("dueShard", due_shard(task.id));
    put(
        "dueAt",
        n(task.created_at.plus_seconds(UNCLAIMED_SECONDS).0),
    );
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
