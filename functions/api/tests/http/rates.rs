//! How many requests a key may send, and how it is told.

use std::sync::atomic::{AtomicI64, Ordering};

use darkroom_exports::Timestamp;
use reqwest::Method;

use crate::common::{Answer, Service, answer, assert_problem, body, serve_at};

fn told(answer: &Answer) -> (&str, &str) {
    (
        answer.header("ratelimit-policy"),
        answer.header("ratelimit"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_refused_when_its_requests_are_used_up_and_no_other_is() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000_000);
    let mut service = Service::start().await;
    let clock = || Timestamp(NOW.load(Ordering::SeqCst));
    service.url = serve_at(service.store(), clock).await;
    let slow = service.key_with_rate("ann", 3).await.0;
    let get = |key: &str| {
        let request = service.to(Method::GET, "/v1/exports").bearer_auth(key);
        answer(request)
    };
    for left in ["r=2;t=20", "r=1;t=40", "r=0;t=20"] {
        let listed = get(&slow).await;
        assert_eq!(listed.status, 200);
        let standing = format!("\"requests\";{left}");
        assert_eq!(told(&listed), ("\"requests\";q=3;w=60", standing.as_str()));
    }

    // Whatever is asked for: refused before anything is read, written or sent.
    service.store().recorder().take();
    let create = service
        .to(Method::POST, "/v1/exports")
        .bearer_auth(&slow)
        .json(&body());
    for refused in [get(&slow).await, answer(create).await] {
        assert_problem(&refused, 429, "OPEN_API_REQUEST_LIMIT_EXCEEDED");
        assert_eq!(refused.json["type"], "RATE_LIMITED");
        assert_eq!(refused.header("retry-after"), "20");
        assert_eq!(
            told(&refused),
            ("\"requests\";q=3;w=60", "\"requests\";r=0;t=20")
        );
    }
    assert_eq!(service.store().recorder().take(), [""; 0]);
    service.assert_nothing_created().await;
    // The user's other key counts for itself, by the deployment's rate.
    let other = answer(service.get("/v1/exports")).await;
    assert_eq!(
        told(&other),
        ("\"requests\";q=600;w=60", "\"requests\";r=599;t=1")
    );

    NOW.fetch_add(19_999, Ordering::SeqCst);
    assert_eq!(get(&slow).await.status, 429);
    NOW.fetch_add(1, Ordering::SeqCst);
    assert_eq!(get(&slow).await.status, 200);
    assert_eq!(get(&slow).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_an_operation_to_a_valid_key_says_what_is_left() {
    let service = Service::start().await;
    let (reader, _) = service.more_key("ann", false, None).await;
    let as_reader = service.to(Method::GET, "/v1/exports").bearer_auth(&reader);
    for (status, request) in [
        (200, service.get("/v1/editor/capabilities")),
        (201, service.post("/v1/exports", &body())),
        (400, service.get("/v1/exports?pageSize=0")),
        (403, as_reader),
        (404, service.get("/v1/exports/x")),
        (
            415,
            service
                .to(Method::POST, "/v1/exports")
                .bearer_auth(&service.secret),
        ),
    ] {
        let found = answer(request).await;
        assert_eq!(found.status, status, "{}", found.text);
        assert_eq!(found.header("ratelimit-policy"), "\"requests\";q=600;w=60");
        let left = found.header("ratelimit");
        assert!(left.starts_with("\"requests\";r=59"), "{left}");
    }
    // What is no operation asks for no key, and takes none of its requests.
    for (status, request) in [
        (404, service.get("/v1/nothing")),
        (405, service.delete("/v1/exports")),
        (200, service.get("/openapi.json")),
    ] {
        let found = answer(request).await;
        assert_eq!(found.status, status, "{}", found.text);
        assert_eq!(told(&found), ("", ""));
    }
    // A guess is not told anything, nor is who sends no key.
    let keyless = service.to(Method::GET, "/v1/exports");
    let guess = service.to(Method::GET, "/v1/exports").bearer_auth("sk_x");
    for request in [keyless, guess] {
        let refused = answer(request).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
        assert_eq!(told(&refused), ("", ""));
    }
    // A key that was revoked since it was looked up is counted before that is found out.
    let create = service.to(Method::POST, "/v1/exports").json(&body());
    let revoked = answer(create.bearer_auth(service.revoked_key().await)).await;
    assert_problem(&revoked, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(
        told(&revoked),
        ("\"requests\";q=600;w=60", "\"requests\";r=599;t=1")
    );
}
