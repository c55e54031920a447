//! `POST /v1/projects/{projectId}/exports` (contract: createProjectExport)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::{ProjectExport, StateDocument};
use darkroom_store::Recall;

use super::{not_found, project_id};
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
use crate::repeat;
use crate::reply::Refusal;
use crate::routes::Id;
use crate::routes::exports::commit::{commit, earlier};

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header and the body are what they must be.
    let id = project_id(&id)?;
    let idempotency = repeat::key(&headers)?;
    let body = body::json(&headers, body).await?;
    let export = ProjectExport::parse(&body, id, &state.config().limits)?;

    // 2. A repetition is answered whatever has become of the project and its state.
    let store = state.store();
    let recalled = store
        .recall(&Recall {
            key: &key,
            project: Some(id),
            idempotency: idempotency.as_ref(),
            client_task_id: export.client_task_id(),
            identity: &export.identity,
            document: None,
        })
        .await?;
    if let Some(created) = recalled {
        return earlier(&state, &key, created).await;
    }

    // 3. The state as it is now; later syncs have another hash.
    let project = store.get_project(&key.user, id).await?;
    let hash = project.ok_or_else(not_found)?.document_hash;
    let document = store.get_document(&hash).await?;
    let library = store.library(&document).await?;
    let document = StateDocument::read(document, &library)?;
    let export = export.of(document, &state.config().limits)?;
    // Read by another build, it may have another form.
    if export.state.hash != hash {
        store
            .put_document(&export.state.hash, &export.state.bytes)
            .await?;
    }

    // 4. The task.
    commit(&state, &key, &export, idempotency.as_ref()).await
}
