//! `GET /v1/exports` (contract: listExports)

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::{ErrorCode, Fault, Problem, TaskId};
use uuid::Uuid;

use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{ExportTask, Page, Paged};
use crate::page;
use crate::query::Query;
use crate::reply::Refusal;

/// Lists your exports, the newest first.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/exports", operation_id = "listExports", tag = "Exports",
    params(
        Paged,
        ("createdByApiKeyId" = Option<String>, Query, format = "uuid", description = "Only those that this API key of yours created, revoked or not"),
    ),
    responses(
        (status = 200, description = "A page of tasks", body = Page<ExportTask>),
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
    let by_key = query.parameter("createdByApiKeyId").map(Uuid::try_parse);
    let by_key = match by_key {
        Some(Err(_)) => {
            query.fault("/createdByApiKeyId", "must be a UUID".to_owned());
            None
        }
        Some(Ok(id)) => Some(id.to_string()),
        None => None,
    };
    // The filter is part of the list a cursor is bound to.
    let list = format!("exports/{}", by_key.as_deref().unwrap_or_default());
    let before = page::before(query, cursor.as_deref(), &list, &key.user, TaskId::parse)?;
    let page = state
        .store()
        .list_tasks(&key.user, size, before, by_key.as_deref())
        .await?;
    // Who sees a task of the key has the key: only of an empty page it is asked whose it is.
    if let Some(id) = &by_key
        && page.entries.is_empty()
        && *id != key.key_id
        && !state.store().has_key(&key.user, id).await?
    {
        return Err(no_such_key());
    }
    let mut shown = Vec::with_capacity(page.entries.len());
    for task in &page.entries {
        shown.push(state.store().export_task(task).await?);
    }
    Ok(page::answer(&shown, &list, &key.user, page.next))
}

/// A key of another user, and one that nobody has.
fn no_such_key() -> Refusal {
    let message = "is no API key of yours; take it from `createdByApiKeyId` of an export of \
                   yours, or leave it out";
    let fault = Fault::new(ErrorCode::RequestInvalid, "/createdByApiKeyId", message);
    Refusal(Problem::from_faults(ErrorCode::RequestInvalid, vec![fault]))
}
