//! From a request without faults to a task, whichever route it came by.

use axum::http::StatusCode;
use axum::response::Response;
use darkroom_exports::{CreateExport, ErrorCode, IdempotencyKey, Problem, Task};
use darkroom_store::{ApiKey, Created, NewExport, Quota};
use serde_json::json;

use crate::auth::unknown_key;
use crate::config::AppState;
use crate::repeat::{bad_files, key_reused, replayed, reused};
use crate::reply::{self, Refusal};
use crate::request_id::{Trace, is_about};

/// Commits an export whose document is in the bucket, and sends it to the queue.
pub(crate) async fn commit(
    state: &AppState,
    key: &ApiKey,
    export: &CreateExport,
    idempotency: Option<&IdempotencyKey>,
    Trace(trace): &Trace,
) -> Result<Response, Refusal> {
    // 1. One transaction: everything, or nothing.
    let store = state.store();
    let task = Task::new(export, &key.key_id, &state.config().prices);
    let answer = json!({ "data": task.to_create_data(), "meta": {} }).to_string();
    let created = store
        .create_export(&NewExport {
            key,
            task: &task,
            export,
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
            let sent = store.send_render(&key.user, task.id, trace.as_ref()).await;
            if let Err(error) = sent {
                tracing::error!("committed but not sent, left to the due index: {error}");
            }
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
    if let Err(error) = state.store().resend_if_due(&key.user, task).await {
        tracing::warn!("a replayed task could not be looked at: {error}");
    }
    Ok(replayed(body))
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
             service's operator makes one with `darkroom webhooks secret --rotate`",
        ),
        Created::State(bad) => bad_files(bad),
        Created::New | Created::Paused | Created::Replayed { .. } | Created::KeyRevoked => {
            unknown_key()
        }
    }
}
