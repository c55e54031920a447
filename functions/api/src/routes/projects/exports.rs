//! `POST /v1/projects/{projectId}/exports` (contract: createProjectExport)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::bodies::{self, RequestBody as _};
use darkroom_exports::{CreateExport, Envelope, StateDocument};
use darkroom_store::Recall;

use super::{not_found, project_id};
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{CreateExportData, Data, Idempotency};
use crate::repeat;
use crate::reply::Refusal;
use crate::request_id::Trace;
use crate::routes::Id;
use crate::routes::exports::commit::{commit, earlier};

/// Creates an export of a project's latest state, as it is now.
///
/// Later syncs do not change it. A repetition is known as of an export of a document.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/projects/{projectId}/exports", operation_id = "createProjectExport",
    tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project"), Idempotency),
    request_body(content = bodies::CreateProjectExport),
    responses(
        (status = 201, description = "The task", body = Data<CreateExportData>),
        (status = 400, description = "REQUEST_INVALID IDEMPOTENCY_KEY_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
        (status = 409, description = "IDEMPOTENCY_KEY_REUSED CLIENT_TASK_ID_REUSED"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "CALLBACK_URL_FORBIDDEN WEBHOOK_SECRET_MISSING \
            EDITOR_SCHEMA_INVALID EXPORT_OUTPUT_TOO_LARGE EXPORT_TOO_LONG \
            OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED \
            OPEN_API_CREDITS_INSUFFICIENT"),
        (status = 429, description = "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    trace: Trace,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header and the body are what they must be.
    let id = project_id(&id)?;
    let idempotency = repeat::Idempotency::read(&headers)?.key;
    let body = body::json(&headers, body).await?;
    let envelope = Envelope::of(&body);
    let sent = bodies::CreateProjectExport::read(body)?;
    let identity = envelope.with_project(id);

    // 2. A repetition is answered whatever has become of the project, its state and what
    //    the service takes.
    let store = state.store();
    let recalled = store
        .recall(&Recall {
            key: &key,
            project: Some(id),
            idempotency: idempotency.as_ref(),
            client_task_id: sent.client_task_id.as_deref(),
            identity: &identity,
            brought: None,
        })
        .await?;
    if let Some(created) = recalled {
        return earlier(&state, &key, created).await;
    }

    // 3. The state as it is now; later syncs have another hash.
    let limits = &state.config().limits;
    let callback = sent.callback(limits.callbacks)?;
    let project = store.get_project(&key.user, id).await?;
    let hash = project.ok_or_else(not_found)?.document_hash;
    let document = store.get_document(&hash).await?;
    let library = store.library(&document).await?;
    let document = StateDocument::read(document, &library)?;
    let export = CreateExport::of_project(id, &sent, callback, &identity, document, limits)?;
    // Read by another build, it may have another form.
    if export.state.hash != hash {
        store
            .put_document(&export.state.hash, &export.state.bytes)
            .await?;
    }

    // 4. The task.
    commit(&state, &key, &export, None, idempotency.as_ref(), &trace).await
}
