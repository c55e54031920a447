//! `GET /v1/projects/{projectId}/assets` (contract: listProjectAssets)

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::AssetId;

use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Asset, Page, PagedAssets};
use crate::page;
use crate::query::Query;
use crate::reply::Refusal;
use crate::routes::Id;
use crate::routes::assets::show;
use crate::routes::projects::{not_found, project_id};

/// Lists the assets bound to a project, the newest first.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/projects/{projectId}/assets", operation_id = "listProjectAssets",
    tag = "Projects",
    params(("projectId" = String, Path, description = "Id of a project"), PagedAssets),
    responses(
        (status = 200, description = "A page of assets", body = Page<Asset>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 404, description = "PROJECT_NOT_FOUND"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    uri: Uri,
) -> Result<Response, Refusal> {
    let project = project_id(&id)?;
    let mut query = Query::read(&uri);
    let page::PagedAssets { size, cursor } = page::PagedAssets::read(&mut query);
    let list = format!("projects/{project}/assets");
    let before = page::before(query, cursor.as_deref(), &list, &key.user, AssetId::parse)?;
    let store = state.store();
    let page = store.list_bound_assets(&key.user, project, size, before);
    let page = page.await?.ok_or_else(not_found)?;
    let mut shown = Vec::with_capacity(page.entries.len());
    for asset in page.entries {
        shown.push(show(&state, asset).await?);
    }
    Ok(page::answer(&shown, &list, &key.user, page.next))
}
