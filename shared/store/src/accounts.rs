//! Accounts: what an operator sees and sets of them, and how a create finds them.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use darkroom_exports::{Credits, StateDocument};

use crate::config::Store;
use crate::error::StoreError;
use crate::files::{BadFiles, Looked};
use crate::item::{Item, account_key, api_key_key, n, number, queue_key};
use crate::keys::ApiKey;
use crate::read::take_item;
use crate::transact::{Part, Sent, send_update, update_part};

/// Most accounts remembered that stand otherwise than they begin.
const REMEMBERED: usize = 10_000;

/// An account as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Ids of the tasks that hold a slot, oldest first.
    pub active: Vec<String>,
    /// Most active tasks; without it the deployment's own limit holds.
    pub active_limit: Option<u32>,
    /// Credits left; without it nothing is metered.
    pub balance: Option<Credits>,
    /// The operator holds its queued tasks.
    pub paused: bool,
}

/// How a create of a document would find its account, its key and its files now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The account.
    pub account: Account,
    /// Standard seconds left to a key with a quota.
    pub quota_left: Option<i64>,
    /// Why the document's uploaded files could not be used.
    pub bad_files: Option<BadFiles>,
    /// The account has a secret to sign webhooks with.
    pub has_webhook_secret: bool,
    /// The operator holds the render queue.
    pub queue_paused: bool,
}

/// What of an account the transaction of a create is made for, and conditional on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    /// It has a balance.
    pub(crate) metered: bool,
    /// The operator holds its tasks.
    pub(crate) paused: bool,
}

impl Standing {
    pub(crate) fn of(account: &Item) -> Self {
        Self {
            metered: balance(account).is_some(),
            paused: account.contains_key("paused"),
        }
    }
}

impl Account {
    fn read(item: &Item) -> Self {
        Self {
            active: active_tasks(item),
            active_limit: active_limit(item),
            balance: balance(item),
            paused: Standing::of(item).paused,
        }
    }
}

/// Ids of the tasks that hold a slot, oldest first.
pub(crate) fn active_tasks(account: &Item) -> Vec<String> {
    let set = account.get("active").and_then(|set| set.as_ss().ok());
    let mut tasks = set.cloned().unwrap_or_default();
    tasks.sort_unstable();
    tasks
}

pub(crate) fn active_limit(account: &Item) -> Option<u32> {
    u32::try_from(number(account, "activeLimit")?).ok()
}

/// Whether webhooks of an account can be signed.
pub(crate) fn has_webhook_secret(account: &Item) -> bool {
    account.contains_key("webhookSecret")
}

/// Credits left; nothing is metered without.
pub(crate) fn balance(account: &Item) -> Option<Credits> {
    number(account, "balanceMicros").map(Credits)
}

impl Store {
    /// An account; that of a user who has not exported yet has nothing of its own.
    pub async fn account_summary(&self, user: &str) -> Result<Account, StoreError> {
        let item = self.get_item(account_key(user)).await?;
        Ok(Account::read(&item.unwrap_or_default()))
    }

    /// Looks at what a create would be refused for, and writes nothing.
    pub async fn outlook(
        &self,
        key: &ApiKey,
        state: &StateDocument,
    ) -> Result<Outlook, StoreError> {
        let (own, queue) = (account_key(&key.user), queue_key());
        let mut found = self.get_items(vec![own.clone(), queue.clone()]).await?;
        let account = take_item(&mut found, &own).unwrap_or_default();
        let deletions = number(&account, "deletions").unwrap_or_default();
        let files = self.look_at_files(&key.user, state, Some(deletions));
        let bad_files = match files.await? {
            Looked::Fine(_) => None,
            Looked::Bad(bad) => Some(bad),
        };
        let quota_left = if key.has_quota {
            let item = self.get_item(api_key_key(&key.hash)).await?;
            item.and_then(|item| number(&item, "quotaLeft"))
        } else {
            None
        };
        Ok(Outlook {
            account: Account::read(&account),
            quota_left,
            bad_files,
            has_webhook_secret: has_webhook_secret(&account),
            queue_paused: take_item(&mut found, &queue).is_some(),
        })
    }

    /// An account's active tasks and balance in millionths of a credit.
    pub async fn account(&self, user: &str) -> Result<(Vec<String>, Option<i64>), StoreError> {
        let account = self.account_summary(user).await?;
        Ok((account.active, account.balance.map(|credits| credits.0)))
    }

    /// Adds so many millionths of a credit to the balance of an account, which is
    /// metered from then on. A transaction of one part, for the token that each has: an
    /// answer that is lost on its way makes the SDK ask again, and nothing be added twice.
    pub async fn grant(&self, user: &str, micros: i64) -> Result<(), StoreError> {
        let update = Update::builder()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression("ADD balanceMicros :micros")
            .expression_attribute_values(":micros", n(micros));
        match self
            .send_parts(vec![(Part::Account, update_part(update)?)])
            .await?
        {
            Sent::Done => Ok(()),
            // It has no condition that could fail.
            Sent::KeyRevoked | Sent::Refused(..) => Err(StoreError::Corrupt("account")),
        }
    }

    /// The part of a transaction that adds one to a counter of the account, as long as
    /// `watched`, which may be the same counter, is what was `seen` of it. One that is not
    /// there is 0.
    pub(crate) fn count_unless_changed(
        &self,
        user: &str,
        counter: &str,
        (watched, seen): (&str, i64),
    ) -> Result<TransactWriteItem, StoreError> {
        let unchanged = match seen {
            0 => format!("attribute_not_exists({watched}) OR {watched} = :seen"),
            _ => format!("{watched} = :seen"),
        };
        update_part(
            Update::builder()
                .table_name(&self.0.table)
                .set_key(Some(account_key(user)))
                .update_expression(format!("ADD {counter} :one"))
                .condition_expression(unchanged)
                .expression_attribute_values(":one", n(1))
                .expression_attribute_values(":seen", n(seen)),
        )
    }

    /// Sets how many active tasks an account may have; `None` leaves it to the
    /// deployment again. Tasks beyond a lower limit go on.
    pub async fn set_active_limit(&self, user: &str, limit: Option<u32>) -> Result<(), StoreError> {
        let expression = match limit {
            Some(_) => "SET activeLimit = :value",
            None => "REMOVE activeLimit",
        };
        self.set_account(user, expression, limit.map(n)).await
    }

    async fn set_account(
        &self,
        user: &str,
        expression: &str,
        value: Option<AttributeValue>,
    ) -> Result<(), StoreError> {
        let mut update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .update_expression(expression);
        if let Some(value) = value {
            update = update.expression_attribute_values(":value", value);
        }
        send_update(update).await.map(drop)
    }

    /// How an account stood when this process last saw it.
    pub(crate) fn standing(&self, user: &str) -> Standing {
        let standings = self.0.standings.lock().ok();
        standings
            .and_then(|all| all.get(user).copied())
            .unwrap_or_default()
    }

    pub(crate) fn remember_standing(&self, user: &str, standing: Standing) {
        if let Ok(mut all) = self.0.standings.lock() {
            if all.len() >= REMEMBERED {
                all.clear();
            }
            if standing == Standing::default() {
                all.remove(user);
            } else {
                all.insert(user.to_owned(), standing);
            }
        }
    }
}
