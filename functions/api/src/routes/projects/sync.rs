//! `POST /v1/projects/{projectId}/sync` (contract: syncProject)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::project::{read_state, synced};
use darkroom_exports::{ErrorCode, Problem, bodies};
use darkroom_store::Synced;

use super::{not_found, project_id};
use crate::auth::{Runtime, unknown_key};
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, ProjectSynced};
use crate::repeat::bad_files;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Replaces the state of a project.
///
/// A project takes ten at once, then one every two seconds. A refused one does not count.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/projects/{projectId}/sync", operation_id = "syncProject", tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project")),
    request_body(content = bodies::SyncProject),
    responses(
        (status = 200, description = "The time of the sync", body = Data<ProjectSynced>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "STATE_SCHEMA_VERSION_UNSUPPORTED EDITOR_SCHEMA_INVALID"),
        (status = 429, description = "OPEN_API_PROJECT_SYNC_RATE_LIMITED"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let id = project_id(&id)?;
    let sent: bodies::SyncProject = body::read(&headers, body).await?;
    let store = state.store();
    let library = store.library(&sent.editor_state).await?;
    let version = sent.state_schema_version.as_ref();
    let document = read_state(sent.editor_state, version, &library)?;
    match store.sync_project(&key, id, &document, state.now()).await? {
        Synced::Done(at) => Ok(reply::data(&synced(id, at))),
        Synced::RateLimited(seconds) => {
            let detail = format!(
                "this project is synced too often; sync it again in {seconds} s, and less often"
            );
            let mut problem = Problem::new(ErrorCode::ProjectSyncRateLimited, detail);
            problem.retry_after_seconds = Some(seconds);
            Err(Refusal(problem))
        }
        Synced::State(bad) => Err(bad_files(bad)),
        Synced::Missing => Err(not_found()),
        Synced::KeyRevoked => Err(unknown_key()),
    }
}
