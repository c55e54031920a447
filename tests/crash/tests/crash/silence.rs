//! Calls of a heartbeat that are never answered: they cost a healthy worker nothing, or it
//! gives its work up while that is its own to give.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use darkroom_compositor::{Fonts, font_dirs};
use darkroom_exports::{Task, TaskId, TaskState};
use darkroom_media::{Fetcher, Tools};
use darkroom_store::{
    ApiKey, Canceled, ClaimOutcome, Received, RenderMessage, Store, StoreConfig, Transport,
};
use darkroom_test_crash::describe;
use darkroom_test_stack::export::{self, square};
use darkroom_test_stack::{REGION, Stack};
use darkroom_worker::{Deadline, Worker, WorkerConfig};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::work::event;

/// The two calls of a heartbeat.
const QUEUE: &str = "ChangeMessageVisibility ";
const TABLE: &str = "UpdateItem T SET leaseUntil = :until";
/// Long enough for everything here, and less than the SDK waits for one answer.
const SOON: Duration = Duration::from_secs(20);

/// A connection on which some calls are never answered.
#[derive(Debug, Clone)]
struct Silent {
    real: SharedHttpConnector,
    on: &'static str,
    met: Arc<AtomicU32>,
}

impl HttpConnector for Silent {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if describe(&request).starts_with(self.on) {
            self.met.fetch_add(1, Ordering::SeqCst);
            return HttpConnectorFuture::new(std::future::pending());
        }
        self.real.call(request)
    }
}

fn silent(on: &'static str, met: &Arc<AtomicU32>) -> SharedHttpClient {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let met = Arc::clone(met);
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Silent {
            real: http.http_connector(settings, components),
            on,
            met: Arc::clone(&met),
        })
    })
}

/// An export that takes long, its message, and a worker some of whose calls nobody answers.
struct Scene {
    stack: Stack,
    key: ApiKey,
    id: TaskId,
    message: Received,
    worker: Worker,
    met: Arc<AtomicU32>,
}

impl Scene {
    async fn start(on: &'static str, config: WorkerConfig) -> Self {
        let stack = Stack::start().await;
        let (_, key) = stack.key("ann").await;
        let store = stack.store();
        let id = export::create(store, &key, &square(720, 300), &json!({})).await;
        let mut messages = store
            .receive_render(1, Duration::from_secs(5))
            .await
            .unwrap();
        let met = Arc::<AtomicU32>::default();
        let made = &stack.made;
        let state = StoreConfig::local(
            &stack.endpoint,
            REGION,
            &made.table,
            &made.bucket,
            made.queues(),
        );
        let transport = Transport {
            http: silent(on, &met),
            first_backoff: Duration::from_millis(1),
        };
        let worker = Worker::new(
            Store::over(state, transport).await.unwrap(),
            Tools::discover().unwrap(),
            Fonts::load(&font_dirs()).unwrap(),
            Fetcher::from_env().unwrap(),
            WorkerConfig {
                heartbeat: Duration::from_millis(200),
                scratch: stack.dir.path().join("scratch"),
                ..config
            },
        );
        Self {
            message: messages.pop().expect("a message"),
            stack,
            key,
            id,
            worker,
            met,
        }
    }

    fn begin(&self, deadline: Deadline) -> JoinHandle<SqsBatchResponse> {
        let (worker, event) = (self.worker.clone(), event(&self.message));
        tokio::spawn(async move {
            // Boxed: the nested futures are deeper than the compiler looks.
            Box::pin(darkroom_worker::handle(&worker, event, deadline)).await
        })
    }

    /// Works until it gives up, which it must before long.
    async fn given_up(&self, deadline: Deadline) {
        let answer = tokio::time::timeout(SOON, self.begin(deadline)).await;
        let answer = answer.expect("it waits for an answer").unwrap();
        assert_eq!(answer.batch_item_failures.len(), 1, "it comes again");
        assert!(self.met.load(Ordering::SeqCst) > 0);
        let task = self.task().await;
        assert_eq!((task.state, task.output_key), (TaskState::Processing, None));
    }

    async fn task(&self) -> Task {
        let task = self.stack.store().get_task(&self.key.user, self.id).await;
        task.unwrap().unwrap()
    }

    /// When the lease of now is over, in milliseconds after 1970; 0 before the first.
    async fn lease_until(&self) -> i64 {
        let sk = format!("T#{}", self.id);
        let item = self.stack.item(&self.key.user, &sk).await;
        let until = item["leaseUntil"]["N"].as_str();
        until.map_or(0, |until| until.parse().unwrap())
    }

    /// Looks until the lease lasts longer than until `moment`; answers until when.
    async fn lease_beyond(&self, moment: i64) -> i64 {
        let began = Instant::now();
        loop {
            let until = self.lease_until().await;
            if until > moment {
                return until;
            }
            assert!(began.elapsed() < SOON, "the lease is not extended");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_silent_costs_no_lease() {
    let scene = Box::pin(Scene::start(QUEUE, WorkerConfig::default())).await;
    let working = scene.begin(Deadline::NONE);
    let mut until = scene.lease_beyond(0).await;
    for _ in 0..2 {
        until = scene.lease_beyond(until).await;
    }
    assert!(scene.met.load(Ordering::SeqCst) > 0);
    assert_eq!(scene.task().await.state, TaskState::Processing);
    // It is in its task's hands still: it learns of a cancel.
    let canceled = scene.stack.store().cancel(&scene.key, scene.id).await;
    assert!(matches!(canceled, Ok(Canceled::Done(_))), "{canceled:?}");
    let answer = tokio::time::timeout(SOON, working).await.unwrap().unwrap();
    assert!(answer.batch_item_failures.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_silent_ends_the_work_within_the_lease() {
    let config = WorkerConfig {
        lease: Duration::from_secs(5),
        ..WorkerConfig::default()
    };
    let scene = Box::pin(Scene::start(TABLE, config)).await;
    scene.given_up(Deadline::NONE).await;
    assert!(scene.met.load(Ordering::SeqCst) >= 2, "tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_table_hides_no_deadline() {
    let config = WorkerConfig {
        lease: Duration::from_secs(600),
        time_margin: Duration::from_secs(25),
        ..WorkerConfig::default()
    };
    let scene = Box::pin(Scene::start(TABLE, config)).await;
    scene
        .given_up(Deadline::after(Duration::from_secs(30)))
        .await;
    // Given back, not left to run out.
    let named: RenderMessage = serde_json::from_str(&scene.message.body).unwrap();
    let lease = Duration::from_secs(60);
    let next = scene.stack.store().claim(&named, "next", lease).await;
    assert!(matches!(next, Ok(ClaimOutcome::Claimed(_))), "{next:?}");
}
