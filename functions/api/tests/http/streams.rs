//! `POST /v1/uploads` over a bare connection: a body is on disk while it comes, and nowhere
//! once it broke off.

use std::path::PathBuf;
use std::time::Duration;

use darkroom_api::{ApiConfig, AppState};
use darkroom_exports::upload::PartHash;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::{Service, answer, assert_problem, serve_state};
use crate::faults::Proxy;
use crate::uploads::upload;

const SRT: &str = "1\n00:00:00,500 --> 00:00:01,500\nHello, in two halves\n";
/// Bytes of the first half.
const HALF: usize = 20;
/// Most bytes of a file in one request.
const MOST: usize = 4 * 1024 * 1024;
/// Many times what any of these takes on a busy machine: what has no end fails by it.
const STALL: Duration = Duration::from_secs(60);

/// A service with a folder of its own for files that are coming.
struct Wire {
    service: Service,
    scratch: PathBuf,
}

impl Wire {
    async fn start() -> Self {
        let mut service = Service::start().await;
        let dir = service.stack.dir.path().canonicalize().unwrap();
        let scratch = dir.join("incoming");
        let state = AppState::new(service.store().clone(), ApiConfig::default());
        service.url = serve_state(state.with_scratch(&scratch)).await;
        Self { service, scratch }
    }

