//! Deliveries that are settled without a try, or by a try that does not learn of it.

use darkroom_exports::Step;
use darkroom_store::{DeliveryState, Replayed};

use crate::events;
use crate::rig::{Rig, step};

#[tokio::test(flavor = "multi_thread")]
async fn the_start_of_a_task_that_was_canceled_since_is_not_replayed() {
    let rig = Rig::start().await;
    let sender = rig.sender();
    let (task, _claim) = rig.started().await;
    let id = step(task, Step::Started);
    rig.deliver(&sender).await;
    let replay = async || {
        let replayed = rig.store.replay_delivery("ann", id, rig.now()).await;
        replayed.unwrap()
    };
    assert_eq!(replay().await, Replayed::Done, "it goes on");
    rig.deliver(&sender).await;
    assert_eq!(events(&rig.got()), ["EXPORT_STARTED", "EXPORT_STARTED"]);

    rig.store.cancel(&rig.key, task).await.unwrap();
    let before = rig.delivery(id).await;
    assert_eq!(before.state, DeliveryState::Delivered);
    assert_eq!(replay().await, Replayed::Canceled);
    assert_eq!(rig.delivery(id).await, before);
    rig.deliver(&sender).await;
    assert!(rig.got().is_empty());
}
