//! Whoever holds an account for a while. A command that fails is given again; one whose
//! process dies is not, and what it began goes on without it.

use crate::cell::{Cell, Queue};

/// Times that a command is given.
const TRIES: u32 = 6;

impl Cell {
    /// Pauses the account, and resumes it once a worker has been given the message.
    pub async fn pause_for_a_while(&self) {
        self.operate(true).await;
        let early = self.faults.process("early");
        self.deliver(Queue::Render, &mut Some(self.worker(early).await))
            .await;
        self.operate(false).await;
    }

    async fn operate(&self, pauses: bool) {
        let process = self.faults.process("operator");
        let store = self.lane.store(&process).await;
        for _ in 0..TRIES {
            let command = async {
                if pauses {
                    store.pause_account(&self.user).await
                } else {
                    store.resume_account(&self.user).await
                }
            };
            match process.live(command).await {
                None | Some(Ok(_)) => return,
                Some(Err(_)) => {}
            }
        }
        self.complain(format!("the account cannot be paused ({pauses})"));
    }
}
