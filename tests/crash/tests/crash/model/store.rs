//! The model is true: the store does what it says, step by step.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use darkroom_exports::repair::{Action, judge_due};
use darkroom_exports::{ExportPhase, TaskId, Timestamp};
use darkroom_store::{
    ApiKey, Canceled, Claim, ClaimOutcome, Finish, Heartbeat, RenderMessage, Store,
};
use darkroom_test_stack::Stack;
use darkroom_test_stack::export::{create, square};
use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::ReferenceStateMachine as _;
use serde_json::{Value, json};

use super::step::Step;
use super::walk::{RULES, Walk};
use super::world::{Hold, World};
use crate::queue::{only_the_item, without_the_item};

/// Long enough that only a step ends it.
const LEASE: Duration = Duration::from_secs(3600);
/// More than all exports cost.
const GRANTED_MICROS: i64 = 1_000_000_000;

/// An account on a real stack that goes the same way as a model.
struct Real<'a> {
    stack: &'a Stack,
    store: &'a Store,
    key: ApiKey,
    tasks: Vec<Option<TaskId>>,
    claims: Vec<Option<Claim>>,
    /// Deliveries as they were written first, by sort key.
    deliveries: BTreeMap<String, Value>,
}

impl<'a> Real<'a> {
    async fn new(stack: &'a Stack, user: &str) -> Self {
        let store = stack.store();
        let (_, key) = stack.key(user).await;
        let secret = store.rotate_webhook_secret(user, Duration::ZERO).await;
        secret.unwrap();
        store.grant(user, GRANTED_MICROS).await.unwrap();
        // An earlier way may have ended while it was held.
        store.resume_queue().await.unwrap();
        Self {
            stack,
            store,
            key,
            tasks: vec![None; RULES.tasks],
            claims: vec![None; RULES.workers],
            deliveries: BTreeMap::new(),
        }
    }

    fn task(&self, task: usize) -> TaskId {
        self.tasks[task].expect("it was created")
    }

    /// Does a step, and holds its answer against the model before and after it.
    async fn go(&mut self, step: Step, before: &World, after: &World) {
        match step {
            Step::Create(task) => {
                let more = json!({ "callbackUrl": "https://example.com/" });
                let made = create(self.store, &self.key, &square(64, 1), &more).await;
                self.tasks[task] = Some(made);
            }
            Step::Cancel(task) => {
                let canceled = self.store.cancel(&self.key, self.task(task)).await;
                assert!(matches!(canceled.unwrap(), Canceled::Done(_)));
            }
            Step::GiveUp(task) => self.give_up(task).await,
            Step::Claim(worker, task) => self.claim(worker, task, after).await,
            Step::LeaseOver(task) | Step::Late(task) => self.end_lease(task).await,
            Step::Pause => only_the_item(self.stack).await,
            Step::Resume => without_the_item(self.stack).await,
            Step::Hold(task) | Step::HoldLate(task) => {
                let (user, task) = (&self.key.user, self.task(task));
                assert!(self.store.hold_in_queue(user, task).await.unwrap());
            }
            Step::LetGo(task) => {
                let (user, task, now) = (&self.key.user, self.task(task), Timestamp::now());
                let sent = self.store.resume_if_let_go(user, task, None, now).await;
                assert!(sent.unwrap());
            }
            Step::WorkerDies(worker) => self.claims[worker] = None,
            Step::Beat(worker)
            | Step::Finish(worker)
            | Step::FinishAndDie(worker)
            | Step::Refuse(worker)
            | Step::GiveBack(worker)
            | Step::Close(worker) => {
                let hold = before.workers[worker].expect("it has a task");
                self.work(step, worker, hold, before).await;
                if after.workers[worker].is_none() {
                    self.claims[worker] = None;
                }
            }
            // The queues and the bucket, of which the table knows nothing.
            Step::Send(_)
            | Step::ApiDies(_)
            | Step::Sweep(_)
            | Step::Duplicate(_)
            | Step::Upload(_)
            | Step::Tell(..)
            | Step::TellAndDie(..) => {}
        }
    }

    async fn claim(&mut self, worker: usize, task: usize, after: &World) {
        let message = RenderMessage {
            user: self.key.user.clone(),
            task: self.task(task).to_string(),
        };
        let owner = format!("worker-{worker}");
        let outcome = self.store.claim(&message, &owner, LEASE).await.unwrap();
        match (after.workers[worker], outcome) {
            (Some(hold), ClaimOutcome::Claimed(claim)) => {
                assert_eq!(claim.generation(), i64::from(hold.generation));
                assert_eq!(claim.attempt(), u32::from(hold.attempt));
                self.claims[worker] = Some(claim);
            }
            (None, ClaimOutcome::Ended) if !after.tasks[task].is_active() => {}
            (None, ClaimOutcome::Paused) if after.paused => {}
            other => panic!("{other:?}"),
        }
    }

