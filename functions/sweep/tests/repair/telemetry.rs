//! What the sweep does about an export is found by the export's trace.

use darkroom_exports::TraceId;
use darkroom_exports::repair::MAX_ATTEMPTS;
use darkroom_sweep::handle;
use darkroom_test_stack::export::TRACE;
use darkroom_test_stack::telemetry::{KeptLog, field};
use tracing::instrument::WithSubscriber as _;

use crate::rig::{Rig, sk};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_resume_has_left_is_sent_in_its_trace() {
    let rig = Rig::start().await;
    rig.lost_export().await;
    let held = rig.store.pause_queue().await.unwrap();
    assert_eq!(held.tasks.len(), 1);
    rig.only_the_queue(false).await;
    assert_eq!(rig.sweep().await.resent, 1);
    let sent = rig.store.receive_render(1, std::time::Duration::ZERO).await;
    let sent = sent.unwrap().pop().unwrap();
    assert_eq!(sent.trace, TraceId::parse(TRACE));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_or_given_up_stays_in_its_trace() {
    let rig = Rig::start().await;
    let task = rig.lost_export().await;
    rig.make_due(&sk(task)).await;
    rig.sweep().await;
    let again = rig.store.receive_render(1, std::time::Duration::ZERO).await;
    let again = again.unwrap().pop().unwrap();
    assert_eq!(again.trace, TraceId::parse(TRACE));

    for _ in 0..MAX_ATTEMPTS {
        rig.claim(task).await;
        rig.expire(task).await;
    }
    let log = KeptLog::default();
    let sweeper = rig.sweeper(|_| ());
    let run = handle(&sweeper).with_subscriber(log.subscriber());
    assert_eq!(run.await.failed, 1);
    let lines = log.lines();
    let given_up = |line: &&serde_json::Value| line["fields"]["message"] == "given up";
    let line = lines.iter().find(given_up).unwrap();
    assert_eq!(field(line, "task_id").unwrap(), &task.to_string());
    assert_eq!(field(line, "trace_id").unwrap(), TRACE);
    assert_eq!(field(line, "attempt").unwrap(), MAX_ATTEMPTS);
    assert_eq!(field(line, "generation").unwrap(), MAX_ATTEMPTS);
}
