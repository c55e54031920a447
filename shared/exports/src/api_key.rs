//! Which API key a request presents.
//!
//! Generation 0 sends `x-api-key`, generation 1 `Authorization: Bearer`. Where
//! both are given, or one twice, all must be equal: guessing which one is meant
//! would let a proxy's leftover header decide whose account pays.

use http::{HeaderMap, HeaderName, header};

use crate::problem::{ErrorCode, Problem};

/// The header of generation 0.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Longest key looked up; ours have 46 characters.
pub const MAX_BYTES: usize = 200;

/// The key of a request, which nobody has looked up yet: 1 to [`MAX_BYTES`] bytes without
/// space around them.
///
/// # Errors
/// `KEY_INVALID` where there is none, where keys differ, and where it cannot be one.
pub fn presented(headers: &HeaderMap) -> Result<&str, Problem> {
    let refused = |detail: &str| Problem::new(ErrorCode::KeyInvalid, detail);
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
    if key.is_empty() || key.len() > MAX_BYTES {
        return Err(refused("the API key is not valid"));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_key_is_presented_in_either_header() {
        let long = "k".repeat(MAX_BYTES);
        let too_long = format!("{long}k");
        let cases: [(&[&str], &[&str], Option<&str>); 11] = [
            (&["Bearer k"], &[], Some("k")),
            (&["bEARER  k "], &[" k"], Some("k")),
            (&[], &["k", "k"], Some("k")),
            (&[], &[long.as_str()], Some(long.as_str())),
            (&[], &[too_long.as_str()], None),
            (&[], &[], None),
            (&[], &[" "], None),
            (&["Bearer"], &[], None),
            (&["Basic k"], &["k"], None),
            (&["Bearer k"], &["l"], None),
            (&["Bearer k", "Bearer l"], &[], None),
        ];
        for (authorization, x_api_key, wanted) in cases {
            let mut headers = HeaderMap::new();
            for (name, values) in [
                (header::AUTHORIZATION, authorization),
                (X_API_KEY, x_api_key),
            ] {
                for value in values {
                    headers.append(&name, HeaderValue::from_str(value).unwrap());
                }
            }
            assert_eq!(presented(&headers).ok(), wanted, "{headers:?}");
        }
    }
}
