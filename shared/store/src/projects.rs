//! Projects: an item each, their documents in the bucket by hash.
//!
//! A sync replaces the document's hash in one write, so that of two at once one
//! whole state is left. It is conditional on the project's `version`, which it read
//! with the tokens that are left; whoever loses reads again, and as every loss is
//! another's token, nobody loses for ever. It loses to a patch, too, that has a later
//! time than its own: `updatedAt` never goes back, and a write that finds a later one
//! keeps that. Exports hold their document's hash themselves and need no project. What
//! was bound to a deleted project stays as items that nothing reads.

mod stored;

use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem, Update,
};
use darkroom_exports::bodies::PatchProject;
use darkroom_exports::{
    IdempotencyKey, NewProject, Project, ProjectId, StateDocument, Timestamp, TokenBucket,
};
use serde_json::Value;

use crate::config::Store;
use crate::error::StoreError;
use crate::files::{BadFiles, Looked, Named, Use, files_hash, foreign_files};
use crate::item::{Item, n, number, s, text};
use crate::keys::ApiKey;
use crate::read::List;
use crate::repeat::{Repeatable, Scope};
use crate::tasks::Page;
use crate::transact::{Part, Parts, Sent, TRIES, delete_part, put_part, update_part};

pub(crate) use stored::project_key;
use stored::{read, to_item};

/// Everything that creating a project writes.
#[derive(Debug)]
pub struct ProjectCreate<'a> {
    /// The key that asks.
    pub key: &'a ApiKey,
    /// The project as it begins.
    pub project: &'a Project,
    /// The request.
    pub request: &'a NewProject,
    /// The document as the request brought it.
    pub brought: Option<&'a Value>,
    /// Body of the 201, kept for replays.
    pub body: &'a str,
    /// Header, if it is there.
    pub idempotency: Option<&'a IdempotencyKey>,
}

/// What creating a project came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCreated {
    /// Committed.
    New,
    /// It made no project.
    Not(ProjectNotCreated),
}

