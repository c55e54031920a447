//! The table, the queue and the workers, as far as the life cycle of tasks goes. Each
//! [`Step`] is one atomic write of the service, or one thing that happens to it.

use std::collections::BTreeSet;

use darkroom_exports::repair::{Action, MAX_ATTEMPTS, judge_due};
use darkroom_exports::{TaskState, Timestamp};

use super::step::Step;
use super::task::{Intent, MESSAGES, Task};

/// What is fixed in a world.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub tasks: usize,
    pub workers: usize,
    /// Active tasks that the account may have.
    pub limit: usize,
    /// Exports that the balance covers.
    pub balance: u8,
    /// Crashes, delays, faults and duplicates, all together.
    pub misfortunes: u8,
    /// Times that the operator holds the queue.
    pub pauses: u8,
    /// Writes of a worker are conditional on its generation. Not so only to see what
    /// that is good for.
    pub fenced: bool,
    /// What is due is sent again. The same.
    pub swept: bool,
}

/// A worker's view of the task that it has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hold {
    pub task: usize,
    pub generation: u8,
    pub attempt: u8,
    pub uploaded: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub tasks: Vec<Task>,
    pub active: BTreeSet<usize>,
    pub balance: u8,
    pub workers: Vec<Option<Hold>>,
    pub misfortunes: u8,
    /// The operator holds the queue now, and will so many times more.
    pub paused: bool,
    pub pauses: u8,
}

impl World {
    pub fn new(rules: &Rules) -> Self {
        Self {
            tasks: vec![Task::new(); rules.tasks],
            active: BTreeSet::new(),
            balance: rules.balance,
            workers: vec![None; rules.workers],
            misfortunes: rules.misfortunes,
            paused: false,
            pauses: rules.pauses,
        }
    }

