//! Accounts that their operator holds: a start is told when rendering began, and once.

use darkroom_exports::TaskState;
use darkroom_store::{Canceled, ClaimOutcome};

use crate::events;
use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_tells_nothing_and_a_start_is_told_once_over_pauses() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let task = rig.export().await;
    rig.store.pause_account("ann").await.unwrap();
    assert!(matches!(rig.try_claim(task).await, ClaimOutcome::Paused));
    assert!(rig.listed(false).await.is_empty(), "nothing began");

    let sent = rig.store.resume_account("ann").await.unwrap();
    assert_eq!(sent, [task]);
    let claim = rig.claim(task).await;
    assert_eq!((claim.attempt(), rig.listed(false).await.len()), (1, 1));

    // Its worker gives it back, and the account is held once more.
    rig.store.release(&claim).await.unwrap();
    let held = rig.store.pause_account("ann").await.unwrap();
    assert_eq!(held, [task]);
    rig.store.resume_account("ann").await.unwrap();
    let claim = rig.claim(task).await;
    assert_eq!((claim.attempt(), rig.listed(false).await.len()), (2, 1));
    rig.complete(&claim).await;
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED", "EXPORT_COMPLETED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_of_a_task_that_is_canceled_while_paused() {
    let rig = Rig::start().await;
    let task = rig.export().await;
    rig.store.pause_account("ann").await.unwrap();
    let canceled = rig.store.cancel(&rig.key, task).await.unwrap();
    let Canceled::Done(shown) = canceled else {
        panic!("{canceled:?}")
    };
    assert_eq!(shown.state, TaskState::Canceled);
    rig.store.resume_account("ann").await.unwrap();
    assert!(matches!(rig.try_claim(task).await, ClaimOutcome::Ended));
    assert!(rig.listed(false).await.is_empty());
}
