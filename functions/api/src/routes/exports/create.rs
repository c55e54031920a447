//! `POST /v1/exports` (contract: createExport)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
#[cfg(test)]
use darkroom_exports::bodies;

use super::commit::{commit, earlier_or};
use super::{check, receive};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{CreateExportData, Data, Idempotency};
use crate::repeat;
use crate::reply::Refusal;
use crate::request_id::Trace;

/// Creates an export of a document.
///
/// The task is committed when this answers, and rendered from then on. The figures are
/// fixed now. A repetition is known by its `Idempotency-Key` or, without one, by its
/// `clientTaskId`, and answered by the first answer.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/exports", operation_id = "createExport", tag = "Exports",
    params(Idempotency),
    request_body(content = bodies::CreateExport),
    responses(
        (status = 201, description = "The task", body = Data<CreateExportData>),
        (status = 400, description = "REQUEST_INVALID IDEMPOTENCY_KEY_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 409, description = "IDEMPOTENCY_KEY_REUSED CLIENT_TASK_ID_REUSED"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "STATE_SCHEMA_VERSION_UNSUPPORTED CALLBACK_URL_FORBIDDEN \
            WEBHOOK_SECRET_MISSING \
            EDITOR_SCHEMA_INVALID EXPORT_OUTPUT_TOO_LARGE \
            EXPORT_TOO_LONG OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED \
            OPEN_API_CREDITS_INSUFFICIENT"),
        (status = 429, description = "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    trace: Trace,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header, the body and the document are what they must be, or were when it was
    //    taken.
    let idempotency = repeat::Idempotency::read(&headers)?.key;
    let idempotency = idempotency.as_ref();
    let (sent, identity) = receive(&headers, body).await?;
    let export = match check(&state, &sent, &identity).await {
        Ok(export) => export,
        Err(refused) => {
            let earlier = earlier_or(&state, &key, &sent, &identity, idempotency, refused);
            return Box::pin(earlier).await;
        }
    };

    // 2. The document is stored under its hash; without a task it means nothing.
    state
        .store()
        .put_document(&export.state.hash, &export.state.bytes)
        .await?;

    // 3. The task.
    let brought = Some(&sent.editor_state);
    commit(&state, &key, &export, brought, idempotency, &trace).await
}
