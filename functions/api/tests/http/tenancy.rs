//! What belongs to another user is not there, whichever operation asks: driven by
//! `openapi.json`, so that a new operation joins by itself.

use std::collections::HashSet;

use darkroom_test_stack::openapi::openapi;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{
    Answer, Service, answer, assert_problem, body, body_of, state, state_with, synced_body,
};
use crate::described::{Operation, document};
use crate::world::{User, example, parameters, parameters_in, path_with, request, takes_file};

/// Most active exports of those who make many.
const MANY: u32 = 1000;

/// Ann, who has two of everything, and bob, who asks for it.
struct Two {
    service: Service,
    ann: User,
    bob: User,
    /// Every id of ann's: of two keys, projects, assets and uploads, and of three exports.
    ids: Vec<String>,
    /// A cursor of each list of ann's, and of her exports by one key.
    cursors: Vec<String>,
    asked: HashSet<String>,
}

/// Every id and cursor of ann's in every place of a request that takes one is 404 or 400. A
/// part number takes the id of its upload. Two things that look like ids have tests of their
/// own below: the key of a file in a document, which is among that document's faults (422
/// with a pointer), and the names that callers choose themselves, which name nothing of
/// anybody else's.
#[tokio::test(flavor = "multi_thread")]
async fn another_users_ids_and_cursors_name_nothing() {
    let mut two = Two::start().await;
    let before = two.everything_of_ann().await;
    for operation in &document().operations {
        two.try_paths(operation).await;
        two.try_bodies(operation).await;
        two.try_parameters(operation).await;
    }
    let after = two.everything_of_ann().await;
    assert_eq!((&after.0, after.2), (&before.0, before.2));
    assert!(after.1.is_superset(&before.1));
    // Every operation that takes an id or a cursor was asked.
    for operation in &document().operations {
        let named = parameters_in(operation, "query").into_iter();
        let mut named = named.chain(parameters_in(operation, "header"));
        let takes_id = named.any(|one| one["schema"]["format"] == "uuid");
        if takes_id || takes_cursor(operation) || !parameters(operation).is_empty() {
            assert!(two.asked.contains(&operation.id), "{}", operation.id);
        }
    }
    assert!(two.asked.len() >= 15, "{:?}", two.asked);
}

/// Another user's file is refused in a document like one that never was, wherever a
/// document is taken, and without a look at the bucket or the table.
#[tokio::test(flavor = "multi_thread")]
async fn another_users_file_is_not_there_for_a_document() {
    let service = Service::start().await;
    let asset = service.caption_asset("a").await;
    let (bob, _) = service.more_key("bob", true, None).await;
    let ask = |path: &str, body: &Value| {
        let post = service.to(Method::POST, path).bearer_auth(&bob);
        answer(post.json(body))
    };
    let project = ask("/v1/projects", &synced_body(&state(100, 100, 1.0))).await;
    let project = project.data()["projectId"].as_str().unwrap().to_owned();
    let sync = format!("/v1/projects/{project}/sync");
    let before = documents_of(&service, "bob").await;

    let mut nobodys = asset.clone();
    let name = asset["fileKey"]
        .as_str()
        .unwrap()
        .rsplit_once('/')
        .unwrap()
        .1;
    nobodys["fileKey"] = format!("uploads/{}/{name}", "6e6f626f6479").into();
    let mut told = Vec::new();
    for file in [&asset, &nobodys] {
        let named = state_with(&[file]);
        let (export, synced) = (body_of(named.clone()), synced_body(&named));
        for (path, body) in [
            ("/v1/exports", &export),
            ("/v1/exports/estimate", &export),
            ("/v1/projects", &synced),
            (sync.as_str(), &synced),
        ] {
            let refused = ask(path, body).await;
            assert_problem(&refused, 422, "EDITOR_ASSET_NOT_FOUND");
            assert_eq!(refused.paths(), ["/editorState/assets/file-0"], "{path}");
            told.push((path.to_owned(), refused.json["errors"].clone()));
        }
    }
    let (of_ann, of_nobody) = told.split_at(told.len() / 2);
    assert_eq!(
        of_ann, of_nobody,
        "nothing tells whether there is such a file"
    );
    assert_eq!(documents_of(&service, "bob").await, before);
    assert_eq!(service.queued().await, 0);

    // Its own user names it, and the recorder would see a further call.
    let export = body_of(state_with(&[&asset]));
    assert_eq!(service.create(&export).await.status, 201);
    service.store().recorder().take();
    assert_eq!(service.create(&export).await.status, 201);
    let calls = service.store().recorder().take();
    assert_eq!(calls, ["TransactWriteItems", "SendMessage"]);
}

