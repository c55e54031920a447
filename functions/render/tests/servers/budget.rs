//! Files of one task that are each within their limits, and together are not.

use darkroom_store::{Incoming, NewAsset, Uploaded};

use super::*;

/// How long one file takes, and two of them together may.
const LATE: Duration = Duration::from_secs(4);
const FETCH_TIME: Duration = Duration::from_secs(7);

/// The asset of [`picture_at`], and `pic-1` from elsewhere, which is fetched first.
fn pictures_at(first: &str, second: &str) -> Value {
    let mut state = picture_at(second);
    let mut asset = state["assets"]["pic-7"].clone();
    asset["id"] = json!("pic-1");
    asset["remoteUrl"] = json!(first);
    state["assets"]["pic-1"] = asset;
    let mut item = state["items"]["square"].clone();
    item["id"] = json!("under");
    item["assetId"] = json!("pic-1");
    state["items"]["under"] = item;
    let track = json!({ "id": "u", "items": ["under"], "hidden": false, "muted": false });
    state["tracks"].as_array_mut().unwrap().push(track);
    state
}

/// Stores a picture as an upload does; its key in the bucket.
async fn uploaded(stack: &Stack) -> String {
    let mut incoming = Incoming::new(stack.dir(), LIMIT_BYTES).await.unwrap();
    incoming.write(&pixel()).await.unwrap();
    let arrived = incoming.finish().await.unwrap();
    let new = NewAsset {
        kind: "IMAGE",
        filename: "pixel.bmp".to_owned(),
        media_type: "image/bmp",
        extension: "bmp",
        size: Some((1, 1)),
        duration_ms: None,
    };
    let stored = stack.store.put_asset(&stack.key, &new, &arrived, None);
    match Box::pin(stored).await.unwrap() {
        Uploaded::Made(asset) => asset.file_key,
        other => panic!("{other:?}"),
    }
}

async fn attempts(stack: &Stack, task: &Task) -> Value {
    let item = stack.item(&format!("T#{}", task.id)).await;
    item["attempts"]["N"].clone()
}

/// A worker that may visit the server, and waits a minute for it.
fn patient(stack: &Stack, web: &Web, all_assets_limit_bytes: u64, fetch_time: Duration) -> Worker {
    let limits = FetchLimits {
        connect: STALL,
        idle: STALL,
        total: STALL,
    };
    let fetcher = Fetcher::new(&[web.host()], limits, &Lookup::default()).unwrap();
    stack.worker_with(fetcher, |config| {
        config.asset_limit_bytes = LIMIT_BYTES;
        config.all_assets_limit_bytes = all_assets_limit_bytes;
        config.fetch_time = fetch_time;
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_too_many_bytes_together_end_their_task_at_once() {
    let stack = Stack::start().await;
    let web = Web::start(|_| HashMap::from([("/good", Page::Bytes(pixel()))])).await;
    let good = web.url("/good");
    let from_web = pictures_at(&good, &good);
    let key = uploaded(&stack).await;
    let mut from_bucket = from_web.clone();
    from_bucket["assets"]["pic-7"]["remoteUrl"] = json!(null);
    from_bucket["assets"]["pic-7"]["remoteKey"] = json!(key);
    let both = 2 * pixel().len() as u64;
    let tight = patient(&stack, &web, both - 1, STALL);
    let enough = patient(&stack, &web, both, STALL);
    for state in [&from_web, &from_bucket] {
        let task = done(&stack, &tight, state).await;
        assert_eq!(attempts(&stack, &task).await, "1");
        let says = format!(
            "with it the files of this export have more than {} bytes in all; use fewer or \
             smaller ones",
            both - 1
        );
        assert_refused(&stack, task, &says);
        let task = done(&stack, &enough, state).await;
        assert_eq!(task.state, TaskState::Completed, "{:?}", task.error);
    }
    // Where there is no room, not even one alone.
    let none = patient(&stack, &web, 0, STALL);
    let task = done(&stack, &none, &picture_at(&good)).await;
    assert_refused(&stack, task, "more than 0 bytes in all");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_too_slow_together_end_their_task_at_once() {
    let stack = Stack::start().await;
    let web = Web::start(|_| HashMap::from([("/late", Page::Late(LATE, pixel()))])).await;
    let late = web.url("/late");
    let hasty = patient(&stack, &web, u64::MAX, FETCH_TIME);
    let task = done(&stack, &hasty, &pictures_at(&late, &late)).await;
    assert_eq!(attempts(&stack, &task).await, "1");
    let says = "its server is too slow: with it the files that this export names by remoteUrl \
                are not complete within 7 s in all";
    assert_refused(&stack, task, says);
    assert_eq!(web.came(), ["/late"; 2], "the first one came");
    // The time is of one task, not of the worker.
    let task = done(&stack, &hasty, &picture_at(&late)).await;
    assert_eq!(task.state, TaskState::Completed, "{:?}", task.error);
}
