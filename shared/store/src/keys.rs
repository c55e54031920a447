//! API keys: printed once, stored as SHA-256.
//!
//! What a request presents is hashed, and its hash is a key of the table, or of this
//! process's memory of it. Such a lookup may well take longer the more of a hash is right,
//! but nobody can choose a key by what its hash begins with. That a key is the one that
//! was found is confirmed by comparing the two hashes in constant time. A hash without salt and
//! without rounds is enough because a key is 256 random bits, not a word that somebody
//! thought of. Signatures of webhooks are made here and compared by who receives them;
//! those of addresses, by S3.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Put, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use darkroom_exports::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, api_key_key, flag, key, n, number, s, text, user_pk};
use crate::transact::{Part, Sent, built, update_part};

/// How long a looked-up key is believed; every create checks it again in its
/// transaction.
const BELIEVED: Duration = Duration::from_secs(60);
/// Most keys remembered.
const REMEMBERED: usize = 10_000;
/// Most items that one `BatchGetItem` takes.
const READ_AT_ONCE: usize = 100;

/// Condition on the item of a key that is neither removed nor revoked.
pub(crate) const VALID: &str = "attribute_exists(pk) AND attribute_not_exists(revoked)";

/// A valid key, as its requests are judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// SHA-256 of the key, lower-case hex.
    pub hash: String,
    /// Public id of the key.
    pub key_id: String,
    /// Owner.
    pub user: String,
    /// May use more than capabilities and validate.
    pub runtime_access: bool,
    /// Has a quota of its own, kept as `quotaLeft` in its item.
    pub has_quota: bool,
    /// Requests a minute, where the key has a rate of its own.
    pub requests_per_minute: Option<u32>,
}

/// What a new key shall be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Name for people.
    pub name: Option<String>,
    /// May use more than capabilities and validate.
    pub runtime_access: bool,
    /// Standard seconds the key may ever be billed.
    pub quota: Option<u64>,
    /// Requests a minute; without it, what the deployment gives every key.
    pub requests_per_minute: Option<u32>,
}

/// A key that was just made: the only time it can be seen.
#[derive(Clone)]
pub struct CreatedKey {
    /// The key, `sk_...`.
    pub key: String,
    /// Its public id.
    pub key_id: String,
}

impl std::fmt::Debug for CreatedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedKey")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// What a key may be billed in all, and has been, in standard seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Most that the key may ever be billed.
    pub limit_seconds: i64,
    /// Of exports that were delivered or may yet be.
    pub used_seconds: i64,
}

impl Quota {
    /// That of a key's own item, if it has one.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let limit_seconds = number(item, "limitStandardSeconds")?;
        Some(Self {
            limit_seconds,
            used_seconds: limit_seconds - number(item, "quotaLeft")?,
        })
    }
}

/// A key in a list.
#[derive(Debug, Clone)]
pub struct KeySummary {
    /// Public id.
    pub key_id: String,
    /// Name for people.
    pub name: Option<String>,
    /// May use more than capabilities and validate.
    pub runtime_access: bool,
    /// What it may be billed in all, where that is limited.
    pub quota: Option<Quota>,
    /// Requests a minute, where the key has a rate of its own.
    pub requests_per_minute: Option<u32>,
    /// No longer valid.
    pub revoked: bool,
    /// ISO 8601.
    pub created_at: String,
}

