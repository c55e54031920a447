//! Which uploaded files are in use, and which are deleted.
//!
//! A document names files; a project state and an active task use what their
//! document names. `R#P#project` and `R#T#task` hold those names (as a set of
//! 16-byte hashes, so that a document may name thousands), written in the
//! transaction that begins the use and deleted in the one that ends it.
//! `F#name` counts the assets of a file that are not deleted; at none the file is
//! deleted. One item a document, not one a file, keeps every transaction at a
//! handful of parts.
//!
//! The two sides cannot check each other's items in one transaction, so each
//! looks first and then commits only if the other side has not moved:
//!
//! - Whoever begins a use reads `deletions` of the account, looks at the `F#` items
//!   (if there was any deletion at all), and commits with `ADD fileUses 1` on the
//!   condition that `deletions` is what it read.
//! - A delete reads `fileUses` of the account, looks at all `R#` items, and commits
//!   with `ADD deletions 1` on the condition that `fileUses` is what it read.
//!
//! Of two that race, the later one's condition fails; it looks again and sees the
//! other. Uses do not disturb each other, as none is conditional on `fileUses`.
//! A state that names the same files as the one it replaces begins no use: the
//! condition on the project's own version is enough.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, KeysAndAttributes, Put,
    ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem, Update,
};
use darkroom_exports::{ProjectId, StateDocument, TaskId};
use sha2::{Digest as _, Sha256};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, account_key, key, n, number, s, text, user_pk};
use crate::transact::{TRIES, built, delete_part, pause, put_part, update_part};

/// Most files that one document may name: their set stays below DynamoDB's 400 KB
/// an item.
pub const MAX_FILES: usize = 10_000;
/// Items that one `BatchGetItem` may ask for.
const BATCH: usize = 100;
/// Most queries of a megabyte each that look for a file's uses.
const PAGES: usize = 100;
/// Most users whose files are remembered, and most files of all of them.
const REMEMBERED_USERS: usize = 1000;
const REMEMBERED_FILES: usize = 2 * MAX_FILES;

/// The folder that holds a user's files; no other user's document may name it.
pub(crate) fn folder(user: &str) -> String {
    format!("uploads/{}/", hex::encode(user))
}

/// Files that were there when an account had so many deletions.
#[derive(Debug, Default)]
pub(crate) struct KnownFiles {
    deletions: i64,
    there: HashSet<String>,
}

/// Who uses files.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    Project(ProjectId),
    Task(TaskId),
}

impl Use {
    fn key(self, user: &str) -> Item {
        let sk = match self {
            Self::Project(id) => format!("R#P#{id}"),
            Self::Task(id) => format!("R#T#{id}"),
        };
        key(user_pk(user), s(sk))
    }
}

/// The files that a document names, seen at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Named<'a> {
    /// File names, each with an asset of the document that names it.
    files: BTreeMap<&'a str, &'a str>,
    /// Deletions of the account at that moment.
    deletions: i64,
}

/// What a look at the named files came to.
#[derive(Debug)]
pub(crate) enum Looked<'a> {
    Fine(Named<'a>),
    Bad(BadFiles),
}

/// What is wrong with the uploaded files that a document names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadFiles {
    /// These assets of the document name files that are deleted.
    Deleted(Vec<String>),
    /// These assets of the document name files of another user, which are told to nobody.
    Foreign(Vec<String>),
    /// It names so many, more than [`MAX_FILES`].
    TooMany(usize),
}

fn file_hash(name: &str) -> Blob {
    let hash = Sha256::digest(name.as_bytes());
    Blob::new(hash.get(..16).unwrap_or_default())
}

fn set_hash(files: &BTreeMap<&str, &str>) -> Option<String> {
    let mut hash = Sha256::new();
    for name in files.keys() {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    (!files.is_empty()).then(|| hex::encode(hash.finalize()))
}

/// What is wrong with a document that names another user's files, by its keys alone.
pub(crate) fn foreign_files(user: &str, state: &StateDocument) -> Option<BadFiles> {
    let assets = state.foreign_assets(&folder(user));
    let assets: Vec<String> = assets.into_iter().map(str::to_owned).collect();
    (!assets.is_empty()).then_some(BadFiles::Foreign(assets))
}

/// [`Named::set_hash`] of a document that nobody has looked at yet.
pub(crate) fn files_hash(user: &str, state: &StateDocument) -> Option<String> {
    set_hash(&state.files(&folder(user)))
}

pub(crate) fn file_key(user: &str, name: &str) -> Item {
    key(user_pk(user), s(format!("F#{name}")))
}

impl Named<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Deletions that the commit is conditional on; none if it is not.
    pub(crate) fn deletions(&self) -> i64 {
        self.deletions
    }

    /// One hash for all the names: the same for the same files, none for none.
    pub(crate) fn set_hash(&self) -> Option<String> {
        set_hash(&self.files)
    }

    /// Gives an update of the account the values of `ADD fileUses :use`; answers the
    /// condition that goes with it.
    pub(crate) fn begins(&self, update: UpdateBuilder) -> (UpdateBuilder, &'static str) {
        let update = update
            .expression_attribute_values(":use", n(1))
            .expression_attribute_values(":deletions", n(self.deletions));
        let condition = if self.deletions == 0 {
            "(attribute_not_exists(deletions) OR deletions = :deletions)"
        } else {
            "deletions = :deletions"
        };
        (update, condition)
    }
}