    /// Begins an upload of captions: its head is sent, with one header more.
    async fn begin(&self, header: &str) -> TcpStream {
        let host = self.service.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST /v1/uploads HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             authorization: Bearer {}\r\ncontent-type: text/plain\r\nx-file-name: a.srt\r\n\
             {header}\r\n\r\n",
            self.service.secret
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    /// Sizes of the files in the folder that are open. None of them has a name there.
    fn on_disk(&self) -> Vec<u64> {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let files = open.filter_map(|entry| {
            let file = std::fs::read_link(entry.path()).ok()?;
            let size = std::fs::metadata(entry.path()).ok()?.len();
            file.starts_with(&self.scratch).then_some(size)
        });
        files.collect()
    }

    /// Waits until these are the files on disk.
    async fn until_on_disk(&self, wanted: &[u64]) {
        let waiting = async {
            while self.on_disk() != wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let there = tokio::time::timeout(STALL, waiting).await;
        assert!(there.is_ok(), "{wanted:?} is not {:?}", self.on_disk());
        let named = std::fs::read_dir(&self.scratch).map_or(0, Iterator::count);
        assert_eq!(named, 0, "a killed process would leave it behind");
    }

    async fn assert_nothing_stored(&self) {
        self.until_on_disk(&[]).await;
        self.service.assert_nothing_created().await;
        assert!(self.service.objects("").await.is_empty());
    }
}

/// What comes up to the end of the connection: status, and the body if it is JSON.
async fn answered(mut stream: TcpStream) -> (u16, Value) {
    let mut text = String::new();
    let reading = tokio::time::timeout(STALL, stream.read_to_string(&mut text)).await;
    reading.expect("an end").unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// A chunk of a body that comes in chunks (RFC 9112, section 7.1).
fn chunk(bytes: &[u8]) -> Vec<u8> {
    let size = format!("{:x}\r\n", bytes.len());
    [size.as_bytes(), bytes, b"\r\n"].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_on_disk_while_it_comes_and_an_asset_once_it_is_whole() {
    let wire = Wire::start().await;
    let (first, second) = SRT.as_bytes().split_at(HALF);
    let length = format!("content-length: {}", SRT.len());
    let mut known = wire.begin(&length).await;
    known.write_all(first).await.unwrap();
    wire.until_on_disk(&[HALF as u64]).await;
    assert!(wire.service.objects("").await.is_empty());
    known.write_all(second).await.unwrap();
    let (status, made) = answered(known).await;
    assert_eq!(status, 201, "{made}");

    let mut unknown = wire.begin("transfer-encoding: chunked").await;
    unknown.write_all(&chunk(first)).await.unwrap();
    wire.until_on_disk(&[HALF as u64]).await;
    for byte in second {
        unknown.write_all(&chunk(&[*byte])).await.unwrap();
    }
    unknown.write_all(&chunk(b"")).await.unwrap();
    let (status, again) = answered(unknown).await;
    assert_eq!(status, 201, "{again}");

    let key = format!("{}.srt", PartHash::of(SRT.as_bytes()));
    for made in [&made, &again] {
        assert_eq!(made["data"]["size"], SRT.len());
        assert!(made["data"]["fileKey"].as_str().unwrap().ends_with(&key));
        let file = wire
            .service
            .client
            .get(made["data"]["fileUrl"].as_str().unwrap());
        assert_eq!(file.send().await.unwrap().text().await.unwrap(), SRT);
    }
    assert_eq!(wire.service.objects("").await.len(), 1);
    assert_eq!(wire.service.items("ann", "A#").await.len(), 2);
    wire.until_on_disk(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_leaves_nothing_behind() {
    let wire = Wire::start().await;
    let first = &SRT.as_bytes()[..HALF];
    let length = format!("content-length: {}", SRT.len());
    let chunked = "transfer-encoding: chunked";
    // The last one sends what is no chunk.
    for (header, bytes, then) in [
        (length.as_str(), first.to_vec(), b"".as_slice()),
        (chunked, chunk(first), b""),
        (chunked, chunk(first), b"no size\r\n"),
    ] {
        // It is told where it still listens.
        let mut half_closed = wire.begin(header).await;
        half_closed.write_all(&bytes).await.unwrap();
        wire.until_on_disk(&[HALF as u64]).await;
        half_closed.write_all(then).await.unwrap();
        half_closed.shutdown().await.unwrap();
        let (status, refused) = answered(half_closed).await;
        assert_eq!(
            (status, &refused["errorCode"]),
            (400, &"REQUEST_INVALID".into())
        );
        assert_eq!(refused["detail"], "the body broke off; send it again");
        wire.assert_nothing_stored().await;

        let mut gone = wire.begin(header).await;
        gone.write_all(&bytes).await.unwrap();
        wire.until_on_disk(&[HALF as u64]).await;
        drop(gone);
        wire.assert_nothing_stored().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_announces_too_much_is_refused_unread_and_what_has_too_much_where_it_has() {
    let wire = Wire::start().await;
    let expecting = |size: usize| format!("content-length: {size}\r\nexpect: 100-continue");
    let large = wire.begin(&expecting(MOST + 1)).await;
    let (status, refused) = answered(large).await;
    assert_eq!(
        (status, &refused["errorCode"]),
        (413, &"PAYLOAD_TOO_LARGE".into())
    );

    let mut endless = wire.begin("transfer-encoding: chunked").await;
    let full = chunk(&vec![b'\n'; MOST]);
    endless.write_all(&full).await.unwrap();
    wire.until_on_disk(&[MOST as u64]).await;
    endless.write_all(&chunk(b"\n")).await.unwrap();
    endless.write_all(&chunk(b"")).await.unwrap();
    let (status, refused) = answered(endless).await;
    assert_eq!(
        (status, &refused["errorCode"]),
        (413, &"PAYLOAD_TOO_LARGE".into())
    );
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("more than 4194304 bytes"), "{detail}");
    assert!(detail.contains("POST /v1/uploads/sessions"), "{detail}");
    wire.assert_nothing_stored().await;

    // What is not too much is asked for.
    let mut waiting = wire.begin(&expecting(SRT.len())).await;
    let mut told = [0; 25];
    let telling = tokio::time::timeout(STALL, waiting.read_exact(&mut told)).await;
    telling.expect("an answer").unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    waiting.write_all(SRT.as_bytes()).await.unwrap();
    assert_eq!(answered(waiting).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_streamed_again_when_the_buckets_answer_is_lost() {
    let (service, proxy) = Proxy::start().await;
    let send = || upload(&service, "a.srt", "text/plain", SRT);
    proxy.lose("PUT object");
    let made = answer(send()).await;
    let stored = made.data()["fileKey"].as_str().unwrap();
    let (stack, bucket) = (&service.stack.endpoint, &service.stack.made.bucket);
    let object = service.client.get(format!("{stack}/{bucket}/{stored}"));
    assert_eq!(object.send().await.unwrap().text().await.unwrap(), SRT);
    assert_eq!(service.items("ann", "A#").await.len(), 1);

    proxy.fail(("PUT object", 403, Value::Null));
    assert_problem(&answer(send()).await, 500, "INTERNAL");
    assert_eq!(
        service.items("ann", "A#").await.len(),
        1,
        "nothing is made of it"
    );
}
