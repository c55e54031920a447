//! The table, the queue and the workers, as far as the life cycle of tasks goes. Each
//! [`Step`] is one atomic write of the service, or one thing that happens to it.

use std::collections::BTreeSet;

use darkroom_exports::repair::{Action, MAX_ATTEMPTS, Work, judge_due};
use darkroom_exports::{TaskState, Timestamp};

/// Messages of one task at once; more are no different.
const MESSAGES: u8 = 2;

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
    /// Writes of a worker are conditional on its generation. Not so only to see what
    /// that is good for.
    pub fenced: bool,
    /// What is due is sent again. The same.
    pub swept: bool,
}

/// What is to be told of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    None,
    Waiting,
    Delivered,
    Dropped,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Task {
    /// `None` until it is committed.
    pub state: Option<TaskState>,
    pub generation: u8,
    pub attempts: u8,
    /// The worker that it is leased to, and whether the lease runs.
    pub lease: Option<(usize, bool)>,
    /// Committed, and its process is about to send it.
    pub unsent: bool,
    /// Messages that a worker can receive.
    pub messages: u8,
    /// Generations whose output is in the bucket, and the one that the task names.
    pub objects: BTreeSet<u8>,
    pub output: Option<u8>,
    /// That it started, and how it ended.
    pub intents: [Intent; 2],
    pub told: [bool; 2],
    /// Intents of each that were ever written, and writes that ended it.
    pub intended: [u8; 2],
    pub endings: u8,
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
}

/// Tasks and workers by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    Create(usize),
    Send(usize),
    Cancel(usize),
    /// The worker receives a message of the task.
    Claim(usize, usize),
    Beat(usize),
    Upload(usize),
    Finish(usize),
    /// The render is refused for what the caller gave.
    Refuse(usize),
    /// The sweep sends it again.
    Sweep(usize),
    /// The sweep ends a task whose last worker died.
    GiveUp(usize),
    /// The lease of a worker that is gone is over.
    LeaseOver(usize),
    /// A webhook is sent and settled: 0 that it started, 1 how it ended.
    Tell(usize, usize),
    // Misfortunes.
    ApiDies(usize),
    WorkerDies(usize),
    /// The worker cannot go on, and gives the task back.
    GiveBack(usize),
    /// The worker writes the end, and dies before its message is deleted.
    FinishAndDie(usize),
    /// The lease is over though its worker works on.
    Late(usize),
    /// The queue has a message twice.
    Duplicate(usize),
    /// A webhook is sent, and its sender dies.
    TellAndDie(usize, usize),
}

impl Step {
    pub const fn is_misfortune(self) -> bool {
        matches!(
            self,
            Self::ApiDies(_)
                | Self::WorkerDies(_)
                | Self::GiveBack(_)
                | Self::FinishAndDie(_)
                | Self::Late(_)
                | Self::Duplicate(_)
                | Self::TellAndDie(..)
        )
    }

    /// Whether the service does it by itself.
    pub const fn is_of_the_service(self) -> bool {
        !self.is_misfortune() && !matches!(self, Self::Create(_) | Self::Cancel(_))
    }
}

impl Task {
    const fn new() -> Self {
        Self {
            state: None,
            generation: 0,
            attempts: 0,
            lease: None,
            unsent: false,
            messages: 0,
            objects: BTreeSet::new(),
            output: None,
            intents: [Intent::None; 2],
            told: [false; 2],
            intended: [0; 2],
            endings: 0,
        }
    }

    pub fn is_active(&self) -> bool {
        self.state.is_some_and(TaskState::is_active)
    }

    /// A worker that receives a message of it gets it.
    pub fn is_claimable(&self) -> bool {
        match self.state {
            Some(TaskState::Pending) => true,
            Some(TaskState::Processing) => !matches!(self.lease, Some((_, true))),
            _ => false,
        }
    }

    /// As the sweep finds it at 0.
    fn work(&self) -> Option<Work> {
        let until = |(_, runs)| Timestamp(if runs { 1 } else { -1 });
        Some(Work {
            state: self.state?,
            attempts: self.attempts.into(),
            lease_until: self.lease.map(until),
            resends: 0,
        })
    }

    fn intend(&mut self, step: usize) {
        self.intents[step] = Intent::Waiting;
        self.intended[step] += 1;
    }

    fn more_messages(&mut self) {
        self.messages = (self.messages + 1).min(MESSAGES);
    }
}

impl World {
    pub fn new(rules: &Rules) -> Self {
        Self {
            tasks: vec![Task::new(); rules.tasks],
            active: BTreeSet::new(),
            balance: rules.balance,
            workers: vec![None; rules.workers],
            misfortunes: rules.misfortunes,
        }
    }

    /// Everything that can happen now.
    pub fn steps(&self, rules: &Rules) -> Vec<Step> {
        let mut steps = Vec::new();
        for (id, task) in self.tasks.iter().enumerate() {
            self.steps_of_task(rules, id, task, &mut steps);
        }
        for (id, hold) in self.workers.iter().enumerate() {
            let Some(hold) = hold else { continue };
            steps.extend([Step::WorkerDies(id), Step::GiveBack(id)]);
            if u32::from(hold.attempt) > MAX_ATTEMPTS {
                steps.push(Step::Refuse(id));
            } else if hold.uploaded {
                steps.extend([Step::Beat(id), Step::Finish(id), Step::FinishAndDie(id)]);
            } else {
                steps.extend([Step::Beat(id), Step::Upload(id), Step::Refuse(id)]);
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
        if rules.swept
            && let Some(work) = task.work()
        {
            match judge_due(&work, Timestamp(0)) {
                Action::Send | Action::Retry if task.messages == 0 => steps.push(Step::Sweep(id)),
                Action::Fail => steps.push(Step::GiveUp(id)),
                _ => {}
            }
        }
        if task.messages > 0 {
            if task.messages < MESSAGES {
                steps.push(Step::Duplicate(id));
            }
            // A message of a task that another worker has stays where it is.
            if task.is_claimable() || !task.is_active() {
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
            | Step::GiveBack(worker) => {
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
        if !task.is_claimable() {
            return;
        }
        if task.attempts == 0 {
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
        if state != TaskState::Canceled {
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