/// What callers name themselves is their own: a name that ann gave, or an id of hers as a name,
/// makes something new of bob's and tells nothing of hers.
#[tokio::test(flavor = "multi_thread")]
async fn another_users_keys_and_client_task_ids_are_free_names() {
    let two = Two::start().await;
    let operations = document().operations.iter();
    let keyed: Vec<_> = operations.filter(|one| takes_key(one)).collect();
    assert_eq!(keyed.len(), 3);
    for operation in keyed {
        // A client task id is one of all routes.
        let bob = User::new(&two.service, &format!("bob-{}", operation.id)).await;
        let limited = two.service.store().set_active_limit(&bob.name, Some(MANY));
        limited.await.unwrap();
        let of_ann = two.named(operation, &two.ann, &operation.id).await;
        assert_eq!((of_ann.status, of_ann.replayed()), (201, false));
        for name in two.ids.iter().chain([&operation.id]) {
            let before = documents_of(&two.service, &bob.name).await.len();
            let of_bob = two.named(operation, &bob, name).await;
            let told = (of_bob.status, of_bob.replayed());
            assert_eq!(told, (201, false), "{name}: {}", of_bob.text);
            assert!(two.ids.iter().all(|id| !of_bob.text.contains(id)), "{name}");
            let after = documents_of(&two.service, &bob.name).await.len();
            assert!(after > before, "{name}: something of bob's own");
        }
    }
}

/// A user's tasks, projects and uses of files.
async fn documents_of(service: &Service, user: &str) -> Vec<Value> {
    let mut items = Vec::new();
    for prefix in ["T#", "P#", "R#"] {
        items.extend(service.items(user, prefix).await);
    }
    items
}

impl Two {
    async fn start() -> Self {
        let service = Service::start().await;
        let ann = User::new(&service, "ann").await;
        let second = User::new(&service, "ann").await;
        let bob = User::new(&service, "bob").await;
        let bind = json!({ "assetId": ann.asset });
        let path = format!("/v1/projects/{}/assets", second.project);
        answer(service.post(&path, &bind)).await.data();
        let ids = [&ann, &second].map(|user| {
            let ids = [
                &user.task,
                &user.project,
                &user.asset,
                &user.upload,
                &user.key_id,
            ];
            ids.map(String::clone)
        });
        let mut ids = ids.concat();
        // A third one, so that the list of a key's own has a cursor.
        let limited = service.store().set_active_limit("ann", Some(MANY));
        limited.await.unwrap();
        let third = service.to(Method::POST, "/v1/exports");
        let third = third.bearer_auth(&ann.secret).json(&body());
        ids.push(answer(third).await.task());
        let mut cursors = Vec::new();
        let by_key = format!("/v1/exports?pageSize=1&createdByApiKeyId={}", ann.key_id);
        cursors.push(cursor_of(&service, &by_key).await);
        for operation in &document().operations {
            if takes_cursor(operation) {
                let path = path_with(operation, |name| second.id(name).to_owned());
                cursors.push(cursor_of(&service, &format!("{path}?pageSize=1")).await);
            }
        }
        assert!(cursors.len() >= 4, "{cursors:?}");
        Self {
            service,
            ann,
            bob,
            ids,
            cursors,
            asked: HashSet::new(),
        }
    }

    /// Items, files and messages.
    async fn everything_of_ann(&self) -> (Vec<Value>, HashSet<String>, u64) {
        let table = json!({ "TableName": self.service.stack.made.table, "ConsistentRead": true });
        let found = self.service.aws("DynamoDB_20120810.Scan", &table).await;
        assert!(
            found.get("LastEvaluatedKey").is_none(),
            "one page holds all"
        );
        let mut items = found["Items"].as_array().unwrap().clone();
        items.retain(|item| item["pk"]["S"] == "U#ann");
        items.sort_by_key(ToString::to_string);
        let files = self.service.objects("").await;
        (items, files, self.service.queued().await)
    }

    /// A create under a name of the caller's, as the key of the request and, where the
    /// operation takes one, as the client task id.
    async fn named(&self, operation: &Operation, user: &User, name: &str) -> Answer {
        let mut body = example(operation, user).unwrap();
        if fields(operation).any(|field| field == "clientTaskId") {
            body["clientTaskId"] = name.into();
        }
        let path = user.path(operation);
        let create = self.service.to(operation.method.clone(), &path);
        let create = create.header("idempotency-key", name).json(&body);
        answer(create.bearer_auth(&user.secret)).await
    }

