//! What is in use is not deleted, and what is deleted is not used: one after the
//! other and at once.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{
    Answer, Service, answer, assert_problem, body_of, state, state_with, synced_body,
};
use crate::sessions::{PART, announced, whole};

impl Service {
    async fn delete_asset(&self, asset: &Value) -> Answer {
        let path = format!("/v1/assets/{}", asset["assetId"].as_str().unwrap());
        answer(self.delete(&path)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_in_use_is_kept_until_the_last_use_ends() {
    let service = Service::start().await;
    let asset = service.caption_asset("a").await;
    let named = state_with(&[&asset]);
    let project = service.project(&named).await;
    let task = service.create(&body_of(named.clone())).await.task();
    assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");

    // Synced away, the task still uses it.
    assert_eq!(
        service.sync(&project, &state(100, 100, 1.0)).await.status,
        200
    );
    assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");
    service.cancel(&task).await;
    assert!(service.items("ann", "R#").await.is_empty());
    // Back by its signed address, then gone with the project.
    let mut by_url = state_with(&[&asset]);
    by_url["assets"]["file-0"]["remoteKey"] = Value::Null;
    by_url["assets"]["file-0"]["remoteUrl"] = asset["fileUrl"].clone();
    assert_eq!(service.sync(&project, &by_url).await.status, 200);
    assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");
    answer(service.delete(&format!("/v1/projects/{project}"))).await;
    assert!(service.items("ann", "R#").await.is_empty());

    let deleted = service.delete_asset(&asset).await;
    let expected = json!({ "assetId": asset["assetId"], "deleted": true });
    assert_eq!(deleted.data(), &expected);
    assert_problem(&service.delete_asset(&asset).await, 404, "ASSET_NOT_FOUND");
    let path = format!("/v1/assets/{}", asset["assetId"].as_str().unwrap());
    assert_problem(&answer(service.get(&path)).await, 404, "ASSET_NOT_FOUND");
    // Soft: the bytes stay.
    assert_eq!(service.objects("uploads/").await.len(), 1);
}

/// Its name says of how many parts it is.
#[tokio::test(flavor = "multi_thread")]
async fn an_asset_that_came_in_parts_is_kept_as_any_other() {
    let service = Service::start().await;
    let mut bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n".to_vec();
    bytes.resize(PART + 100, b'\n');
    let uploaded = whole(&service, &announced("a.srt", "text/plain", &bytes), &bytes).await;
    let asset = uploaded.data();
    let key = asset["fileKey"].as_str().unwrap();
    assert!(key.ends_with("-2.srt"), "{key}");

    let named = state_with(&[asset]);
    let project = service.project(&named).await;
    assert_problem(&service.delete_asset(asset).await, 409, "ASSET_REFERENCED");
    let task = service.create(&body_of(named.clone())).await.task();
    answer(service.delete(&format!("/v1/projects/{project}"))).await;
    assert_problem(&service.delete_asset(asset).await, 409, "ASSET_REFERENCED");
    service.cancel(&task).await;
    assert_eq!(service.delete_asset(asset).await.status, 200);
    let refused = service.create(&body_of(named)).await;
    assert_problem(&refused, 422, "EDITOR_ASSET_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_uses_its_files_until_it_is_completed_or_failed() {
    let service = Service::start().await;
    let store = service.store();
    for end in ["completed", "failed"] {
        let asset = service.caption_asset(end).await;
        let made = service.create(&body_of(state_with(&[&asset]))).await;
        let claim = service.claim(&made.task()).await;
        // A worker has it: it is used still.
        assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");
        assert_eq!(service.items("ann", "R#T#").await.len(), 1);
        let finished = if end == "completed" {
            store
                .finish_completed(&claim, "outputs/x.mp4", 1, &[])
                .await
        } else {
            store.finish_failed(&claim, "the image is broken").await
        };
        finished.unwrap();
        assert!(service.items("ann", "R#").await.is_empty(), "{end}");
        assert_eq!(service.delete_asset(&asset).await.status, 200, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_file_is_refused_until_it_is_uploaded_again() {
    let service = Service::start().await;
    let (gone, kept) = (
        service.caption_asset("a").await,
        service.caption_asset("b").await,
    );
    let named = state_with(&[&kept, &gone]);
    let project = service.project(&state(100, 100, 1.0)).await;
    let export = body_of(named.clone());
    let made = service.create_keyed(&export, "k").await;
    service.cancel(&made.task()).await;
    let project_key = || {
        let post = service.post("/v1/projects", &synced_body(&named));
        answer(post.header("idempotency-key", "p"))
    };
    let first = project_key().await;
    let path = format!(
        "/v1/projects/{}",
        first.data()["projectId"].as_str().unwrap()
    );
    answer(service.delete(&path)).await;
    assert_eq!(service.delete_asset(&gone).await.status, 200);

    let refusals = [
        service.create(&body_of(named.clone())).await,
        service.sync(&project, &named).await,
        answer(service.post("/v1/projects", &synced_body(&named))).await,
    ];
    for refused in &refusals {
        assert_problem(refused, 422, "EDITOR_ASSET_NOT_FOUND");
        assert_eq!(refused.paths(), ["/editorState/assets/file-1"]);
    }
    assert!(service.items("ann", "R#").await.is_empty());
    // A replay is the first answer all the same, and other files are none the worse.
    assert_eq!(service.create_keyed(&export, "k").await.text, made.text);
    assert_eq!(project_key().await.text, first.text);
    // But not to a key that is revoked.
    for (path, key, body) in [
        ("/v1/exports", "k", &export),
        ("/v1/projects", "p", &synced_body(&named)),
    ] {
        let again = service
            .to(Method::POST, path)
            .header("idempotency-key", key);
        let again = again.bearer_auth(service.revoked_key().await);
        let refused = answer(again.json(body)).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    }
    let fine = body_of(state_with(&[&kept]));
    assert_eq!(service.create(&fine).await.status, 201);
    service.store().recorder().take();
    assert_eq!(service.create(&fine).await.status, 201);
    let calls = service.store().recorder().take();
    assert_eq!(
        calls,
        ["TransactWriteItems", "SendMessage"],
        "warm, nothing is looked at"
    );

    let again = service.caption_asset("a").await;
    assert_eq!(again["fileKey"], gone["fileKey"]);
    assert_eq!(service.sync(&project, &named).await.status, 200);
    assert_eq!(
        service.objects("uploads/").await.len(),
        2,
        "the same bytes are stored once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_may_name_hundreds_of_files() {
    let service = Service::start().await;
    let asset = service.caption_asset("a").await;
    let mut named = state_with(&[&asset]);
    let folder = asset["fileKey"]
        .as_str()
        .unwrap()
        .rsplit_once('/')
        .unwrap()
        .0;
    for index in 0..300 {
        let id = format!("more-{index}");
        let mut more = named["assets"]["file-0"].clone();
        more["id"] = json!(id);
        more["remoteKey"] = json!(format!("{folder}/{index:064x}.png"));
        named["assets"][&id] = more;
    }
    // A deletion, so that every file is looked at.
    let other = service.caption_asset("b").await;
    assert_eq!(service.delete_asset(&other).await.status, 200);
    let project = service.project(&named).await;
    assert_eq!(service.create(&body_of(named.clone())).await.status, 201);
    assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");
    answer(service.delete(&format!("/v1/projects/{project}"))).await;
    assert_problem(&service.delete_asset(&asset).await, 409, "ASSET_REFERENCED");
}

/// Whatever comes first: either the delete fails, or the other is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_delete_and_a_use_at_once_never_both_succeed() {
    let service = Service::start().await;
    let project = service.project(&state(100, 100, 1.0)).await;
    for round in 0..24 {
        let asset = service.caption_asset(&format!("text {round}")).await;
        let named = state_with(&[&asset]);
        let started = async {
            // Neither side always comes first.
            tokio::time::sleep(std::time::Duration::from_millis(round % 8)).await;
            match round % 3 {
                0 => service.create(&body_of(named.clone())).await,
                1 => answer(service.post("/v1/projects", &synced_body(&named))).await,
                _ => service.sync(&project, &named).await,
            }
        };
        let (used, deleted) = tokio::join!(started, service.delete_asset(&asset));
        match (used.code(), deleted.code()) {
            ((200 | 201, _), (409, "ASSET_REFERENCED"))
            | ((422, "EDITOR_ASSET_NOT_FOUND"), (200, _)) => {}
            other => panic!("{other:?}: {} {}", used.text, deleted.text),
        }
        for task in service.account().await.0 {
            service.cancel(&task).await;
        }
        pass_tokens(&service, &project).await;
    }
}

/// Fills the project's bucket.
async fn pass_tokens(service: &Service, project: &str) {
    let sk = format!("P#{project}");
    let full = json!({ ":full": { "N": "0" } });
    service
        .update("ann", &sk, "SET tokensFullAt = :full", &full)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_of_one_file_at_once_are_as_many_assets() {
    let service = Service::start().await;
    let assets = join_all((0..16).map(|_| service.caption_asset("same"))).await;
    assert_eq!(service.objects("uploads/").await.len(), 1);
    assert_eq!(service.items("ann", "A#").await.len(), 16);
    let file = &service.items("ann", "F#").await[0];
    assert_eq!(file["assets"]["N"], "16");
    // So many at once may be told to come again, as a client then does.
    let mut left: Vec<_> = assets.iter().collect();
    for _ in 0..16 {
        let answers = join_all(left.iter().map(|asset| service.delete_asset(asset))).await;
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer.status, 200 | 503))
        );
        let again = answers.iter().map(|answer| answer.status == 503);
        left = left
            .into_iter()
            .zip(again)
            .filter_map(|(asset, again)| again.then_some(asset))
            .collect();
        let file = &service.items("ann", "F#").await[0];
        assert_eq!(file["assets"]["N"], left.len().to_string());
    }
    assert!(left.is_empty(), "{left:?}");
}
