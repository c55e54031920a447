//! `POST /console/frame?frame=N`: frame N, counted from 0, of the export that the body
//! asks for, as a PNG. The body is that of `POST /v1/exports`, and refused for the same.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use darkroom_api::{AppState, Refusal, Runtime, read_export};
use darkroom_editor_state::frame_count;
use darkroom_exports::{ErrorCode, Fault, Problem};

use super::stage::Stage;

/// Draws a frame; nothing is stored and nothing is charged.
pub(super) async fn handle(
    State(app): State<AppState>,
    Runtime(key): Runtime,
    Extension(stage): Extension<Arc<Stage>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let number = number(&uri)?;
    let export = read_export(&app, &headers, body).await?;
    let frames = frame_count(export.duration, export.settings.fps);
    if number >= frames {
        let last = frames.saturating_sub(1);
        return Err(refused(format!(
            "is {number}; this document has frames 0 to {last} at {} fps",
            export.settings.fps
        )));
    }
    let png = stage.draw(&key.user, &export, number).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, png).into_response())
}

/// The last `frame` of a query.
fn number(uri: &Uri) -> Result<u64, Refusal> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let given = url::form_urlencoded::parse(query)
        .filter(|(name, _)| name == "frame")
        .last();
    let number = given.and_then(|(_, text)| text.parse().ok());
    number.ok_or_else(|| refused("must be the number of a frame, counted from 0".to_owned()))
}

fn refused(message: String) -> Refusal {
    let fault = Fault::new(ErrorCode::RequestInvalid, "/frame", message);
    Problem::from_faults(ErrorCode::RequestInvalid, vec![fault]).into()
}
