//! Everything behind the create: queues, workers, senders and the sweep, as the event
//! source mappings and the schedule call them, until nothing is left to do.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use darkroom_exports::{CallbackPolicy, Timestamp};
use darkroom_store::{Received, Store, WebhookMessage};
use darkroom_sweep::{SweepConfig, Sweeper};
use darkroom_test_crash::Process;
use darkroom_webhook::{Clock, Sender, SenderConfig};
use darkroom_worker::{Deadline, Worker, WorkerConfig};
use tokio::sync::watch;

use crate::cell::{Cell, Flow, Queue};

/// Rounds after which a flow that goes on has no end.
const ROUNDS: u32 = 16;
/// Short, so that every render has one.
const HEARTBEAT: Duration = Duration::from_millis(80);
/// Of flows whose heartbeats nothing happens to; what fails at once is over before its
/// first one, not now and then behind it.
const NO_HEARTBEAT: Duration = Duration::from_secs(10);

/// A process that works on messages.
pub struct Hands {
    process: Process,
    store: Store,
    does: Does,
    deadline: Deadline,
}

enum Does {
    Renders(Worker),
    Webhooks(Sender),
}

impl Hands {
    async fn handle(&self, message: &Received) -> Option<SqsBatchResponse> {
        let event = event(message);
        let answer = async {
            match &self.does {
                Does::Renders(worker) => {
                    darkroom_worker::handle(worker, event, self.deadline.clone()).await
                }
                Does::Webhooks(sender) => darkroom_webhook::handle(sender, event).await,
            }
        };
        // Boxed: the nested futures are deeper than the compiler looks.
        self.process.live(Box::pin(answer)).await
    }

    /// Whether the message is done with and gone.
    async fn delete(&self, queue: Queue, receipt: &str) -> bool {
        let delete = async {
            match queue {
                Queue::Render => self.store.delete_render(receipt).await,
                Queue::Webhook => self.store.delete_webhook(receipt).await,
            }
        };
        matches!(self.process.live(delete).await, Some(Ok(())))
    }
}

pub fn event(message: &Received) -> SqsEvent {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.message_id.clone());
    record.receipt_handle = Some(message.receipt_handle.clone());
    record.body = Some(message.body.clone());
    let mut event = SqsEvent::default();
    event.records = vec![record];
    event
}

/// The living processes of a cell; one that dies is replaced when it is needed.
#[derive(Default)]
struct Crew {
    worker: Option<Hands>,
    sender: Option<Hands>,
    sweep: Option<(Process, Sweeper)>,
}

impl Cell {
    pub async fn worker(&self, process: Process) -> Hands {
        let store = self.lane.store(&process).await;
        let heartbeat = match self.flow {
            Flow::Completed | Flow::Quiet => HEARTBEAT,
            _ => NO_HEARTBEAT,
        };
        let config = WorkerConfig {
            heartbeat,
            scratch: self.lane.scratch(),
            ..WorkerConfig::default()
        };
        let worker = Worker::new(
            store.clone(),
            self.lane.tools.clone(),
            self.lane.fonts.clone(),
            self.lane.fetcher.clone(),
            config,
        );
        Hands {
            process,
            store,
            does: Does::Renders(worker),
            deadline: Deadline::NONE,
        }
    }

    /// The worker that the event source mapping has, closed at once where the flow says so.
    async fn first_worker(&self) -> Hands {
        let hands = self.worker(self.faults.process("worker")).await;
        let deadline = if self.closes() {
            Deadline::closing(watch::channel(true).1)
        } else {
            Deadline::NONE
        };
        Hands { deadline, ..hands }
    }

    async fn sender(&self, process: Process) -> Hands {
        let store = self.lane.store(&process).await;
        let now = self.now();
        let config = SenderConfig {
            policy: CallbackPolicy::Local,
            clock: Clock::new(move || Timestamp(now.load(Ordering::SeqCst))),
            ..SenderConfig::default()
        };
        let does = Does::Webhooks(Sender::new(store.clone(), config).unwrap());
        Hands {
            process,
            store,
            does,
            deadline: Deadline::NONE,
        }
    }

    /// Works until time brings nothing new.
    pub async fn work_off(&self) {
        let mut crew = Crew::default();
        for _ in 0..ROUNDS {
            if self.deliver(Queue::Render, &mut crew.worker).await
                | self.deliver(Queue::Webhook, &mut crew.sender).await
            {
                continue;
            }
            // Nothing is due or comes again: a sweep would find nothing.
            if !self.pass_time().await {
                return;
            }
            self.sweep(&mut crew.sweep).await;
        }
        self.complain("it does not come to rest");
    }

