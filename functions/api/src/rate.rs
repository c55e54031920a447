//! How many requests a key may send: a token bucket a key in the memory of this
//! process, so that no request waits for a table to count it.
//!
//! Each instance of the function counts for itself. With several at work a key gets
//! through its rate times their number, which is for fairness, not for safety: what all
//! keys together may do is bounded by API Gateway's throttling before them.
//!
//! Every answer of an operation to a valid key says how it stands, in the fields of
//! draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` names the rate,
//! `RateLimit` what is left of it and the seconds until it is whole again or, when
//! nothing is left, until there is one request more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use darkroom_exports::{ErrorCode, Problem, Timestamp, TokenBucket};
use darkroom_store::ApiKey;

use crate::config::AppState;
use crate::reply::Refusal;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Name of the only policy.
const POLICY: &str = "requests";

/// Most keys that are counted.
const MOST_KEYS: usize = 10_000;

/// When the bucket of each key is full again, by the key's hash; full ones are not kept.
#[derive(Debug, Default)]
pub(crate) struct KeyRates(Mutex<HashMap<String, Timestamp>>);

/// How a key stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Requests a minute.
    rate: u32,
    /// Requests left.
    left: u32,
    /// Seconds, rounded up, until all are there again or, with none left, one.
    reset_seconds: u64,
    /// This request was one too many.
    refused: bool,
}

impl KeyRates {
    fn take(&self, key: &str, rate: u32, now: Timestamp) -> Standing {
        let bucket = TokenBucket::per_minute(rate);
        // A poisoned lock means that another request died while counting: count on.
        let mut full = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if full.len() >= MOST_KEYS && !full.contains_key(key) {
            full.retain(|_, full_at| *full_at > now);
            if full.len() >= MOST_KEYS {
                full.clear();
            }
        }
        let before = full.get(key).copied();
        let taken = bucket.take(before, now);
        let full_at = taken.ok().or(before).unwrap_or(now);
        full.insert(key.to_owned(), full_at);
        Standing {
            rate,
            left: bucket.left(full_at, now),
            reset_seconds: bucket.reset_seconds(full_at, now),
            refused: taken.is_err(),
        }
    }
}

/// Where the extractor that knows the key leaves its standing for [`tell`].
#[derive(Debug, Clone, Default)]
struct Told(Arc<OnceLock<Standing>>);

/// Takes one of a key's requests.
pub(crate) fn take(parts: &Parts, state: &AppState, key: &ApiKey) -> Result<(), Refusal> {
    let rate = key
        .requests_per_minute
        .unwrap_or(state.config().limits.requests_per_minute);
    let standing = state.rates().take(&key.hash, rate, state.now());
    if let Some(told) = parts.extensions.get::<Told>() {
        // A request asks for its key once.
        let _ = told.0.set(standing);
    }
    if !standing.refused {
        return Ok(());
    }
    let seconds = standing.reset_seconds;
    let detail = format!(
        "this key may send {rate} requests a minute, and they are used up; wait {seconds} s, and \
         read `RateLimit` to stay below the limit"
    );
    let mut problem = Problem::new(ErrorCode::RequestLimitExceeded, detail);
    problem.retry_after_seconds = Some(seconds);
    Err(Refusal(problem))
}

/// Adds the rate of the key to an answer, where the request had a valid one.
pub(crate) async fn tell(mut request: Request, next: Next) -> Response {
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let mut response = next.run(request).await;
    if let Some(standing) = told.0.get() {
        let Standing {
            rate,
            left,
            reset_seconds,
            ..
        } = standing;
        let fields = [
            (RATE_LIMIT_POLICY, format!("\"{POLICY}\";q={rate};w=60")),
            (
                RATE_LIMIT,
                format!("\"{POLICY}\";r={left};t={reset_seconds}"),
            ),
        ];
        for (name, text) in fields {
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_apart_and_full_buckets_are_forgotten() {
        let rates = KeyRates::default();
        let now = Timestamp(1_000_000);
        let first = rates.take("a", 2, now);
        assert_eq!((first.left, first.reset_seconds), (1, 30));
        let second = rates.take("a", 2, now);
        assert_eq!((second.left, second.reset_seconds), (0, 30));
        assert!(!second.refused);
        let third = rates.take("a", 2, now.plus_seconds(10));
        assert_eq!((third.refused, third.reset_seconds), (true, 20));
        assert_eq!(rates.take("b", 2, now).left, 1);
        assert!(!rates.take("a", 2, now.plus_seconds(30)).refused);

        let later = now.plus_seconds(3600);
        for key in 0..MOST_KEYS {
            rates.take(&key.to_string(), 2, later);
        }
        assert!(rates.0.lock().unwrap().len() <= MOST_KEYS);
        assert!(!rates.0.lock().unwrap().contains_key("b"));
    }
}
