//! Which call fails, and how.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use futures::future::{BoxFuture, FutureExt as _, Shared};
use tokio::sync::watch;

use crate::call::describe;
use crate::delay::not_held_back;
use crate::need::{Need, needs};

/// One call of a flow. Tries of one call are one point.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Which process makes it.
    pub process: &'static str,
    /// What it does.
    pub call: String,
    /// Which of the like by that process, 1 the first.
    pub nth: u32,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} #{}", self.process, self.call, self.nth)
    }
}

/// Something that happens while a call waits.
pub type Meanwhile = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What is done to a call.
#[derive(Clone)]
pub enum Fault {
    /// No try of it reaches AWS.
    Fails,
    /// It takes effect, the answer of its first try is lost, and it is tried again.
    AnswerLost,
    /// It takes effect, and no try of it is answered.
    Unanswered,
    /// It takes effect, and its process dies.
    Dies,
    /// Three tries of it are throttled.
    Throttled,
    /// Something else happens just before it reaches AWS.
    Meanwhile(Meanwhile),
}

/// Tries that [`Fault::Throttled`] refuses.
const THROTTLED: u32 = 3;

/// A fault, and the call that it is waiting for.
struct Armed {
    at: Point,
    fault: Fault,
    /// SDK's id of the call, once it was made, and its tries.
    victim: Option<(String, u32)>,
}

impl Armed {
    fn is_for(&self, id: &str) -> bool {
        self.victim.as_ref().is_some_and(|(victim, _)| victim == id)
    }
}

/// The calls of all processes of a test, and the faults of some of them. Cheap to clone.
#[derive(Clone)]
pub struct Faults(Arc<Inner>);

struct Inner {
    to: SharedHttpClient,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    armed: Vec<Armed>,
    /// Calls so far, by process and what they do.
    counts: BTreeMap<(&'static str, String), u32>,
    points: Vec<Point>,
    /// What the calls need of a policy, by process.
    needs: BTreeMap<&'static str, BTreeSet<Need>>,
    /// SDK's ids of calls that were counted: their further tries are not.
    known: HashSet<String>,
    meanwhile: Option<Shared<BoxFuture<'static, bool>>>,
}

impl Faults {
    /// Nothing fails yet; calls go to `to`.
    pub fn new(to: SharedHttpClient) -> Self {
        Self(Arc::new(Inner {
            to,
            state: Mutex::default(),
        }))
    }

    /// Has one more call fail.
    pub fn arm(&self, at: Point, fault: Fault) {
        let armed = Armed {
            at,
            fault,
            victim: None,
        };
        self.0.state.lock().unwrap().armed.push(armed);
    }

    /// Every call so far, in order.
    pub fn points(&self) -> Vec<Point> {
        self.0.state.lock().unwrap().points.clone()
    }

    /// What the calls so far need of a policy, by process.
    pub fn needs(&self) -> BTreeMap<&'static str, BTreeSet<Need>> {
        self.0.state.lock().unwrap().needs.clone()
    }

    /// Whether every call that was to fail was made.
    pub fn was_met(&self) -> bool {
        let state = self.0.state.lock().unwrap();
        state.armed.iter().all(|armed| armed.victim.is_some())
    }

    /// Waits for the end of what happens meanwhile, also where the call that waited for
    /// it is gone; `false` where that has panicked.
    pub async fn settled(&self) -> bool {
        let meanwhile = self.0.state.lock().unwrap().meanwhile.clone();
        match meanwhile {
            Some(meanwhile) => meanwhile.await,
            None => true,
        }
    }

    fn begin(&self, meanwhile: BoxFuture<'static, ()>) {
        let task = tokio::spawn(meanwhile);
        let done = task.map(|done| done.is_ok()).boxed().shared();
        self.0.state.lock().unwrap().meanwhile = Some(done);
    }

    /// A new process of that name.
    pub fn process(&self, name: &'static str) -> Process {
        Process {
            name,
            faults: self.clone(),
            dead: watch::Sender::new(false),
        }
    }

