//! `/docs`: a page that draws `/openapi.json`. It loads nothing from anywhere else. Beside
//! it `vocabulary.md` has every word of a document, made of the tables (`vocabulary`).

#[cfg(test)]
mod vocabulary;

use axum::Router;
use axum::http::HeaderValue;
use axum::response::Response;
use axum::routing::get;

use super::page;

/// The page may load and run what this service serves, and no more.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page and its parts, beside the routes of the API.
pub(crate) fn router() -> Router {
    let html = || file("text/html; charset=utf-8", include_str!("index.html"));
    let style = || file("text/css; charset=utf-8", include_str!("style.css"));
    let script = || file("text/javascript; charset=utf-8", include_str!("page.js"));
    // As Markdown some browsers would not show it.
    let words = || file("text/plain; charset=utf-8", include_str!("vocabulary.md"));
    Router::new()
        .route("/docs", get(move || async move { html() }))
        .route("/docs/style.css", get(move || async move { style() }))
        .route("/docs/page.js", get(move || async move { script() }))
        .route("/docs/vocabulary.md", get(move || async move { words() }))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    page::part(media_type, text, &HeaderValue::from_static(POLICY))
}