    /// Everything that can happen now.
    pub fn steps(&self, rules: &Rules) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.paused {
            steps.push(Step::Resume);
        } else if self.pauses > 0 {
            steps.push(Step::Pause);
        }
        for (id, task) in self.tasks.iter().enumerate() {
            self.steps_of_task(rules, id, task, &mut steps);
        }
        for (id, hold) in self.workers.iter().enumerate() {
            let Some(hold) = hold else { continue };
            steps.extend([Step::WorkerDies(id), Step::GiveBack(id)]);
            if u32::from(hold.attempt) > MAX_ATTEMPTS {
                steps.push(Step::Refuse(id));
                continue;
            }
            steps.extend([Step::Beat(id), Step::Close(id)]);
            if hold.uploaded {
                steps.extend([Step::Finish(id), Step::FinishAndDie(id)]);
            } else {
                steps.extend([Step::Upload(id), Step::Refuse(id)]);
            }
        }
        steps.retain(|step| self.misfortunes > 0 || !step.is_misfortune());
        steps
    }

    fn steps_of_task(&self, rules: &Rules, id: usize, task: &Task, steps: &mut Vec<Step>) {
        if task.state.is_none() {
            if self.active.len() < rules.limit && self.balance > 0 {
                steps.push(Step::Create(id));
            }
            return;
        }
        if task.unsent {
            steps.extend([Step::Send(id), Step::ApiDies(id)]);
        }
        if task.is_active() {
            steps.push(Step::Cancel(id));
        }
        if matches!(task.lease, Some((_, true))) {
            let is_held = |hold: &Hold| hold.task == id && hold.generation == task.generation;
            let step = if self.workers.iter().flatten().any(is_held) {
                Step::Late
            } else {
                Step::LeaseOver
            };
            steps.push(step(id));
        }
        if rules.swept {
            steps.extend(self.repair(id, task));
        }
        if !self.paused && self.pauses < rules.pauses && task.is_claimable() {
            steps.push(Step::HoldLate(id));
        }
        if task.messages > 0 {
            if task.messages < MESSAGES {
                steps.push(Step::Duplicate(id));
            }
            // A message of a task that another worker has stays where it is. With that of
            // one that waits for a queue that goes on, the worker lets it go first.
            if task.is_claimable() || !task.is_active() || (task.is_held() && self.paused) {
                let idle = self.workers.iter().position(Option::is_none);
                steps.extend(idle.map(|worker| Step::Claim(worker, id)));
            }
        }
        for step in 0..2 {
            let turn = step == 0 || task.intents[0] != Intent::Waiting;
            if task.intents[step] == Intent::Waiting && turn {
                steps.extend([Step::Tell(id, step), Step::TellAndDie(id, step)]);
            }
        }
    }

    /// What is done about a task that is due.
    fn repair(&self, id: usize, task: &Task) -> Option<Step> {
        let action = judge_due(&task.work()?, Timestamp(0));
        let action = if self.paused {
            action.while_paused()
        } else {
            action
        };
        match action {
            Action::Send | Action::Retry if task.messages == 0 => Some(Step::Sweep(id)),
            Action::Hold if !task.is_held() => Some(Step::Hold(id)),
            Action::Resume => Some(Step::LetGo(id)),
            Action::Fail => Some(Step::GiveUp(id)),
            _ => None,
        }
    }

    /// What a step makes of the world.
    pub fn after(&self, rules: &Rules, step: Step) -> Self {
        let mut next = self.clone();
        next.misfortunes -= u8::from(step.is_misfortune());
        match step {
            Step::Create(task) => next.create(task),
            Step::Send(task) => {
                next.tasks[task].unsent = false;
                next.tasks[task].more_messages();
            }
            Step::ApiDies(task) => next.tasks[task].unsent = false,
            Step::Cancel(task) => next.end(task, TaskState::Canceled),
            Step::GiveUp(task) => next.end(task, TaskState::Failed),
            Step::Sweep(task) | Step::Duplicate(task) => next.tasks[task].more_messages(),
            Step::Pause => {
                next.paused = true;
                next.pauses -= 1;
            }
            Step::Resume => next.paused = false,
            Step::Hold(task) | Step::HoldLate(task) => next.tasks[task].hold(),
            Step::LetGo(task) => next.tasks[task].let_go(),
            Step::Tell(task, which) => next.tell(task, which, true),
            Step::TellAndDie(task, which) => next.tell(task, which, false),
            Step::LeaseOver(task) | Step::Late(task) => {
                if let Some((_, runs)) = &mut next.tasks[task].lease {
                    *runs = false;
                }
            }
            Step::Claim(worker, task) => next.claim(worker, task),
            Step::Beat(worker)
            | Step::Upload(worker)
            | Step::Finish(worker)
            | Step::FinishAndDie(worker)
            | Step::Refuse(worker)
            | Step::WorkerDies(worker)
            | Step::GiveBack(worker)
            | Step::Close(worker) => {
                if let Some(hold) = self.workers[worker] {
                    next.work(rules, step, worker, hold);
                }
            }
        }
        next
    }

    fn create(&mut self, id: usize) {
        self.balance -= 1;
        self.active.insert(id);
        let task = &mut self.tasks[id];
        task.state = Some(TaskState::Pending);
        task.unsent = true;
    }

    fn claim(&mut self, worker: usize, id: usize) {
        let task = &mut self.tasks[id];
        task.messages -= 1;
        if !task.is_active() {
            return;
        }
        if self.paused {
            task.hold();
            return;
        }
        if task.generation == 0 {
            task.intend(0);
        }
        task.state = Some(TaskState::Processing);
        task.generation += 1;
        task.attempts += 1;
        task.lease = Some((worker, true));
        self.workers[worker] = Some(Hold {
            task: id,
            generation: task.generation,
            attempt: task.attempts,
            uploaded: false,
        });
    }

    /// The lease is this worker's still.
    pub fn is_ours(&self, rules: &Rules, worker: usize, hold: &Hold) -> bool {
        let task = &self.tasks[hold.task];
        let owned = task.generation == hold.generation
            && task.lease.is_some_and(|(owner, _)| owner == worker);
        task.state == Some(TaskState::Processing) && (owned || !rules.fenced)
    }

    /// A step of a worker that has a task.
    fn work(&mut self, rules: &Rules, step: Step, worker: usize, hold: Hold) {
        let ours = self.is_ours(rules, worker, &hold);
        match step {
            Step::Beat(_) if ours => self.tasks[hold.task].lease = Some((worker, true)),
            Step::Upload(_) => {
                self.tasks[hold.task].objects.insert(hold.generation);
                let uploaded = true;
                self.workers[worker] = Some(Hold { uploaded, ..hold });
            }
            Step::Finish(_) if ours => {
                self.tasks[hold.task].output = Some(hold.generation);
                self.end(hold.task, TaskState::Completed);
                self.workers[worker] = None;
            }
            Step::FinishAndDie(_) => {
                if ours {
                    self.tasks[hold.task].output = Some(hold.generation);
                    self.end(hold.task, TaskState::Completed);
                }
                self.leave(worker, hold);
            }
            Step::Refuse(_) if ours => {
                self.end(hold.task, TaskState::Failed);
                self.workers[worker] = None;
            }
            Step::GiveBack(_) if ours => {
                self.tasks[hold.task].lease = Some((worker, false));
                self.leave(worker, hold);
            }
            Step::Close(_) if ours => {
                let task = &mut self.tasks[hold.task];
                task.lease = Some((worker, false));
                task.attempts = hold.attempt - 1;
                self.leave(worker, hold);
            }
            Step::WorkerDies(_) => self.leave(worker, hold),
            // Refused: it removes what it uploaded, and goes.
            _ => {
                self.tasks[hold.task].objects.remove(&hold.generation);
                self.leave(worker, hold);
            }
        }
    }

    /// The message stays, for whoever comes next.
    fn leave(&mut self, worker: usize, hold: Hold) {
        self.workers[worker] = None;
        self.tasks[hold.task].more_messages();
    }

    /// The terminal transaction.
    fn end(&mut self, id: usize, state: TaskState) {
        let task = &mut self.tasks[id];
        task.state = Some(state);
        task.lease = None;
        task.endings += 1;
        self.active.remove(&id);
        if state != TaskState::Completed {
            self.balance += 1;
        }
        if state == TaskState::Canceled {
            task.told_before_cancel = task.told[0];
        } else {
            task.intend(1);
        }
    }

    fn tell(&mut self, id: usize, which: usize, settles: bool) {
        let task = &mut self.tasks[id];
        let dropped = task.state == Some(TaskState::Canceled);
        task.told[which] |= !dropped;
        if settles {
            task.intents[which] = if dropped {
                Intent::Dropped
            } else {
                Intent::Delivered
            };
        }
    }
}
