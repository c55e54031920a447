//! What stands in headers and paths, as anybody may send it: what is read is written as it
//! was.

use darkroom_exports::upload::PartHash;
use darkroom_exports::{
    AssetId, DeliveryId, IdempotencyKey, ProjectId, TaskId, TraceId, UploadId, api_key, cursor,
};
use http::{HeaderMap, HeaderValue, header};

/// Most headers that an input becomes; a line each.
const MOST_HEADERS: usize = 8;

/// Lines that may be API keys or idempotency keys, and all of it as an id or a cursor.
pub fn key(bytes: &[u8]) {
    let lines = || bytes.split(|byte| *byte == b'\n').take(MOST_HEADERS);
    api_keys(lines());
    if let Ok(Some(key)) = IdempotencyKey::from_header(lines()) {
        let key = key.as_str();
        assert!((1..=255).contains(&key.len()), "{key}");
        assert!(key.bytes().all(|byte| byte.is_ascii_graphic()), "{key}");
    }
    ids(&String::from_utf8_lossy(bytes));
}

/// The first line in `Authorization`, the others in `x-api-key`; an empty one in neither.
fn api_keys<'a>(lines: impl Iterator<Item = &'a [u8]>) {
    let mut headers = HeaderMap::new();
    for (number, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let Ok(value) = HeaderValue::from_bytes(line) else {
            continue;
        };
        let name = match number {
            0 => header::AUTHORIZATION,
            _ => api_key::X_API_KEY,
        };
        headers.append(name, value);
    }
    let key = match api_key::presented(&headers) {
        Ok(key) => key.to_owned(),
        Err(problem) => {
            assert!(!problem.detail.is_empty());
            return;
        }
    };
    assert!((1..=api_key::MAX_BYTES).contains(&key.len()), "{key:?}");
    assert_eq!(key, key.trim());
    let mut add = |value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        headers.append(api_key::X_API_KEY, value);
        api_key::presented(&headers).ok().map(str::to_owned)
    };
    assert_eq!(add(&key), Some(key.clone()), "twice the same is one key");
    assert_eq!(add(&format!("{key}0")), None, "two keys are refused");
}

fn ids(text: &str) {
    if let Some(id) = TaskId::parse(text) {
        assert_eq!(text, id.to_string());
    }
    let is_id = TaskId::parse(text).is_some();
    assert_eq!(is_id, ProjectId::parse(text).is_some());
    assert_eq!(is_id, AssetId::parse(text).is_some());
    assert_eq!(is_id, UploadId::parse(text).is_some());
    if let Some(id) = DeliveryId::parse(text) {
        assert_eq!(text, id.to_string());
    }
    if let Some(hash) = PartHash::parse(text) {
        assert_eq!(text, hash.to_string());
    }
    if let Some(id) = TraceId::from_traceparent(text) {
        assert_eq!(TraceId::parse(id.as_str()), Some(id));
    }
    if let Some(last) = cursor::decode("exports", "ann", text, TaskId::parse) {
        let again = cursor::encode("exports", "ann", last);
        assert!(text.eq_ignore_ascii_case(&again), "{text} is {again}");
        assert_eq!(
            cursor::decode("exports", "bob", text, TaskId::parse),
            None,
            "it is ann's"
        );
    }
}
