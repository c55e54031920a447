//! Takes messages from the render queue and gives them to the worker, as the
//! event source mapping does on AWS; and sends again what is due, as the
//! sweep function does there.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use darkroom_store::Store;
use darkroom_worker::{Deadline, Worker, handle};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One long poll; the queue answers sooner when there is a message.
const WAIT: Duration = Duration::from_secs(5);
/// After the queue could not be asked.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks for tasks that are due.
const REPAIR_EVERY: Duration = Duration::from_secs(3);

/// The pollers of one service.
pub(crate) struct Polling(JoinSet<()>);

/// Starts `workers` pollers (none without a worker: deployed functions have a
/// poller of their own) and the repair; all end when `stopping` turns true.
pub(crate) fn start(
    worker: Option<&Arc<Worker>>,
    store: &Store,
    workers: u8,
    stopping: &watch::Receiver<bool>,
) -> Polling {
    let mut tasks = JoinSet::new();
    for worker in worker
        .into_iter()
        .flat_map(|worker| std::iter::repeat_n(worker, workers.into()))
    {
        tasks.spawn(poll(Arc::clone(worker), store.clone(), stopping.clone()));
    }
    tasks.spawn(repair(store.clone(), stopping.clone()));
    Polling(tasks)
}

impl Polling {
    /// Waits until every poller has put its work down.
    pub(crate) async fn ended(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

async fn poll(worker: Arc<Worker>, store: Store, stopping: watch::Receiver<bool>) {
    let mut stop = stopping.clone();
    loop {
        let received = tokio::select! {
            received = store.receive_render(1, WAIT) => received,
            // An error means that nobody is left to stop us: the same as a stop.
            _ = stop.wait_for(|stop| *stop) => return,
        };
        let messages = match received {
            Ok(messages) => messages,
            Err(error) => {
                tracing::warn!("the render queue cannot be read: {error}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        for message in messages {
            let receipt = message.receipt_handle.clone();
            let mut record = SqsMessage::default();
            record.message_id = Some(message.message_id);
            record.receipt_handle = Some(message.receipt_handle);
            record.body = Some(message.body);
            let mut event = SqsEvent::default();
            event.records = vec![record];
            let answer = handle(&worker, event, Deadline::closing(stopping.clone())).await;
            if answer.batch_item_failures.is_empty()
                && let Err(error) = store.delete_render(&receipt).await
            {
                // It comes again, and then its task has ended: harmless.
                tracing::warn!("a finished message cannot be deleted: {error}");
            }
        }
    }
}

async fn repair(store: Store, mut stopping: watch::Receiver<bool>) {
    loop {
        match store.resend_due().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "sent tasks again that were due"),
            Err(error) => tracing::warn!("the due tasks cannot be looked through: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(REPAIR_EVERY) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}
