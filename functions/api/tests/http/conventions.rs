//! What holds for every route: envelopes, problems, headers, who may ask.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body, slid_from_a_corner};

#[tokio::test(flavor = "multi_thread")]
async fn successes_have_data_and_meta_and_every_answer_a_request_id_of_its_own() {
    let service = Service::start().await;
    let created = service.create(&body()).await;
    let task = created.task();
    let answers = [
        (201, created),
        (200, answer(service.get("/v1/exports")).await),
        (
            200,
            answer(service.get(&format!("/v1/exports/{task}"))).await,
        ),
        (200, answer(service.get("/v1/editor/capabilities")).await),
        (
            200,
            answer(service.post("/v1/editor/validate", &json!({ "editorState": {} }))).await,
        ),
        (200, service.cancel(&task).await),
    ];
    let mut ids = Vec::new();
    for (status, answer) in &answers {
        assert_eq!(answer.status, *status, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        let keys: Vec<&String> = answer.json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["data", "meta"]);
        assert!(answer.json["meta"].is_object());
        ids.push(answer.header("x-request-id"));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answers.len());
    assert!(!ids.contains(&""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_http_itself_refuses_is_a_problem_too() {
    let service = Service::start().await;
    for path in [
        "/",
        "/v1/nothing",
        "/v1/exports/",
        "/v1/projects/",
        "/v1/projects/x/assets/y/z",
        "/v1/uploads/sessions/x/y",
    ] {
        assert_problem(&answer(service.get(path)).await, 404, "ROUTE_NOT_FOUND");
    }
    for (method, path, allow) in [
        (Method::PUT, "/v1/exports", "GET,HEAD,POST"),
        (Method::POST, "/v1/exports/x", "DELETE,GET,HEAD"),
        (Method::PUT, "/v1/exports/estimate", "DELETE,GET,HEAD,POST"),
        (Method::GET, "/v1/editor/validate", "POST"),
        (Method::POST, "/v1/editor/capabilities", "GET,HEAD"),
        (Method::POST, "/v1/illustrations", "GET,HEAD"),
        (Method::GET, "/v1/uploads", "POST"),
        (Method::GET, "/v1/uploads/sessions", "POST"),
        (Method::PUT, "/v1/uploads/sessions/x", "DELETE,GET,HEAD"),
        (Method::GET, "/v1/uploads/sessions/x/parts", "POST"),
        (Method::GET, "/v1/uploads/sessions/x/complete", "POST"),
        (Method::PUT, "/v1/assets/x", "DELETE,GET,HEAD"),
        (Method::PUT, "/v1/projects", "GET,HEAD,POST"),
        (Method::POST, "/v1/projects/x", "DELETE,GET,HEAD,PATCH"),
        (Method::GET, "/v1/projects/x/sync", "POST"),
        (Method::GET, "/v1/projects/x/exports", "POST"),
        (Method::PUT, "/v1/projects/x/assets", "GET,HEAD,POST"),
        (Method::GET, "/v1/projects/x/assets/y", "DELETE"),
    ] {
        let refused = answer(service.to(method, path)).await;
        assert_problem(&refused, 405, "METHOD_NOT_ALLOWED");
        let mut allowed: Vec<&str> = refused.header("allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), allow, "{path}");
    }
    for route in ["/v1/exports", "/v1/editor/validate"] {
        let post = || service.to(Method::POST, route).bearer_auth(&service.secret);
        for kind in ["text/plain", "application/jsonx", ""] {
            let refused = answer(post().header("content-type", kind).body("{}")).await;
            assert_problem(&refused, 415, "UNSUPPORTED_MEDIA_TYPE");
        }
        assert_problem(
            &answer(post().body("{}")).await,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        );
        let json = || post().header("content-type", "Application/JSON; charset=utf-8");
        for (text, place) in [
            ("{\n  \"a\": 1,\n  nope", "line 3, column 3"),
            ("", "line 1, column 0"),
            ("{\"a\": \"\\ud800\"}", "line 1, column 14"),
            (&"[".repeat(1000), "line 1, column 128"),
        ] {
            let refused = answer(json().body(text.to_owned())).await;
            assert_problem(&refused, 400, "REQUEST_INVALID");
            let detail = refused.json["detail"].as_str().unwrap();
            assert!(detail.contains(place), "{place}: {detail}");
            assert_eq!(detail.matches("line").count(), 1, "{detail}");
        }
        let refused = answer(json().body(vec![b'\xff'])).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
        let refused = answer(json().body("[1]")).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
        let refused = answer(json().body(" ".repeat(4 * 1024 * 1024 + 1))).await;
        assert_problem(&refused, 413, "PAYLOAD_TOO_LARGE");
        assert!(
            refused.json["detail"]
                .as_str()
                .unwrap()
                .contains("4194304 bytes")
        );
    }
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_known_by_one_key_in_either_header() {
    let service = Service::start().await;
    let get = || service.to(Method::GET, "/v1/exports");
    let secret = &service.secret;
    for request in [
        get().header("x-api-key", secret),
        get().header("authorization", format!("bearer  {secret}")),
        get().bearer_auth(secret).header("x-api-key", secret),
    ] {
        assert_eq!(answer(request).await.status, 200);
    }
    let (other, _) = service.more_key("ann", true, None).await;
    for request in [
        get(),
        get().header("x-api-key", ""),
        get().header("x-api-key", "sk_unknown"),
        get().header("x-api-key", "k".repeat(10_000)),
        get().header("authorization", secret),
        get().header("authorization", format!("Basic {secret}")),
        get().bearer_auth(secret).header("x-api-key", &other),
        get()
            .header("x-api-key", secret)
            .header("x-api-key", &other),
    ] {
        let refused = answer(request).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
        assert_eq!(refused.json["type"], "UNAUTHORIZED");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert!(!refused.text.contains(secret) && !refused.text.contains(&other));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_runtime_access_may_only_ask_and_validate() {
    let service = Service::start().await;
    let (secret, _) = service.more_key("ann", false, None).await;
    let to = |method, path: &str| service.to(method, path).bearer_auth(&secret);
    for request in [
        to(Method::POST, "/v1/exports").json(&body()),
        to(Method::GET, "/v1/exports"),
        to(Method::GET, "/v1/exports/x"),
        to(Method::DELETE, "/v1/exports/x"),
        to(Method::POST, "/v1/uploads")
            .header("x-file-name", "a.png")
            .body("x"),
        to(Method::GET, "/v1/assets/x"),
        to(Method::POST, "/v1/uploads/sessions").json(&json!({})),
        to(Method::POST, "/v1/uploads/sessions/x/complete"),
    ] {
        let refused = answer(request).await;
        assert_problem(&refused, 403, "OPEN_API_RUNTIME_ACCESS_FORBIDDEN");
    }
    service.assert_nothing_created().await;

    let capabilities = answer(to(Method::GET, "/v1/editor/capabilities")).await;
    let keys: Vec<&String> = capabilities.data().as_object().unwrap().keys().collect();
    let mut wanted = vec![
        "version",
        "animations",
        "captionAnimations",
        "transitions",
        "transitionPresets",
        "effects",
        "effectPresets",
        "filterPresets",
        "filters",
        "shapes",
        "backgroundPresets",
    ];
    wanted.sort_unstable();
    assert_eq!(keys, wanted);

    let validate = |body: Value| answer(to(Method::POST, "/v1/editor/validate").json(&body));
    let good = body()["editorState"].clone();
    let verdict = validate(json!({ "editorState": good })).await;
    assert_eq!(*verdict.data(), json!({ "valid": true, "errors": [] }));
    let mut bad = good.clone();
    bad["items"]["square"]["color"] = json!(5);
    bad["tracks"][0]["items"] = json!(["square", "gone"]);
    let verdict = validate(json!({ "editorState": bad })).await;
    assert_eq!(verdict.data()["valid"], false);
    let errors = verdict.data()["errors"].as_array().unwrap();
    let found: Vec<(&str, &str)> = errors
        .iter()
        .map(|error| {
            (
                error["code"].as_str().unwrap(),
                error["path"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("EDITOR_SCHEMA_INVALID", "/items/square/color"),
            ("EDITOR_TRACK_ITEM_NOT_FOUND", "/tracks/0/items/1"),
        ]
    );
    for error in errors {
        let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "message", "path"]);
    }
    // What an export refuses of a document is told here.
    let slid = slid_from_a_corner(good.clone());
    let verdict = validate(json!({ "editorState": slid })).await;
    let data = verdict.data();
    assert_eq!(data["valid"], false, "{}", verdict.text);
    assert_eq!(data["errors"][0]["code"], "EDITOR_TRANSITION_TYPE_INVALID");
    let place = "/transitions/cut/params/direction";
    assert_eq!(data["errors"][0]["path"], place);

    assert_problem(&validate(json!({})).await, 400, "REQUEST_INVALID");
    let refused = validate(json!({ "editorState": good, "more/1": 1 })).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(refused.paths(), ["/more~11"]);
}
