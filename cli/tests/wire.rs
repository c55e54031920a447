//! What the contract promises, over the wire against `darkroom serve`: once,
//! never a third, never published, never a slot that stays taken.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test may fail loudly"
)]

mod accounts;
mod common;
mod queue;
mod uploads;

use std::collections::HashSet;
use std::convert::Infallible;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use common::{Answer, Service, moving_square, request};
use futures::future::join_all;
use futures::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Ten credits, in millionths.
const BALANCE: i64 = 10_000_000;
const TOGETHER: usize = 64;

/// A service with one worker, which another user's export keeps busy without
/// work: what is sent to the queue stays there to be counted. Also answers that
/// user's key and task.
async fn busy_service(dir: &std::path::Path) -> (Service, String, String) {
    let host = endless_file().await;
    let allowed = [("DARKROOM_FETCH_ALLOW", host.as_str())];
    let service = Service::start_with(dir, &["--workers", "1"], &allowed);
    let other = service.key_of("other").await;
    let state = video("endless", Some(&format!("http://{host}/x.mp4")), None);
    let task = service.post(&other, None, &request(&state)).await.task();
    let start = Instant::now();
    while service.messages().await != (0, 1) {
        assert!(start.elapsed() < common::LIMIT, "{task} is not taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let store = service.store().await;
    store.grant("dev", BALANCE).await.unwrap();
    (service, other, task)
}

/// A web server whose every file comes a byte a second and never ends; answers
/// its `host:port`.
async fn endless_file() -> String {
    let file = async || {
        Body::from_stream(stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, Infallible>("x"), ()))
        }))
    };
    serve_router(Router::new().fallback(file)).await
}

