//! `DELETE /v1/projects/{projectId}/assets/{assetId}` (contract: deleteProjectAsset)

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::done;
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};
use crate::routes::Ids;
use crate::routes::assets::asset_id;
use crate::routes::projects::project_id;

/// An asset that is bound to a project no more.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct DeletedBinding {
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    project_id: String,
    /// Id.
    #[cfg_attr(test, schema(format = "uuid"))]
    asset_id: String,
    deleted: bool,
}

/// Takes an asset from a project; the asset stays.
#[cfg_attr(test, utoipa::path(
    delete, path = "/v1/projects/{projectId}/assets/{assetId}", operation_id = "deleteProjectAsset",
    tag = "Projects",
    params(
        ("projectId" = String, Path, description = "Id of a project"),
        ("assetId" = String, Path, description = "Id of an asset"),
    ),
    responses(
        (status = 200, description = "Both ids", body = Data<DeletedBinding>),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND ASSET_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Ids(project, asset): Ids,
) -> Result<Response, Refusal> {
    let project = project_id(&project)?;
    let asset = asset_id(&asset)?;
    done(state.store().unbind_asset(&key, project, asset).await?)?;
    Ok(reply::data(&DeletedBinding {
        project_id: project.to_string(),
        asset_id: asset.to_string(),
        deleted: true,
    }))
}
