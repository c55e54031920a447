//! What can happen.

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
    /// A webhook is sent and settled: 0 that it started, 1 how it ended. What a receiver is
    /// being sent when a cancel comes was sent before it.
    Tell(usize, usize),
    /// The operator holds the queue, or lets it go on: one item, and nothing else.
    Pause,
    Resume,
    /// A task that nobody renders is turned to PAUSED, by whoever paused the queue or by
    /// the sweep.
    Hold(usize),
    /// It is turned back, by whoever resumed the queue, by a worker or by the sweep, and is
    /// about to be sent.
    LetGo(usize),
    // Misfortunes.
    ApiDies(usize),
    WorkerDies(usize),
    /// The worker cannot go on, and gives the task back.
    GiveBack(usize),
    /// The worker is closed in good order, gives the task back and its attempt with it.
    Close(usize),
    /// The worker writes the end, and dies before its message is deleted.
    FinishAndDie(usize),
    /// The lease is over though its worker works on.
    Late(usize),
    /// The queue has a message twice.
    Duplicate(usize),
    /// A webhook is sent, and its sender dies.
    TellAndDie(usize, usize),
    /// A task is turned to PAUSED by somebody who saw the queue paused, which it is not any
    /// more.
    HoldLate(usize),
}

impl Step {
    pub const fn is_misfortune(self) -> bool {
        matches!(
            self,
            Self::ApiDies(_)
                | Self::WorkerDies(_)
                | Self::GiveBack(_)
                | Self::Close(_)
                | Self::FinishAndDie(_)
                | Self::Late(_)
                | Self::Duplicate(_)
                | Self::TellAndDie(..)
                | Self::HoldLate(_)
        )
    }

    /// Whether the service does it by itself.
    pub const fn is_of_the_service(self) -> bool {
        let is_of_others = matches!(
            self,
            Self::Create(_) | Self::Cancel(_) | Self::Pause | Self::Resume
        );
        !self.is_misfortune() && !is_of_others
    }
}
