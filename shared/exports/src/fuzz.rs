//! Keys, ids, cursors and whole requests as anybody may send them: read or refused.

use std::path::Path;

use darkroom_editor_state::Library;
use darkroom_test_fuzz::{bent_bytes, bent_json, corpus, each};
use serde_json::Value;

use crate::webhook::DeliveryId;
use crate::{AssetId, IdempotencyKey, Limits, ProjectId, TaskId, cursor, request};

fn folder(name: &str) -> Vec<Vec<u8>> {
    corpus(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name),
    )
}

#[test]
fn keys_ids_and_cursors_are_read_or_refused() {
    let keys = folder("keys");
    each(2000, &keys, &bent_bytes(&keys), |bytes| {
        if let Ok(Some(key)) = IdempotencyKey::from_header(std::iter::once(bytes.as_slice())) {
            let key = key.as_str();
            assert!((1..=255).contains(&key.len()), "{key}");
            assert!(key.bytes().all(|byte| byte.is_ascii_graphic()), "{key}");
        }
        let text = String::from_utf8_lossy(&bytes);
        // What is read is written as it was.
        if let Some(id) = TaskId::parse(&text) {
            assert_eq!(text, id.to_string());
        }
        assert_eq!(
            TaskId::parse(&text).is_some(),
            ProjectId::parse(&text).is_some()
        );
        assert_eq!(
            TaskId::parse(&text).is_some(),
            AssetId::parse(&text).is_some()
        );
        if let Some(id) = DeliveryId::parse(&text) {
            assert_eq!(text, id.to_string());
        }
        let last = cursor::decode("exports", "ann", &text, TaskId::parse);
        assert_eq!(last, None, "nobody was given it");
    });
}

#[test]
fn requests_are_read_or_refused_with_sentences() {
    let requests = folder("requests").into_iter();
    let requests = requests.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let requests: Vec<Value> = requests.collect();
    let (limits, library) = (Limits::default(), Library::default());
    for request in &requests {
        request::parse(request, &limits, &library).unwrap();
    }
    each(
        500,
        &requests,
        &bent_json(&requests),
        |body| match request::parse(&body, &limits, &library) {
            Ok(export) => assert_eq!(export.state.hash.len(), 64),
            Err(problem) => {
                assert!(!problem.detail.is_empty());
                assert!(problem.errors.iter().all(|fault| !fault.message.is_empty()));
            }
        },
    );
}
