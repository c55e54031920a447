//! Queues of dead letters that never answer: what is due is repaired all the same.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use darkroom_store::{Store, StoreConfig};
use darkroom_sweep::{Report, SweepConfig, Sweeper, handle};
use darkroom_test_stack::REGION;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::rig::{Rig, sk};

/// In the head of a request for messages, which only those for dead letters are here.
const RECEIVE: &str = "AmazonSQS.ReceiveMessage";
const BUDGET: Duration = Duration::from_secs(12);

/// Passes a connection on to the stack, unless it begins by asking for messages.
async fn pass_on(mut client: TcpStream, to: String) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await.unwrap() == 0 {
            return;
        }
    }
    if String::from_utf8_lossy(&head).contains(RECEIVE) {
        std::future::pending::<()>().await;
    }
    let mut stack = TcpStream::connect(to).await.unwrap();
    stack.write_all(&head).await.unwrap();
    // It ends as either side wants it to.
    copy_bidirectional(&mut client, &mut stack).await.ok();
}

/// A way to the stack on which nobody who asks for messages is answered.
async fn way_to(endpoint: &str) -> String {
    let to = endpoint.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, to.clone()));
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_dead_letters_leave_time_for_what_is_due() {
    let rig = Rig::start().await;
    let lost = rig.lost_export().await;
    rig.make_due(&sk(lost)).await;
    let made = &rig.stack.made;
    let url = way_to(&rig.stack.endpoint).await;
    let config = StoreConfig::local(&url, REGION, &made.table, &made.bucket, made.queues());
    let store = Store::new(config).await.unwrap();
    let config = SweepConfig {
        budget: BUDGET,
        ..SweepConfig::default()
    };
    let began = Instant::now();
    let report = handle(&Sweeper::new(store, config)).await;
    // Both queues took their share, and no more.
    assert!(began.elapsed() >= BUDGET / 2, "{report:?}");
    assert!(began.elapsed() < BUDGET, "{report:?}");
    let repaired = Report {
        found: 1,
        resent: 1,
        stopped: true,
        ..Report::default()
    };
    assert_eq!(report, repaired);
    assert_eq!(rig.renders().await, [lost]);
}
