//! Takes messages from the queues and gives them to the worker and to the sender of
//! webhooks, as the event source mappings do on AWS; and runs the sweep, as the schedule
//! does there.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage, SqsMessageAttribute};
use darkroom_store::{Received, Store, StoreError, TRACE_ATTRIBUTE};
use darkroom_sweep::Sweeper;
use darkroom_webhook::Sender;
use darkroom_worker::{Deadline, Worker};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One long poll; the queue answers sooner when there is a message.
const WAIT: Duration = Duration::from_secs(5);
/// After the queue could not be asked.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two runs of the sweep.
const SWEEP_EVERY: Duration = Duration::from_secs(3);
/// Webhooks sent at the same time: batches, and messages of each.
const WEBHOOK_BATCHES: usize = 2;
const WEBHOOK_BATCH: u8 = 10;

/// Who works on messages.
#[derive(Clone)]
pub(crate) enum Consumer {
    Renders(Arc<Worker>),
    Webhooks(Sender),
}

impl Consumer {
    fn queue(&self) -> &'static str {
        match self {
            Self::Renders(_) => "render",
            Self::Webhooks(_) => "webhook",
        }
    }

    async fn receive(&self, store: &Store) -> Result<Vec<Received>, StoreError> {
        match self {
            Self::Renders(_) => store.receive_render(1, WAIT).await,
            Self::Webhooks(_) => store.receive_webhooks(WEBHOOK_BATCH, WAIT).await,
        }
    }

    async fn handle(&self, event: SqsEvent, stopping: &watch::Receiver<bool>) -> SqsBatchResponse {
        match self {
            Self::Renders(worker) => {
                let deadline = Deadline::closing(stopping.clone());
                darkroom_worker::handle(worker, event, deadline).await
            }
            Self::Webhooks(sender) => darkroom_webhook::handle(sender, event).await,
        }
    }

    async fn delete(&self, store: &Store, receipt: &str) -> Result<(), StoreError> {
        match self {
            Self::Renders(_) => store.delete_render(receipt).await,
            Self::Webhooks(_) => store.delete_webhook(receipt).await,
        }
    }
}

/// What runs in this process; deployed functions have pollers and a schedule of their own.
pub(crate) struct Here {
    pub(crate) worker: Arc<Worker>,
    pub(crate) sender: Sender,
    pub(crate) sweeper: Sweeper,
}

/// The pollers of one service.
pub(crate) struct Polling(JoinSet<()>);

/// Starts `workers` pollers of renders, those of webhooks, and the sweep; none where nothing
/// runs here. All end when `stopping` turns true.
pub(crate) fn start(
    here: Option<&Here>,
    store: &Store,
    workers: u8,
    stopping: &watch::Receiver<bool>,
) -> Polling {
    let mut tasks = JoinSet::new();
    if let Some(here) = here {
        let Here {
            worker,
            sender,
            sweeper,
        } = here;
        let renders = Consumer::Renders(Arc::clone(worker));
        let webhooks = Consumer::Webhooks(sender.clone());
        let consumers = std::iter::repeat_n(renders, workers.into())
            .chain(std::iter::repeat_n(webhooks, WEBHOOK_BATCHES));
        for consumer in consumers {
            tasks.spawn(poll(consumer, store.clone(), stopping.clone()));
        }
        tasks.spawn(sweep(sweeper.clone(), stopping.clone()));
    }
    Polling(tasks)
}

impl Polling {
    /// Waits until every poller has put its work down.
    pub(crate) async fn ended(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

async fn poll(consumer: Consumer, store: Store, stopping: watch::Receiver<bool>) {
    let mut stop = stopping.clone();
    loop {
        let received = tokio::select! {
            received = consumer.receive(&store) => received,
            // An error means that nobody is left to stop us: the same as a stop.
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => work_off(&consumer, &store, messages, &stopping).await,
            Err(error) => {
                tracing::warn!("the {} queue cannot be read: {error}", consumer.queue());
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn work_off(
    consumer: &Consumer,
    store: &Store,
    messages: Vec<Received>,
    stopping: &watch::Receiver<bool>,
) {
    let mut event = SqsEvent::default();
    event.records = messages.iter().map(record).collect();
    let answer = consumer.handle(event, stopping).await;
    let failed = answer.batch_item_failures.into_iter();
    let failed: HashSet<String> = failed.map(|failure| failure.item_identifier).collect();
    for message in messages {
        if failed.contains(&message.message_id) {
            continue;
        }
        if let Err(error) = consumer.delete(store, &message.receipt_handle).await {
            // It comes again, and then it has been done: harmless.
            tracing::warn!("a finished message cannot be deleted: {error}");
        }
    }
}

fn record(message: &Received) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.message_id.clone());
    record.receipt_handle = Some(message.receipt_handle.clone());
    record.body = Some(message.body.clone());
    if let Some(trace) = &message.trace {
        let mut attribute = SqsMessageAttribute::default();
        attribute.data_type = Some("String".to_owned());
        attribute.string_value = Some(trace.to_string());
        record
            .message_attributes
            .insert(TRACE_ATTRIBUTE.to_owned(), attribute);
    }
    record
}

async fn sweep(sweeper: Sweeper, mut stopping: watch::Receiver<bool>) {
    loop {
        let run = async {
            let report = darkroom_sweep::handle(&sweeper).await;
            if !report.is_idle() {
                tracing::info!(?report, "swept");
            }
            tokio::time::sleep(SWEEP_EVERY).await;
        };
        tokio::select! {
            () = run => {}
            // It may be put down anywhere; what it did not come to is due still.
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}
