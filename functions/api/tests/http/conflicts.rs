//! Creates whose transaction meets others at every try, while the request that they repeat
//! is committed.

use serde_json::{Value, json};

use crate::common::{answer, assert_problem, body, body_with, state, synced_body, with};
use crate::faults::{CONFLICT, NONE, Proxy, canceled};

/// Times that a transaction is tried.
const TRIES: usize = 6;

impl Proxy {
    /// Has every transaction from now on, of a test that sends a few, meet others.
    fn contend(&self) {
        for _ in 0..20 * TRIES {
            self.fail(canceled(&[CONFLICT, CONFLICT, NONE, NONE]));
        }
        self.take();
    }

    /// The calls of a request that met others at every try, behind those tries.
    fn take_behind_tries(&self) -> Vec<String> {
        let mut calls = self.take();
        assert!(calls.len() >= TRIES, "{calls:?}");
        let behind = calls.split_off(TRIES);
        assert_eq!(calls, ["TransactWriteItems"; TRIES]);
        behind
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_meets_others_at_every_try_is_answered_by_the_first() {
    let (service, proxy) = Proxy::start().await;
    let mine = body_with(json!({ "clientTaskId": "mine" }));
    let first = service.create_keyed(&mine, "k").await;
    assert_eq!(first.status, 201, "{}", first.text);
    proxy.contend();

    let again = service.create_keyed(&mine, "k").await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!((again.status, &again.text), (201, &first.text));
    let looked = ["GetItem", "GetItem", "UpdateItem"];
    assert_eq!(proxy.take_behind_tries(), looked);
    // Known by the caller's own id.
    let again = service.create(&mine).await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(proxy.take_behind_tries(), looked);
    let other = with(mine.clone(), json!({ "fps": 60 }));
    let refused = service.create_keyed(&other, "k").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.paths(), ["/fps"]);
    assert_eq!(proxy.take_behind_tries(), ["GetItem", "GetItem"]);

    // A repetition of nothing: busy, as it is known by a key or not.
    let busy = service.create_keyed(&mine, "new").await;
    assert_problem(&busy, 503, "SERVICE_UNAVAILABLE");
    assert_eq!(proxy.take_behind_tries(), ["GetItem"]);
    let busy = service.create(&body()).await;
    assert_problem(&busy, 503, "SERVICE_UNAVAILABLE");
    assert_eq!(proxy.take_behind_tries(), [""; 0]);

    // A revoked key is not told what was created, and believed no more.
    service.revoke_elsewhere().await;
    let refused = service.create_keyed(&mine, "k").await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(proxy.take_behind_tries(), ["GetItem", "GetItem"]);
    let refused = service.create_keyed(&mine, "k").await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(proxy.take(), ["GetItem"]);

    for prefix in ["T#", "I#", "C#"] {
        assert_eq!(service.items("ann", prefix).await.len(), 1, "{prefix}");
    }
    assert_eq!(service.account().await.0, [first.task()]);
    assert_eq!(service.queued().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_meets_others_at_every_try_is_answered_by_the_first() {
    let (service, proxy) = Proxy::start().await;
    let create = |body: &Value, key: &str| {
        answer(
            service
                .post("/v1/projects", body)
                .header("idempotency-key", key),
        )
    };
    let titled = |title: &str| {
        with(
            synced_body(&state(100, 100, 1.0)),
            json!({ "title": title }),
        )
    };
    let first = create(&titled("Draft"), "k").await;
    assert_eq!(first.status, 201, "{}", first.text);
    proxy.contend();

    let again = create(&titled("Draft"), "k").await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(proxy.take_behind_tries(), ["GetItem", "GetItem"]);
    let refused = create(&titled("Other"), "k").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.paths(), ["/title"]);
    assert_eq!(proxy.take_behind_tries(), ["GetItem", "GetItem"]);
    let busy = create(&titled("Draft"), "new").await;
    assert_problem(&busy, 503, "SERVICE_UNAVAILABLE");
    assert_eq!(proxy.take_behind_tries(), ["GetItem"]);
    service.revoke_elsewhere().await;
    let refused = create(&titled("Draft"), "k").await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(proxy.take_behind_tries(), ["GetItem", "GetItem"]);
    for prefix in ["P#", "I#"] {
        assert_eq!(service.items("ann", prefix).await.len(), 1, "{prefix}");
    }
}

/// It is looked for before there is a transaction, and the look is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_export_that_is_repeated_meets_nobody() {
    let (service, proxy) = Proxy::start().await;
    let project = service.project(&state(100, 100, 2.0)).await;
    let path = format!("/v1/projects/{project}/exports");
    let settings = json!({ "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4" });
    let export = || {
        answer(
            service
                .post(&path, &settings)
                .header("idempotency-key", "k"),
        )
    };
    let first = export().await;
    assert_eq!(first.status, 201, "{}", first.text);
    proxy.contend();

    let again = export().await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(proxy.take(), ["GetItem", "GetItem", "UpdateItem"]);
    service.revoke_elsewhere().await;
    assert_problem(&export().await, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(proxy.take(), ["GetItem", "GetItem"]);
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.queued().await, 1);
}
