//! `POST /v1/exports` (contract: createExport)

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::commit::commit;
use super::read;
use crate::auth::Runtime;
use crate::config::AppState;
use crate::repeat;
use crate::reply::Refusal;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. The header, the body and the document are what they must be.
    let idempotency = repeat::key(&headers)?;
    let export = read(&state, &headers, body).await?;

    // 2. The document is stored under its hash; without a task it means nothing.
    state
        .store()
        .put_document(&export.state.hash, &export.state.bytes)
        .await?;

    // 3. The task.
    commit(&state, &key, &export, idempotency.as_ref()).await
}