/// SHA-256 of a key, lower-case hex: how it is stored and looked up.
fn hash(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// Whether two hashes are one, in a time that does not depend on where they differ.
fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The hash by which a key's own item is stored.
fn stored_hash(item: &Item) -> Option<String> {
    let pk = text(item, "pk")?;
    pk.strip_prefix("K#").map(str::to_owned)
}

/// Whether an item is the one of the key with this hash.
fn is_of(item: &Item, hash: &str) -> bool {
    stored_hash(item).is_some_and(|stored| is_same(&stored, hash))
}

impl Store {
    /// The key that a request carries, if it is valid. Looked up at most once a
    /// minute, by its hash, with which the hash of what is found is compared.
    pub async fn authenticate(&self, key: &str) -> Result<Option<ApiKey>, StoreError> {
        let hash = hash(key);
        if let Some(known) = self.believed(&hash) {
            return Ok(Some(known));
        }
        let found = self
            .0
            .db
            .get_item()
            .table_name(&self.0.table)
            .set_key(Some(api_key_key(&hash)))
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", &error))?;
        let valid = |item: &Item| is_of(item, &hash) && !flag(item, "revoked");
        let Some(item) = found.item.filter(valid) else {
            return Ok(None);
        };
        let found = read(&hash, &item).ok_or(StoreError::Corrupt("key"))?;
        if let Ok(mut keys) = self.0.keys.lock() {
            if keys.len() >= REMEMBERED {
                keys.clear();
            }
            keys.insert(hash, (Instant::now(), found.clone()));
        }
        Ok(Some(found))
    }

    fn believed(&self, hash: &str) -> Option<ApiKey> {
        let keys = self.0.keys.lock().ok()?;
        let (since, key) = keys.get(hash)?;
        let is_believed = is_same(&key.hash, hash) && since.elapsed() < BELIEVED;
        is_believed.then(|| key.clone())
    }

    /// The part of a transaction that holds only while a key is valid.
    pub(crate) fn key_is_valid(&self, key: &ApiKey) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.0.table)
            .set_key(Some(api_key_key(&key.hash)))
            .condition_expression(VALID)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        Ok(TransactWriteItem::builder()
            .condition_check(built(check.build())?)
            .build())
    }

    /// Whether a key is valid still: what every write checks in its transaction, for an
    /// answer that writes nothing. A read meets no other request of the key.
    pub(crate) async fn is_still_valid(&self, key: &ApiKey) -> Result<bool, StoreError> {
        let found = self.get_item(api_key_key(&key.hash)).await?;
        let is_valid = found.is_some_and(|item| !flag(&item, "revoked"));
        if !is_valid {
            self.forget_key(&key.hash);
        }
        Ok(is_valid)
    }

    /// Forgets a key that was found revoked.
    pub(crate) fn forget_key(&self, hash: &str) {
        if let Ok(mut keys) = self.0.keys.lock() {
            keys.remove(hash);
        }
    }

    /// Makes a key for a user. The key holds 256 random bits.
    pub async fn create_key(&self, user: &str, new: NewKey) -> Result<CreatedKey, StoreError> {
        let secret: [u8; 32] = rand::random();
        let made = CreatedKey {
            key: format!("sk_{}", URL_SAFE_NO_PAD.encode(secret)),
            key_id: Uuid::now_v7().to_string(),
        };
        let hash = hash(&made.key);
        let mut fields: Item = Item::from([
            ("keyId".to_owned(), s(&made.key_id)),
            ("user".to_owned(), s(user)),
            (
                "runtimeAccess".to_owned(),
                AttributeValue::Bool(new.runtime_access),
            ),
            ("createdAt".to_owned(), n(Timestamp::now().0)),
        ]);
        if let Some(name) = new.name {
            fields.insert("name".to_owned(), s(name));
        }
        if let Some(quota) = new.quota {
            fields.insert("limitStandardSeconds".to_owned(), n(quota));
            fields.insert("quotaLeft".to_owned(), n(quota));
        }
        if let Some(rate) = new.requests_per_minute {
            fields.insert("requestsPerMinute".to_owned(), n(rate));
        }
        let by_id = by_id_key(user, &made.key_id);
        let mut listed = fields.clone();
        listed.insert("hash".to_owned(), s(&hash));
        let puts = [(api_key_key(&hash), fields), (by_id, listed)];
        let mut transaction = self.0.db.transact_write_items();
        for (key, fields) in puts {
            let put = Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(key.into_iter().chain(fields).collect()))
                .build()
                .map_err(|error| StoreError::Config(error.to_string()))?;
            transaction = transaction.transact_items(TransactWriteItem::builder().put(put).build());
        }
        transaction
            .send()
            .await
            .map_err(|error| StoreError::sdk("TransactWriteItems", &error))?;
        Ok(made)
    }

    /// A user's keys, oldest first, revoked ones included.
    pub async fn list_keys(&self, user: &str) -> Result<Vec<KeySummary>, StoreError> {
        let found = self
            .0
            .db
            .query()
            .table_name(&self.0.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :keys)")
            .expression_attribute_values(":pk", user_pk(user))
            .expression_attribute_values(":keys", s("K#"))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(|error| StoreError::sdk("Query", &error))?;
        let quotas = self.quotas(&found).await?;
        let summaries = found.iter().filter_map(|item| {
            let quota = text(item, "hash").and_then(|hash| quotas.get(&hash).copied());
            summary(item, quota)
        });
        Ok(summaries.collect())
    }

    /// The quotas of listed keys that have one, by hash. What is left of them stands in
    /// the keys' own items only.
    async fn quotas(&self, listed: &[Item]) -> Result<HashMap<String, Quota>, StoreError> {
        let limited = listed
            .iter()
            .filter(|item| item.contains_key("limitStandardSeconds"));
        let hashes: Vec<String> = limited.filter_map(|item| text(item, "hash")).collect();
        let mut quotas = HashMap::with_capacity(hashes.len());
        for some in hashes.chunks(READ_AT_ONCE) {
            let keys = some.iter().map(|hash| api_key_key(hash)).collect();
            for item in self.get_items(keys).await? {
                if let (Some(hash), Some(quota)) = (stored_hash(&item), Quota::of(&item)) {
                    quotas.insert(hash, quota);
                }
            }
        }
        Ok(quotas)
    }

    /// Whether a user has a key of this id, revoked ones included.
    pub async fn has_key(&self, user: &str, key_id: &str) -> Result<bool, StoreError> {
        Ok(self.get_item(by_id_key(user, key_id)).await?.is_some())
    }

    /// Ends a key at once, everywhere: creates check it in their transaction,
    /// reads within a minute. `false` when the user has no such key.
    ///
    /// Tried again as long as it meets requests that the key makes meanwhile.
    pub async fn revoke_key(&self, user: &str, key_id: &str) -> Result<bool, StoreError> {
        let by_id = by_id_key(user, key_id);
        let found = self.get_item(by_id.clone()).await?;
        let Some(hash) = found.and_then(|item| text(&item, "hash")) else {
            return Ok(false);
        };
        let revoke = |key: Item| {
            let update = Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(key))
                .update_expression("SET revoked = :yes")
                .condition_expression("attribute_exists(pk)")
                .expression_attribute_values(":yes", AttributeValue::Bool(true));
            update_part(update)
        };
        let parts = vec![
            (Part::Key, revoke(by_id)?),
            (Part::Key, revoke(api_key_key(&hash))?),
        ];
        let sent = self.send_parts(parts).await?;
        self.forget_key(&hash);
        Ok(matches!(sent, Sent::Done))
    }
}

