//! One transaction, or one update: sent, tried again, and judged.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, flag};
use crate::keys::ApiKey;

/// Times that a transaction or an update is tried when it meets others, or when what it was
/// made from has changed.
pub(crate) const TRIES: u32 = 6;
/// Code of a part whose condition was judged and failed.
pub(crate) const CHECK_FAILED: &str = "ConditionalCheckFailed";
/// Code of an update whose item a transaction is writing.
const IN_TRANSACTION: &str = "TransactionConflictException";

/// A part of a transaction, by what it writes or checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Idempotency,
    ClientTaskId,
    Key,
    Account,
    Task,
    Project,
    Asset,
    File,
    Files,
    Callback,
    Binding,
    Upload,
    Queue,
    Delivery,
}

/// The parts of a transaction, in the order they are judged.
pub(crate) type Parts = Vec<(Part, TransactWriteItem)>;

/// What a transaction came to.
#[derive(Debug)]
pub(crate) enum Sent {
    /// Everything is written.
    Done,
    /// The key is not valid any more; nothing is written.
    KeyRevoked,
    /// This part's condition failed, and here is the item it failed on; nothing is
    /// written.
    Refused(Part, Item),
}

impl Store {
    /// Sends a transaction of a key's request, again as long as it meets others.
    pub(crate) async fn transact(&self, key: &ApiKey, parts: Parts) -> Result<Sent, StoreError> {
        let sent = self.send_parts(parts).await?;
        if matches!(sent, Sent::KeyRevoked) {
            self.forget_key(&key.hash);
        }
        Ok(sent)
    }

    /// Sends a transaction, again as long as it meets others; [`StoreError::Contended`] where
    /// it met them at every try.
    ///
    /// Each `send` carries a `ClientRequestToken`, which the SDK makes for it and repeats in
    /// its own retries: a transaction whose answer was lost is not made twice. It is sent
    /// from here again only where it was canceled, which is to say that it did nothing.
    pub(crate) async fn send_parts(&self, parts: Parts) -> Result<Sent, StoreError> {
        let (order, items): (Vec<Part>, Vec<TransactWriteItem>) = parts.into_iter().unzip();
        for attempt in 0..TRIES {
            let sent = self
                .0
                .db
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Sent::Done);
            };
            let verdict = match reasons(&error) {
                Some(reasons) => judge(&order, reasons),
                None => Verdict::Broken,
            };
            match verdict {
                Verdict::Outcome(outcome) => return Ok(outcome),
                Verdict::Conflict => pause(attempt, TRIES).await,
                Verdict::Broken => return Err(StoreError::sdk("TransactWriteItems", &error)),
            }
        }
        Err(StoreError::Contended)
    }
}

/// What a canceled transaction says.
enum Verdict {
    Outcome(Sent),
    /// Another transaction was in the way.
    Conflict,
    /// Nothing that another try could mend.
    Broken,
}

/// A revoked key is refused whatever else there is to say; then the first part
/// that did not go through decides. One that met another transaction was not
/// judged, so nothing behind it counts either: the request is tried again.
fn judge(order: &[Part], reasons: &[CancellationReason]) -> Verdict {
    let item = |reason: &CancellationReason| reason.item().cloned().unwrap_or_default();
    let mut verdicts = order.iter().zip(reasons);
    let revoked = verdicts.clone().any(|(part, reason)| {
        let key = item(reason);
        *part == Part::Key
            && reason.code() == Some(CHECK_FAILED)
            && (key.is_empty() || flag(&key, "revoked"))
    });
    if revoked {
        return Verdict::Outcome(Sent::KeyRevoked);
    }
    let first = verdicts.find(|(_, reason)| !matches!(reason.code(), None | Some("None")));
    let Some((part, reason)) = first else {
        return Verdict::Broken;
    };
    match reason.code() {
        Some(CHECK_FAILED) => Verdict::Outcome(Sent::Refused(*part, item(reason))),
        _ if passes(reason) => Verdict::Conflict,
        _ => Verdict::Broken,
    }
}

/// Sends an update; the attributes that it answers, or `None` where its condition, if it
/// has one, refused it.
///
/// One that meets a transaction on its item is refused by DynamoDB without being judged. The
/// SDK does not try it again by itself, so that is done here.
pub(crate) async fn send_update(
    update: UpdateItemFluentBuilder,
) -> Result<Option<Item>, StoreError> {
    for attempt in 0..TRIES - 1 {
        let sent = Box::pin(update.clone().send()).await;
        let met = matches!(&sent, Err(error) if error.code() == Some(IN_TRANSACTION));
        if !met {
            return written(sent);
        }
        pause(attempt, TRIES).await;
    }
    written(Box::pin(update.send()).await)
}

fn written(
    sent: Result<UpdateItemOutput, SdkError<UpdateItemError>>,
) -> Result<Option<Item>, StoreError> {
    match sent {
        Ok(written) => Ok(Some(written.attributes.unwrap_or_default())),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(StoreError::sdk("UpdateItem", &error)),
    }
}

/// A request that lacks a required part is our own mistake.
pub(crate) fn built<T, E: std::error::Error>(part: Result<T, E>) -> Result<T, StoreError> {
    part.map_err(|error| StoreError::Config(error.to_string()))
}

pub(crate) fn put_part(put: PutBuilder) -> Result<TransactWriteItem, StoreError> {
    let put = built(put.build())?;
    Ok(TransactWriteItem::builder().put(put).build())
}

pub(crate) fn update_part(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    let update = built(update.build())?;
    Ok(TransactWriteItem::builder().update(update).build())
}

pub(crate) fn delete_part(delete: DeleteBuilder) -> Result<TransactWriteItem, StoreError> {
    let delete = built(delete.build())?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

/// Why a transaction was canceled, part by part; `None` for any other failure.
pub(crate) fn reasons<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Option<&[CancellationReason]> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            Some(canceled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Whether a part met another transaction, or a busy table: another try may go through.
pub(crate) fn passes(reason: &CancellationReason) -> bool {
    matches!(
        reason.code(),
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    )
}

/// Waits a little before the next of so many tries, longer each time, and never as long as
/// another waiter. Behind the last try there is nothing to wait for.
pub(crate) async fn pause(attempt: u32, tries: u32) {
    if attempt + 1 >= tries {
        return;
    }
    let most = 20_u64 << attempt.min(6);
    let millis = rand::random_range(most / 2..=most);
    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn it_is_waited_between_tries_and_not_behind_the_last() {
        for attempt in 0..TRIES {
            let is_over = pause(attempt, TRIES).now_or_never().is_some();
            assert_eq!(is_over, attempt == TRIES - 1, "{attempt}");
        }
    }
}