    async fn work(&self, step: Step, worker: usize, hold: Hold, before: &World) {
        let claim = self.claims[worker].as_ref().expect("it has a claim");
        let ours = before.is_ours(&RULES, worker, &hold);
        let finish = match step {
            Step::Beat(_) => {
                let phase = ExportPhase::Rendering;
                let beat = self.store.heartbeat(claim, phase, 1, LEASE, None).await;
                assert_eq!(beat.unwrap() == Heartbeat::Continue, ours);
                return;
            }
            Step::Refuse(_) => self.store.finish_failed(claim, "no").await,
            Step::GiveBack(_) => return self.store.release(claim).await.unwrap(),
            Step::Close(_) => return self.store.release_unspent(claim).await.unwrap(),
            _ => {
                let output = format!("outputs/{}", hold.generation);
                self.store.finish_completed(claim, &output, 1, &[]).await
            }
        };
        assert_eq!(finish.unwrap() == Finish::Done, ours, "{step:?}");
    }

    async fn give_up(&self, task: usize) {
        let found = self.store.find_task(&self.key.user, self.task(task)).await;
        let found = found.unwrap().expect("it is there");
        let action = judge_due(&found.work, Timestamp::now());
        assert_eq!(action, Action::Fail, "{found:?}");
        let failed = self.store.fail_abandoned(&found, "no").await;
        assert_eq!(failed.unwrap(), Finish::Done);
    }

    async fn end_lease(&self, task: usize) {
        let sk = format!("T#{}", self.task(task));
        let past = json!({ ":past": { "N": "1" } });
        let update = "SET leaseUntil = :past";
        self.stack.update(&self.key.user, &sk, update, &past).await;
    }

    /// The table reads as the model says.
    async fn compare(&mut self, world: &World, step: Step) {
        let items = self.stack.items(&self.key.user).await;
        let number = |item: &Value, name: &str| -> i64 {
            let number = item[name]["N"].as_str();
            number.and_then(|number| number.parse().ok()).unwrap_or(-1)
        };
        let mut active = Vec::new();
        let mut paid = 0;
        for (id, task) in world.tasks.iter().enumerate() {
            let (Some(state), Some(real)) = (task.state, self.tasks[id]) else {
                continue;
            };
            let item = &items[&format!("T#{real}")];
            assert_eq!(item["state"]["S"], state.as_str(), "after {step:?}");
            assert_eq!(number(item, "generation"), i64::from(task.generation));
            assert_eq!(number(item, "attempts"), i64::from(task.attempts));
            let output = task.output.map(|output| format!("outputs/{output}"));
            assert_eq!(item["outputKey"]["S"].as_str(), output.as_deref());
            for (index, intended) in task.intended.iter().enumerate() {
                let delivery = format!("W#{real}#{}", index + 1);
                let item = items.get(&delivery);
                assert_eq!(item.is_some(), *intended == 1, "{delivery} after {step:?}");
                if let Some(item) = item {
                    let first = self.deliveries.entry(delivery);
                    assert_eq!(first.or_insert_with(|| item.clone()), item, "{step:?}");
                }
            }
            if task.is_active() {
                active.push(real.to_string());
            }
            if task.is_active() || task.output.is_some() {
                paid += number(item, "creditsMicros");
            }
        }
        active.sort_unstable();
        let account = self.store.account(&self.key.user).await.unwrap();
        assert_eq!(account, (active, Some(GRANTED_MICROS - paid)), "{step:?}");
    }
}

#[test]
fn the_store_does_step_by_step_what_the_model_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stack = runtime.block_on(Stack::start());
    let users = AtomicU32::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Config::default()
    });
    let walks = Walk::sequential_strategy(10..50);
    let walked = runner.run(&walks, |(mut world, steps, seen)| {
        let user = format!("user-{}", users.fetch_add(1, Ordering::SeqCst));
        runtime.block_on(async {
            let mut real = Real::new(&stack, &user).await;
            for step in steps.into_iter().flatten() {
                if let Some(seen) = &seen {
                    seen.fetch_add(1, Ordering::SeqCst);
                }
                let after = Walk::apply(world.clone(), &Some(step));
                real.go(step, &world, &after).await;
                real.compare(&after, step).await;
                world = after;
            }
        });
        Ok(())
    });
    if let Err(failed) = walked {
        panic!("{failed}");
    }
}
