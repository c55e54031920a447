//! `GET /v1/illustrations`: the library, searched.

use darkroom_editor_state::names::ILLUSTRATIONS;
use serde_json::json;

use crate::common::{Service, answer, assert_problem};

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_listed_and_searched() {
    let service = Service::start().await;
    let search = |query: &str| answer(service.get(&format!("/v1/illustrations{query}")));
    let all = search("").await;
    let names: Vec<&str> = ILLUSTRATIONS.iter().map(|name| name.id).collect();
    assert_eq!(*all.data(), json!(names));
    assert!(names.len() >= 60, "{}", names.len());
    assert_eq!(search("?q=").await.data(), all.data());
    assert_eq!(search("?q=chat+bot").await.data()[0], "IChatBot");
    assert_eq!(search("?q=megafone").await.data()[0], "IMegaphone");
    assert_eq!(*search("?q=%00").await.data(), json!([]));
    assert_eq!(
        search(&format!("?q={}", "%C3%A4".repeat(200))).await.status,
        200
    );
    let refused = search(&format!("?q={}", "a".repeat(201))).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert!(refused.text.contains("201 characters"), "{}", refused.text);

    let (reader, _) = service.more_key("ann", false, None).await;
    let request = service.to(reqwest::Method::GET, "/v1/illustrations");
    assert_problem(
        &answer(request.bearer_auth(reader)).await,
        403,
        "OPEN_API_RUNTIME_ACCESS_FORBIDDEN",
    );
}
