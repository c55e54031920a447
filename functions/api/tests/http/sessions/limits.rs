//! What is refused when an upload begins.

use darkroom_exports::upload::{MAX_OPEN_UPLOADS, PartHash};
use futures::future::join_all;
use serde_json::{Value, json};

use super::{abort, announced, begin, id, multiparts};
use crate::common::{Service, assert_problem};

#[tokio::test(flavor = "multi_thread")]
async fn types_sizes_and_hashes_are_judged_before_anything_is_sent() {
    let service = Service::start().await;
    let hash = PartHash::of(b"x").to_string();
    let body = |name: &str, kind: &str, size: u64, parts: usize| {
        json!({
            "filename": name, "contentType": kind, "size": size, "partSha256": vec![&hash; parts],
        })
    };
    let mebi = 1024 * 1024;
    for (body, status, code) in [
        (
            body("a.zip", "application/zip", 1, 1),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            body("a.txt", "text/plain", 1, 1),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            body("a.mp3", "audio/mpeg", 25 * mebi + 1, 4),
            422,
            "UPLOAD_TOO_LARGE",
        ),
        (
            body("a.srt", "text/plain", 10 * mebi + 1, 2),
            422,
            "UPLOAD_TOO_LARGE",
        ),
        (
            body("a.mp4", "video/mp4", 800 * mebi + 1, 100),
            400,
            "REQUEST_INVALID",
        ),
        (
            body("a.mp4", "video/mp4", 9 * mebi, 1),
            422,
            "UPLOAD_INVALID",
        ),
        (
            body("a.mp4", "video/mp4", 8 * mebi, 2),
            422,
            "UPLOAD_INVALID",
        ),
        (json!({ "filename": "a\u{7}" }), 400, "REQUEST_INVALID"),
    ] {
        assert_problem(&begin(&service, &body).await, status, code);
    }
    let everything = begin(&service, &json!({ "filename": "", "projectId": 5, "x": 1 })).await;
    assert_eq!(
        everything.paths(),
        [
            "/x",
            "/filename",
            "/contentType",
            "/size",
            "/partSha256",
            "/projectId"
        ]
    );
    let mut nowhere = body("a.mp4", "video/mp4", 1, 1);
    nowhere["projectId"] = json!("7d444840-9dc0-11d1-b245-5ffdce74fad2");
    assert_problem(&begin(&service, &nowhere).await, 404, "PROJECT_NOT_FOUND");
    service.assert_nothing_created().await;
    assert_eq!(multiparts(&service).await, 0);

    // The largest of each kind may begin.
    for body in [
        body("a.mp4", "video/mp4", 800 * mebi, 100),
        body("a.png", "image/png", 800 * mebi, 100),
        body("a.mp3", "audio/mpeg", 25 * mebi, 4),
        body("a.srt", "text/plain", 10 * mebi, 2),
    ] {
        assert_eq!(begin(&service, &body).await.status, 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_so_many_open_uploads_however_many_begin_at_once() {
    let service = Service::start().await;
    let body = |file: usize| announced("a.srt", "text/plain", format!("{file}").as_bytes());
    let same = body(0);
    let answers = join_all((0..3).map(|_| begin(&service, &same))).await;
    let first = id(&answers[0]);
    assert!(
        answers.iter().all(|answer| id(answer) == first),
        "{answers:?}"
    );
    assert_eq!(service.items("ann", "Y#").await.len(), 1);
    assert_eq!(multiparts(&service).await, 1);

    for file in 1..MAX_OPEN_UPLOADS - 2 {
        assert_eq!(begin(&service, &body(file)).await.status, 201);
    }
    let bodies: Vec<Value> = (100..104).map(body).collect();
    let answers = join_all(bodies.iter().map(|body| begin(&service, body))).await;
    let begun = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(begun.count(), 2, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_problem(answer, 422, "UPLOAD_LIMIT_EXCEEDED");
    }
    assert_eq!(service.items("ann", "Y#").await.len(), MAX_OPEN_UPLOADS);
    assert_eq!(multiparts(&service).await, MAX_OPEN_UPLOADS);
    // One that is open may still be gone on with; one that ends makes room.
    assert_eq!(id(&begin(&service, &same).await), first);
    assert_eq!(abort(&service, &first).await.status, 200);
    assert_eq!(begin(&service, &body(200)).await.status, 201);
    let (_, bob) = service.stack.key("bob").await;
    assert_eq!(service.items(&bob.user, "Y#").await.len(), 0);
}
