//! `POST /v1/exports` (contract: createExport)

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use darkroom_exports::{
    CreateExport, ErrorCode, Fault, IdempotencyKey, Problem, Task, TaskId, TaskState, Timestamp,
    request,
};
use darkroom_store::{ApiKey, Created, NewExport};
use serde_json::json;

use crate::auth::{Runtime, unknown_key};
use crate::body;
use crate::config::AppState;
use crate::reply::{self, REPLAYED, Refusal};

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header, the body and the document are what they must be.
    let values = headers.get_all("idempotency-key").iter();
    let idempotency = IdempotencyKey::from_header(values.map(HeaderValue::as_bytes))
        .map_err(|error| Refusal::new(ErrorCode::IdempotencyKeyInvalid, error.to_string()))?;
    let body = body::json(&headers, body).await?;
    let store = state.store();
    let library = store.library(&body["editorState"]).await?;
    let export = request::parse(&body, &state.config().limits, &library)?;

    // 2. The document is stored under its hash; without a task it means nothing.
    store
        .put_document(&export.document_hash, &export.document_bytes)
        .await?;

    // 3. One transaction: everything, or nothing.
    let task = new_task(&state, &key, &export);
    let answer = json!({ "data": task.to_create_data(), "meta": {} }).to_string();
    let created = store
        .create_export(&NewExport {
            key: &key,
            task: &task,
            export: &export,
            body: &answer,
            idempotency: idempotency.as_ref(),
            active_limit: state.config().limits.active_tasks,
        })
        .await?;

    // 4. Committed: whatever happens to the message, the due index has the task.
    match created {
        Created::New => {
            if let Err(error) = store.send_render(&key.user, task.id).await {
                tracing::error!("committed but not sent, left to the due index: {error}");
            }
            Ok(reply::body(StatusCode::CREATED, answer))
        }
        Created::Replayed { body, task } => {
            if let Err(error) = store.resend_if_due(&key.user, task).await {
                tracing::warn!("a replayed task could not be looked at: {error}");
            }
            let mut response = reply::body(StatusCode::CREATED, body);
            response
                .headers_mut()
                .insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        refused => Err(refusal(refused, &export)),
    }
}

fn new_task(state: &AppState, key: &ApiKey, export: &CreateExport) -> Task {
    let quote = state.config().prices.quote(
        export.duration,
        export.layout.width,
        export.layout.height,
        export.settings.fps,
    );
    Task {
        id: TaskId::generate(),
        created_by_key: key.key_id.clone(),
        client_task_id: export.client_task_id.clone(),
        filename: export.filename.clone(),
        state: TaskState::Pending,
        progress: 0,
        phase: None,
        error: None,
        output_key: None,
        warnings: Vec::new(),
        duration: quote.duration,
        standard_seconds: quote.standard_seconds,
        credits: quote.credits,
        created_at: Timestamp::now(),
        completed_at: None,
    }
}

fn refusal(refused: Created, export: &CreateExport) -> Refusal {
    match refused {
        Created::KeyReused(paths) => reused(
            ErrorCode::IdempotencyKeyReused,
            paths,
            "this Idempotency-Key belongs to another payload; send a new key for a new export",
        ),
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
        Created::CreditsInsufficient => Refusal::new(
            ErrorCode::CreditsInsufficient,
            format!(
                "the balance does not cover the timeline's {} s at this size and rate; top up or \
                 export less",
                export.duration.seconds()
            ),
        ),
        Created::QuotaExceeded => Refusal::new(
            ErrorCode::StandardSecondLimitExceeded,
            "this key's limit of standard seconds does not cover the export; use another key",
        ),
        Created::New | Created::Replayed { .. } | Created::KeyRevoked => unknown_key(),
    }
}

fn reused(code: ErrorCode, paths: Vec<String>, detail: &str) -> Refusal {
    let differs = "differs from the first request";
    let faults = paths
        .into_iter()
        .map(|path| Fault::new(code, path, differs))
        .collect();
    let mut problem = Problem::from_faults(code, faults);
    detail.clone_into(&mut problem.detail);
    Refusal(problem)
}
