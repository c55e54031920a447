//! Who asks.
//!
//! Generation 0 sends `x-api-key`, generation 1 `Authorization: Bearer`. Where
//! both are given they must be equal: guessing which one is meant would let a
//! proxy's leftover header decide whose account pays.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use darkroom_exports::ErrorCode;
use darkroom_store::ApiKey;

use crate::config::AppState;
use crate::reply::Refusal;

/// Longest key looked up; ours have 46 characters.
const MAX_KEY: usize = 200;

/// A request with a valid key.
pub(crate) struct Known;

/// A request with a valid key that has runtime access.
pub(crate) struct Runtime(pub(crate) ApiKey);

fn presented(headers: &HeaderMap) -> Result<String, Refusal> {
    let refused = |detail: &str| Refusal::new(ErrorCode::KeyInvalid, detail);
    let header = |name: header::HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default().trim())
    };
    let bearer = match header(header::AUTHORIZATION) {
        None => None,
        Some(value) => {
            let (scheme, key) = value.split_once(' ').unwrap_or((value, ""));
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(refused("send the key as `Authorization: Bearer <key>`"));
            }
            Some(key.trim())
        }
    };
    let plain = header(header::HeaderName::from_static("x-api-key"));
    let key = match (bearer, plain) {
        (Some(bearer), Some(plain)) if bearer != plain => {
            return Err(refused(
                "`Authorization` and `x-api-key` differ; send one of them",
            ));
        }
        (Some(key), _) | (None, Some(key)) => key,
        (None, None) => {
            return Err(refused(
                "send an API key as `Authorization: Bearer <key>` or `x-api-key: <key>`",
            ));
        }
    };
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(refused("the API key is not valid"));
    }
    Ok(key.to_owned())
}

async fn key(headers: &HeaderMap, state: &AppState) -> Result<ApiKey, Refusal> {
    state
        .store()
        .authenticate(&presented(headers)?)
        .await?
        .ok_or_else(|| Refusal::new(ErrorCode::KeyInvalid, "the API key is unknown or revoked"))
}

impl FromRequestParts<AppState> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        key(&parts.headers, state).await.map(|_| Self)
    }
}

impl FromRequestParts<AppState> for Runtime {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let key = key(&parts.headers, state).await?;
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