/// Serves until the test ends; answers the `host:port`.
async fn serve_router(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn together(service: &Service, once: Option<&str>, body: &Value) -> Vec<Answer> {
    join_all((0..TOGETHER).map(|_| service.post(&service.key, once, body))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_64_times_at_once_is_one_export() {
    let dir = tempfile::tempdir().unwrap();
    let (service, ..) = busy_service(dir.path()).await;
    let body = request(&moving_square(64, 2.0));
    let answers = together(&service, Some("once"), &body).await;

    assert!(answers.iter().all(|answer| answer.status == 201));
    let bodies: HashSet<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let first = answers.iter().filter(|answer| !answer.replayed).count();
    assert_eq!(first, 1, "all but one are told that they are replays");
    let task = answers[0].task();
    let (_, listed) = service.get("/v1/exports").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert_eq!(active, [task]);
    assert_eq!(balance, Some(BALANCE - 200_000), "charged once");
    assert_eq!(
        service.messages().await,
        (1, 1),
        "one message, and the other user's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_64_at_once_are_2_exports_and_62_refusals() {
    let dir = tempfile::tempdir().unwrap();
    let (service, ..) = busy_service(dir.path()).await;
    let answers = together(&service, None, &request(&moving_square(64, 2.0))).await;

    let (accepted, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(accepted.len(), 2);
    for answer in refused {
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(
            answer.json()["errorCode"],
            "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED"
        );
    }
    let tasks: HashSet<String> = accepted.iter().map(|answer| answer.task()).collect();
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert_eq!(active.into_iter().collect::<HashSet<_>>(), tasks);
    assert_eq!(balance, Some(BALANCE - 2 * 200_000));
    assert_eq!(service.messages().await, (2, 1));
    let (_, listed) = service.get("/v1/exports").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_with_another_payload_is_refused_and_names_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let (service, ..) = busy_service(dir.path()).await;
    let body = request(&moving_square(64, 2.0));
    let first = service.post(&service.key, Some("once"), &body).await;
    let task = first.task();

    // The same in other words: `2` as `2.0`, keys in another order.
    let mut same = json!({ "format": "mp4", "fps": 30.0, "scale": 1.0 });
    for (name, value) in body.as_object().unwrap() {
        if same.get(name).is_none() {
            same[name] = value.clone();
        }
    }
    let again = service.post(&service.key, Some("\"once\""), &same).await;
    assert_eq!(
        (again.body.as_str(), again.replayed),
        (first.body.as_str(), true)
    );

    let mut other = body.clone();
    other["fps"] = json!(60);
    other["editorState"]["items"]["square"]["color"] = json!("#00ff00");
    let refused = service.post(&service.key, Some("once"), &other).await;
    assert_eq!(refused.status, 409);
    let problem = refused.json();
    assert_eq!(problem["errorCode"], "IDEMPOTENCY_KEY_REUSED");
    let paths: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["path"].as_str().unwrap())
        .collect();
    assert!(paths.contains(&"/fps"), "{paths:?}");
    assert!(
        paths.iter().any(|path| path.starts_with("/editorState")),
        "{paths:?}"
    );
    assert_eq!(paths.len(), 2, "{paths:?}");
    // Nothing came of the refused one.
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert_eq!((active, balance), (vec![task], Some(BALANCE - 200_000)));
    assert_eq!(service.messages().await, (1, 1));
}

#[tokio::test]
async fn a_replay_after_the_end_answers_the_same_bytes_and_needs_no_slot() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let store = service.store().await;
    store.grant("dev", 200_000).await.unwrap();
    let body = request(&moving_square(64, 2.0));
    let first = service.post(&service.key, Some("once"), &body).await;
    let task = first.task();
    let done = service.ended(&task).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");

    // No balance is left, so nothing but a replay can be accepted.
    let refused = service.post(&service.key, None, &body).await;
    assert_eq!(refused.json()["errorCode"], "OPEN_API_CREDITS_INSUFFICIENT");
    let again = service.post(&service.key, Some("once"), &body).await;
    assert_eq!((again.status, again.replayed), (201, true));
    assert_eq!(again.body, first.body);
    let (active, balance) = store.account("dev").await.unwrap();
    assert!(
        active.is_empty() && balance == Some(0),
        "{active:?} {balance:?}"
    );
    assert_eq!(service.messages().await, (0, 0));
    assert_eq!(service.outputs_of(&task).await.len(), 1);
}

#[tokio::test]
async fn a_task_canceled_in_the_queue_is_never_rendered() {
    let dir = tempfile::tempdir().unwrap();
    let (service, other, busy) = busy_service(dir.path()).await;
    let task = service.created(&moving_square(64, 2.0)).await;
    canceled_for_good(&service, &task).await;
    // The worker gets to the canceled task's message once the other user's is gone.
    assert_eq!(service.cancel(&other, &busy).await.0, 200);
    later_exports_complete(&service).await;
    nothing_came_of(&service, &task).await;
}

#[tokio::test]
async fn a_task_canceled_while_it_renders_is_never_published() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start_with(dir.path(), &["--workers", "1"], &[]);
    service.store().await.grant("dev", BALANCE).await.unwrap();
    let task = service.created(&moving_square(720, 30.0)).await;
    service.until_frames_are_encoded(&task).await;
    canceled_for_good(&service, &task).await;
    later_exports_complete(&service).await;
    nothing_came_of(&service, &task).await;
}

/// Cancels twice and sees the slot and the credits back at once.
async fn canceled_for_good(service: &Service, task: &str) {
    for _ in 0..2 {
        let (status, answer) = service.cancel(&service.key, task).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["data"]["status"], "CANCELED");
    }
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert!(active.is_empty(), "{active:?}");
    assert_eq!(balance, Some(BALANCE), "given back, once");
}

/// Both slots are free, and the only worker has put down what it had.
async fn later_exports_complete(service: &Service) {
    let state = moving_square(64, 1.0);
    let tasks = [service.created(&state).await, service.created(&state).await];
    for task in tasks {
        assert_eq!(service.ended(&task).await["status"], "COMPLETED");
        let (status, answer) = service.cancel(&service.key, &task).await;
        assert_eq!(
            (status, &answer["errorCode"]),
            (409, &json!("TASK_NOT_CANCELABLE"))
        );
    }
}

async fn nothing_came_of(service: &Service, task: &str) {
    let (_, answer) = service.get(&format!("/v1/exports/{task}")).await;
    let task_now = &answer["data"];
    assert_eq!(task_now["status"], "CANCELED");
    assert_eq!(task_now["outputUrl"], Value::Null);
    assert!(task_now.get("exportPhase").is_none(), "{task_now}");
    let outputs = service.outputs_of(task).await;
    assert!(outputs.is_empty(), "{outputs:?}");
    let (active, balance) = service.store().await.account("dev").await.unwrap();
    assert!(active.is_empty(), "{active:?}");
    assert_eq!(balance, Some(BALANCE - 2 * 100_000), "the two later ones");
}

/// A web server for assets; answers its `host:port`.
async fn serve_files(files: Vec<(&'static str, Vec<u8>)>) -> String {
    let files = Arc::new(files);
    let file = move |Path(name): Path<String>| async move {
        let found = files.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, bytes)| bytes.clone())
            .ok_or(StatusCode::NOT_FOUND)
    };
    serve_router(Router::new().route("/{name}", get(file))).await
}

