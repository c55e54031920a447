//! `POST /v1/projects/{projectId}/assets` (contract: addProjectAsset)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use darkroom_exports::bodies;
use serde::Serialize;

use super::done;
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Id;
use crate::routes::projects::project_id;

/// An asset that is bound to a project.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct Binding {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    project_id: String,
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    asset_id: String,
}

/// Binds an asset to a project; again changes nothing.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/projects/{projectId}/assets", operation_id = "addProjectAsset",
    tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project")),
    request_body(content = bodies::AddProjectAsset),
    responses(
        (status = 201, description = "Both ids", body = Data<Binding>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND ASSET_NOT_FOUND"),
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
    let project = project_id(&id)?;
    let sent: bodies::AddProjectAsset = body::read(&headers, body).await?;
    let asset = sent.asset_id;
    done(state.store().bind_asset(&key, project, asset).await?)?;
    Ok(reply::created(&Binding {
        project_id: project.to_string(),
        asset_id: asset.to_string(),
    }))
}
