//! The console of `darkroom serve`, without a browser: what it is made of, and its frames.
//! How it is worked with is in `tests/console`, which clicks through it.

use std::path::Path;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::select_all;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::common::pixels::read_png;
use crate::common::{LIMIT, Service, moving_square, request, run, write};

const PARTS: [(&str, &str); 8] = [
    ("/", "text/html; charset=utf-8"),
    ("/console/style.css", "text/css; charset=utf-8"),
    ("/console/console.js", "text/javascript; charset=utf-8"),
    ("/console/page.js", "text/javascript; charset=utf-8"),
    ("/console/service.js", "text/javascript; charset=utf-8"),
    ("/console/tasks.js", "text/javascript; charset=utf-8"),
    ("/console/text.js", "text/javascript; charset=utf-8"),
    ("/console/scenes/hello-world.json", "application/json"),
];

/// Asks for a frame of a create's body.
async fn frame(service: &Service, key: &str, query: &str, body: &Value) -> Response {
    let url = format!("{}/console/frame{query}", service.url);
    let asked = service.http.post(url).bearer_auth(key).json(body).send();
    asked.await.unwrap()
}

/// Width and pixels of a frame.
async fn drawn(answer: Response, dir: &Path) -> (usize, Vec<u8>) {
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let file = dir.join("answer.png");
    std::fs::write(&file, answer.bytes().await.unwrap()).unwrap();
    read_png(&file)
}

/// Status, error code and sentence of a refusal.
async fn refused(answer: Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    assert_eq!(
        answer.headers()["content-type"],
        "application/problem+json",
        "{status}"
    );
    assert!(answer.headers().contains_key("x-request-id"));
    let problem: Value = answer.json().await.unwrap();
    let text = |name: &str| problem[name].as_str().unwrap().to_owned();
    (status, text("errorCode"), text("detail"))
}

#[tokio::test]
async fn everybody_gets_the_console_and_nobody_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let get = |path: &str| service.http.get(format!("{}{path}", service.url)).send();
    for (path, kind) in PARTS {
        let answer = get(path).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], kind);
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        let policy = &answer.headers()["content-security-policy"];
        let policy = policy.to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains(&service.key), "{path}");
        assert!(!text.contains("https://") && !text.contains("http://"));
    }
    assert_eq!(get("/console/nothing").await.unwrap().status(), 404);
    let (status, code, _) = refused(get("/console/frame").await.unwrap()).await;
    assert_eq!((status, code.as_str()), (405, "METHOD_NOT_ALLOWED"));
}

#[tokio::test]
async fn frames_are_those_of_darkroom_frame_and_refused_like_exports() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let key = service.key.as_str();
    let state = moving_square(64, 1.0);
    let body = request(&state);
    let file = write(dir.path(), "s.json", &state);
    let png = dir.path().join("frame.png");
    let [file, out] = [&file, &png].map(|path| path.to_str().unwrap());
    run(&["frame", file, "--frame", "15", "-o", out], 0);
    let answer = frame(&service, key, "?frame=15", &body).await;
    assert_eq!(drawn(answer, dir.path()).await, read_png(&png));

    // 1920 x 1080 at scale 2 is as large as an export may be, and shown as large as a screen.
    let mut large = request(&moving_square(64, 1.0));
    large["compositionWidth"] = 1920.into();
    large["compositionHeight"] = 1080.into();
    large["scale"] = 2.into();
    let (width, pixels) = drawn(frame(&service, key, "?frame=0", &large).await, dir.path()).await;
    assert_eq!((width, pixels.len()), (1920, 1920 * 1080 * 3));

    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    for (key, query, body, status, code, words) in [
        (
            key,
            "?frame=30",
            body.clone(),
            400,
            "REQUEST_INVALID",
            "frames 0 to 29",
        ),
        (
            key,
            "?frame=-1",
            body.clone(),
            400,
            "REQUEST_INVALID",
            "/frame",
        ),
        (key, "", body.clone(), 400, "REQUEST_INVALID", "/frame"),
        (
            key,
            "?frame=0",
            with("scale", 9.into()),
            400,
            "REQUEST_INVALID",
            "/scale",
        ),
        (
            key,
            "?frame=0",
            with("editorState", json!({ "tracks": 7 })),
            422,
            "EDITOR_SCHEMA_INVALID",
            "/editorState",
        ),
        (
            "sk_wrong",
            "?frame=0",
            body.clone(),
            401,
            "OPEN_API_KEY_INVALID",
            "unknown",
        ),
    ] {
        let found = refused(frame(&service, key, query, &body).await).await;
        assert_eq!((found.0, found.1.as_str()), (status, code), "{}", found.2);
        assert!(found.2.contains(words), "{}", found.2);
    }
    let (active, _) = service.store().await.account("dev").await.unwrap();
    assert!(active.is_empty(), "a frame is no export: {active:?}");
}

