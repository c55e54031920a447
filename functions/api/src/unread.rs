//! The rest of a refused request's body. A client that is cut off while it sends sees a
//! broken connection and not the answer (RFC 9112, section 9.6).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::unfold;
use tokio::sync::Mutex;

/// Most bytes that are read and thrown away.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Longest time that is waited for them.
const LONGEST: Duration = Duration::from_secs(10);

/// Reads what a handler left of a body that it refused.
pub(crate) async fn discard(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let rest = Arc::new(Mutex::new(body.into_data_stream()));
    let reading = unfold(Arc::clone(&rest), |rest| async move {
        let chunk = rest.lock().await.next().await?;
        Some((chunk, rest))
    });
    let request = Request::from_parts(parts, Body::from_stream(reading));
    let response = next.run(request).await;
    if response.status().is_client_error() {
        let mut left = MOST_BYTES;
        let reading = async {
            let mut rest = rest.lock().await;
            while let (1.., Some(Ok(chunk))) = (left, rest.next().await) {
                left = left.saturating_sub(chunk.len());
            }
        };
        // Whoever sends more, or slower, is cut off.
        let _ = tokio::time::timeout(LONGEST, reading).await;
    }
    response
}
