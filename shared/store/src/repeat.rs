//! Records that answer for a repeated request: those of idempotency keys and
//! those of client task ids.

use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure as OnFailure};
use darkroom_exports::idempotency::{RECORD_DAYS, differences};
use darkroom_exports::{IdempotencyKey, Identity, ProjectId, TaskId, Timestamp};
use serde_json::Value;

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, key, n, number, s, text, user_pk};
use crate::keys::ApiKey;
use crate::projects::{ProjectCreate, ProjectNotCreated};
use crate::transact::put_part;

/// A request that may be repeated, and what its repetition answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repeatable<'a> {
    pub(crate) identity: &'a Identity,
    /// Body of the 201.
    pub(crate) body: &'a str,
    /// The task that it tells of.
    pub(crate) task: Option<TaskId>,
}

/// What the record of an earlier request says of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// It was this one: its answer, byte for byte, and the task it told of.
    Same(String, Option<TaskId>),
    /// It was another one; the paths differ.
    Other(Vec<String>),
}

/// What a key is unique within, beside the user (contract, "Idempotency" 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Exports,
    Projects,
    ExportsOf(ProjectId),
}

impl Scope {
    /// That of an export, of a project's state or of a document of its own.
    pub(crate) fn of(project: Option<ProjectId>) -> Self {
        project.map_or(Self::Exports, Self::ExportsOf)
    }

    fn record_key(self, user: &str, idempotency: &IdempotencyKey) -> Item {
        let operation = match self {
            Self::Exports => "createExport".to_owned(),
            Self::Projects => "createProject".to_owned(),
            Self::ExportsOf(project) => format!("createProjectExport#{project}"),
        };
        let sk = s(format!("I#{operation}#{}", idempotency.as_str()));
        key(user_pk(user), sk)
    }
}

pub(crate) fn client_task_key(user: &str, id: &str) -> Item {
    key(user_pk(user), s(format!("C#{id}")))
}

impl Repeatable<'_> {
    fn record(&self, key: Item) -> Item {
        let task = self.task.map(|task| task.to_string());
        let fields = [
            ("fingerprint", Some(self.identity.fingerprint.to_string())),
            ("body", Some(self.body.to_owned())),
            ("taskId", task),
            ("envelope", Some(self.identity.envelope.to_string())),
            ("documentHash", self.identity.document_hash.clone()),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), s(text?))));
        key.into_iter().chain(fields).collect()
    }
}

impl Store {
    /// Writes the record of an idempotency key, unless a valid one is there.
    pub(crate) fn key_record(
        &self,
        user: &str,
        scope: Scope,
        idempotency: &IdempotencyKey,
        repeatable: &Repeatable<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let now = Timestamp::now().unix_seconds();
        let mut item = repeatable.record(scope.record_key(user, idempotency));
        item.insert("expiresAt".to_owned(), n(now + RECORD_DAYS * 86_400));
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk) OR expiresAt < :now")
                .expression_attribute_values(":now", n(now))
                .return_values_on_condition_check_failure(OnFailure::AllOld),
        )
    }

    /// Writes the record of a client task id, unless it is there.
    pub(crate) fn client_task_record(
        &self,
        user: &str,
        id: &str,
        repeatable: &Repeatable<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let item = repeatable.record(client_task_key(user, id));
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk)")
                .return_values_on_condition_check_failure(OnFailure::AllOld),
        )
    }

    /// The valid record of an idempotency key.
    pub(crate) async fn find_key_record(
        &self,
        user: &str,
        scope: Scope,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Item>, StoreError> {
        let found = self.get_item(scope.record_key(user, idempotency)).await?;
        let now = Timestamp::now().unix_seconds();
        Ok(found.filter(|item| number(item, "expiresAt").is_none_or(|at| at >= now)))
    }

    /// Holds a request, which may have brought a document, against the record of an earlier
    /// one. Both documents are compared as they were brought. The earlier one is at hand
    /// where it is kept as it was brought; of another, as of one of generation 0, it can
    /// only be told that it differs.
    pub(crate) async fn compare(
        &self,
        record: &Item,
        identity: &Identity,
        brought: Option<&Value>,
    ) -> Result<Earlier, StoreError> {
        if text(record, "fingerprint") == Some(identity.fingerprint.to_string()) {
            let body = text(record, "body").ok_or(StoreError::Corrupt("idempotency record"))?;
            let task = text(record, "taskId").and_then(|id| TaskId::parse(&id));
            return Ok(Earlier::Same(body, task));
        }
        let envelope = text(record, "envelope")
            .and_then(|envelope| serde_json::from_str::<Value>(&envelope).ok())
            .unwrap_or_default();
        let mut paths = differences(&envelope, &identity.envelope);
        match (text(record, "documentHash"), brought) {
            (before, _) if before == identity.document_hash => {}
            (Some(before), Some(brought)) => {
                let before = self.get_document(&before).await.unwrap_or_default();
                let changed = differences(&before, brought);
                paths.extend(changed.iter().map(|path| format!("/editorState{path}")));
            }
            _ => paths.push("/editorState".to_owned()),
        }
        Ok(Earlier::Other(paths))
    }

    /// The answer of an earlier create of a project of which this one is a repetition, or
    /// that it is none.
    pub async fn recall_project(
        &self,
        key: &ApiKey,
        idempotency: Option<&IdempotencyKey>,
        identity: &Identity,
        brought: Option<&Value>,
    ) -> Result<Option<ProjectNotCreated>, StoreError> {
        let Some(idempotency) = idempotency else {
            return Ok(None);
        };
        let record = self.find_key_record(&key.user, Scope::Projects, idempotency);
        let Some(record) = record.await? else {
            return Ok(None);
        };
        if !self.is_still_valid(key).await? {
            return Ok(Some(ProjectNotCreated::KeyRevoked));
        }
        let answer = self.project_answer(&record, identity, brought).await?;
        Ok(Some(answer))
    }

    /// The answer of an earlier create of which this one, which is not committed, is a
    /// repetition.
    pub(crate) async fn earlier_project(
        &self,
        new: &ProjectCreate<'_>,
    ) -> Result<Option<ProjectNotCreated>, StoreError> {
        let identity = &new.request.identity;
        self.recall_project(new.key, new.idempotency, identity, new.brought)
            .await
    }

    /// Replays the first answer, or names what differs.
    pub(crate) async fn project_answer(
        &self,
        record: &Item,
        identity: &Identity,
        brought: Option<&Value>,
    ) -> Result<ProjectNotCreated, StoreError> {
        Ok(match self.compare(record, identity, brought).await? {
            Earlier::Same(body, _) => ProjectNotCreated::Replayed(body),
            Earlier::Other(paths) => ProjectNotCreated::KeyReused(paths),
        })
    }
}
