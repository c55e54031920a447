//! A task, as far as its life cycle goes.

use std::collections::BTreeSet;

use darkroom_exports::repair::Work;
use darkroom_exports::{TaskState, Timestamp};

/// Messages of one task at once; more are no different.
pub const MESSAGES: u8 = 2;

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
    /// That it started was told before it was canceled.
    pub told_before_cancel: bool,
}

impl Task {
    pub const fn new() -> Self {
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
            told_before_cancel: false,
        }
    }

    pub fn is_active(&self) -> bool {
        self.state.is_some_and(TaskState::is_active)
    }

    /// A worker that receives a message of it gets it, unless the queue is held.
    pub fn is_claimable(&self) -> bool {
        match self.state {
            Some(TaskState::Pending) => true,
            Some(TaskState::Processing) => !matches!(self.lease, Some((_, true))),
            _ => false,
        }
    }

    /// As the sweep finds it at 0.
    pub fn work(&self) -> Option<Work> {
        let until = |(_, runs)| Timestamp(if runs { 1 } else { -1 });
        Some(Work {
            state: self.state?,
            attempts: self.attempts.into(),
            lease_until: self.lease.map(until),
            resends: 0,
        })
    }

    pub fn intend(&mut self, step: usize) {
        self.intents[step] = Intent::Waiting;
        self.intended[step] += 1;
    }

    pub fn more_messages(&mut self) {
        self.messages = (self.messages + 1).min(MESSAGES);
    }

    pub fn is_held(&self) -> bool {
        self.state == Some(TaskState::Paused)
    }

    pub fn hold(&mut self) {
        self.state = Some(TaskState::Paused);
        self.lease = None;
    }

    pub fn let_go(&mut self) {
        self.state = Some(TaskState::Pending);
        self.unsent = true;
    }
}
