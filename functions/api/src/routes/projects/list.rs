//! `GET /v1/projects` (contract: listProjects)

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::cursor::PAGE_SIZE;
use darkroom_exports::{Project, ProjectId};
use serde_json::Value;

use crate::auth::Runtime;
use crate::config::AppState;
use crate::page::{self, Query};
use crate::reply::Refusal;

const LIST: &str = "projects";

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    uri: Uri,
) -> Result<Response, Refusal> {
    let query = Query::read(&uri, PAGE_SIZE);
    let size = query.size;
    let before = query.before(LIST, &key.user, ProjectId::parse)?;
    let store = state.store();
    let page = store.list_projects(&key.user, size, before).await?;
    let shown: Vec<Value> = page.entries.iter().map(Project::to_summary).collect();
    Ok(page::answer(&shown, LIST, &key.user, page.next))
}