impl Store {
    /// Looks at the files that a document names. `deletions` is what the account was
    /// last seen with; without it this process's own memory serves, which the
    /// commit checks.
    pub(crate) async fn look_at_files<'a>(
        &self,
        user: &str,
        state: &'a StateDocument,
        deletions: Option<i64>,
    ) -> Result<Looked<'a>, StoreError> {
        if let Some(bad) = foreign_files(user, state) {
            return Ok(Looked::Bad(bad));
        }
        let files = state.files(&folder(user));
        if files.len() > MAX_FILES {
            return Ok(Looked::Bad(BadFiles::TooMany(files.len())));
        }
        let (deletions, unknown) = self.unknown_files(user, &files, deletions);
        if deletions == 0 || files.is_empty() {
            return Ok(Looked::Fine(Named { files, deletions }));
        }
        let deleted = self.deleted_files(user, &unknown).await?;
        if !deleted.is_empty() {
            let assets = deleted.iter().filter_map(|name| files.get(name.as_str()));
            let assets = assets.map(|asset| (*asset).to_owned()).collect();
            return Ok(Looked::Bad(BadFiles::Deleted(assets)));
        }
        self.remember_files(user, deletions, &unknown);
        Ok(Looked::Fine(Named { files, deletions }))
    }

    async fn deleted_files(
        &self,
        user: &str,
        names: &[&str],
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut deleted = BTreeSet::new();
        for names in names.chunks(BATCH) {
            let keys = names.iter().map(|name| file_key(user, name)).collect();
            for item in self.get_items(keys).await? {
                if number(&item, "assets").is_some_and(|assets| assets <= 0) {
                    let name = text(&item, "sk").unwrap_or_default();
                    deleted.insert(name.trim_start_matches("F#").to_owned());
                }
            }
        }
        Ok(deleted)
    }

    /// Items of at most 100 different keys, read consistently, in no order.
    pub(crate) async fn get_items(&self, keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        if keys.is_empty() {
            return Ok(items);
        }
        let mut left = keys;
        for attempt in 0..TRIES {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true);
            let mut found = self
                .0
                .db
                .batch_get_item()
                .request_items(&self.0.table, built(wanted.build())?)
                .send()
                .await
                .map_err(|error| StoreError::sdk("BatchGetItem", &error))?;
            let answered = found
                .responses
                .as_mut()
                .and_then(|all| all.remove(&self.0.table));
            items.extend(answered.unwrap_or_default());
            let unanswered = found
                .unprocessed_keys
                .as_mut()
                .and_then(|all| all.remove(&self.0.table));
            left = unanswered.map(|keys| keys.keys).unwrap_or_default();
            if left.is_empty() {
                return Ok(items);
            }
            pause(attempt, TRIES).await;
        }
        Err(StoreError::Busy {
            call: "BatchGetItem",
            cause: "the table answers only in part".to_owned(),
        })
    }

    /// The account's deletions, as told or as remembered, and the files that were not
    /// there when it had so many, as far as this process remembers.
    fn unknown_files<'a>(
        &self,
        user: &str,
        files: &BTreeMap<&'a str, &'a str>,
        deletions: Option<i64>,
    ) -> (i64, Vec<&'a str>) {
        let remembered = self.0.files.lock();
        let known = remembered.as_ref().ok().and_then(|all| all.get(user));
        let last = known.map_or(0, |known| known.deletions);
        let deletions = deletions.unwrap_or(last);
        let known = known.filter(|known| known.deletions == deletions);
        let is_known = |name: &str| known.is_some_and(|known| known.there.contains(name));
        let unknown = files.keys().copied().filter(|name| !is_known(name));
        (deletions, unknown.collect())
    }

    fn remember_files(&self, user: &str, deletions: i64, names: &[&str]) {
        let Ok(mut files) = self.0.files.lock() else {
            return;
        };
        let remembered: usize = files.values().map(|known| known.there.len()).sum();
        let full = files.len() >= REMEMBERED_USERS && !files.contains_key(user);
        if full || remembered + names.len() > REMEMBERED_FILES {
            files.clear();
        }
        let known = files.entry(user.to_owned()).or_default();
        if known.deletions != deletions {
            known.there.clear();
        }
        known.deletions = deletions;
        known
            .there
            .extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// Begins the use of files on the account.
    pub(crate) fn account_use(
        &self,
        user: &str,
        named: &Named<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression("ADD fileUses :use")
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let (update, condition) = named.begins(update);
        update_part(update.condition_expression(condition))
    }

    /// Writes which files are used.
    pub(crate) fn put_use(
        &self,
        user: &str,
        by: Use,
        named: &Named<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = by.key(user);
        let hashes: BTreeSet<Vec<u8>> = named
            .files
            .keys()
            .map(|name| file_hash(name).into_inner())
            .collect();
        let hashes = hashes.into_iter().map(Blob::new).collect();
        item.insert("files".to_owned(), AttributeValue::Bs(hashes));
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item)),
        )
    }

    /// Ends a use, if there is one.
    pub(crate) fn end_use(&self, user: &str, by: Use) -> Result<TransactWriteItem, StoreError> {
        delete_part(
            Delete::builder()
                .table_name(&self.0.table)
                .set_key(Some(by.key(user))),
        )
    }

    /// Whether a project state or an active task uses a file.
    pub(crate) async fn is_used(&self, user: &str, name: &str) -> Result<bool, StoreError> {
        let mut from = None;
        for _ in 0..PAGES {
            let found = self
                .0
                .db
                .query()
                .table_name(&self.0.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :uses)")
                .filter_expression("contains(files, :file)")
                .projection_expression("sk")
                .expression_attribute_values(":pk", user_pk(user))
                .expression_attribute_values(":uses", s("R#"))
                .expression_attribute_values(":file", AttributeValue::B(file_hash(name)))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", &error))?;
            if found.count > 0 {
                return Ok(true);
            }
            from = found.last_evaluated_key;
            if from.is_none() {
                return Ok(false);
            }
        }
        Err(StoreError::Busy {
            call: "Query",
            cause: format!("the user has more than {PAGES} MB of files in use"),
        })
    }
}
