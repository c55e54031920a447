//! `GET /v1/projects/{projectId}` (contract: getProject)

use axum::extract::State;
use axum::response::Response;

use super::{not_found, project_id};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, ProjectDetail};
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// Reads a project with its latest state.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/projects/{projectId}", operation_id = "getProject", tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project")),
    responses(
        (status = 200, description = "The project", body = Data<ProjectDetail>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let store = state.store();
    let project = store.get_project(&key.user, project_id(&id)?).await?;
    let project = project.ok_or_else(not_found)?;
    let document = store.get_document(&project.document_hash).await?;
    Ok(reply::data(&project.to_detail(document)))
}