/// The square as an image, which fills it.
fn picture(place: &Value) -> Value {
    let mut state = moving_square(64, 1.0);
    let mut asset = json!({
        "id": "pic", "type": "image", "filename": "pic.png", "size": 1,
        "mimeType": "image/png", "remoteUrl": null, "width": 8, "height": 8,
    });
    let place = place.as_object().unwrap().clone();
    asset.as_object_mut().unwrap().extend(place);
    state["assets"] = json!({ "pic": asset });
    let item = state["items"]["square"].as_object_mut().unwrap();
    item.remove("color");
    item.remove("shape");
    item.insert("type".to_owned(), json!("image"));
    item.insert("assetId".to_owned(), json!("pic"));
    request(&state)
}

fn blue_png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0, 0, 255].repeat(64)).unwrap();
    writer.finish().unwrap();
    file
}

#[tokio::test]
async fn frames_show_the_users_own_files_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let upload = service
        .http
        .post(format!("{}/v1/uploads", service.url))
        .bearer_auth(&service.key)
        .header("x-file-name", "pic.png")
        .header("content-type", "image/png")
        .body(blue_png());
    let uploaded: Value = upload.send().await.unwrap().json().await.unwrap();
    let body = picture(&json!({ "remoteKey": uploaded["data"]["fileKey"] }));
    let kept = || {
        std::fs::read_dir(dir.path().join("console"))
            .unwrap()
            .count()
    };
    // Twice: brought, and found where it was kept.
    for _ in 0..2 {
        let answer = frame(&service, &service.key, "?frame=0", &body).await;
        let (width, pixels) = drawn(answer, dir.path()).await;
        let [r, g, b] = [0, 1, 2].map(|channel| pixels[(16 * width + 16) * 3 + channel]);
        assert!(r < 20 && g < 20 && b > 230, "{r} {g} {b}");
        assert_eq!(kept(), 1);
    }

    let eve = service.key_of("eve").await;
    let found = refused(frame(&service, &eve, "?frame=0", &body).await).await;
    assert_eq!((found.0, found.1.as_str()), (422, "FRAME_NOT_DRAWN"));
    assert!(
        found.2.contains("asset `pic` cannot be used"),
        "{}",
        found.2
    );
    assert_eq!(kept(), 0, "what the newest document does not name is gone");
}

/// One is drawn, eight wait, the tenth is refused; whoever goes away stops the drawing.
#[tokio::test]
async fn frames_wait_in_a_bounded_queue_and_stop_when_nobody_asks_any_more() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let allowed = [("DARKROOM_FETCH_ALLOW", address.as_str())];
    let service = Service::start_with(dir.path(), &[], &allowed);
    let slow = picture(&json!({ "remoteUrl": format!("http://{address}/pic.png") }));
    let asking = (0..10).map(|_| frame(&service, &service.key, "?frame=0", &slow).boxed());
    let first = tokio::time::timeout(LIMIT, select_all(asking)).await;
    let (first, _, waiting) = first.unwrap();
    assert_eq!(first.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(first.headers().contains_key("retry-after"));
    let (_, code, detail) = refused(first).await;
    assert_eq!(code, "SERVICE_UNAVAILABLE");
    assert!(detail.contains("8 frames"), "{detail}");
    let (mut fetch, _) = tokio::time::timeout(LIMIT, listener.accept())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(waiting.len(), 9);

    drop(waiting);
    let mut sent = Vec::new();
    let hung_up = fetch.read_to_end(&mut sent);
    // Far below the minute after which a frame is given up anyway.
    let ended = tokio::time::timeout(Duration::from_secs(20), hung_up).await;
    assert!(
        matches!(ended, Ok(Ok(_))),
        "the fetch goes on though nobody waits for its frame"
    );
    let quick = request(&moving_square(64, 1.0));
    let answer = frame(&service, &service.key, "?frame=0", &quick).await;
    assert_eq!(drawn(answer, dir.path()).await.0, 64);
}