    /// Counts a try, and says what is done to it: the fault and which try it is.
    fn judge(&self, process: &'static str, request: &HttpRequest) -> Option<(Fault, u32)> {
        let id = request.headers().get("amz-sdk-invocation-id");
        let id = id.expect("the SDK names its calls").to_owned();
        let mut state = self.0.state.lock().unwrap();
        let state = &mut *state;
        if state.known.insert(id.clone()) {
            let needed = state.needs.entry(process).or_default();
            needed.extend(needs(request));
            let call = describe(request);
            let nth = state.counts.entry((process, call.clone())).or_default();
            *nth += 1;
            let nth = *nth;
            let point = Point { process, call, nth };
            if let Some(armed) = state.armed.iter_mut().find(|armed| armed.at == point) {
                armed.victim = Some((id.clone(), 0));
            }
            state.points.push(point);
        }
        let armed = state.armed.iter_mut().find(|armed| armed.is_for(&id))?;
        let (_, tries) = armed.victim.as_mut()?;
        *tries += 1;
        Some((armed.fault.clone(), *tries))
    }
}

/// A process whose calls are counted, and which can die. Cheap to clone.
#[derive(Clone)]
pub struct Process {
    name: &'static str,
    faults: Faults,
    dead: watch::Sender<bool>,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process({})", self.name)
    }
}

impl Process {
    /// What its SDK clients send by.
    pub fn http(&self) -> SharedHttpClient {
        let process = self.clone();
        http_client_fn(move |settings, components| {
            SharedHttpConnector::new(Line {
                process: process.clone(),
                real: process.faults.0.to.http_connector(settings, components),
            })
        })
    }

    /// Whether it has died.
    pub fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Does some work in this process; `None` where it dies in it, or has died before.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut dead = self.dead.subscribe();
        tokio::select! {
            biased;
            _ = dead.wait_for(|dead| *dead) => None,
            done = work => Some(done),
        }
    }
}

/// The connection of one process.
#[derive(Debug, Clone)]
struct Line {
    process: Process,
    real: SharedHttpConnector,
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}

impl Line {
    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let process = &self.process;
        if process.is_dead() {
            return pending().await;
        }
        let request = not_held_back(request);
        let Some((fault, nth)) = process.faults.judge(process.name, &request) else {
            return self.real.call(request).await;
        };
        match (fault, nth) {
            (Fault::AnswerLost | Fault::Unanswered, 1) => {
                let _lost = self.real.call(request).await;
                Err(broken())
            }
            (Fault::Fails | Fault::Unanswered, _) => Err(broken()),
            (Fault::Dies, _) => {
                let _lost = self.real.call(request).await;
                process.dead.send_replace(true);
                pending().await
            }
            (Fault::Throttled, tries) if tries <= THROTTLED => Ok(throttled(&request)),
            (Fault::Meanwhile(meanwhile), 1) => {
                process.faults.begin(meanwhile());
                process.faults.settled().await;
                self.real.call(request).await
            }
            _ => self.real.call(request).await,
        }
    }
}

fn broken() -> ConnectorError {
    ConnectorError::io("the connection broke".into())
}

/// How each service says that it is asked too often.
fn throttled(request: &HttpRequest) -> HttpResponse {
    let (status, kind, body) = if let Some(target) = request.headers().get("x-amz-target") {
        let code = if target.starts_with("DynamoDB") {
            "com.amazonaws.dynamodb.v20120810#ThrottlingException"
        } else {
            "com.amazonaws.sqs#RequestThrottled"
        };
        let body = serde_json::json!({ "__type": code, "message": "slower" });
        (400, "application/x-amz-json-1.0", body.to_string())
    } else {
        let body = "<Error><Code>SlowDown</Code><Message>slower</Message></Error>";
        (503, "application/xml", body.to_owned())
    };
    let status = StatusCode::try_from(status).unwrap();
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", kind);
    response
}
