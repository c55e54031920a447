//! Addresses that a receiver may not have, whatever was allowed when its export was
//! created: none of them is connected to. Assets have the same table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use darkroom_exports::{CallbackPolicy, DeliveryId, Step};
use darkroom_media::Lookup;
use darkroom_test_stack::hostile::{
    CREDENTIALS, HOSTS, NAMES, NOT_URLS, NOWHERE, SCHEMES, addresses_of,
};
use darkroom_webhook::Sender;

use crate::rig::{Rig, step};

/// Tries of one delivery that are made here; later ones are a day apart.
const TRIES: usize = 5;

/// A sender to public addresses, to which names lead as `lookup` says.
fn guarded(rig: &Rig, lookup: Lookup) -> Sender {
    rig.sender_with(|config| {
        config.policy = CallbackPolicy::Http;
        config.timeout = Duration::from_secs(2);
        config.lookup = lookup;
    })
}

/// Makes one more try of a delivery, to `url`; answers why it failed.
async fn try_at(rig: &Rig, sender: &Sender, id: DeliveryId, generation: i64, url: &str) -> String {
    rig.set_callback(id.task, url).await;
    rig.later(sender, id, generation).await;
    let delivery = rig.delivery(id).await;
    let next = delivery.next_at.expect("it is tried again");
    rig.pass((next.0 - rig.now().0) / 1000 + 1);
    delivery.last_error.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_the_table_is_connected_to() {
    let rig = Rig::start().await;
    let sender = guarded(&rig, Lookup::new(addresses_of));
    let port = rig.url.rsplit(':').next().unwrap();
    let at = |host: &str| format!("http://{host}:{port}/");
    let mut table: Vec<(String, &str)> = Vec::new();
    table.extend(HOSTS.map(|host| (at(host), "which is not on the public internet")));
    table.push((at("localhost"), "which is not on the public internet"));
    table.extend(NAMES.map(|(name, _)| (at(name), "leads to an address that is not public")));
    table.extend(SCHEMES.map(|url| (url.to_owned(), "has the scheme")));
    table.extend(CREDENTIALS.map(|url| (url.to_owned(), "carries a user name or password")));
    table.extend(NOT_URLS.map(|url| (url.to_owned(), "is no URL")));
    for some in table.chunks(TRIES) {
        let task = rig.export().await;
        rig.claim(task).await;
        let id = step(task, Step::Started);
        for (generation, (url, says)) in (0..).zip(some) {
            let error = try_at(&rig, &sender, id, generation, url).await;
            assert!(error.contains(says), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        rig.store.cancel(&rig.key, task).await.unwrap();
    }
    assert!(rig.got().is_empty(), "nothing was connected to");

    // The receiver that all of them led to is there, and got what it may get.
    let (_task, _claim) = rig.started().await;
    rig.deliver(&rig.sender()).await;
    assert_eq!(rig.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_after_its_check_is_not_followed() {
    let rig = Rig::start().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // Public for whoever checks it, and this machine for whoever asks again.
    let changes = Lookup::new(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { NOWHERE } else { "127.0.0.1" };
        vec![address.parse().unwrap()]
    });
    let sender = guarded(&rig, changes);
    let task = rig.export().await;
    rig.claim(task).await;
    let id = step(task, Step::Started);
    let port = rig.url.rsplit(':').next().unwrap();
    let url = format!("http://changes.test:{port}/");

    let error = try_at(&rig, &sender, id, 0, &url).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "looked up once");
    let nowhere = error.contains("cannot be reached") || error.contains("did not answer");
    assert!(nowhere, "{error}");
    let error = try_at(&rig, &sender, id, 1, &url).await;
    assert!(error.contains("that is not public"), "{error}");
    assert!(rig.got().is_empty());
}
