//! `POST /v1/projects/{projectId}/assets` (contract: addProjectAsset)

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use darkroom_exports::project::parse_binding;
use serde_json::json;

use super::done;
use crate::auth::Runtime;
use crate::body;
use crate::config::AppState;
use crate::reply::{self, Refusal};
use crate::routes::Id;
use crate::routes::projects::project_id;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let project = project_id(&id)?;
    let asset = parse_binding(&body::json(&headers, body).await?)?;
    done(state.store().bind_asset(&key, project, asset).await?)?;
    let bound = json!({ "projectId": project.to_string(), "assetId": asset.to_string() });
    let answer = json!({ "data": bound, "meta": {} });
    Ok(reply::body(StatusCode::CREATED, answer.to_string()))
}
