//! How creates of exports end, counted from outside the routes: from the answers.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use darkroom_exports::{ErrorCode, TraceId};
use darkroom_telemetry::{Dimension, Line, Metric};

use crate::config::AppState;
use crate::reply::REPLAYED;
use crate::request_id::{Trace, X_REQUEST_ID};

/// Where exports are created.
const CREATES: [&str; 2] = ["/v1/exports", "/v1/projects/{projectId}/exports"];

/// Counts a create as created, replayed or, by its code, rejected.
pub(crate) async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let creates = request.method() == Method::POST
        && path.is_some_and(|path| CREATES.contains(&path.as_str()));
    let response = next.run(request).await;
    if creates {
        tell(&state, &response);
    }
    response
}

fn tell(state: &AppState, response: &Response) {
    let refused = response.extensions().get::<ErrorCode>();
    let metric = match (response.status(), refused) {
        (StatusCode::CREATED, _) if response.headers().contains_key(REPLAYED) => {
            Metric::ExportsReplayed
        }
        (StatusCode::CREATED, _) => Metric::ExportsCreated,
        (_, Some(_)) => Metric::ExportsRejected,
        (_, None) => return,
    };
    let request_id = response.headers().get(X_REQUEST_ID);
    let request_id = request_id
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let trace = response.extensions().get::<Trace>();
    let trace = trace.and_then(|trace| trace.0.as_ref());
    state.metrics().write(&Line {
        values: &[(metric, 1.0)],
        by: refused.map(|code| (Dimension::ErrorCode, code.as_str())),
        ids: &[
            ("request_id", request_id),
            ("trace_id", trace.map_or("", TraceId::as_str)),
        ],
    });
}
