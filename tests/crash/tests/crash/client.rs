//! The export's client: it asks again where it is not answered, as the contract says.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use darkroom_api::{ApiConfig, AppState, router};
use darkroom_exports::{CallbackPolicy, Limits};
use darkroom_test_crash::Process;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::cell::{Cell, Flow};
use crate::prepared::unheard;

/// Times that a client asks.
const ASKS: u32 = 6;
/// Longest answer.
const ANSWER_BYTES: usize = 1 << 20;

/// A process of the API.
pub struct Api {
    process: Process,
    router: Router,
}

impl Cell {
    /// A process of the API that nothing happens to.
    pub async fn clean_api(&self) -> Api {
        self.api(self.lane.no_faults().process("other")).await
    }

    pub async fn api(&self, process: Process) -> Api {
        let limits = Limits {
            callbacks: CallbackPolicy::Local,
            ..Limits::default()
        };
        let config = ApiConfig {
            limits,
            ..ApiConfig::default()
        };
        let store = self.lane.store(&process).await;
        let router = router(AppState::new(store, config));
        Api { process, router }
    }

    /// Sends a request; `None` where the process dies of it.
    pub async fn ask(&self, api: &Api, request: Request<Body>) -> Option<(u16, Value)> {
        let router = api.router.clone();
        let answer = async {
            let response = router.oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), ANSWER_BYTES).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or_default())
        };
        api.process.live(answer).await
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let bearer = format!("Bearer {}", self.secret);
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", bearer)
    }

    /// Uploads a file; answers its asset.
    pub async fn upload(&self) -> Value {
        let request = self
            .request(Method::POST, "/v1/uploads")
            .header("content-type", "text/plain")
            .header("x-file-name", "a.srt");
        let text = format!("1\n00:00:00,000 --> 00:00:01,000\n{}\n", self.user);
        let api = self.clean_api().await;
        let answer = self.ask(&api, request.body(Body::from(text)).unwrap());
        let (status, mut answer) = answer.await.unwrap();
        assert!(status < 300, "{status} {answer}");
        answer["data"].take()
    }

    /// Keeps the state of the create's body as a project, of which it is an export then.
    pub async fn keep_as_project(&mut self) {
        let body = self.body.as_object_mut().unwrap();
        let names = ["editorState", "stateSchemaVersion"];
        let kept = names.map(|name| (name, body.remove(name).unwrap()));
        let kept: Value = kept.into_iter().collect();
        let request = self
            .request(Method::POST, "/v1/projects")
            .header("content-type", "application/json");
        let request = request.body(Body::from(kept.to_string())).unwrap();
        let api = self.clean_api().await;
        let (status, answer) = self.ask(&api, request).await.unwrap();
        assert_eq!(status, 201, "{answer}");
        let id = answer["data"]["projectId"].as_str().unwrap();
        self.path = format!("/v1/projects/{id}/exports");
    }

    /// Creates the export, and goes on with it as the flow says. A client whose server dies
    /// does not come back: what it began goes on without it.
    pub async fn begin(&self) {
        let other = match self.flow {
            Flow::Completed => Some(Box::pin(self.another_export()).await),
            _ => None,
        };
        let process = match self.flow {
            Flow::Full => {
                Box::pin(self.ask_in_vain()).await;
                "again"
            }
            Flow::Unheard => {
                let api = self.api(self.faults.process("create")).await;
                self.be_refused(&api, &unheard(&self.body)).await;
                "again"
            }
            _ => "create",
        };
        let api = self.api(self.faults.process(process)).await;
        self.create(&api).await;
        if let Some(other) = other {
            self.look_in_between().await;
            Box::pin(self.forget(other)).await;
        }
        match self.flow {
            Flow::Canceled => {
                let api = self.api(self.faults.process("cancel")).await;
                self.cancel(&api).await;
            }
            Flow::Paused => Box::pin(self.pause_for_a_while()).await,
            Flow::Abandoned => Box::pin(self.abandon()).await,
            Flow::HeldByQueue => Box::pin(self.hold_by_sweep()).await,
            Flow::Twice => Box::pin(self.come_again()).await,
            _ => {}
        }
    }

    /// Asks for the same once more, when the export should have begun.
    async fn come_again(&self) {
        self.pass_time().await;
        let api = self.api(self.faults.process("again")).await;
        self.create(&api).await;
    }

    /// Asks while as many exports are active as may be, of an account that does not stand in
    /// the due index, as it is from before there was one; then they end.
    async fn ask_in_vain(&self) {
        let others = [
            Box::pin(self.another_export()).await,
            Box::pin(self.another_export()).await,
        ];
        let stack = &self.lane.stack;
        let remove = "REMOVE dueShard, dueAt";
        stack
            .update(&self.user, "ACCOUNT", remove, &Value::Null)
            .await;
        let api = self.api(self.faults.process("create")).await;
        self.be_refused(&api, &self.body).await;
        self.look_in_between().await;
        for other in others {
            Box::pin(self.forget(other)).await;
        }
    }

    async fn be_refused(&self, api: &Api, body: &Value) {
        for _ in 0..ASKS {
            match self.ask(api, self.creates(body)).await {
                None | Some((422, _)) => return,
                Some((500.., _)) => {}
                Some((status, answer)) => {
                    let what = format!("a create to be refused is answered {status} {answer}");
                    return self.complain(what);
                }
            }
        }
        self.complain("a create to be refused is not answered");
    }

    /// The request that creates an export.
    fn creates(&self, body: &Value) -> Request<Body> {
        let request = self
            .request(Method::POST, &self.path)
            .header("content-type", "application/json");
        let request = if self.flow == Flow::Named {
            request
        } else {
            request.header("idempotency-key", "the-key")
        };
        request.body(Body::from(body.to_string())).unwrap()
    }

    pub async fn create(&self, api: &Api) {
        for _ in 0..ASKS {
            let Some((status, answer)) = self.ask(api, self.creates(&self.body)).await else {
                return;
            };
            let mut answers = self.answers.lock().unwrap();
            match status {
                201 => {
                    let task = answer["data"]["taskId"].as_str().unwrap();
                    answers.created.push(task.to_owned());
                    return;
                }
                401 => {
                    answers.refused = true;
                    return;
                }
                500.. => {}
                _ => return self.complain(format!("the create is answered {status} {answer}")),
            }
        }
        self.complain("the create is not answered");
    }

    /// Cancels the export, if its client knows of it.
    pub async fn cancel(&self, api: &Api) {
        let task = self.answers.lock().unwrap().created.first().cloned();
        let Some(task) = task else { return };
        for _ in 0..ASKS {
            let path = format!("/v1/exports/{task}");
            let request = self.request(Method::DELETE, &path).body(Body::empty());
            match self.ask(api, request.unwrap()).await {
                None => return,
                Some((status @ (200 | 409), _)) => {
                    return self.answers.lock().unwrap().canceled.push(status);
                }
                Some((500.., _)) => {}
                Some((status, answer)) => {
                    return self.complain(format!("the cancel is answered {status} {answer}"));
                }
            }
        }
        self.complain("the cancel is not answered");
    }

    /// Deletes the file that the export names: not as long as the export is active.
    pub async fn delete_asset(&self) {
        let api = self.clean_api().await;
        let path = format!("/v1/assets/{}", self.asset);
        let request = self.request(Method::DELETE, &path).body(Body::empty());
        let before = !self.left().await.active().is_empty();
        let (status, answer) = self.ask(&api, request.unwrap()).await.unwrap();
        let left = self.left().await;
        let after = !left.active().is_empty();
        let (file, is_deleted) = left.file(&self.asset);
        let is_there = self.lane.stack.objects(file).await.contains(file);
        // The export may end meanwhile: a heartbeat holds up nothing else.
        let as_expected = match status {
            409 => before && !is_deleted && is_there,
            200 => !after && is_deleted,
            _ => false,
        };
        if !as_expected {
            let what = json!({
                "active": [before, after], "status": status, "answer": answer,
                "deleted": is_deleted, "there": is_there,
            });
            self.complain(format!("the file's deletion: {what}"));
        }
    }
}
