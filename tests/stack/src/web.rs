//! A web server of one test's own, as good or as bad as the test wants it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Most bytes of a request's head that are waited for.
const HEAD_BYTES: usize = 16 * 1024;

/// What a path answers.
#[derive(Debug, Clone)]
pub enum Page {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The same after so long.
    Late(Duration, Vec<u8>),
    /// Go to this address.
    Redirect(String),
    /// Bytes that never end.
    Endless,
    /// The first of a thousand bytes, and no other.
    Stalled,
    /// Nothing, ever.
    Silence,
}

type Pages = HashMap<&'static str, Page>;

/// A server on `127.0.0.1` that ends with the test's runtime.
#[derive(Debug)]
pub struct Web {
    /// Port it listens on.
    pub port: u16,
    came: Arc<Mutex<Vec<String>>>,
}

impl Web {
    /// Serves what `pages` answers for the port; any other path is 404.
    pub async fn start(pages: impl FnOnce(u16) -> Pages) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = Arc::<Mutex<Vec<String>>>::default();
        let (pages, seen) = (Arc::new(pages(port)), Arc::clone(&came));
        tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                let (pages, seen) = (Arc::clone(&pages), Arc::clone(&seen));
                // A visitor that leaves half-way is none of the server's business.
                tokio::spawn(async move { answer(visitor, &pages, &seen).await.ok() });
            }
        });
        Self { port, came }
    }

    /// `host:port`, as a fetcher is told whom it may visit.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Address of a path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    /// Paths that were asked for since the last call, and `""` for each connection on
    /// which nothing was.
    pub fn came(&self) -> Vec<String> {
        std::mem::take(&mut *self.came.lock().unwrap())
    }
}

async fn answer(
    mut visitor: TcpStream,
    pages: &Pages,
    came: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let path = asked_for(&mut visitor).await;
    came.lock().unwrap().push(path.clone());
    match pages.get(path.as_str()) {
        None => {
            let head = head("404 Not Found", "content-length: 0\r\n");
            visitor.write_all(head.as_bytes()).await
        }
        Some(Page::Bytes(bytes)) => whole(&mut visitor, bytes).await,
        Some(Page::Late(after, bytes)) => {
            tokio::time::sleep(*after).await;
            whole(&mut visitor, bytes).await
        }
        Some(Page::Redirect(to)) => {
            let place = format!("location: {to}\r\ncontent-length: 0\r\n");
            visitor
                .write_all(head("302 Found", &place).as_bytes())
                .await
        }
        Some(Page::Endless) => {
            visitor.write_all(head("200 OK", "").as_bytes()).await?;
            loop {
                visitor.write_all(&[b'x'; 1 << 13]).await?;
            }
        }
        Some(Page::Stalled) => {
            let head = head("200 OK", "content-length: 1000\r\n");
            visitor.write_all(format!("{head}x").as_bytes()).await?;
            std::future::pending().await
        }
        Some(Page::Silence) => std::future::pending().await,
    }
}

fn head(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{more}\r\n")
}

async fn whole(visitor: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let length = format!("content-length: {}\r\n", bytes.len());
    let head = head("200 OK", &length);
    visitor.write_all(head.as_bytes()).await?;
    visitor.write_all(bytes).await
}

/// The path of a request, empty where none comes.
async fn asked_for(visitor: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD_BYTES {
        match visitor.read(&mut buffer).await {
            Ok(count @ 1..) => head.extend_from_slice(&buffer[..count]),
            _ => break,
        }
    }
    let head = String::from_utf8_lossy(&head);
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}
