//! A stack with a receiver of webhooks, on which cells run one after the other.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use darkroom_compositor::{Fonts, font_dirs};
use darkroom_media::{Fetcher, Tools};
use darkroom_store::{Store, StoreConfig, Transport};
use darkroom_test_crash::{Faults, Process};
use darkroom_test_stack::{REGION, Stack};
use futures::future::join_all;
use serde_json::Value;
use tokio::net::TcpListener;

/// A webhook that a receiver got, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: String,
    pub event: String,
    /// When what it tells happened.
    pub occurred_at: String,
    pub status: u16,
}

impl Told {
    /// Which webhook it was, and when what it tells happened.
    pub fn moment(&self) -> (&str, &str) {
        (&self.id, &self.occurred_at)
    }
}

/// A receiver, for every user a path.
#[derive(Default)]
struct Receiver {
    /// What it got, oldest first.
    got: BTreeMap<String, Vec<Told>>,
    /// What it answers, one after the other and the last for good; else 200.
    answers: BTreeMap<String, VecDeque<u16>>,
}

impl Receiver {
    fn answer(&mut self, path: &str) -> u16 {
        let answers = self.answers.get_mut(path);
        answers.map_or(200, |answers| match answers.len() {
            1 => answers[0],
            _ => answers.pop_front().unwrap_or(200),
        })
    }
}

/// Everything that cells share.
pub struct Lane {
    pub stack: Stack,
    pub fonts: Fonts,
    pub tools: Tools,
    pub fetcher: Fetcher,
    /// `http://127.0.0.1:PORT`
    pub receiver: String,
    http: SharedHttpClient,
    receiving: Arc<Mutex<Receiver>>,
    made: AtomicU32,
}

async fn receive(
    State(receiver): State<Arc<Mutex<Receiver>>>,
    uri: Uri,
    headers: HeaderMap,
    text: String,
) -> StatusCode {
    let body: Value = serde_json::from_str(&text).unwrap();
    let said = |name: &str| body[name].as_str().unwrap().to_owned();
    let mut receiver = receiver.lock().unwrap();
    let status = receiver.answer(uri.path());
    let got = receiver.got.entry(uri.path().to_owned());
    got.or_default().push(Told {
        id: headers["webhook-id"].to_str().unwrap().to_owned(),
        event: said("eventType"),
        occurred_at: said("occurredAt"),
        status,
    });
    StatusCode::from_u16(status).unwrap()
}

impl Lane {
    pub async fn start(fonts: &Fonts) -> Self {
        let stack = Stack::start().await;
        let receiving = Arc::<Mutex<Receiver>>::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let receiver = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .fallback(receive)
            .with_state(Arc::clone(&receiving));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            stack,
            fonts: fonts.clone(),
            tools: Tools::discover().unwrap(),
            fetcher: Fetcher::from_env().unwrap(),
            receiver,
            http: aws_smithy_http_client::Builder::new().build_http(),
            receiving,
            made: AtomicU32::new(0),
        }
    }

    /// Several, with the fonts of this machine.
    pub async fn start_many(count: usize) -> Vec<Arc<Self>> {
        let fonts = Fonts::load(&font_dirs()).unwrap();
        let starting = (0..count).map(|_| Self::start(&fonts));
        let lanes = join_all(starting).await.into_iter();
        lanes.map(Arc::new).collect()
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

    /// Webhooks that were sent to a user, oldest first.
    pub fn told(&self, user: &str) -> Vec<Told> {
        let receiver = self.receiving.lock().unwrap();
        let got = receiver.got.get(&format!("/{user}"));
        got.cloned().unwrap_or_default()
    }

    /// Has a user's webhooks answered so, one after the other, and all others like the last.
    pub fn answer(&self, user: &str, statuses: &[u16]) {
        let mut receiver = self.receiving.lock().unwrap();
        let statuses = statuses.iter().copied().collect();
        receiver.answers.insert(format!("/{user}"), statuses);
    }
}
