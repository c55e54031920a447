//! The routes, by path.

mod assets;
mod editor;
mod exports;
mod illustrations;
mod projects;
mod uploads;

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::middleware;
use axum::routing::{delete, get, post};
use darkroom_exports::ErrorCode;

use crate::config::AppState;
use crate::rate;
use crate::reply::Refusal;
use crate::request_id;
use crate::unread;

/// Every route of the service. Operations of the contract that are not built yet
/// are not here: they answer 404 like any other unknown path.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route(
            "/v1/exports",
            post(exports::create::handle).get(exports::list::handle),
        )
        // Any string may be a task id to ask for, this one too: it names no task.
        .route(
            "/v1/exports/estimate",
            post(exports::estimate::handle)
                .get(exports::get::handle)
                .delete(exports::cancel::handle),
        )
        .route(
            "/v1/exports/{task_id}",
            get(exports::get::handle).delete(exports::cancel::handle),
        )
        .route("/v1/editor/validate", post(editor::validate::handle))
        .route("/v1/editor/capabilities", get(editor::capabilities::handle))
        .route("/v1/illustrations", get(illustrations::handle))
        .route(
            "/v1/assets/{asset_id}",
            get(assets::get::handle).delete(assets::delete::handle),
        )
        .route(
            "/v1/projects",
            post(projects::create::handle).get(projects::list::handle),
        )
        .route(
            "/v1/projects/{project_id}",
            get(projects::get::handle)
                .patch(projects::patch::handle)
                .delete(projects::delete::handle),
        )
        .route(
            "/v1/projects/{project_id}/sync",
            post(projects::sync::handle),
        )
        .route(
            "/v1/projects/{project_id}/exports",
            post(projects::exports::handle),
        )
        .route(
            "/v1/projects/{project_id}/assets",
            get(projects::assets::list::handle).post(projects::assets::add::handle),
        )
        .route(
            "/v1/projects/{project_id}/assets/{asset_id}",
            delete(projects::assets::remove::handle),
        )
        .route("/v1/uploads", post(uploads::create::handle))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn(rate::tell))
        .layer(middleware::from_fn(unread::discard))
        .layer(middleware::from_fn(request_id::add))
        .with_state(state)
}

/// An id in a path may be any string. One that is not even text is the id of
/// nothing: it reads as the empty one, which nothing has.
struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.map(|Path(id)| id).unwrap_or_default()))
    }
}

/// Two ids in a path, read like one.
struct Ids(String, String);

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (first, second) = path.map(|Path(ids)| ids).unwrap_or_default();
        Ok(Self(first, second))
    }
}

async fn unknown_route(request: Request) -> Refusal {
    let detail = format!("{} is not a path of this service", request.uri().path());
    Refusal::new(ErrorCode::RouteNotFound, detail)
}

/// axum adds `Allow`.
async fn unknown_method(request: Request) -> Refusal {
    let detail = format!(
        "{} does not take {}",
        request.uri().path(),
        request.method()
    );
    Refusal::new(ErrorCode::MethodNotAllowed, detail)
}
