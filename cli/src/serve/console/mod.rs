//! `/`: a page to check a document, look at its frames, export it and see the film.
//!
//! The page works through the routes of the API, in the name of an API key, and through
//! one of its own, [`frame`]. It loads nothing from anywhere but here; films come from the
//! local AWS stack.
//!
//! Whoever reaches the port gets the page, other users of this machine included, but never
//! the key: `serve` prints a link with the key behind `#`, which browsers keep to
//! themselves, and the page takes it from there or asks for it. Without a key the page can
//! do nothing, so that a name that somebody points at this machine gains nothing either.

mod frame;
mod media;
mod stage;

use std::sync::Arc;

use anyhow::Context as _;
use axum::http::HeaderValue;
use axum::routing::{get, post};
use axum::{Extension, Router};
use darkroom_api::AppState;

use super::page;

pub(crate) use stage::Stage;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// A scene to start with.
macro_rules! scene {
    ($name:literal) => {
        (
            concat!("/console/scenes/", $name, ".json"),
            JSON,
            include_str!(concat!(
                "../../../../events/scenes/",
                $name,
                ".editor-state.json"
            )),
        )
    };
}

/// Path, media type and text of every part.
const PARTS: [(&str, &str, &str); 13] = [
    ("/", "text/html; charset=utf-8", include_str!("index.html")),
    (
        "/console/style.css",
        "text/css; charset=utf-8",
        include_str!("style.css"),
    ),
    ("/console/console.js", SCRIPT, include_str!("console.js")),
    ("/console/page.js", SCRIPT, include_str!("page.js")),
    ("/console/service.js", SCRIPT, include_str!("service.js")),
    ("/console/tasks.js", SCRIPT, include_str!("tasks.js")),
    ("/console/text.js", SCRIPT, include_str!("text.js")),
    scene!("charts"),
    scene!("gallery"),
    scene!("hello-world"),
    scene!("keyframe-lab"),
    scene!("product-intro"),
    scene!("subtitles"),
];

/// The page, its parts and its frames. `films` is where outputs are served: the origin of
/// the local AWS stack.
pub(crate) fn router(app: AppState, stage: Stage, films: &str) -> anyhow::Result<Router> {
    let policy = policy(films)?;
    let mut parts = Router::new();
    for (path, media_type, text) in PARTS {
        let policy = policy.clone();
        let part = move || std::future::ready(page::part(media_type, text, &policy));
        parts = parts.route(path, get(part));
    }
    let frames = Router::new()
        .route("/console/frame", post(frame::handle))
        .layer(Extension(Arc::new(stage)));
    Ok(parts.merge(darkroom_api::with_conventions(frames).with_state(app)))
}

/// The page may run and ask what this service serves, show frames it has been given, and
/// play films.
fn policy(films: &str) -> anyhow::Result<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src blob: data:; media-src {films}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).with_context(|| format!("{films:?} is no origin of films"))
}