/// A second of video; `faststart` puts the index first.
fn clip(dir: &std::path::Path, faststart: bool) -> Vec<u8> {
    let path = dir.join("clip.mp4");
    let flags: &[&str] = if faststart {
        &["-movflags", "+faststart"]
    } else {
        &[]
    };
    let ffmpeg = std::env::var("DARKROOM_FFMPEG").unwrap_or_else(|_| "ffmpeg".to_owned());
    let status = Command::new(ffmpeg)
        .args(["-v", "error", "-y", "-f", "lavfi"])
        .args(["-i", "testsrc2=size=320x180:rate=30:duration=1"])
        .args(["-c:v", "libx264"])
        .args(flags)
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::read(path).unwrap()
}

/// A timeline whose only item is a video with this id and address.
fn video(id: &str, url: Option<&str>, key: Option<&str>) -> Value {
    let still = |value: f64| json!({ "value": value, "keyframes": [] });
    let mut state = moving_square(64, 1.0);
    state["assets"] = json!({ id: {
        "id": id, "type": "video", "filename": "holiday.mp4", "size": 1, "mimeType": "video/mp4",
        "remoteUrl": url, "remoteKey": key,
        "width": 320, "height": 180, "durationInSeconds": 1, "hasAudioTrack": false,
    }});
    let item = state["items"]["square"].as_object_mut().unwrap();
    item.remove("color");
    item.remove("shape");
    item.insert("type".to_owned(), json!("video"));
    item.insert("assetId".to_owned(), json!(id));
    item.insert("sourceStartTicks".to_owned(), json!(0));
    item.insert("decibelAdjustment".to_owned(), still(0.0));
    item.insert("playbackRate".to_owned(), json!(1));
    item.insert("audioFadeInDurationTicks".to_owned(), json!(0));
    item.insert("audioFadeOutDurationTicks".to_owned(), json!(0));
    state
}

#[tokio::test]
async fn bad_media_fail_the_task_by_name_and_free_its_slot() {
    let dir = tempfile::tempdir().unwrap();
    let whole = clip(dir.path(), true);
    let mut cut = clip(dir.path(), false);
    cut.truncate(cut.len() / 2);
    // The index is whole, every picture is noise.
    let mut noise = whole.clone();
    let data = noise.windows(4).position(|four| four == b"mdat").unwrap() + 4;
    for (at, byte) in noise.iter_mut().enumerate().skip(data) {
        *byte = ((at * 2_654_435_761) >> 13) as u8;
    }
    let text = "This is no video at all.\n".repeat(50).into_bytes();
    let host = serve_files(vec![
        ("whole.mp4", whole),
        ("cut.mp4", cut),
        ("noise.mp4", noise),
        ("text.mp4", text),
        ("empty.mp4", Vec::new()),
    ])
    .await;
    let service = Service::start_with(
        &dir.path().join("data"),
        &[],
        &[("DARKROOM_FETCH_ALLOW", &host)],
    );
    let store = service.store().await;
    store.grant("dev", BALANCE).await.unwrap();

    let at = |name: &str| format!("http://{host}/{name}");
    let cases = [
        ("asset-cut", Some(at("cut.mp4")), None),
        ("asset-noise", Some(at("noise.mp4")), None),
        ("asset-text", Some(at("text.mp4")), None),
        ("asset-empty", Some(at("empty.mp4")), None),
        ("asset-gone", Some(at("nowhere.mp4")), None),
        ("asset-key", None, Some("uploads/nowhere/clip.mp4")),
        (
            "asset-private",
            Some("http://127.0.0.1:1/x.mp4".to_owned()),
            None,
        ),
    ];
    for (id, url, key) in cases {
        let task = service.created(&video(id, url.as_deref(), key)).await;
        let ended = service.ended(&task).await;
        assert_eq!(ended["status"], "FAILED", "{id}: {ended}");
        let error = ended["error"].as_str().unwrap();
        println!("{id}: {error}");
        assert!(error.contains(id), "{id}: {error}");
        assert_eq!(ended["outputUrl"], Value::Null);
        let (active, balance) = store.account("dev").await.unwrap();
        assert!(active.is_empty(), "{id}: {active:?}");
        assert_eq!(balance, Some(BALANCE), "{id}: nothing is charged");
        assert!(service.outputs_of(&task).await.is_empty(), "{id}");
    }
    // The same document with a good file: it was the file, not the document.
    let task = service
        .created(&video("asset-whole", Some(&at("whole.mp4")), None))
        .await;
    assert_eq!(service.ended(&task).await["status"], "COMPLETED");
}
