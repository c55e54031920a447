//! Reading, listing, canceling, and whose things they are.

use std::time::Duration;

use darkroom_exports::{ExportPhase, Timestamp, cursor};
use darkroom_store::{ClaimOutcome, OUTPUT_DAYS, RenderMessage};
use serde_json::json;

use crate::common::{Answer, Service, answer, assert_problem, body, body_with};

fn ids(page: &Answer) -> Vec<String> {
    let tasks = page.data().as_array().unwrap();
    tasks
        .iter()
        .map(|task| task["taskId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_newest_first_in_pages_of_their_owner() {
    let service = Service::start().await;
    let (other, other_id) = service.more_key("ann", true, None).await;
    let mut made = Vec::new();
    for index in 0..23 {
        let key = if index % 2 == 0 {
            &service.secret
        } else {
            &other
        };
        let request = service
            .to(reqwest::Method::POST, "/v1/exports")
            .bearer_auth(key);
        let task = answer(request.json(&body())).await.task();
        service.cancel(&task).await;
        made.insert(0, task);
    }
    let list = |query: &str| answer(service.get(&format!("/v1/exports{query}")));
    let page = list("").await;
    assert_eq!(ids(&page), made[..20]);
    let cursor = page.json["meta"]["nextPageCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = list(&format!("?pageCursor={cursor}")).await;
    assert_eq!(ids(&rest), made[20..]);
    assert_eq!(rest.json["meta"], json!({ "nextPageCursor": null }));
    assert_eq!(ids(&list("?pageSize=50").await), made);

    // Page by page, to the last one that is exactly full.
    let mut seen = Vec::new();
    let mut query = format!("?pageSize=4&createdByApiKeyId={}", other_id.to_uppercase());
    loop {
        let page = list(&query).await;
        assert!((1..=4).contains(&ids(&page).len()));
        seen.extend(ids(&page));
        let Some(next) = page.json["meta"]["nextPageCursor"].as_str() else {
            break;
        };
        query = format!("?pageSize=4&createdByApiKeyId={other_id}&pageCursor={next}");
    }
    let others: Vec<String> = made.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(seen, others);

    // A cursor belongs to its list and its owner.
    let (bob, _) = service.more_key("bob", true, None).await;
    let path = format!("/v1/exports?pageCursor={cursor}");
    let refused = answer(service.to(reqwest::Method::GET, &path).bearer_auth(&bob)).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(refused.paths(), ["/pageCursor"]);
    for query in [
        format!("?createdByApiKeyId={other_id}&pageCursor={cursor}"),
        format!("?pageCursor={cursor}x"),
        "?pageCursor=".to_owned(),
        "?pageSize=0".to_owned(),
        "?pageSize=51".to_owned(),
        "?pageSize=two".to_owned(),
        "?createdByApiKeyId=me".to_owned(),
    ] {
        assert_problem(&list(&query).await, 400, "REQUEST_INVALID");
    }
    let both = list("?pageSize=-1&createdByApiKeyId=").await;
    assert_eq!(both.paths(), ["/pageSize", "/createdByApiKeyId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_by_key_is_of_a_key_of_ones_own_revoked_or_not() {
    let service = Service::start().await;
    let (_, idle) = service.more_key("ann", true, None).await;
    let (_, revoked) = service.more_key("ann", true, None).await;
    assert!(service.store().revoke_key("ann", &revoked).await.unwrap());
    let (_, of_bob) = service.more_key("bob", true, None).await;
    let recorder = service.store().recorder();
    let list = |key: &str| answer(service.get(&format!("/v1/exports?createdByApiKeyId={key}")));

    // Who asks has the key that is asked with.
    answer(service.get("/v1/exports")).await.data();
    recorder.take();
    assert_eq!(ids(&list(&service.key.key_id).await), [""; 0]);
    assert_eq!(recorder.take(), ["Query"]);
    for own in [&idle, &revoked] {
        let page = list(own).await;
        assert_eq!(ids(&page), [""; 0]);
        assert_eq!(page.json["meta"], json!({ "nextPageCursor": null }));
        assert_eq!(recorder.take(), ["Query", "GetItem"]);
    }
    for other in [of_bob.as_str(), "00000000-0000-0000-0000-000000000000"] {
        let refused = list(other).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
        assert_eq!(refused.paths(), ["/createdByApiKeyId"]);
        let told = refused.json["detail"].as_str().unwrap();
        assert!(told.contains("is no API key of yours"), "{told}");
    }

    // A task of the list proves the key without a further call.
    let (busy, busy_id) = service.more_key("ann", true, None).await;
    let create = service.to(reqwest::Method::POST, "/v1/exports");
    let create = create.bearer_auth(&busy).json(&body());
    let task = answer(create).await.task();
    recorder.take();
    assert_eq!(ids(&list(&busy_id).await), [task.as_str()]);
    assert_eq!(recorder.take(), ["Query"]);
    let behind = cursor::encode(&format!("exports/{busy_id}"), "ann", &task);
    let rest = list(&format!("{busy_id}&pageCursor={behind}")).await;
    assert_eq!(ids(&rest), [""; 0]);
    assert_eq!(recorder.take(), ["Query", "GetItem"]);
    // A cursor may be made up, and proves nothing.
    let made_up = cursor::encode(&format!("exports/{of_bob}"), "ann", &task);
    let refused = list(&format!("{of_bob}&pageCursor={made_up}")).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(refused.paths(), ["/createdByApiKeyId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rare_key_is_found_behind_many_tasks_of_another() {
    let service = Service::start().await;
    let (other, other_id) = service.more_key("ann", true, None).await;
    let request = service
        .to(reqwest::Method::POST, "/v1/exports")
        .bearer_auth(&other);
    let wanted = answer(request.json(&body())).await.task();
    // Newer tasks of ann's own key, each padded to a third of what one query reads.
    let filler = json!({ ":filler": { "S": "x".repeat(350_000) } });
    for _ in 0..17 {
        let task = service.create(&body()).await.task();
        service.cancel(&task).await;
        let sk = format!("T#{task}");
        service
            .update("ann", &sk, "SET filler = :filler", &filler)
            .await;
    }
    service.store().recorder().take();
    let mut query = format!("?createdByApiKeyId={other_id}");
    let mut pages = Vec::new();
    loop {
        let page = answer(service.get(&format!("/v1/exports{query}"))).await;
        let calls = service.store().recorder().take();
        let reads = calls.iter().filter(|call| *call == "Query").count();
        // An empty page may be one of nobody's key.
        let looks = usize::from(ids(&page).is_empty());
        assert!(reads <= 4 && calls.len() == reads + looks, "{calls:?}");
        pages.push(ids(&page));
        let Some(next) = page.json["meta"]["nextPageCursor"].as_str() else {
            break;
        };
        query = format!("?createdByApiKeyId={other_id}&pageCursor={next}");
    }
    assert!(pages.len() > 1, "one page reads no more than its share");
    assert_eq!(pages.concat(), [wanted]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_user_is_not_there() {
    let service = Service::start().await;
    let task = service
        .create(&body_with(json!({ "clientTaskId": "a" })))
        .await
        .task();
    let (bob, _) = service.more_key("bob", true, None).await;
    let as_bob = |method, path: String| answer(service.to(method, &path).bearer_auth(&bob));
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        let refused = as_bob(method, format!("/v1/exports/{task}")).await;
        assert_problem(&refused, 404, "TASK_NOT_FOUND");
    }
    assert_eq!(
        ids(&as_bob(reqwest::Method::GET, "/v1/exports".to_owned()).await),
        [""; 0]
    );
    assert_eq!(service.task(&task).await["status"], "PENDING");
    // Any string may be asked for.
    for id in [
        "x",
        "estimate",
        "%FF",
        "%2F..%2FACCOUNT",
        &task.to_uppercase(),
        &"x".repeat(3000),
        "ACCOUNT",
    ] {
        for request in [
            service.get(&format!("/v1/exports/{id}")),
            service.delete(&format!("/v1/exports/{id}")),
        ] {
            assert_problem(&answer(request).await, 404, "TASK_NOT_FOUND");
        }
        assert_problem(
            &answer(service.get(&format!("/v1/assets/{id}"))).await,
            404,
            "ASSET_NOT_FOUND",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_shows_its_phase_while_it_has_one_and_its_output_once_it_has_one() {
    let service = Service::start().await;
    let task = service
        .create(&body_with(json!({ "filename": "Ärger \"1\"" })))
        .await
        .task();
    let held = service.claim(&task).await;
    let shown = service.task(&task).await;
    assert_eq!(
        (&shown["status"], &shown["exportPhase"]),
        (
            &json!("PROCESSING"),
            &json!(ExportPhase::Rendering.as_str())
        )
    );
    let plain = answer(service.get(&format!("/v1/exports/{task}"))).await;
    assert_eq!(plain.json["meta"], json!({}));
    let warnings = ["the font Foo is not known".to_owned()];
    service
        .store()
        .finish_completed(&held, "outputs/film.mp4", 9, &warnings)
        .await
        .unwrap();
    let shown = service.task(&task).await;
    assert_eq!(
        (&shown["status"], &shown["progress"]),
        (&json!("COMPLETED"), &json!(100))
    );
    assert_eq!(shown.get("exportPhase"), None);
    assert!(shown["completedAt"].as_str().unwrap() >= shown["createdAt"].as_str().unwrap());
    let told = answer(service.get(&format!("/v1/exports/{task}"))).await;
    assert_eq!(told.json["meta"], json!({ "warnings": warnings }));
    let url = shown["outputUrl"].as_str().unwrap();
    assert!(url.contains("/outputs/film.mp4?"), "{url}");
    assert!(url.contains("X-Amz-Expires=86400"), "{url}");
    assert!(
        url.contains("response-content-disposition=attachment"),
        "{url}"
    );
    assert!(url.contains("%25C3%2584rger"), "{url}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_has_no_address_once_the_bucket_has_removed_it() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    let held = service.claim(&task).await;
    let finished = service
        .store()
        .finish_completed(&held, "outputs/film.mp4", 9, &[]);
    assert_eq!(finished.await.unwrap(), darkroom_store::Finish::Done);
    let sk = format!("T#{task}");
    // It is removed at the midnight behind its days.
    let (hour, day) = (60 * 60, 24 * 60 * 60);
    let days = OUTPUT_DAYS * day;
    for (age, there) in [(days - hour, true), (days + day, false), (10 * days, false)] {
        let at = Timestamp::now().plus_seconds(-age);
        let values = json!({ ":at": { "N": at.0.to_string() } });
        service
            .update("ann", &sk, "SET completedAt = :at", &values)
            .await;
        let listed = answer(service.get("/v1/exports")).await;
        let shown = service.task(&task).await;
        for shown in [&shown, &listed.data()[0]] {
            assert_eq!(shown["status"], "COMPLETED");
            assert_eq!(shown["completedAt"], at.to_iso());
            assert_eq!(shown["outputUrl"].is_string(), there, "{age} s: {shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_active_tasks_are_canceled_and_their_workers_publish_nothing() {
    let service = Service::start().await;
    let queued = service.create(&body()).await.task();
    let canceled = service.cancel(&queued).await;
    assert_eq!(canceled.data()["status"], "CANCELED");
    assert_eq!(canceled.data()["outputUrl"], json!(null));
    assert_eq!(
        *service.cancel(&queued).await.data(),
        *canceled.data(),
        "again is the same"
    );
    // Its message is still there, and claims nothing.
    let message = RenderMessage {
        user: "ann".to_owned(),
        task: queued.clone(),
    };
    let claimed = service
        .store()
        .claim(&message, "w", Duration::from_secs(60))
        .await
        .unwrap();
    assert!(!matches!(claimed, ClaimOutcome::Claimed(_)), "{claimed:?}");

    let running = service.create(&body()).await.task();
    let held = service.claim(&running).await;
    assert_eq!(service.cancel(&running).await.data()["status"], "CANCELED");
    let late = service
        .store()
        .finish_completed(&held, "outputs/late.mp4", 1, &[])
        .await
        .unwrap();
    assert_ne!(late, darkroom_store::Finish::Done);
    let shown = service.task(&running).await;
    assert_eq!(
        (&shown["status"], &shown["outputUrl"]),
        (&json!("CANCELED"), &json!(null))
    );
    assert!(service.account().await.0.is_empty());

    let paused = service.create(&body()).await.task();
    let set = json!({ ":s": { "S": "PAUSED" } });
    let key = json!({ "pk": { "S": "U#ann" }, "sk": { "S": format!("T#{paused}") } });
    service
        .aws(
            "DynamoDB_20120810.UpdateItem",
            &json!({
                "TableName": service.stack.made.table, "Key": key, "UpdateExpression": "SET #s = :s",
                "ExpressionAttributeNames": { "#s": "state" }, "ExpressionAttributeValues": set,
            }),
        )
        .await;
    assert_eq!(service.task(&paused).await["status"], "PAUSED");
    assert_eq!(
        service.account().await.0,
        std::slice::from_ref(&paused),
        "a paused task holds its slot"
    );
    assert_eq!(service.cancel(&paused).await.data()["status"], "CANCELED");

    let done = service.create(&body()).await.task();
    let held = service.claim(&done).await;
    service
        .store()
        .finish_completed(&held, "outputs/x.mp4", 1, &[])
        .await
        .unwrap();
    let failed = service.create(&body()).await.task();
    let held = service.claim(&failed).await;
    service
        .store()
        .finish_failed(&held, "the image `a` is broken")
        .await
        .unwrap();
    assert_eq!(
        service.task(&failed).await["error"],
        "the image `a` is broken"
    );
    for (task, state) in [(done, "COMPLETED"), (failed, "FAILED")] {
        let refused = service.cancel(&task).await;
        assert_problem(&refused, 409, "TASK_NOT_CANCELABLE");
        assert!(refused.json["detail"].as_str().unwrap().contains(state));
        assert_eq!(service.task(&task).await["status"], state);
    }
}
