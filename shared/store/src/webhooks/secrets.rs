//! The secrets of an account. HMAC needs the secret itself, so it is stored as it is,
//! in an item that no route shows, in a table that is encrypted at rest.

use std::time::Duration;

use darkroom_exports::{Secrets, Timestamp, WebhookSecret};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, account_key, n, number, s, text};
use crate::transact::{TRIES, send_update};

/// What can be told of an account's secrets without telling them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretState {
    /// When the newest was made.
    pub created_at: Timestamp,
    /// Until when the one before it signs too.
    pub previous_until: Option<Timestamp>,
}

/// The secrets that sign at a time; `None` for an account without one.
pub(super) fn valid(account: &Item, now: Timestamp) -> Option<Secrets> {
    let current = WebhookSecret::new(text(account, "webhookSecret")?);
    let lasts = previous_until(account, now).is_some();
    let previous = text(account, "webhookPrevious").filter(|_| lasts);
    Some(Secrets {
        current,
        previous: previous.map(WebhookSecret::new),
    })
}

fn previous_until(account: &Item, now: Timestamp) -> Option<Timestamp> {
    let until = number(account, "webhookPreviousUntil").map(Timestamp);
    until.filter(|until| *until > now)
}

impl Store {
    /// State of an account's secrets; `None` where it has none.
    pub async fn webhook_secret(&self, user: &str) -> Result<Option<SecretState>, StoreError> {
        let account = self.get_item(account_key(user)).await?.unwrap_or_default();
        if !account.contains_key("webhookSecret") {
            return Ok(None);
        }
        let created_at = number(&account, "webhookSecretAt").map(Timestamp);
        Ok(Some(SecretState {
            created_at: created_at.ok_or(StoreError::Corrupt("webhook secret"))?,
            previous_until: previous_until(&account, Timestamp::now()),
        }))
    }

    /// Makes an account's secret, or a new one in its place: the old one signs beside
    /// it for `overlap`. One that is still being replaced ends now.
    pub async fn rotate_webhook_secret(
        &self,
        user: &str,
        overlap: Duration,
    ) -> Result<WebhookSecret, StoreError> {
        let made = WebhookSecret::from_random(rand::random());
        for _ in 0..TRIES {
            let account = self.get_item(account_key(user)).await?.unwrap_or_default();
            let old = text(&account, "webhookSecret");
            // Written by the last round, whose answer was lost: as the old one of itself it
            // would end the one that was before it.
            if old.as_deref() == Some(made.as_str()) {
                return Ok(made);
            }
            if self.replace(user, old.as_deref(), &made, overlap).await? {
                return Ok(made);
            }
        }
        Err(StoreError::Busy {
            call: "UpdateItem",
            cause: "the secret is being replaced by others".to_owned(),
        })
    }

    /// `false` when `old` is not the secret any more.
    async fn replace(
        &self,
        user: &str,
        old: Option<&str>,
        new: &WebhookSecret,
        overlap: Duration,
    ) -> Result<bool, StoreError> {
        let now = Timestamp::now();
        let update = self
            .0
            .db
            .update_item()
            .table_name(&self.0.table)
            .set_key(Some(account_key(user)))
            .expression_attribute_values(":new", s(new.as_str()))
            .expression_attribute_values(":now", n(now.0));
        let update = match old {
            Some(old) => update
                .update_expression(
                    "SET webhookSecret = :new, webhookSecretAt = :now, \
                     webhookPrevious = :old, webhookPreviousUntil = :until",
                )
                .condition_expression("webhookSecret = :old")
                .expression_attribute_values(":old", s(old))
                .expression_attribute_values(":until", n(now.0 + overlap.as_millis() as i64)),
            None => update
                .update_expression("SET webhookSecret = :new, webhookSecretAt = :now")
                .condition_expression("attribute_not_exists(webhookSecret)"),
        };
        Ok(send_update(update).await?.is_some())
    }
}
