//! Reading a task that is waited for: an answer comes with the change, or at the end.

use std::time::{Duration, Instant};

use darkroom_exports::ExportPhase;
use serde_json::json;

use crate::common::{Answer, Service, answer, assert_problem, body};

async fn wait(service: &Service, task: &str, seconds: &str) -> (Answer, Duration) {
    let start = Instant::now();
    let path = format!("/v1/exports/{task}?waitSeconds={seconds}");
    let found = answer(service.get(&path)).await;
    (found, start.elapsed())
}

/// Far below the longest wait, and far above what an answer takes.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_each_change_and_not_before() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    let recorder = service.store().recorder();
    // Nothing changes: the whole time, in a bounded number of reads.
    recorder.take();
    let (same, took) = wait(&service, &task, "2").await;
    assert_eq!(same.data()["status"], "PENDING");
    assert!(took >= Duration::from_secs(2), "{took:?}");
    let reads = recorder.take();
    assert!((2..=6).contains(&reads.len()), "{reads:?}");
    assert!(reads.iter().all(|call| call == "GetItem"));

    // The state, the progress and the phase each end a wait that began before.
    let lease = Duration::from_secs(60);
    let begun = async {
        // The request has read the task once.
        while recorder.take().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let claimed = async {
        begun.await;
        service.claim(&task).await
    };
    let ((first, took), claim) = tokio::join!(wait(&service, &task, "20"), claimed);
    assert_eq!(first.data()["status"], "PROCESSING");
    assert!(took < SOON, "{took:?}");
    for (phase, progress) in [
        (ExportPhase::Rendering, 40),
        (ExportPhase::Saving, 40),
        (ExportPhase::Saving, 41),
    ] {
        recorder.take();
        let beat = async {
            while recorder.take().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let store = service.store();
            let beat = store.heartbeat(&claim, phase, progress, lease, None);
            beat.await.unwrap();
        };
        let ((next, took), ()) = tokio::join!(wait(&service, &task, "20"), beat);
        assert_eq!(next.data()["exportPhase"], phase.as_str());
        assert_eq!(next.data()["progress"], json!(progress));
        assert!(took < SOON, "{took:?}");
    }
    // A heartbeat without news is no change.
    let beat = async {
        let store = service.store();
        let beat = store.heartbeat(&claim, ExportPhase::Saving, 41, lease, None);
        beat.await.unwrap();
    };
    let ((same, took), ()) = tokio::join!(wait(&service, &task, "1"), beat);
    assert_eq!(same.data()["progress"], json!(41));
    assert!(took >= Duration::from_secs(1), "{took:?}");

    // What has ended changes no more.
    service.cancel(&task).await;
    recorder.take();
    let (ended, took) = wait(&service, &task, "20").await;
    assert_eq!(ended.data()["status"], "CANCELED");
    assert!(took < SOON, "{took:?}");
    assert_eq!(recorder.take(), ["GetItem"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn active_tasks_say_when_to_ask_again() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    let path = format!("/v1/exports/{task}");
    let asked = async || answer(service.get(&path)).await;
    assert_eq!(asked().await.header("retry-after"), "2");
    service.store().pause_account("ann").await.unwrap();
    assert_eq!(asked().await.header("retry-after"), "30");
    service.store().resume_account("ann").await.unwrap();
    let claim = service.claim(&task).await;
    assert_eq!(asked().await.header("retry-after"), "2");
    let failing = service.store().finish_failed(&claim, "no").await;
    failing.unwrap();
    assert_eq!(asked().await.header("retry-after"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_is_0_to_20_seconds_for_a_task_that_is_there() {
    let service = Service::start().await;
    let task = service.create(&body()).await.task();
    service.store().recorder().take();
    for wrong in ["21", "-1", "1.5", "", "soon", "99999999999999999999"] {
        let (refused, _) = wait(&service, &task, wrong).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
        assert_eq!(refused.paths(), ["/waitSeconds"]);
    }
    assert_eq!(service.store().recorder().take(), [""; 0]);
    let (now, took) = wait(&service, &task, "0").await;
    assert_eq!(now.status, 200);
    assert!(took < SOON, "{took:?}");
    assert_eq!(service.store().recorder().take(), ["GetItem"]);
    let (unknown, took) = wait(&service, "x", "20").await;
    assert_problem(&unknown, 404, "TASK_NOT_FOUND");
    assert!(took < SOON, "{took:?}");
}
