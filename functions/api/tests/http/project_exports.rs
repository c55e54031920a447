//! Exports of a project's state.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, assert_problem, state, with};

fn settings() -> Value {
    json!({ "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4" })
}

impl Service {
    async fn export_of(&self, project: &str, body: &Value, key: Option<&str>) -> Answer {
        let mut post = self.post(&format!("/v1/projects/{project}/exports"), body);
        if let Some(key) = key {
            post = post.header("idempotency-key", key);
        }
        answer(post).await
    }

    /// Hash of the document that a task renders.
    async fn rendered(&self, task: &str) -> String {
        let item = &self.items("ann", &format!("T#{task}")).await[0];
        item["documentHash"]["S"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_renders_the_state_of_its_creation() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 2.0)).await;
    let created = service.export_of(&id, &settings(), None).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.data()["projectId"], id.as_str());
    assert_eq!(created.data()["durationSeconds"], 2);
    let task = service.task(&created.task()).await;
    assert_eq!(
        (&task["projectId"], &task["status"]),
        (&json!(id), &json!("PENDING"))
    );
    let document = service.rendered(&created.task()).await;
    assert_eq!(service.queued().await, 1);

    service.sync(&id, &state(100, 100, 5.0)).await;
    assert_eq!(service.rendered(&created.task()).await, document);
    let later = service.export_of(&id, &settings(), None).await;
    assert_eq!(later.data()["durationSeconds"], 5);
    assert_ne!(service.rendered(&later.task()).await, document);
    let third = service.export_of(&id, &settings(), None).await;
    assert_problem(&third, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");

    // They outlive the project, and stand in the list with it.
    answer(service.delete(&format!("/v1/projects/{id}"))).await;
    let list = answer(service.get("/v1/exports")).await;
    for task in list.data().as_array().unwrap() {
        assert_eq!(task["projectId"], id.as_str());
    }
    assert_eq!(
        service.task(&created.task()).await["projectId"],
        id.as_str()
    );
    assert_eq!(
        service.cancel(&created.task()).await.data()["status"],
        "CANCELED"
    );
    let gone = service.export_of(&id, &settings(), None).await;
    assert_problem(&gone, 404, "PROJECT_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_export_is_the_first_one_whatever_was_synced_since() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 2.0)).await;
    let body = settings();
    let answers = join_all((0..64).map(|_| service.export_of(&id, &body, Some("k")))).await;
    let first = &answers[0];
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 && answer.text == first.text)
    );
    assert_eq!(
        answers.iter().filter(|answer| !answer.replayed()).count(),
        1
    );
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.queued().await, 1);

    let other = with(settings(), json!({ "fps": 60 }));
    let refused = service.export_of(&id, &other, Some("k")).await;
    assert_problem(&refused, 409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused.paths(), ["/fps"]);
    // The key is the project's: under another project it is another one.
    let second = service.project(&state(100, 100, 1.0)).await;
    let others = service.export_of(&second, &body, Some("k")).await;
    assert!(others.status == 201 && !others.replayed());

    // After a state that could not be exported, and after the project.
    let long = state(1920, 1080, 301.0);
    assert_eq!(service.sync(&id, &long).await.status, 200);
    let again = service.export_of(&id, &body, Some("k")).await;
    assert!(again.replayed() && again.text == first.text);
    answer(service.delete(&format!("/v1/projects/{id}"))).await;
    let again = service.export_of(&id, &body, Some("k")).await;
    assert!(again.replayed() && again.text == first.text);
    assert_eq!(service.items("ann", "T#").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_not_even_told_what_it_was_told_before() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 2.0)).await;
    let first = service.export_of(&id, &settings(), Some("before")).await;
    assert_eq!(first.status, 201, "{}", first.text);
    service.revoke_elsewhere().await;
    let refused = service.export_of(&id, &settings(), Some("before")).await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_task_id_names_one_export_of_all_routes() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 2.0)).await;
    let body = with(settings(), json!({ "clientTaskId": "mine" }));
    let first = service.export_of(&id, &body, None).await;
    assert_eq!(first.status, 201);
    service.sync(&id, &state(100, 100, 3.0)).await;
    let again = service.export_of(&id, &body, None).await;
    assert!(again.replayed() && again.text == first.text);

    let second = service.project(&state(100, 100, 1.0)).await;
    let refused = service.export_of(&second, &body, None).await;
    assert_problem(&refused, 409, "CLIENT_TASK_ID_REUSED");
    assert_eq!(refused.paths(), ["/projectId"]);
    let direct = crate::common::body_with(json!({ "clientTaskId": "mine" }));
    let refused = service.create(&direct).await;
    assert_problem(&refused, 409, "CLIENT_TASK_ID_REUSED");
    let mut paths = refused.paths();
    paths.sort_unstable();
    assert_eq!(paths, ["/editorState", "/projectId", "/stateSchemaVersion"]);
    let keyed = service.export_of(&id, &body, Some("k")).await;
    assert_problem(&keyed, 409, "CLIENT_TASK_ID_REUSED");
    assert_eq!(service.items("ann", "T#").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused() {
    let service = Service::start().await;
    let id = service.project(&state(100, 100, 2.0)).await;
    let wrong = json!({
        "editorState": {}, "stateSchemaVersion": "v1", "compositionWidth": 100, "projectId": id,
        "ratio": "custom", "scale": 9, "fps": 30, "format": "mp4",
    });
    let refused = service.export_of(&id, &wrong, None).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    let mut paths = refused.paths();
    paths.sort_unstable();
    let expected = [
        "/compositionWidth",
        "/editorState",
        "/projectId",
        "/scale",
        "/stateSchemaVersion",
    ];
    assert_eq!(paths, expected);
    let callback = with(settings(), json!({ "callbackUrl": "http://example.com/" }));
    let refused = service.export_of(&id, &callback, None).await;
    assert_problem(&refused, 422, "CALLBACK_URL_FORBIDDEN");

    service.sync(&id, &state(1920, 1080, 301.0)).await;
    let refused = service.export_of(&id, &settings(), None).await;
    assert_problem(&refused, 422, "EXPORT_TOO_LONG");
    assert!(service.items("ann", "T#").await.is_empty());
    assert_eq!(service.queued().await, 0);
}
