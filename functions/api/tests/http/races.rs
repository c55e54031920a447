//! Many at once.

use std::collections::HashSet;

use futures::future::join_all;

use crate::common::{Service, body};

const MANY: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn many_creates_with_one_key_are_one_export() {
    let service = Service::start().await;
    let body = body();
    let answers = join_all((0..MANY).map(|_| service.create_keyed(&body, "one"))).await;
    let bodies: HashSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(answers.iter().all(|answer| answer.status == 201));
    let first = answers.iter().filter(|answer| !answer.replayed()).count();
    assert_eq!(first, 1);
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.items("ann", "I#").await.len(), 1);
    assert_eq!(service.account().await.0, [answers[0].task()]);
    assert_eq!(service.queued().await, 1);
    assert_eq!(service.objects("documents/").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_creates_without_a_key_are_as_many_as_the_limit_allows() {
    let service = Service::start().await;
    let body = body();
    let answers = join_all((0..MANY).map(|_| service.create(&body))).await;
    let mut made: Vec<String> = Vec::new();
    for answer in &answers {
        match answer.code() {
            (201, _) => made.push(answer.task()),
            (422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED") => {}
            other => panic!("{other:?}: {}", answer.text),
        }
    }
    assert_eq!(made.len(), 2);
    let mut active = service.account().await.0;
    active.sort_unstable();
    made.sort_unstable();
    assert_eq!(active, made);
    assert_eq!(service.items("ann", "T#").await.len(), 2);
    assert_eq!(service.queued().await, 2);
}
