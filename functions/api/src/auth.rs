//! Who asks, by the key that [`api_key`] finds in the headers.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use darkroom_exports::{ErrorCode, api_key};
use darkroom_store::ApiKey;

use crate::config::AppState;
use crate::reply::Refusal;
use crate::{rate, request_id};

/// A request with a valid key.
pub(crate) struct Known;

/// A request with a valid key that has runtime access.
pub struct Runtime(
    /// The key.
    pub ApiKey,
);

/// The key of a request, which takes one of the requests that the key may send.
async fn key(parts: &Parts, state: &AppState) -> Result<ApiKey, Refusal> {
    let key = state
        .store()
        .authenticate(api_key::presented(&parts.headers)?)
        .await?
        .ok_or_else(unknown_key)?;
    request_id::is_of(&key.user);
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