    /// Hands out what lies in a queue; whether there was anything.
    pub async fn deliver(&self, queue: Queue, hands: &mut Option<Hands>) -> bool {
        let mut any = false;
        for message in &self.receive(queue).await {
            let body = message.body.clone();
            if self.is_early(&body) {
                let receipt = message.receipt_handle.clone();
                self.held.lock().unwrap().push((queue, receipt));
                continue;
            }
            any = true;
            self.bodies.lock().unwrap().push((queue, body));
            if self.loses(queue) {
                self.lose(queue, &message.receipt_handle).await;
                continue;
            }
            if hands.is_none() {
                *hands = Some(match queue {
                    Queue::Render => self.first_worker().await,
                    Queue::Webhook => self.sender(self.faults.process("sender")).await,
                });
            }
            if let Some(living) = hands {
                self.give(living, queue, message).await;
                if living.process.is_dead() || self.flow == Flow::Closed {
                    *hands = None;
                }
            }
            self.look_in_between().await;
        }
        any
    }

    /// Whether a message of the webhook queue is one that SQS would hold back still.
    fn is_early(&self, body: &str) -> bool {
        let message = serde_json::from_str(body).ok();
        message.is_some_and(|message: WebhookMessage| {
            message.not_before > self.now().load(Ordering::SeqCst)
        })
    }

    async fn give(&self, hands: &Hands, queue: Queue, message: &Received) {
        if queue == Queue::Render {
            *self.current.lock().unwrap() = Some(message.clone());
        }
        let answer = hands.handle(message).await;
        self.settle().await;
        let receipt = &message.receipt_handle;
        let done = answer.is_some_and(|answer| answer.batch_item_failures.is_empty());
        if !done || !hands.delete(queue, receipt).await {
            self.held.lock().unwrap().push((queue, receipt.clone()));
        }
    }

    /// Waits for what happens meanwhile.
    pub async fn settle(&self) {
        if !self.faults.settled().await {
            self.complain("what happened meanwhile has panicked");
        }
    }

    async fn receive(&self, queue: Queue) -> Vec<Received> {
        let batch = match queue {
            Queue::Render => self.store.receive_render(10, Duration::ZERO).await,
            Queue::Webhook => self.store.receive_webhooks(10, Duration::ZERO).await,
        };
        batch.unwrap()
    }

    async fn lose(&self, queue: Queue, receipt: &str) {
        let deleted = match queue {
            Queue::Render => self.store.delete_render(receipt).await,
            Queue::Webhook => self.store.delete_webhook(receipt).await,
        };
        deleted.unwrap();
    }

    /// One run of the sweep, which finds nothing that is not as it must be, but for what the
    /// flow has broken.
    pub async fn sweep(&self, living: &mut Option<(Process, Sweeper)>) {
        let (process, sweeper) = if let Some(living) = living.take() {
            living
        } else {
            let process = self.faults.process("sweep");
            let store = self.lane.store(&process).await;
            (process, Sweeper::new(store, SweepConfig::default()))
        };
        let run = Box::pin(darkroom_sweep::handle(&sweeper));
        if let Some(report) = process.live(run).await
            && self.flow != Flow::Abandoned
            && report.slots_released + report.mismatches + report.webhooks_failed > 0
        {
            self.complain(format!("the sweep had to mend it: {report:?}"));
        }
        *living = (!process.is_dead()).then_some((process, sweeper));
    }

    /// Another worker gets the message that one is working on.
    pub async fn second_worker(self: Arc<Self>) {
        let message = self.current.lock().unwrap().clone();
        let Some(message) = message else { return };
        let other = self.worker(self.lane.no_faults().process("other")).await;
        let answer = other.handle(&message).await;
        assert!(answer.is_some(), "nothing kills it");
    }

    /// Every message comes once more; whether anything followed of it.
    pub async fn repeat_all(&self) {
        let bodies = std::mem::take(&mut *self.bodies.lock().unwrap());
        let worker = self.worker(self.lane.no_faults().process("other")).await;
        let sender = self.sender(self.lane.no_faults().process("other")).await;
        for (queue, body) in bodies {
            let message = Received {
                message_id: "again".to_owned(),
                receipt_handle: "none".to_owned(),
                body,
                trace: None,
            };
            let hands = match queue {
                Queue::Render => &worker,
                Queue::Webhook => &sender,
            };
            let answer = hands.handle(&message).await.unwrap();
            if !answer.batch_item_failures.is_empty() {
                self.complain(format!("{queue:?} wants {} again", message.body));
            }
        }
        for queue in [Queue::Render, Queue::Webhook] {
            for message in self.receive(queue).await {
                self.complain(format!("{queue:?} holds {} still", message.body));
                self.lose(queue, &message.receipt_handle).await;
            }
        }
    }
}
