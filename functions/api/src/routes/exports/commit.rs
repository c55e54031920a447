//! From a request without faults to a task, whichever route it came by.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use darkroom_exports::{
    CreateExport, ErrorCode, IdempotencyKey, Identity, Problem, Task, TaskId, TraceId, bodies,
};
use darkroom_store::{ApiKey, Created, NewExport, Quota, Recall};
use serde_json::Value;
use tokio::time::timeout;

use crate::auth::unknown_key;
use crate::config::AppState;
use crate::repeat::{bad_files, key_reused, replayed, reused, was_perhaps_taken};
use crate::reply::{self, Refusal};
use crate::request_id::{Trace, is_about};

/// How long a client waits for a committed task's message to be sent. The function ends after
/// 29 s, whatever else took its time before.
const SEND: Duration = Duration::from_secs(3);

/// Commits an export whose document is in the bucket, and sends it to the queue. `brought`
/// is the document as the request brought it, where it did.
pub(crate) async fn commit(
    state: &AppState,
    key: &ApiKey,
    export: &CreateExport,
    brought: Option<&Value>,
    idempotency: Option<&IdempotencyKey>,
    Trace(trace): &Trace,
) -> Result<Response, Refusal> {
    // 1. One transaction: everything, or nothing.
    let store = state.store();
    let task = Task::new(export, &key.key_id, &state.config().prices);
    let answer = reply::one(&task.to_create_data());
    let created = store
        .create_export(&NewExport {
            key,
            task: &task,
            export,
            brought,
            body: &answer,
            idempotency,
            active_limit: state.config().limits.active_tasks,
            trace: trace.as_ref(),
        })
        .await?;

    // 2. Committed: whatever happens to the message, the due index has the task.
    match created {
        Created::New => {
            is_about(task.id);
            tracing::info!("created");
            send(state, key, task.id, trace.as_ref()).await;
        }
        // Sent when the account is resumed.
        Created::Paused => {
            is_about(task.id);
            tracing::info!("created, and held: its account is paused");
        }
        _ => return earlier(state, key, created).await,
    }
    Ok(reply::body(StatusCode::CREATED, answer))
}

/// Sends a committed task to the queue; where that fails, it is left to the due index.
async fn send(state: &AppState, key: &ApiKey, task: TaskId, trace: Option<&TraceId>) {
    let sent = state.store().send_render(&key.user, task, trace);
    let trouble = match timeout(SEND, Box::pin(sent)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("SendMessage has no answer after {} s", SEND.as_secs()),
    };
    tracing::error!("committed but not sent, left to the due index: {trouble}");
}

/// Answers for a request that made no task: it was made before, or is refused.
pub(crate) async fn earlier(
    state: &AppState,
    key: &ApiKey,
    created: Created,
) -> Result<Response, Refusal> {
    let Created::Replayed { body, task } = created else {
        return Err(refusal(created));
    };
    is_about(task);
    let resent = state.store().resend_if_due(&key.user, task);
    match timeout(SEND, Box::pin(resent)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!("a replayed task could not be looked at: {error}"),
        Err(_) => tracing::warn!("a replayed task is left to the due index: no answer in time"),
    }
    Ok(replayed(body))
}

/// Answers for a create of a document that is refused: where it was taken before, by the
/// first answer, whatever the service takes by now.
pub(crate) async fn earlier_or(
    state: &AppState,
    key: &ApiKey,
    sent: &bodies::CreateExport,
    identity: &Identity,
    idempotency: Option<&IdempotencyKey>,
    refused: Refusal,
) -> Result<Response, Refusal> {
    if !was_perhaps_taken(&refused) {
        return Err(refused);
    }
    let recalled = state
        .store()
        .recall(&Recall {
            key,
            project: None,
            idempotency,
            client_task_id: sent.client_task_id.as_deref(),
            identity,
            brought: Some(&sent.editor_state),
        })
        .await?;
    match recalled {
        Some(created) => earlier(state, key, created).await,
        None => Err(refused),
    }
}

/// No time brings a quota back, only an export of the key that fails or is canceled: a
/// client that asks again at all shall do so seldom.
const QUOTA_RETRY_SECONDS: u64 = 3600;

fn quota_exceeded(quota: Quota, seconds: i64) -> Refusal {
    let mut problem = Problem::new(
        ErrorCode::StandardSecondLimitExceeded,
        format!(
            "this export takes {seconds} standard seconds, and of this key's quota of {} are {} \
             used; cancel an export of the key, export less, or have the service's operator make \
             a key with a larger quota by `darkroom keys create --quota`",
            quota.limit_seconds, quota.used_seconds
        ),
    );
    problem.retry_after_seconds = Some(QUOTA_RETRY_SECONDS);
    Refusal(problem)
}

fn refusal(refused: Created) -> Refusal {
    match refused {
        Created::KeyReused(paths) => key_reused(paths),
        Created::ClientTaskIdReused(paths) => reused(
            ErrorCode::ClientTaskIdReused,
            paths,
            "this clientTaskId belongs to another export; send a new one",
        ),
        Created::LimitReached(0) => Refusal::new(
            ErrorCode::ConcurrencyLimitExceeded,
            "this account's limit of active exports is 0, so that it can create none; the \
             service's operator changes it by `darkroom accounts set-limit`",
        ),
        Created::LimitReached(limit) => Refusal::new(
            ErrorCode::ConcurrencyLimitExceeded,
            format!(
                "{limit} exports are active, as many as this account may have; wait for one to \
                 end or cancel one"
            ),
        ),
        Created::CreditsInsufficient { balance, charge } => Refusal::new(
            ErrorCode::CreditsInsufficient,
            format!(
                "this export is charged {charge} credits, and the balance is {balance}; export \
                 less, or have the service's operator add credits by `darkroom accounts grant`"
            ),
        ),
        Created::QuotaExceeded { quota, seconds } => quota_exceeded(quota, seconds),
        Created::WebhookSecretMissing => Refusal::new(
            ErrorCode::WebhookSecretMissing,
            "`callbackUrl` is given, but this account has no secret to sign webhooks with; the \
             service's operator makes one with `darkroom webhooks secret --rotate --user USER`",
        ),
        Created::State(bad) => bad_files(bad),
        Created::KeyRevoked => unknown_key(),
        // There is a task: `commit` and `earlier` answer with it and never come here.
        Created::New | Created::Paused | Created::Replayed { .. } => {
            tracing::error!("an export that was created was taken for one that is refused");
            Refusal::internal()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_revoked_key_is_told_that_it_is_unknown() {
        let replayed = Created::Replayed {
            body: String::new(),
            task: TaskId::generate(),
        };
        for (created, code) in [
            (Created::KeyRevoked, ErrorCode::KeyInvalid),
            (Created::New, ErrorCode::Internal),
            (Created::Paused, ErrorCode::Internal),
            (replayed, ErrorCode::Internal),
        ] {
            assert_eq!(refusal(created).0.code, code);
        }
    }
}