    fn refused(&mut self, operation: &Operation, answer: &Answer, what: &str) {
        self.asked.insert(operation.id.clone());
        assert!(
            [400, 404].contains(&answer.status),
            "{} with ann's {what}: {}",
            operation.id,
            answer.text
        );
        for id in &self.ids {
            let told = answer.json["detail"].as_str().unwrap_or_default();
            assert!(!told.contains(id), "{}", answer.text);
        }
    }

    /// Each id of ann's in each place of the path, the other places bob's own.
    async fn try_paths(&mut self, operation: &Operation) {
        for place in parameters(operation) {
            for id in self.ids.clone() {
                let path = path_with(operation, |name| {
                    if name == place {
                        id.clone()
                    } else {
                        self.bob.id(name).to_owned()
                    }
                });
                self.ask(operation, &path, &format!("{id} as {place}"))
                    .await;
            }
        }
        if !parameters(operation).is_empty() {
            let path = self.ann.path(operation);
            self.ask(operation, &path, "whole path").await;
        }
    }

    async fn ask(&mut self, operation: &Operation, path: &str, what: &str) {
        let asked = request(&self.service, operation, path, &self.bob);
        let answer = answer(asked.bearer_auth(&self.bob.secret)).await;
        self.refused(operation, &answer, what);
    }

    /// Ann's ids in the fields of a body that are ids.
    async fn try_bodies(&mut self, operation: &Operation) {
        let Some(body) = example(operation, &self.bob) else {
            return;
        };
        let path = self.bob.path(operation);
        let fields = fields(operation);
        for field in fields.filter(|field| field.ends_with("Id") && *field != "clientTaskId") {
            for id in self.ids.clone() {
                let mut body = body.clone();
                body[field] = id.as_str().into();
                let asked = self.service.to(operation.method.clone(), &path).json(&body);
                let answer = answer(asked.bearer_auth(&self.bob.secret)).await;
                self.refused(operation, &answer, &format!("{id} as {field}"));
            }
        }
    }

    /// Ann's cursors, and her ids in queries and headers.
    async fn try_parameters(&mut self, operation: &Operation) {
        let path = self.bob.path(operation);
        if takes_cursor(operation) {
            for cursor in [self.cursors.clone(), self.ids.clone()].concat() {
                let path = format!("{path}?pageCursor={cursor}");
                self.ask(operation, &path, "cursor").await;
            }
        }
        for parameter in parameters_in(operation, "header") {
            let name = parameter["name"].as_str().unwrap();
            if parameter["schema"]["format"] != "uuid" {
                continue;
            }
            assert!(takes_file(operation), "only an upload takes ids in headers");
            for id in self.ids.clone() {
                let asked = request(&self.service, operation, &path, &self.bob);
                let asked = asked.header(name, &id).bearer_auth(&self.bob.secret);
                let answer = answer(asked).await;
                self.refused(operation, &answer, &format!("{id} as {name}"));
            }
        }
        for parameter in parameters_in(operation, "query") {
            if parameter["schema"]["format"] != "uuid" {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            for id in self.ids.clone() {
                let path = format!("{path}?{name}={id}");
                self.ask(operation, &path, &format!("{id} as {name}")).await;
            }
            for cursor in self.cursors.clone() {
                let path = format!("{path}?{name}={}&pageCursor={cursor}", self.ann.key_id);
                self.ask(operation, &path, "key and cursor").await;
            }
        }
    }
}

/// The cursor behind a page of ann's.
async fn cursor_of(service: &Service, path: &str) -> String {
    let page = answer(service.get(path)).await;
    let cursor = page.json["meta"]["nextPageCursor"].as_str();
    cursor
        .unwrap_or_else(|| panic!("{path}: {}", page.text))
        .to_owned()
}

/// The fields of the JSON body that the operation takes, those that its example leaves out
/// included.
fn fields(operation: &Operation) -> impl Iterator<Item = &'static String> {
    let content = &operation.spec["requestBody"]["content"]["application/json"];
    let schema = content["schema"]["$ref"].as_str().expect("it has a name");
    let schema = openapi().whole().pointer(&schema[1..]).unwrap();
    schema["properties"].as_object().unwrap().keys()
}

fn takes_key(operation: &Operation) -> bool {
    let headers = parameters_in(operation, "header");
    headers.iter().any(|one| one["name"] == "Idempotency-Key")
}

fn takes_cursor(operation: &Operation) -> bool {
    let query = parameters_in(operation, "query");
    query.iter().any(|one| one["name"] == "pageCursor")
}
