//! Which assets are bound to a project.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, assert_problem, state};

fn ids(page: &Answer) -> Vec<String> {
    let assets = page.data().as_array().unwrap();
    assets
        .iter()
        .map(|asset| asset["assetId"].as_str().unwrap().to_owned())
        .collect()
}

fn id(asset: &Value) -> String {
    asset["assetId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_bound_listed_and_unbound() {
    let service = Service::start().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    let path = format!("/v1/projects/{project}/assets");
    let list = |query: &str| answer(service.get(&format!("{path}{query}")));
    assert_eq!(ids(&list("").await), [""; 0]);
    let mut assets = Vec::new();
    for index in 0..5 {
        let asset = id(&service.caption_asset(&format!("text {index}")).await);
        assets.insert(0, asset);
    }
    // The order is that of the assets: the one that is bound last is the oldest of them.
    for asset in &assets {
        // Bound twice is bound once.
        for _ in 0..2 {
            let bound = answer(service.post(&path, &json!({ "assetId": asset }))).await;
            assert_eq!(bound.status, 201);
            assert_eq!(
                bound.data(),
                &json!({ "projectId": project, "assetId": asset })
            );
        }
    }
    let page = list("").await;
    assert_eq!(ids(&page), assets);
    let read = answer(service.get(&format!("/v1/assets/{}", assets[0]))).await;
    for field in ["type", "filename", "fileKey", "size"] {
        assert_eq!(page.data()[0][field], read.data()[field]);
    }
    let first = list("?pageSize=2").await;
    assert_eq!(ids(&first), assets[..2]);
    let cursor = first.json["meta"]["nextPageCursor"].as_str().unwrap();
    let rest = list(&format!("?pageSize=100&pageCursor={cursor}")).await;
    assert_eq!(ids(&rest), assets[2..]);
    assert_eq!(rest.json["meta"]["nextPageCursor"], Value::Null);
    for query in ["?pageSize=101", "?pageSize=0", "?pageCursor=x"] {
        assert_problem(&list(query).await, 400, "REQUEST_INVALID");
    }
    // A cursor is one project's.
    let other = service.project(&state(100, 100, 1.0)).await;
    let foreign = format!("/v1/projects/{other}/assets?pageCursor={cursor}");
    assert_problem(&answer(service.get(&foreign)).await, 400, "REQUEST_INVALID");

    // Unbound, the asset stays; deleted, it is in no list.
    let bound = format!("{path}/{}", assets[0]);
    let removed = answer(service.delete(&bound)).await;
    let expected = json!({ "projectId": project, "assetId": assets[0], "deleted": true });
    assert_eq!(removed.data(), &expected);
    assert_problem(
        &answer(service.delete(&bound)).await,
        404,
        "ASSET_NOT_FOUND",
    );
    let read = answer(service.get(&format!("/v1/assets/{}", assets[0]))).await;
    assert_eq!(read.status, 200);
    let deleted = answer(service.delete(&format!("/v1/assets/{}", assets[1]))).await;
    assert_eq!(deleted.status, 200, "a binding is no use: {}", deleted.text);
    assert_eq!(service.items("ann", "B#").await.len(), 4);
    for _ in 0..2 {
        assert_eq!(ids(&list("").await), assets[2..]);
        let left = service.items("ann", "B#").await.len();
        assert_eq!(left, 3, "whoever finds a binding of nothing removes it");
    }
    let again = answer(service.post(&path, &json!({ "assetId": assets[1] }))).await;
    assert_problem(&again, 404, "ASSET_NOT_FOUND");

    answer(service.delete(&format!("/v1/projects/{project}"))).await;
    assert_problem(&list("").await, 404, "PROJECT_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_assets_of_ones_own_are_bound() {
    let service = Service::start().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    let path = format!("/v1/projects/{project}/assets");
    for body in [
        json!({}),
        json!({ "assetId": "x" }),
        json!({ "assetId": null }),
        json!([]),
    ] {
        let refused = answer(service.post(&path, &body)).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
    }
    let asset = id(&service.caption_asset("a").await);
    let (bob, _) = service.more_key("bob", true, None).await;
    let as_bob = |method, path: &str, body: &Value| {
        answer(service.to(method, path).bearer_auth(&bob).json(body))
    };
    let sync = crate::common::synced_body(&state(100, 100, 1.0));
    let bobs = as_bob(Method::POST, "/v1/projects", &sync).await;
    let bobs = format!(
        "/v1/projects/{}/assets",
        bobs.data()["projectId"].as_str().unwrap()
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    for stranger in [asset.as_str(), unknown] {
        let refused = as_bob(Method::POST, &bobs, &json!({ "assetId": stranger })).await;
        assert_problem(&refused, 404, "ASSET_NOT_FOUND");
        let refused = as_bob(
            Method::DELETE,
            &format!("/v1/assets/{stranger}"),
            &json!({}),
        )
        .await;
        assert_problem(&refused, 404, "ASSET_NOT_FOUND");
    }
    for odd in ["x", unknown] {
        let refused = answer(service.delete(&format!("{path}/{odd}"))).await;
        assert_problem(&refused, 404, "ASSET_NOT_FOUND");
    }
    assert!(service.items("ann", "B#").await.is_empty());
    assert!(service.items("bob", "B#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_may_be_bound_at_once() {
    let service = Service::start().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    let upload = |project: &str| {
        let post = service
            .to(Method::POST, "/v1/uploads")
            .bearer_auth(&service.secret);
        let post = post
            .header("content-type", "text/plain")
            .header("x-file-name", "a.srt");
        let text = "1\n00:00:00,000 --> 00:00:01,000\na\n";
        answer(post.header("x-project-id", project).body(text))
    };
    let made = upload(&project.to_uppercase()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let list = answer(service.get(&format!("/v1/projects/{project}/assets"))).await;
    assert_eq!(ids(&list), [id(made.data())]);
    answer(service.delete(&format!("/v1/projects/{project}"))).await;
    assert_problem(&upload(&project).await, 404, "PROJECT_NOT_FOUND");
    assert_eq!(service.items("ann", "A#").await.len(), 1);
}