/// Why creating a project made none: it was made before, or is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectNotCreated {
    /// The first answer for this key and payload, byte for byte.
    Replayed(String),
    /// The idempotency key belongs to another payload; these paths differ.
    KeyReused(Vec<String>),
    /// The state cannot be used.
    State(BadFiles),
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What a sync came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Synced {
    /// The project's state is this one, and its last change at this time.
    Done(Timestamp),
    /// The project's tokens are used up; so many seconds until the next.
    RateLimited(u64),
    /// The state cannot be used.
    State(BadFiles),
    /// The user has no such project.
    Missing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

/// What another write of a project came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is written.
    Done,
    /// The user has no such project.
    Missing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

impl Store {
    /// Commits a project with its first state, or says why not. One that met others at every
    /// try may be a repetition of one of them, which answers for it.
    pub async fn create_project(
        &self,
        new: &ProjectCreate<'_>,
    ) -> Result<ProjectCreated, StoreError> {
        match Box::pin(self.commit_project(new)).await {
            Err(StoreError::Contended) => {
                let earlier = self.earlier_project(new).await?;
                earlier
                    .map(ProjectCreated::Not)
                    .ok_or(StoreError::Contended)
            }
            committed => committed,
        }
    }

    async fn commit_project(&self, new: &ProjectCreate<'_>) -> Result<ProjectCreated, StoreError> {
        let user = &new.key.user;
        let mut deletions = None;
        for _ in 0..TRIES {
            let looked = self.look_at_files(user, &new.request.state, deletions);
            let named = match looked.await? {
                Looked::Fine(named) => named,
                Looked::Bad(bad) => {
                    let earlier = self.earlier_project(new).await?;
                    let reason = earlier.unwrap_or(ProjectNotCreated::State(bad));
                    return Ok(ProjectCreated::Not(reason));
                }
            };
            let parts = self.project_parts(new, &named)?;
            match self.transact(new.key, parts).await? {
                Sent::Done => return Ok(ProjectCreated::New),
                Sent::KeyRevoked => return Ok(ProjectCreated::Not(ProjectNotCreated::KeyRevoked)),
                Sent::Refused(Part::Idempotency, record) => {
                    let identity = &new.request.identity;
                    let answer = self.project_answer(&record, identity, new.brought);
                    return Ok(ProjectCreated::Not(answer.await?));
                }
                Sent::Refused(Part::Account, account) => {
                    deletions = Some(number(&account, "deletions").unwrap_or_default());
                }
                Sent::Refused(..) => return Err(StoreError::Corrupt("project id")),
            }
        }
        Err(StoreError::Contended)
    }

    fn project_parts(
        &self,
        new: &ProjectCreate<'_>,
        named: &Named<'_>,
    ) -> Result<Parts, StoreError> {
        let user = &new.key.user;
        let mut parts = Vec::with_capacity(5);
        if let Some(idempotency) = new.idempotency {
            let repeatable = Repeatable {
                identity: &new.request.identity,
                body: new.body,
                task: None,
            };
            let record = self.key_record(user, Scope::Projects, idempotency, &repeatable)?;
            parts.push((Part::Idempotency, record));
        }
        parts.push((Part::Key, self.key_is_valid(new.key)?));
        let put = Put::builder()
            .table_name(&self.0.table)
            .set_item(Some(to_item(user, new.project, named)))
            .condition_expression("attribute_not_exists(pk)");
        parts.push((Part::Project, put_part(put)?));
        if !named.is_empty() {
            parts.push((Part::Account, self.account_use(user, named)?));
            let files = self.put_use(user, Use::Project(new.project.id), named)?;
            parts.push((Part::Files, files));
        }
        Ok(parts)
    }

    /// A user's project.
    pub async fn get_project(
        &self,
        user: &str,
        id: ProjectId,
    ) -> Result<Option<Project>, StoreError> {
        let found = self.get_item(project_key(user, id)).await?;
        found.as_ref().map(read).transpose()
    }

    /// A user's projects, newest first: at most `size`, older than `before`.
    pub async fn list_projects(
        &self,
        user: &str,
        size: u32,
        before: Option<ProjectId>,
    ) -> Result<Page<Project, ProjectId>, StoreError> {
        let list = List {
            user,
            prefix: "P#",
            before: before.map(|id| id.to_string()),
            size,
            only: None,
        };
        let (items, next) = self.page(&list).await?;
        Ok(Page {
            entries: items.iter().map(read).collect::<Result<_, _>>()?,
            next: next.as_deref().and_then(ProjectId::parse),
        })
    }

    /// Changes title and description, at `now` or at the time of a later change.
    pub async fn patch_project(
        &self,
        key: &ApiKey,
        id: ProjectId,
        patch: &PatchProject,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut at = now;
        for _ in 0..TRIES {
            let parts = vec![
                (Part::Key, self.key_is_valid(key)?),
                (Part::Project, self.patch_part(&key.user, id, patch, at)?),
            ];
            match self.transact(key, parts).await? {
                Sent::Refused(Part::Project, later) if !later.is_empty() => {
                    at = at.max(read(&later)?.updated_at);
                }
                sent => return Ok(written(&sent)),
            }
        }
        Err(StoreError::Contended)
    }

    fn patch_part(
        &self,
        user: &str,
        id: ProjectId,
        patch: &PatchProject,
        at: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut sets = "SET updatedAt = :now".to_owned();
        let mut removes = "";
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(project_key(user, id)))
            .condition_expression("attribute_exists(pk) AND updatedAt <= :now")
            .expression_attribute_values(":now", n(at.0))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        if let Some(title) = &patch.title {
            sets.push_str(", title = :title");
            update = update.expression_attribute_values(":title", s(title));
        }
        match &patch.description {
            Some(Some(text)) => {
                sets.push_str(", description = :description");
                update = update.expression_attribute_values(":description", s(text));
            }
            Some(None) => removes = " REMOVE description",
            None => {}
        }
        update_part(update.update_expression(format!("{sets}{removes}")))
    }

    /// Deletes a project, and with it the use of its files.
    pub async fn delete_project(&self, key: &ApiKey, id: ProjectId) -> Result<Written, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.0.table)
            .set_key(Some(project_key(&key.user, id)))
            .condition_expression("attribute_exists(pk)");
        let parts = vec![
            (Part::Key, self.key_is_valid(key)?),
            (Part::Project, delete_part(delete)?),
            (Part::Files, self.end_use(&key.user, Use::Project(id))?),
        ];
        Ok(written(&self.transact(key, parts).await?))
    }

    /// Makes a document the project's state, if the project has a token for it, at `now` or
    /// at the time of a later change. The document goes to the bucket only then.
    pub async fn sync_project(
        &self,
        key: &ApiKey,
        id: ProjectId,
        state: &StateDocument,
        now: Timestamp,
    ) -> Result<Synced, StoreError> {
        let user = &key.user;
        let bucket = TokenBucket::SYNC;
        let hash = files_hash(user, state);
        let mut deletions = None;
        for _ in 0..bucket.tokens + TRIES {
            let Some(found) = self.get_item(project_key(user, id)).await? else {
                return Ok(Synced::Missing);
            };
            let full_at = number(&found, "tokensFullAt").map(Timestamp);
            let full_at = match bucket.take(full_at, now) {
                Ok(full_at) => full_at,
                Err(seconds) => return Ok(Synced::RateLimited(seconds)),
            };
            let at = now.max(read(&found)?.updated_at);
            // Not of the files whose hash may be the same as before.
            if let Some(bad) = foreign_files(user, state) {
                return Ok(Synced::State(bad));
            }
            let mut parts = vec![
                (Part::Key, self.key_is_valid(key)?),
                (
                    Part::Project,
                    self.sync_part(user, id, &found, state, hash.as_deref(), full_at, at)?,
                ),
            ];
            if text(&found, "filesHash") != hash {
                let named = match self.look_at_files(user, state, deletions).await? {
                    Looked::Fine(named) => named,
                    Looked::Bad(bad) => return Ok(Synced::State(bad)),
                };
                parts.extend(self.use_parts(user, id, &named)?);
            }
            self.put_document(&state.hash, &state.bytes).await?;
            match self.transact(key, parts).await? {
                Sent::Done => return Ok(Synced::Done(at)),
                Sent::KeyRevoked => return Ok(Synced::KeyRevoked),
                Sent::Refused(Part::Account, account) => {
                    deletions = Some(number(&account, "deletions").unwrap_or_default());
                }
                Sent::Refused(..) => {}
            }
        }
        Err(StoreError::Contended)
    }

    /// What a state that names other files than the last one changes of their use.
    fn use_parts(&self, user: &str, id: ProjectId, named: &Named<'_>) -> Result<Parts, StoreError> {
        let by = Use::Project(id);
        if named.is_empty() {
            return Ok(vec![(Part::Files, self.end_use(user, by)?)]);
        }
        Ok(vec![
            (Part::Account, self.account_use(user, named)?),
            (Part::Files, self.put_use(user, by, named)?),
        ])
    }

    #[expect(clippy::too_many_arguments, reason = "each is one attribute or key")]
    fn sync_part(
        &self,
        user: &str,
        id: ProjectId,
        found: &Item,
        state: &StateDocument,
        files_hash: Option<&str>,
        full_at: Timestamp,
        at: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let version = number(found, "version").ok_or(StoreError::Corrupt("project"))?;
        let mut update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(project_key(user, id)))
            .condition_expression("version = :seen AND updatedAt <= :now")
            .expression_attribute_values(":seen", n(version))
            .expression_attribute_values(":next", n(version + 1))
            .expression_attribute_values(":hash", s(&state.hash))
            .expression_attribute_values(":full", n(full_at.0))
            .expression_attribute_values(":now", n(at.0))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let sets =
            "SET documentHash = :hash, version = :next, tokensFullAt = :full, updatedAt = :now";
        update = match files_hash {
            Some(hash) => update
                .update_expression(format!("{sets}, filesHash = :files"))
                .expression_attribute_values(":files", s(hash)),
            None => update.update_expression(format!("{sets} REMOVE filesHash")),
        };
        update_part(update)
    }
}

fn written(sent: &Sent) -> Written {
    match sent {
        Sent::Done => Written::Done,
        Sent::KeyRevoked => Written::KeyRevoked,
        Sent::Refused(..) => Written::Missing,
    }
}
