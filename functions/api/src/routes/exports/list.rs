//! `GET /v1/exports` (contract: listExports)

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::cursor::{self, PAGE_SIZE};
use darkroom_exports::{ErrorCode, Fault, Problem, TaskId};
use serde_json::json;
use uuid::Uuid;

use super::show;
use crate::auth::Runtime;
use crate::config::AppState;
use crate::reply::{self, Refusal};

/// Query of a list.
#[derive(Debug, Default)]
struct Query {
    size: u32,
    cursor: Option<String>,
    key_id: Option<String>,
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    uri: Uri,
) -> Result<Response, Refusal> {
    let query = read(&uri)?;
    // The filter is part of the list a cursor is bound to.
    let list = format!("exports/{}", query.key_id.as_deref().unwrap_or_default());
    let before = before(&list, &key.user, query.cursor.as_deref())?;
    let page = state
        .store()
        .list_tasks(&key.user, query.size, before, query.key_id.as_deref())
        .await?;
    let mut shown = Vec::with_capacity(page.tasks.len());
    for task in &page.tasks {
        shown.push(show(&state, task).await?);
    }
    let next = page
        .next
        .map(|behind| cursor::encode(&list, &key.user, behind));
    Ok(reply::with_meta(
        &json!(shown),
        &json!({ "nextPageCursor": next }),
    ))
}

fn before(list: &str, user: &str, given: Option<&str>) -> Result<Option<TaskId>, Refusal> {
    given
        .map(|text| {
            cursor::decode(list, user, text).ok_or_else(|| {
                let message = "is not a cursor of this list; take it from meta.nextPageCursor";
                invalid(vec![Fault::new(
                    ErrorCode::RequestInvalid,
                    "/pageCursor",
                    message,
                )])
            })
        })
        .transpose()
}

fn invalid(faults: Vec<Fault>) -> Refusal {
    Refusal(Problem::from_faults(ErrorCode::RequestInvalid, faults))
}

fn read(uri: &Uri) -> Result<Query, Refusal> {
    let (least, usual, most) = PAGE_SIZE;
    let mut query = Query {
        size: usual,
        ..Query::default()
    };
    let mut faults = Vec::new();
    let mut fault = |path: &str, message: String| {
        faults.push(Fault::new(ErrorCode::RequestInvalid, path, message));
    };
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "pageSize" => match value.parse() {
                Ok(size) if (least..=most).contains(&size) => query.size = size,
                _ => fault(
                    "/pageSize",
                    format!("must be a whole number from {least} to {most}"),
                ),
            },
            "pageCursor" => query.cursor = Some(value.into_owned()),
            "createdByApiKeyId" => match Uuid::try_parse(&value) {
                Ok(id) => query.key_id = Some(id.to_string()),
                Err(_) => fault("/createdByApiKeyId", "must be a UUID".to_owned()),
            },
            _ => {}
        }
    }
    if faults.is_empty() {
        Ok(query)
    } else {
        Err(invalid(faults))
    }
}
