//! Syncs: how often, two at once, and what time they leave.

use std::sync::atomic::{AtomicI64, Ordering};

use darkroom_exports::bodies::PatchProject;
use darkroom_exports::{ProjectId, StateDocument, Timestamp};
use darkroom_store::{Synced, Written};
use futures::future::join_all;
use serde_json::json;

use crate::common::{Service, answer, assert_problem, serve_at, state};

static NOW: AtomicI64 = AtomicI64::new(1_800_000_000_000);

fn now() -> Timestamp {
    Timestamp(NOW.load(Ordering::SeqCst))
}

fn pass(ms: i64) {
    NOW.fetch_add(ms, Ordering::SeqCst);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_synced_ten_times_at_once_and_then_every_two_seconds() {
    let mut service = Service::start().await;
    service.url = serve_at(service.store(), now).await;
    let id = service.project(&state(100, 100, 1.0)).await;
    let other = service.project(&state(100, 100, 1.0)).await;
    let states: Vec<_> = (1..=64)
        .map(|n| state(100 + n, 100, f64::from(n)))
        .collect();
    let answers = join_all(states.iter().map(|state| service.sync(&id, state))).await;
    let synced: Vec<usize> = (0..64)
        .filter(|index| answers[*index].status == 200)
        .collect();
    assert_eq!(synced.len(), 10);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_problem(answer, 429, "OPEN_API_PROJECT_SYNC_RATE_LIMITED");
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(answer.json["type"], "RATE_LIMITED");
    }
    // One of those that were taken, whole.
    let path = format!("/v1/projects/{id}");
    let kept = answer(service.get(&path)).await.data().clone();
    assert!(
        synced
            .iter()
            .any(|index| kept["editorState"] == states[*index])
    );
    assert_eq!(kept["updatedAt"], now().to_iso());
    let [project] = &service.items("ann", &format!("P#{id}")).await[..] else {
        panic!("one project")
    };
    assert_eq!(project["version"]["N"], "11", "each sync is counted once");
    // What is refused from now on leaves no document behind.
    let documents = service.objects("documents/").await;
    let fresh = service.sync(&id, &state(500, 500, 1.0)).await;
    assert_eq!(fresh.status, 429);
    assert_eq!(service.objects("documents/").await, documents);

    // Another project has tokens of its own; reading and renaming take none.
    assert_eq!(service.sync(&other, &states[0]).await.status, 200);
    assert_eq!(
        service
            .patch(&id, &serde_json::json!({ "title": "x" }))
            .await
            .status,
        200
    );
    // Exactly after the wait that was told, and not before.
    pass(1999);
    let refused = service.sync(&id, &states[0]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    pass(1);
    assert_eq!(service.sync(&id, &states[0]).await.status, 200);
    assert_eq!(
        service.sync(&id, &states[0]).await.header("retry-after"),
        "2"
    );
    let invalid = service.sync(&id, &serde_json::json!({})).await;
    assert_eq!(invalid.status, 422, "faults come first, and take no token");
    // A day later it holds ten again, not more.
    pass(86_400_000);
    for _ in 0..10 {
        assert_eq!(service.sync(&id, &states[1]).await.status, 200);
    }
    assert_eq!(service.sync(&id, &states[1]).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_syncs_at_once_leave_one_whole_state() {
    let service = Service::start().await;
    for round in 0..5 {
        let id = service.project(&state(50, 50, 1.0)).await;
        let (red, blue) = (state(100 + round, 100, 1.0), state(200 + round, 100, 2.0));
        let (first, second) = tokio::join!(service.sync(&id, &red), service.sync(&id, &blue));
        assert_eq!((first.status, second.status), (200, 200));
        let path = format!("/v1/projects/{id}");
        let kept = answer(service.get(&path)).await.data()["editorState"].clone();
        assert!(kept == red || kept == blue, "{kept}");
    }
}

const EARLY: Timestamp = Timestamp(1_800_000_000_000);
const LATE: Timestamp = Timestamp(EARLY.0 + 5000);

/// Each instance takes its time before it writes, from a clock of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_project_never_goes_back() {
    let mut service = Service::start().await;
    service.url = serve_at(service.store(), || EARLY).await;
    let (store, key) = (service.store(), &service.key);
    let first = state(100, 100, 1.0);
    let library = store.library(&first).await.unwrap();
    let document = StateDocument::read(state(200, 100, 1.0), &library).unwrap();
    let titled = PatchProject {
        title: Some("x".to_owned()),
        description: None,
    };
    // The patch is written while the sync, which has more to do, is on its way.
    for (sync_at, patch_at) in [(EARLY, LATE), (LATE, EARLY), (EARLY, LATE), (LATE, EARLY)] {
        let id = service.project(&first).await;
        let project = ProjectId::parse(&id).unwrap();
        let (synced, patched) = tokio::join!(
            Box::pin(store.sync_project(key, project, &document, sync_at)),
            Box::pin(store.patch_project(key, project, &titled, patch_at)),
        );
        let (synced, patched) = (synced.unwrap(), patched.unwrap());
        assert_eq!(patched, Written::Done);
        let either = [sync_at, LATE].map(Synced::Done);
        assert!(either.contains(&synced), "{synced:?}");
        let kept = store.get_project("ann", project).await.unwrap().unwrap();
        assert_eq!((kept.updated_at, kept.title.as_str()), (LATE, "x"));
        assert_eq!(kept.document_hash, document.hash);

        // What a clock that is behind writes has the time that is there.
        let synced = service.sync(&id, &first).await;
        assert_eq!(synced.data()["updatedAt"], LATE.to_iso());
        let patched = service.patch(&id, &json!({ "title": "y" })).await;
        assert_eq!(patched.data()["updatedAt"], LATE.to_iso());
        let path = format!("/v1/projects/{id}");
        let read = answer(service.get(&path)).await.data().clone();
        assert_eq!(read["updatedAt"], LATE.to_iso());
        assert_eq!(
            (&read["title"], &read["editorState"]),
            (&json!("y"), &first)
        );
        let [item] = &service.items("ann", &format!("P#{id}")).await[..] else {
            panic!("one project")
        };
        assert_eq!(item["updatedAt"]["N"], LATE.0.to_string());
        assert_eq!(item["version"]["N"], "3", "two syncs");
    }
}
