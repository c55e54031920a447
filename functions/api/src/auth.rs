//! Who asks.
//!
//! Generation 0 sends `x-api-key`, generation 1 `Authorization: Bearer`. Where
//! both are given, or one twice, all must be equal: guessing which one is meant
//! would let a proxy's leftover header decide whose account pays.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use darkroom_exports::ErrorCode;
use darkroom_store::ApiKey;

use crate::config::AppState;
use crate::rate;
use crate::reply::Refusal;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Longest key looked up; ours have 46 characters.
const MAX_KEY: usize = 200;

/// A request with a valid key.
pub(crate) struct Known;

/// A request with a valid key that has runtime access.
pub struct Runtime(
    /// The key.
    pub ApiKey,
);

fn presented(headers: &HeaderMap) -> Result<&str, Refusal> {
    let refused = |detail: &str| Refusal::new(ErrorCode::KeyInvalid, detail);
    let values = |name: HeaderName| {
        let values = headers.get_all(name).into_iter();
        values.map(|value| value.to_str().unwrap_or_default().trim())
    };
    let mut keys = Vec::new();
    for value in values(header::AUTHORIZATION) {
        let (scheme, key) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused("send the key as `Authorization: Bearer <key>`"));
        }
        keys.push(key.trim());
    }
    keys.extend(values(X_API_KEY));
    let Some((key, others)) = keys.split_first() else {
        return Err(refused(
            "send an API key as `Authorization: Bearer <key>` or `x-api-key: <key>`",
        ));
    };
    if others.iter().any(|other| other != key) {
        return Err(refused(
            "the API keys of this request differ; send one of them, in `Authorization` or `x-api-key`",
        ));
    }
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(refused("the API key is not valid"));
    }
    Ok(key)
}

/// The key of a request, which takes one of the requests that the key may send.
async fn key(parts: &Parts, state: &AppState) -> Result<ApiKey, Refusal> {
    let key = state
        .store()
        .authenticate(presented(&parts.headers)?)
        .await?
        .ok_or_else(unknown_key)?;
    rate::take(parts, state, &key)?;
    Ok(key)
}

/// The answer to a key that is not in the table, or not any more.
pub(crate) fn unknown_key() -> Refusal {
    Refusal::new(ErrorCode::KeyInvalid, "the API key is unknown or revoked")
}

impl FromRequestParts<AppState> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        key(parts, state).await.map(|_| Self)
    }
}

impl FromRequestParts<AppState> for Runtime {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let key = key(parts, state).await?;
        if key.runtime_access {
            Ok(Self(key))
        } else {
            Err(Refusal::new(
                ErrorCode::RuntimeAccessForbidden,
                "this key may only read capabilities and validate; use a key with runtime access",
            ))
        }
    }
}
