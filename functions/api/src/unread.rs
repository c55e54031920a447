//! The rest of a refused request's body. A client that is cut off while it sends sees a
//! broken connection and not the answer (RFC 9112, section 9.6). One that waits for
//! `100 Continue` (RFC 9110, section 10.1.1) sends nothing, and is answered at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::unfold;
use tokio::sync::Mutex;

/// Most bytes that are read and thrown away.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Longest time that is waited for them.
const LONGEST: Duration = Duration::from_secs(10);

/// A body, of which the handler reads what it wants.
struct Unread {
    chunks: BodyDataStream,
    /// Whether the client sends it, asked for or not.
    is_sent: bool,
}

/// Reads what a handler left of a body that it refused.
pub(crate) async fn discard(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let rest = Arc::new(Mutex::new(Unread {
        chunks: body.into_data_stream(),
        is_sent: !waits_for_continue(&parts.headers),
    }));
    let reading = unfold(Arc::clone(&rest), |rest| async move {
        let chunk = {
            let mut rest = rest.lock().await;
            rest.is_sent = true;
            rest.chunks.next().await?
        };
        Some((chunk, rest))
    });
    let request = Request::from_parts(parts, Body::from_stream(reading));
    let response = next.run(request).await;
    if response.status().is_client_error() {
        // Whoever sends more, or slower, is cut off.
        let _ = tokio::time::timeout(LONGEST, drain(&rest)).await;
    }
    response
}

fn waits_for_continue(headers: &HeaderMap) -> bool {
    let expected = headers.get(header::EXPECT);
    expected.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

async fn drain(rest: &Mutex<Unread>) {
    let mut rest = rest.lock().await;
    let mut left = MOST_BYTES;
    while rest.is_sent && left > 0 {
        let Some(Ok(chunk)) = rest.chunks.next().await else {
            return;
        };
        left = left.saturating_sub(chunk.len());
    }
}
