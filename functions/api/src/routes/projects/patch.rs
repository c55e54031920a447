//! `PATCH /v1/projects/{projectId}` (contract: patchProject)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::bodies;

use super::{done, not_found, project_id};
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, ProjectMetadata};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Changes title, description or both of a project.
///
/// An empty patch changes nothing, the time of the last change included.
#[cfg_attr(test, utoipa::path(
    patch, path = "/v1/projects/{projectId}", operation_id = "patchProject", tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project")),
    request_body(content = bodies::PatchProject),
    responses(
        (status = 200, description = "Both as they are now", body = Data<ProjectMetadata>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
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
    let patch: bodies::PatchProject = body::read(&headers, body).await?;
    let store = state.store();
    if patch.title.is_some() || patch.description.is_some() {
        done(store.patch_project(&key, id, &patch, state.now()).await?)?;
    }
    let project = store.get_project(&key.user, id).await?;
    let project = project.ok_or_else(not_found)?;
    Ok(reply::data(&project.to_metadata()))
}
