//! `POST /v1/projects` (contract: createProject)

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use darkroom_exports::bodies::{self, RequestBody as _};
use darkroom_exports::{Envelope, IdempotencyKey, Identity, NewProject, Project, ProjectId};
use darkroom_store::{ApiKey, ProjectCreate, ProjectCreated, ProjectNotCreated, Store};
use serde_json::Value;

use crate::auth::{Runtime, unknown_key};
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, Idempotency, ProjectSummary};
use crate::repeat::{self, bad_files, key_reused, replayed, was_perhaps_taken};
use crate::reply::{self, Refusal};

/// Creates a project with its first state.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/projects", operation_id = "createProject", tag = "Projects",
    params(Idempotency),
    request_body(content = bodies::CreateProject),
    responses(
        (status = 201, description = "The project", body = Data<ProjectSummary>),
        (status = 400, description = "REQUEST_INVALID IDEMPOTENCY_KEY_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 409, description = "IDEMPOTENCY_KEY_REUSED"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "STATE_SCHEMA_VERSION_UNSUPPORTED EDITOR_SCHEMA_INVALID"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header, the body and the document are what they must be, or were when it was
    //    taken.
    let idempotency = repeat::Idempotency::read(&headers)?.key;
    let idempotency = idempotency.as_ref();
    let body = body::json(&headers, body).await?;
    let envelope = Envelope::of(&body);
    let sent = bodies::CreateProject::read(body)?;
    let identity = envelope.with_document(&sent.editor_state);
    let brought = Some(&sent.editor_state);
    let store = state.store();
    let library = store.library(&sent.editor_state).await?;
    let request = match NewProject::new(&sent, &identity, &library) {
        Ok(request) => request,
        Err(problem) => {
            let refused = problem.into();
            let earlier = earlier_or(store, &key, brought, &identity, idempotency, refused);
            return Box::pin(earlier).await;
        }
    };

    // 2. The document is stored under its hash; without a project it means nothing.
    store
        .put_document(&request.state.hash, &request.state.bytes)
        .await?;

    // 3. One transaction: everything, or nothing.
    let now = state.now();
    let project = Project {
        id: ProjectId::generate(),
        title: request.title.clone(),
        description: request.description.clone(),
        created_at: now,
        updated_at: now,
        document_hash: request.state.hash.clone(),
    };
    let answer = reply::one(&project.to_summary());
    let created = store
        .create_project(&ProjectCreate {
            key: &key,
            project: &project,
            request: &request,
            brought,
            body: &answer,
            idempotency,
        })
        .await?;
    match created {
        ProjectCreated::New => Ok(reply::body(StatusCode::CREATED, answer)),
        ProjectCreated::Not(reason) => earlier(reason),
    }
}

/// Answers for a create that is refused: where it was taken before, by the first answer,
/// whatever the service takes by now.
async fn earlier_or(
    store: &Store,
    key: &ApiKey,
    brought: Option<&Value>,
    identity: &Identity,
    idempotency: Option<&IdempotencyKey>,
    refused: Refusal,
) -> Result<Response, Refusal> {
    if !was_perhaps_taken(&refused) {
        return Err(refused);
    }
    let recalled = store.recall_project(key, idempotency, identity, brought);
    recalled.await?.map_or(Err(refused), earlier)
}

/// Answers for a request that made no project: it was made before, or is refused.
fn earlier(reason: ProjectNotCreated) -> Result<Response, Refusal> {
    match reason {
        ProjectNotCreated::Replayed(body) => Ok(replayed(body)),
        ProjectNotCreated::KeyReused(paths) => Err(key_reused(paths)),
        ProjectNotCreated::State(bad) => Err(bad_files(bad)),
        ProjectNotCreated::KeyRevoked => Err(unknown_key()),
    }
}
