//! The routes, by path.

pub(crate) mod assets;
#[cfg(test)]
mod described;
mod editor;
mod exports;
mod illustrations;
mod openapi;
mod projects;
mod uploads;

#[cfg(test)]
pub(crate) use described::Described;
pub use exports::read as read_export;

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::middleware;
use axum::routing::{MethodRouter, delete, get, post};
use darkroom_exports::ErrorCode;

use crate::config::AppState;
use crate::metrics;
use crate::rate;
use crate::reply::Refusal;
use crate::request_id;
use crate::unread;

/// Every route of the service.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for (path, methods) in routes() {
        router = router.route(path, methods);
    }
    with_conventions(router.fallback(unknown_route))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            metrics::count,
        ))
        .with_state(state)
}

/// Gives routes what all of this service have: a refusal of other methods, the rate of the
/// key, answers that reach whoever is still sending, and a request id.
pub fn with_conventions(router: Router<AppState>) -> Router<AppState> {
    router
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn(rate::tell))
        .layer(middleware::from_fn(unread::discard))
        .layer(middleware::from_fn(request_id::add))
}

/// Has in `openapi.json` its POST alone; its other methods are those of a task.
pub(crate) const ESTIMATE: &str = "/v1/exports/estimate";

/// Paths as `openapi.json` has them.
pub(crate) fn routes() -> [(&'static str, MethodRouter<AppState>); 19] {
    [
        ("/openapi.json", get(openapi::handle)),
        (
            "/v1/exports",
            post(exports::create::handle).get(exports::list::handle),
        ),
        // Task ids are UUIDs, so no task is hidden behind this name. Whoever takes it for one
        // is answered as for any other id that no task has.
        (
            ESTIMATE,
            post(exports::estimate::handle)
                .get(exports::get::handle)
                .delete(exports::cancel::handle),
        ),
        (
            "/v1/exports/{taskId}",
            get(exports::get::handle).delete(exports::cancel::handle),
        ),
        ("/v1/editor/validate", post(editor::validate::handle)),
        ("/v1/editor/capabilities", get(editor::capabilities::handle)),
        ("/v1/illustrations", get(illustrations::handle)),
        (
            "/v1/assets/{assetId}",
            get(assets::get::handle).delete(assets::delete::handle),
        ),
        (
            "/v1/projects",
            post(projects::create::handle).get(projects::list::handle),
        ),
        (
            "/v1/projects/{projectId}",
            get(projects::get::handle)
                .patch(projects::patch::handle)
                .delete(projects::delete::handle),
        ),
        (
            "/v1/projects/{projectId}/sync",
            post(projects::sync::handle),
        ),
        (
            "/v1/projects/{projectId}/exports",
            post(projects::exports::handle),
        ),
        (
            "/v1/projects/{projectId}/assets",
            get(projects::assets::list::handle).post(projects::assets::add::handle),
        ),
        (
            "/v1/projects/{projectId}/assets/{assetId}",
            delete(projects::assets::remove::handle),
        ),
        ("/v1/uploads", post(uploads::create::handle)),
        (
            "/v1/uploads/sessions",
            post(uploads::sessions::create::handle),
        ),
        (
            "/v1/uploads/sessions/{uploadId}",
            get(uploads::sessions::get::handle).delete(uploads::sessions::abort::handle),
        ),
        (
            "/v1/uploads/sessions/{uploadId}/parts",
            post(uploads::sessions::parts::handle),
        ),
        (
            "/v1/uploads/sessions/{uploadId}/complete",
            post(uploads::sessions::complete::handle),
        ),
    ]
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
