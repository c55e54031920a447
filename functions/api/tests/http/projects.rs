//! Creating, reading, changing and deleting projects.

use std::collections::HashSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, assert_problem, old_state, state, synced_body, with};

fn titled(title: &str) -> Value {
    with(
        synced_body(&state(100, 100, 1.0)),
        json!({ "title": title }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_created_read_changed_and_deleted() {
    let service = Service::start().await;
    let body = with(titled("Draft"), json!({ "description": "first" }));
    let created = answer(service.post("/v1/projects", &body)).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let summary = created.data().clone();
    let keys: Vec<&String> = summary.as_object().unwrap().keys().collect();
    let expected = [
        "createdAt",
        "description",
        "projectId",
        "title",
        "updatedAt",
    ];
    assert_eq!(keys, expected);
    assert_eq!(summary["createdAt"], summary["updatedAt"]);
    let id = summary["projectId"].as_str().unwrap();

    let path = format!("/v1/projects/{id}");
    let detail = answer(service.get(&path)).await.data().clone();
    assert_eq!(detail["editorState"], body["editorState"]);
    for version in ["stateVersion", "stateSchemaVersion"] {
        assert_eq!(detail[version], "v1");
    }
    for key in expected {
        assert_eq!(detail[key], summary[key]);
    }

    let patched = service.patch(id, &json!({ "title": "Final" })).await;
    let metadata = patched.data();
    assert_eq!(metadata["title"], "Final");
    assert_eq!(metadata["description"], "first");
    let keys: Vec<&String> = metadata.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["description", "projectId", "title", "updatedAt"]);
    let cleared = service.patch(id, &json!({ "description": null })).await;
    assert_eq!(cleared.data()["description"], Value::Null);
    let same = service.patch(id, &json!({})).await;
    assert_eq!(
        same.data(),
        cleared.data(),
        "an empty patch changes nothing"
    );
    let detail = answer(service.get(&path)).await.data().clone();
    assert_eq!(
        (&detail["title"], &detail["description"]),
        (&json!("Final"), &Value::Null)
    );
    assert_eq!(detail["editorState"], body["editorState"]);

    let deleted = answer(service.delete(&path)).await;
    assert_eq!(deleted.data(), &json!({ "projectId": id, "deleted": true }));
    for request in [service.get(&path), service.delete(&path)] {
        assert_problem(&answer(request).await, 404, "PROJECT_NOT_FOUND");
    }
    let gone = service.patch(id, &json!({ "title": "x" })).await;
    assert_problem(&gone, 404, "PROJECT_NOT_FOUND");
    assert!(service.items("ann", "P#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn either_generation_creates_and_syncs() {
    let service = Service::start().await;
    // Generation 0: its own header, no version or any, times in seconds.
    let old = old_state();
    let as_old = |path: &str, body: &Value| {
        let post = service.to(Method::POST, path);
        answer(post.header("x-api-key", &service.secret).json(body))
    };
    let body = json!({ "stateVersion": "1", "editorState": old });
    let created = as_old("/v1/projects", &body).await;
    assert_eq!(created.data()["title"], "Untitled");
    let path = format!(
        "/v1/projects/{}",
        created.data()["projectId"].as_str().unwrap()
    );
    let kept = answer(service.get(&path)).await.data()["editorState"].clone();
    assert_eq!(kept["stateSchemaVersion"], "v1");
    assert_eq!(kept["items"]["clip"]["sourceStartTicks"], 120_000);
    let synced = as_old(&format!("{path}/sync"), &json!({ "editorState": old })).await;
    assert_eq!(synced.data()["stateVersion"], "v1");
    assert_eq!(answer(service.get(&path)).await.data()["editorState"], kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_project_is_refused_with_every_fault() {
    let service = Service::start().await;
    let post = |body: Value| answer(service.post("/v1/projects", &body));
    let long = json!({
        "title": "x".repeat(121), "description": "x".repeat(501), "stateVersion": 1, "fps": 30,
    });
    let refused = post(long).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    let mut paths = refused.paths();
    paths.sort_unstable();
    let expected = [
        "/description",
        "/editorState",
        "/fps",
        "/stateVersion",
        "/title",
    ];
    assert_eq!(paths, expected);
    let wrong = with(titled("x"), json!({ "stateSchemaVersion": "v2" }));
    assert_problem(&post(wrong).await, 422, "STATE_SCHEMA_VERSION_UNSUPPORTED");
    let mut invalid = titled("x");
    invalid["editorState"]["items"]["square"]["durationTicks"] = json!(0);
    let refused = post(invalid.clone()).await;
    assert_problem(&refused, 422, "EDITOR_SCHEMA_INVALID");
    assert_eq!(refused.paths(), ["/editorState/items/square/durationTicks"]);
    let keyed = service.post("/v1/projects", &titled("x"));
    let refused = answer(keyed.header("idempotency-key", "a b")).await;
    assert_problem(&refused, 400, "IDEMPOTENCY_KEY_INVALID");
    service.assert_nothing_created().await;

    let id = service.project(&state(100, 100, 1.0)).await;
    let refused = service
        .patch(&id, &json!({ "title": null, "state": 1 }))
        .await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    invalid.as_object_mut().unwrap().remove("title");
    let refused = answer(service.post(&format!("/v1/projects/{id}/sync"), &invalid)).await;
    assert_problem(&refused, 422, "EDITOR_SCHEMA_INVALID");
    let bare = answer(service.post(&format!("/v1/projects/{id}/sync"), &json!({}))).await;
    assert_problem(&bare, 400, "REQUEST_INVALID");
    assert_eq!(bare.paths(), ["/editorState"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_one_project_and_is_answered_with_its_first_bytes() {
    let service = Service::start().await;
    let create = |body: &Value, key: &str| {
        answer(
            service
                .post("/v1/projects", body)
                .header("idempotency-key", key),
        )
    };
    let body = titled("Draft");
    let answers = join_all((0..64).map(|_| create(&body, "one"))).await;
    let bodies: HashSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(
        answers.iter().filter(|answer| !answer.replayed()).count(),
        1
    );
    assert_eq!(service.items("ann", "P#").await.len(), 1);
    assert_eq!(service.objects("documents/").await.len(), 1);
    let first = &answers[0];
    let id = first.data()["projectId"].as_str().unwrap();

    let mut other = with(titled("Other"), json!({ "description": "new" }));
    other["editorState"]["items"]["square"]["color"] = json!("#00ff00");
    let refused = create(&other, "one").await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    let mut paths = refused.paths();
    paths.sort_unstable();
    let expected = ["/description", "/editorState/items/square/color", "/title"];
    assert_eq!(paths, expected);

    // Whatever became of the project; and a key of an export is another key.
    service.patch(id, &json!({ "title": "New" })).await;
    service.sync(id, &state(50, 50, 1.0)).await;
    assert_eq!(create(&body, "one").await.text, first.text);
    answer(service.delete(&format!("/v1/projects/{id}"))).await;
    let again = create(&body, "one").await;
    assert!(again.replayed() && again.text == first.text);
    assert!(service.items("ann", "P#").await.is_empty());
    let export = service.create_keyed(&crate::common::body(), "one").await;
    assert!(export.status == 201 && !export.replayed());
    // Without a key every request is a project of its own.
    assert_ne!(
        service.project(&body["editorState"]).await,
        service.project(&body["editorState"]).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_newest_first_in_pages_of_their_owner() {
    let service = Service::start().await;
    let mut made = Vec::new();
    for _ in 0..23 {
        made.insert(0, service.project(&state(100, 100, 1.0)).await);
    }
    let list = |query: String| answer(service.get(&format!("/v1/projects{query}")));
    let ids = |page: &crate::common::Answer| -> Vec<String> {
        let all = page.data().as_array().unwrap().clone();
        all.iter()
            .map(|project| project["projectId"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = list(String::new()).await;
    assert_eq!(ids(&page), made[..20]);
    assert_eq!(page.data()[0].get("editorState"), None);
    let cursor = page.json["meta"]["nextPageCursor"].as_str().unwrap();
    let rest = list(format!("?pageCursor={cursor}&pageSize=3")).await;
    assert_eq!(ids(&rest), made[20..]);
    assert_eq!(rest.json["meta"]["nextPageCursor"], Value::Null);

    let (bob, _) = service.more_key("bob", true, None).await;
    let as_bob = |method, path: String| answer(service.to(method, &path).bearer_auth(&bob));
    let foreign = as_bob(Method::GET, format!("/v1/projects?pageCursor={cursor}")).await;
    assert_problem(&foreign, 400, "REQUEST_INVALID");
    let exports = answer(service.get(&format!("/v1/exports?pageCursor={cursor}"))).await;
    assert_problem(&exports, 400, "REQUEST_INVALID");
    assert_problem(
        &list("?pageSize=51".to_owned()).await,
        400,
        "REQUEST_INVALID",
    );
    assert_eq!(
        ids(&as_bob(Method::GET, "/v1/projects".to_owned()).await),
        [""; 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_too_large_as_it_is_kept_is_refused() {
    let service = Service::start().await;
    let small = state(100, 100, 1.0);
    let id = service.project(&small).await;
    // Four bytes each that are 21, written out.
    let keyframe = json!({ "timeTicks": 1, "value": 1e20 });
    let mut large = small.clone();
    large["items"]["square"]["left"]["keyframes"] = vec![keyframe; 100_000].into();
    assert!(synced_body(&large).to_string().len() < 4 * 1024 * 1024);
    for refused in [
        answer(service.post("/v1/projects", &synced_body(&large))).await,
        service.sync(&id, &large).await,
    ] {
        assert_problem(&refused, 413, "PAYLOAD_TOO_LARGE");
        let detail = refused.json["detail"].as_str().unwrap();
        let says = "at most 4194304 are kept; make the document smaller";
        assert!(detail.contains(says), "{detail}");
    }
    assert_eq!(service.items("ann", "P#").await.len(), 1);
    assert_eq!(service.objects("documents/").await.len(), 1);
}

/// Every operation on a project, with an asset.
fn operations(id: &str, asset: &str) -> [(Method, String, Option<Value>); 8] {
    let path = format!("/v1/projects/{id}");
    let sync = synced_body(&state(100, 100, 1.0));
    let export = json!({ "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4" });
    let bind = json!({ "assetId": asset });
    [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({ "title": "x" }))),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/sync"), Some(sync)),
        (Method::POST, format!("{path}/exports"), Some(export)),
        (Method::GET, format!("{path}/assets"), None),
        (Method::POST, format!("{path}/assets"), Some(bind)),
        (Method::DELETE, format!("{path}/assets/{asset}"), None),
    ]
}

async fn ask(
    service: &Service,
    key: &str,
    method: &Method,
    path: &str,
    body: Option<&Value>,
) -> Answer {
    let request = service.to(method.clone(), path).bearer_auth(key);
    answer(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_user_or_nobody_is_not_there() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 1.0)).await;
    let (bob, _) = service.more_key("bob", true, None).await;
    let asset = service.caption_asset("a").await["assetId"]
        .as_str()
        .unwrap()
        .to_owned();
    let (limited, _) = service.more_key("ann", false, None).await;
    for (method, path, body) in operations(&id, &asset) {
        let refused = ask(&service, &bob, &method, &path, body.as_ref()).await;
        assert_problem(&refused, 404, "PROJECT_NOT_FOUND");
        let refused = ask(&service, "sk_unknown", &method, &path, body.as_ref()).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
        let refused = ask(&service, &limited, &method, &path, body.as_ref()).await;
        assert_problem(&refused, 403, "OPEN_API_RUNTIME_ACCESS_FORBIDDEN");
    }
    for nobody in [
        "mine",
        "%ff",
        "00000000-0000-4000-8000-000000000000",
        "a%2Fb",
    ] {
        for (method, path, body) in operations(nobody, &asset) {
            let refused = ask(&service, &service.secret, &method, &path, body.as_ref()).await;
            assert_problem(&refused, 404, "PROJECT_NOT_FOUND");
        }
    }
    assert_eq!(service.items("ann", "P#").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_writes_nothing() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 1.0)).await;
    let asset = service.caption_asset("a").await["assetId"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = [
        service.items("ann", "P#").await,
        service.items("ann", "A#").await,
    ];
    let more = [
        (
            Method::POST,
            "/v1/projects".to_owned(),
            Some(titled("another")),
        ),
        (Method::DELETE, format!("/v1/assets/{asset}"), None),
    ];
    for (method, path, body) in operations(&id, &asset).into_iter().chain(more) {
        if method != Method::GET {
            let revoked = service.revoked_key().await;
            let refused = ask(&service, &revoked, &method, &path, body.as_ref()).await;
            assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
        }
    }
    let after = [
        service.items("ann", "P#").await,
        service.items("ann", "A#").await,
    ];
    assert_eq!(after, before);
    for prefix in ["B#", "T#"] {
        assert!(service.items("ann", prefix).await.is_empty(), "{prefix}");
    }
}
