//! `DELETE /v1/projects/{projectId}` (contract: deleteProject)

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::{done, project_id};
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;

/// The project that is gone.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct DeletedProject {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    project_id: String,
    deleted: bool,
}

/// Deletes a project; its exports go on, and assets bound to it stay.
#[cfg_attr(test, utoipa::path(
    delete, path = "/v1/projects/{projectId}", operation_id = "deleteProject", tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project")),
    responses(
        (status = 200, description = "The id of the deleted project", body = Data<DeletedProject>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
) -> Result<Response, Refusal> {
    let id = project_id(&id)?;
    done(state.store().delete_project(&key, id).await?)?;
    Ok(reply::data(&DeletedProject {
        project_id: id.to_string(),
        deleted: true,
    }))
}
