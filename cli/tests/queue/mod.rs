//! `darkroom queue` on a running service: what it holds waits, and goes on.

use std::time::{Duration, Instant};

use darkroom_exports::{TaskId, TaskState};
use serde_json::{Value, json};

use crate::common::{LIMIT, Service, moving_square, request, run, stdout};

/// Looks until a task of a user is in this state.
async fn until(service: &Service, user: &str, task: &str, state: TaskState) {
    let (store, start) = (service.store().await, Instant::now());
    let id = TaskId::parse(task).unwrap();
    loop {
        let task = store.get_task(user, id).await.unwrap().unwrap();
        if task.state == state {
            return;
        }
        assert!(start.elapsed() < LIMIT, "not {state:?}: {task:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_operator_holds_the_queue_and_lets_it_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = service.data.to_str().unwrap();
    let queue = |action: &str| {
        let out = stdout(&run(&["queue", action, "--json", "--data", data], 0));
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let running = json!({ "queue": "render", "paused": false, "pausedAt": null, "held": 0 });
    assert_eq!(queue("show"), running);
    let paused = queue("pause");
    assert_eq!(paused["paused"], true);
    assert!(paused["pausedAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(queue("pause"), paused, "since the first time");

    // Of two accounts: taken, and held.
    let eve = service.key_of("eve").await;
    let body = request(&moving_square(64, 0.5));
    let goes = service.post(&service.key, None, &body).await.task();
    let stays = service.post(&service.key, None, &body).await.task();
    let eves = service.post(&eve, None, &body).await.task();
    let reads_paused = |task: &Value| task["status"] == "PAUSED";
    service.until(&goes, reads_paused).await;
    service.until(&stays, reads_paused).await;
    until(&service, "eve", &eves, TaskState::Paused).await;
    assert_eq!(queue("show")["held"], 3);
    let full = service.post(&service.key, None, &body).await;
    let code = json!("OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    assert_eq!((full.status, &full.json()["errorCode"]), (422, &code));
    let (status, canceled) = service.cancel(&service.key, &stays).await;
    assert_eq!(
        (status, &canceled["data"]["status"]),
        (200, &json!("CANCELED"))
    );
    // An account that goes on waits for the queue all the same.
    let resumed = run(&["accounts", "resume", "--data", data], 0);
    let told = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert!(told.contains("darkroom queue resume"), "{told}");
    assert_eq!(queue("show")["held"], 2);

    assert_eq!(queue("resume")["paused"], false);
    assert_eq!(service.ended(&goes).await["status"], "COMPLETED");
    until(&service, "eve", &eves, TaskState::Completed).await;
    assert_eq!(service.ended(&stays).await["status"], "CANCELED");
    assert!(service.outputs_of(&stays).await.is_empty());
    assert_eq!(queue("show"), running);
    let lines = stdout(&run(&["queue", "show", "--data", data], 0));
    assert_eq!(lines, "queue    render, running\nheld     0\n");
}
