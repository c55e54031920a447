//! A stack with a receiver of webhooks, on which cells run one after the other.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use darkroom_compositor::{Fonts, font_dirs};
use darkroom_media::{Fetcher, Tools};
use darkroom_store::{Store, StoreConfig, Transport};
use darkroom_test_crash::{Faults, Process};
use darkroom_test_stack::{REGION, Stack};
use serde_json::Value;
use tokio::net::TcpListener;

/// Events that a receiver got, by the path that they were sent to.
type Got = Arc<Mutex<BTreeMap<String, Vec<(String, String)>>>>;

/// Everything that cells share.
pub struct Lane {
    pub stack: Stack,
    pub fonts: Fonts,
    pub tools: Tools,
    pub fetcher: Fetcher,
    /// `http://127.0.0.1:PORT`
    pub receiver: String,
    http: SharedHttpClient,
    got: Got,
    made: AtomicU32,
}

async fn receive(State(got): State<Got>, uri: Uri, headers: HeaderMap, text: String) {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&text).unwrap();
    let event = body["eventType"].as_str().unwrap().to_owned();
    let mut got = got.lock().unwrap();
    got.entry(uri.path().to_owned())
        .or_default()
        .push((id, event));
}

impl Lane {
    pub async fn start(fonts: &Fonts) -> Self {
        let stack = Stack::start().await;
        let got = Got::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let receiver = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(receive).with_state(Arc::clone(&got));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            stack,
            fonts: fonts.clone(),
            tools: Tools::discover().unwrap(),
            fetcher: Fetcher::from_env().unwrap(),
            receiver,
            http: aws_smithy_http_client::Builder::new().build_http(),
            got,
            made: AtomicU32::new(0),
        }
    }

    /// Several, with the fonts of this machine.
    pub async fn start_many(count: usize) -> Vec<Arc<Self>> {
        let fonts = Fonts::load(&font_dirs()).unwrap();
        let mut lanes = Vec::new();
        for _ in 0..count {
            lanes.push(Arc::new(Self::start(&fonts).await));
        }
        lanes
    }

    /// A number that was not given before.
    pub fn number(&self) -> u32 {
        self.made.fetch_add(1, Ordering::SeqCst)
    }

    /// Scratch space of a worker of its own.
    pub fn scratch(&self) -> PathBuf {
        let name = format!("scratch-{}", self.number());
        self.stack.dir.path().join(name)
    }

    /// Calls that nothing happens to.
    pub fn no_faults(&self) -> Faults {
        Faults::new(self.http.clone())
    }

    /// What a new process knows of the store: nothing.
    pub async fn store(&self, process: &Process) -> Store {
        let made = &self.stack.made;
        let config = StoreConfig::local(
            &self.stack.endpoint,
            REGION,
            &made.table,
            &made.bucket,
            made.queues(),
        );
        let transport = Transport {
            http: process.http(),
            first_backoff: Duration::from_millis(1),
        };
        Store::over(config, transport).await.unwrap()
    }

    /// Webhook ids and events that were sent to a user, oldest first.
    pub fn told(&self, user: &str) -> Vec<(String, String)> {
        let got = self.got.lock().unwrap();
        got.get(&format!("/{user}")).cloned().unwrap_or_default()
    }
}
