//! `GET /v1/projects` (contract: listProjects)

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::{Project, ProjectId};

use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Page, Paged, ProjectSummary};
use crate::page;
use crate::query::Query;
use crate::reply::Refusal;

const LIST: &str = "projects";

/// Lists your projects, the newest first.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/projects", operation_id = "listProjects", tag = "Projects",
    params(Paged),
    responses(
        (status = 200, description = "A page of projects", body = Page<ProjectSummary>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    uri: Uri,
) -> Result<Response, Refusal> {
    let mut query = Query::read(&uri);
    let page::Paged { size, cursor } = page::Paged::read(&mut query);
    let before = page::before(query, cursor.as_deref(), LIST, &key.user, ProjectId::parse)?;
    let store = state.store();
    let page = store.list_projects(&key.user, size, before).await?;
    let shown: Vec<_> = page.entries.iter().map(Project::to_summary).collect();
    Ok(page::answer(&shown, LIST, &key.user, page.next))
}
