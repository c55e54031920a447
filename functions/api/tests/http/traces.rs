//! One id follows an export, and its request is counted once.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use darkroom_api::{ApiConfig, AppState, router};
use darkroom_exports::TraceId;
use darkroom_telemetry::Metric;
use darkroom_test_stack::telemetry::{KeptLog, Told, field, values};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;

use crate::common::{Service, body};

const TRACE: &str = "5e0f3a9c1b2d4e6f8091a2b3c4d5e6f7";

struct Traced {
    service: Service,
    router: Router,
    told: Told,
    log: KeptLog,
}

impl Traced {
    async fn start() -> Self {
        let service = Service::start().await;
        let told = Told::default();
        let state = AppState::new(service.store().clone(), ApiConfig::default());
        Self {
            router: router(state.with_metrics(told.metrics("api-1"))),
            service,
            told,
            log: KeptLog::default(),
        }
    }

    fn post(&self, uri: &str, body: &Value) -> Request<Body> {
        let secret = &self.service.secret;
        Request::post(uri)
            .header("authorization", format!("Bearer {secret}"))
            .header("content-type", "application/json")
            .body(body.to_string().into())
            .unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Response {
        let answer = self.router.clone().oneshot(request);
        answer.with_subscriber(self.log.subscriber()).await.unwrap()
    }

    /// The trace of the newest task.
    async fn stored(&self) -> String {
        let tasks = self.service.items("ann", "T#").await;
        let newest = tasks.last().unwrap();
        newest["traceId"]["S"].as_str().unwrap().to_owned()
    }
}

fn request_id(answer: &Response) -> &str {
    answer.headers()["x-request-id"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_trace_is_kept_sent_logged_and_no_secret_with_it() {
    let traced = Traced::start().await;
    let mut request = traced.post("/v1/exports?token=sesame", &body());
    let header = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let value = header.parse().unwrap();
    request.headers_mut().insert("traceparent", value);
    let answer = traced.send(request).await;
    assert_eq!(answer.status(), 201);

    assert_eq!(traced.stored().await, TRACE);
    let store = traced.service.store();
    let messages = store.receive_render(1, Duration::from_secs(5)).await;
    let message = messages.unwrap().pop().unwrap();
    assert_eq!(message.trace, TraceId::parse(TRACE));
    let task: Value = serde_json::from_str(&message.body).unwrap();

    let lines = traced.log.lines();
    let created = lines
        .iter()
        .find(|line| line["fields"]["message"] == "created");
    let created = created.unwrap();
    assert_eq!(field(created, "trace_id").unwrap(), TRACE);
    assert_eq!(field(created, "task_id").unwrap(), &task["task"]);
    assert_eq!(field(created, "request_id").unwrap(), request_id(&answer));
    assert_eq!(field(created, "path").unwrap(), "/v1/exports");
    let text = traced.log.text();
    assert!(!text.contains("sesame"), "{text}");
    assert!(!text.contains(&traced.service.secret), "{text}");

    let told = traced.told.take_emf();
    let [line] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(line["exportsCreated"], 1);
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["request_id"], request_id(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_valid_traceparent_the_gateways_id_or_the_requests_own_is_the_trace() {
    let traced = Traced::start().await;
    let mut request = traced.post("/v1/exports", &body());
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.request_id = Some("JKJaXmPLvHcESHA=".to_owned());
    let context = RequestContext::ApiGatewayV2(context);
    request.extensions_mut().insert(context);
    traced.send(request).await;
    assert_eq!(traced.stored().await, "JKJaXmPLvHcESHA=");

    let mut request = traced.post("/v1/exports", &body());
    // Two headers are none.
    for parent in ["00f067aa0ba902b7", "00f067aa0ba902b8"] {
        let header = format!("00-{TRACE}-{parent}-01");
        let value = header.parse().unwrap();
        request.headers_mut().append("traceparent", value);
    }
    let answer = traced.send(request).await;
    assert_eq!(traced.stored().await, request_id(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_are_counted_as_created_replayed_or_rejected_by_code() {
    let traced = Traced::start().await;
    let keyed = || {
        let mut request = traced.post("/v1/exports", &body());
        let key = "once".parse().unwrap();
        request.headers_mut().insert("idempotency-key", key);
        request
    };
    let nobody = || Request::post("/v1/exports").body(Body::empty()).unwrap();
    let list = || Request::get("/v1/exports").body(Body::empty()).unwrap();
    let of_project = || traced.post("/v1/projects/nope/exports", &body());
    let broken = || {
        let mut broken = body();
        broken["editorState"]["tracks"] = json!(5);
        traced.post("/v1/exports", &broken)
    };
    for (request, metric, code) in [
        (keyed(), Some(Metric::ExportsCreated), None),
        (keyed(), Some(Metric::ExportsReplayed), None),
        (list(), None, None),
        (traced.post("/v1/projects", &json!({})), None, None),
        (
            traced.post("/v1/exports", &json!({})),
            Some(Metric::ExportsRejected),
            Some("REQUEST_INVALID"),
        ),
        // One code for the faults of a document, whichever they are.
        (
            broken(),
            Some(Metric::ExportsRejected),
            Some("EDITOR_SCHEMA_INVALID"),
        ),
        (
            nobody(),
            Some(Metric::ExportsRejected),
            Some("OPEN_API_KEY_INVALID"),
        ),
        (
            of_project(),
            Some(Metric::ExportsRejected),
            Some("PROJECT_NOT_FOUND"),
        ),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        traced.send(request).await;
        let told = traced.told.take_emf();
        let Some(metric) = metric else {
            assert_eq!(told, [json!(null); 0], "{what}");
            continue;
        };
        assert_eq!(told.len(), 1, "{what}: {told:?}");
        assert_eq!(values(&told, metric), [1.0], "{what}: {told:?}");
        assert_eq!(told[0].get("errorCode").and_then(Value::as_str), code);
        let by_code = json!(["FunctionName", "errorCode"]);
        let sets = told[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"].as_array();
        assert_eq!(sets.unwrap().contains(&by_code), code.is_some(), "{what}");
    }
}