fn by_id_key(user: &str, key_id: &str) -> Item {
    key(user_pk(user), s(format!("K#{key_id}")))
}

fn read(hash: &str, item: &Item) -> Option<ApiKey> {
    Some(ApiKey {
        hash: hash.to_owned(),
        key_id: text(item, "keyId")?,
        user: text(item, "user")?,
        runtime_access: flag(item, "runtimeAccess"),
        has_quota: item.contains_key("quotaLeft"),
        requests_per_minute: rate(item),
    })
}

fn rate(item: &Item) -> Option<u32> {
    u32::try_from(number(item, "requestsPerMinute")?).ok()
}

fn summary(item: &Item, quota: Option<Quota>) -> Option<KeySummary> {
    Some(KeySummary {
        key_id: text(item, "keyId")?,
        name: text(item, "name"),
        runtime_access: flag(item, "runtimeAccess"),
        quota,
        requests_per_minute: rate(item),
        revoked: flag(item, "revoked"),
        created_at: Timestamp(number(item, "createdAt")?).to_iso(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_one_whose_whole_hash_is_stored() {
        let (one, other) = (hash("sk_one"), hash("sk_other"));
        assert!(is_same(&one, &one.clone()));
        let last = if one.ends_with('0') { "1" } else { "0" };
        let nearly = format!("{}{last}", &one[..one.len() - 1]);
        for wrong in [&*other, &*nearly, &one[1..], ""] {
            assert!(!is_same(&one, wrong), "{wrong}");
        }
        let item = api_key_key(&one);
        assert!(is_of(&item, &one));
        assert!(!is_of(&item, &other) && !is_of(&item, &nearly));
        assert!(!is_of(&key(user_pk(&one), s("KEY")), &one) && !is_of(&Item::new(), ""));
    }
}
