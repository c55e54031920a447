//! Servers and files of the worst kind, met by one worker: each ends its task with a
//! sentence, leaves no file behind, and the next task is done as if nothing had been.

mod bombs;
mod budget;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use darkroom_exports::{Task, TaskState};
use darkroom_media::{FetchLimits, Fetcher, Lookup};
use darkroom_test_stack::web::{Page, Web};
use darkroom_worker::{Deadline, Worker, handle};
use serde_json::{Value, json};

use crate::common::{Stack, event, missing_picture, square};

/// Longest wait for a server here, and many times what a task takes.
const WAIT: Duration = Duration::from_millis(500);
const STALL: Duration = Duration::from_secs(60);
/// Largest asset here, in bytes.
const LIMIT_BYTES: u64 = 1 << 20;

/// The picture of [`missing_picture`] somewhere else.
fn picture_at(url: &str) -> Value {
    let mut state = missing_picture();
    state["assets"]["pic-7"]["remoteKey"] = json!(null);
    state["assets"]["pic-7"]["remoteUrl"] = json!(url);
    state
}

/// A red BMP of one pixel.
fn pixel() -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    // Size, reserved, where the pixels begin; size of what follows, width and height.
    for word in [58_u32, 0, 54, 40, 1, 1] {
        bytes.extend(word.to_le_bytes());
    }
    // One plane of 24 bits.
    bytes.extend([1, 0, 24, 0]);
    for word in [0_u32, 4, 2835, 2835, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend([0, 0, 255, 0]);
    bytes
}

/// The head of a GIF of 65,535 pixels a side.
fn huge() -> Vec<u8> {
    let mut bytes = b"GIF89a\xff\xff\xff\xff".to_vec();
    bytes.extend([
        0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b,
    ]);
    bytes
}

fn pages(port: u16) -> HashMap<&'static str, Page> {
    let secret = format!("http://127.0.0.1:{port}/secret");
    let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n");
    let concat = format!("ffconcat version 1.0\nfile '{secret}'\n");
    let drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">\
         <image href=\"{secret}\" width=\"9\" height=\"9\"/></svg>"
    );
    HashMap::from([
        ("/good", Page::Bytes(pixel())),
        ("/huge", Page::Bytes(huge())),
        ("/text", Page::Bytes(b"this is no picture\n".repeat(100))),
        ("/empty", Page::Bytes(Vec::new())),
        ("/list", Page::Bytes(list.into_bytes())),
        ("/concat", Page::Bytes(concat.into_bytes())),
        ("/drawing", Page::Bytes(drawing.into_bytes())),
        ("/large", Page::Bytes(vec![0; LIMIT_BYTES as usize + 1])),
        ("/endless", Page::Endless),
        ("/stalled", Page::Stalled),
        ("/silence", Page::Silence),
        ("/round", Page::Redirect("/round".to_owned())),
        (
            "/away",
            Page::Redirect("http://169.254.169.254/latest/".to_owned()),
        ),
    ])
}

/// A task that ended with a sentence on its asset.
fn assert_refused(stack: &Stack, task: Task, says: &str) {
    assert_eq!(task.state, TaskState::Failed, "{says}");
    let error = task.error.unwrap();
    assert!(
        error.starts_with("asset `pic-7` cannot be used: "),
        "{error}"
    );
    assert!(error.contains(says), "{says}: {error}");
    assert!(!error.contains(stack.dir().to_str().unwrap()), "{error}");
    assert!(task.output_key.is_none());
}

async fn done(stack: &Stack, worker: &Worker, state: &Value) -> Task {
    let id = stack.create(state).await;
    let message = stack.received().await;
    let began = Instant::now();
    let answer = handle(worker, event(&message), Deadline::NONE).await;
    assert!(began.elapsed() < STALL, "{:?}", began.elapsed());
    assert!(
        answer.batch_item_failures.is_empty(),
        "it is not tried again"
    );
    let deleted = stack.store.delete_render(&message.receipt_handle).await;
    deleted.unwrap();
    assert!(stack.scratch_is_empty());
    assert!(stack.active().await.is_empty());
    stack.task(id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_them_harms_the_worker() {
    let stack = Stack::start().await;
    let web = Web::start(pages).await;
    let limits = FetchLimits {
        connect: WAIT,
        idle: WAIT,
        total: Duration::from_secs(5),
    };
    let fetcher = Fetcher::new(&[web.host()], limits, &Lookup::default()).unwrap();
    let worker = stack.worker_with(fetcher, |config| config.asset_limit_bytes = LIMIT_BYTES);
    let unread = "of a format that is not read";
    for (path, says) in [
        ("/huge", "65535x65535 pixels; at most"),
        ("/text", "the file cannot be decoded"),
        ("/empty", "the file cannot be decoded"),
        ("/list", unread),
        ("/concat", unread),
        ("/drawing", "the file cannot be decoded"),
        ("/large", "it is larger than 1048576 bytes"),
        ("/endless", "it is larger than 1048576 bytes"),
        ("/stalled", "nothing came for 500ms"),
        ("/silence", "nothing came for 500ms"),
        ("/round", "redirects more than 5 times"),
        ("/away", "169.254.169.254 is not on the public internet"),
        ("/gone", "its server answered 404"),
    ] {
        let task = done(&stack, &worker, &picture_at(&web.url(path))).await;
        assert_refused(&stack, task, says);
        if path == "/stalled" {
            let task = done(&stack, &worker, &picture_at(&web.url("/good"))).await;
            assert_eq!(task.state, TaskState::Completed, "{:?}", task.error);
        }
    }
    let came = web.came();
    assert!(!came.contains(&"/secret".to_owned()), "{came:?}");

    for url in [
        "file:///etc/hostname",
        "http://localhost:9/a",
        "data:image/png,x",
    ] {
        let task = done(&stack, &worker, &picture_at(url)).await;
        assert_eq!(task.state, TaskState::Failed, "{url}");
        let error = task.error.unwrap();
        assert!(
            error.starts_with("asset `pic-7` cannot be used: "),
            "{error}"
        );
    }
    for good in [picture_at(&web.url("/good")), square(64, 1)] {
        let task = done(&stack, &worker, &good).await;
        assert_eq!(task.state, TaskState::Completed, "{:?}", task.error);
    }
}
