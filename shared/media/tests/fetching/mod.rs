//! What a document's URL may lead to, on servers of this machine.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use darkroom_media::{FetchError, FetchLimits, Fetcher, Lookup};

/// Most bytes of a file here.
const LIMIT: u64 = 1000;

/// A listener that nobody may come to, and its port.
fn forbidden() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn assert_nobody_came(listener: &TcpListener) {
    let came = listener.accept().map(|(_, from)| from);
    assert_eq!(came.unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// A web server; what a path is answered is said in [`answer`]. Its `host:port`.
fn server(secret: u16) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let pair = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, secret));
        }
    });
    pair
}

/// Whoever goes away early gets no more.
fn answer(mut stream: TcpStream, secret: u16) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let found = |to: &str| format!("302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let said = match path {
        "/file" => "200 OK\r\ncontent-length: 5\r\n\r\nbytes".to_owned(),
        "/to-file" => found("/file"),
        "/round" => found("/round"),
        "/to-disk" => found("file:///etc/passwd"),
        "/to-secret" => found(&format!("http://127.0.0.1:{secret}/")),
        "/to-secret-name" => found(&format!("http://localhost:{secret}/")),
        "/declared" => format!("200 OK\r\ncontent-length: {}\r\n\r\n", LIMIT + 1),
        "/endless" | "/silent" => "200 OK\r\nconnection: close\r\n\r\n".to_owned(),
        _ => "404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    };
    let mut going = write!(stream, "HTTP/1.1 {said}").is_ok();
    while going && path == "/endless" {
        going = stream.write_all(&[b'x'; 100]).is_ok();
    }
    if path == "/silent" {
        // Ends when the client hangs up.
        let _ = stream.read(&mut byte);
    }
}

/// What comes of a fetch by a fetcher that may speak to `allowed`.
async fn fetch(allowed: &[String], url: &str, limits: FetchLimits) -> Result<u64, FetchError> {
    let dir = tempfile::tempdir().unwrap();
    let fetcher = Fetcher::new(allowed, limits, &Lookup::default()).unwrap();
    fetcher.fetch(url, &dir.path().join("file"), LIMIT).await
}

#[tokio::test]
async fn only_public_addresses_are_connected_to_by_http() {
    let (listener, port) = forbidden();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
    ] {
        let refused = fetch(&[], &url, FetchLimits::default()).await.unwrap_err();
        assert!(
            matches!(refused, FetchError::Forbidden(_)),
            "{url}: {refused}"
        );
        assert!(refused.is_callers_fault());
    }
    for (url, wanted) in [
        ("file:///etc/passwd", "the scheme `file`"),
        ("ftp://example.com/a", "the scheme `ftp`"),
        ("http://ann:pw@example.com/", "a user name or password"),
        ("nowhere", "is not a URL"),
    ] {
        let refused = fetch(&[], url, FetchLimits::default()).await.unwrap_err();
        assert!(refused.to_string().contains(wanted), "{url}: {refused}");
    }
    assert_nobody_came(&listener);
}

#[tokio::test]
async fn every_redirect_is_checked_again() {
    let (listener, port) = forbidden();
    let host = server(port);
    let fetch = async |path: &str| {
        let allowed = [host.clone()];
        let url = format!("http://{host}{path}");
        fetch(&allowed, &url, FetchLimits::default()).await
    };
    assert_eq!(fetch("/to-file").await.unwrap(), 5);
    for path in ["/to-secret", "/to-secret-name"] {
        let refused = fetch(path).await.unwrap_err();
        assert!(
            matches!(refused, FetchError::Forbidden(_)),
            "{path}: {refused}"
        );
    }
    let refused = fetch("/to-disk").await.unwrap_err();
    assert!(matches!(refused, FetchError::Scheme(_)), "{refused}");
    let refused = fetch("/round").await.unwrap_err();
    assert!(matches!(refused, FetchError::Redirects), "{refused}");
    let refused = fetch("/nothing").await.unwrap_err();
    assert!(matches!(refused, FetchError::Status(404)), "{refused}");
    assert_nobody_came(&listener);
}

#[tokio::test]
async fn size_and_time_are_bounded() {
    let host = server(9);
    let allowed = [host.clone()];
    for path in ["/declared", "/endless"] {
        let url = format!("http://{host}{path}");
        let refused = fetch(&allowed, &url, FetchLimits::default()).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, FetchError::TooLarge { limit: LIMIT }),
            "{path}: {refused}"
        );
    }
    let hasty = FetchLimits {
        total: Duration::from_millis(300),
        ..FetchLimits::default()
    };
    let url = format!("http://{host}/silent");
    let refused = fetch(&allowed, &url, hasty).await.unwrap_err();
    assert!(matches!(refused, FetchError::TooSlow(_)), "{refused}");
    assert!(refused.is_callers_fault());
    let impatient = FetchLimits {
        idle: Duration::from_millis(300),
        ..FetchLimits::default()
    };
    let refused = fetch(&allowed, &url, impatient).await.unwrap_err();
    assert!(
        refused.to_string().contains("nothing came for 300ms"),
        "{refused}"
    );
    assert!(refused.is_callers_fault());
}
