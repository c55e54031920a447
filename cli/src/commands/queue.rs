//! `darkroom queue`: whether anything is rendered at all, straight in the table.

use clap::Subcommand;
use darkroom_store::{RenderQueue, Store};
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::output::Ending;

/// Show the render queue, pause and resume it, for all accounts at once.
///
/// Every command prints the queue as it is then. Accounts are paused for themselves beside
/// that: an export goes on when neither its account nor the queue is paused. Works on the
/// service running on --data (default .darkroom), or on the deployment of the environment
/// as `darkroom keys` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Print JSON, in one line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Action {
    /// Print whether the queue is paused and since when, and how many exports it holds, of
    /// which at most 1000 are counted.
    Show,
    /// Render nothing more: queued exports read PAUSED and keep their slots, and can be
    /// canceled. What is being rendered is finished. New exports are taken, and read PAUSED
    /// when a worker or the sweep meets them.
    Pause,
    /// Go on: what was held is queued again, at most 1000 exports at once. The sweep does
    /// the rest. Doing it again does no harm.
    Resume,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let store = args.deployment.store().await?;
    let note = act(&store, args.action).await?;
    let queue = store.render_queue().await?;
    if args.json {
        println!("{}", object(&queue));
        return Ok(Ending::Done);
    }
    println!("{}", lines(&queue));
    if let Some(note) = note {
        eprintln!("{note}");
    }
    Ok(Ending::Done)
}

/// Does what was asked; answers a sentence on it where the queue does not show it all.
async fn act(store: &Store, action: Action) -> anyhow::Result<Option<String>> {
    Ok(match action {
        Action::Show => None,
        Action::Pause => {
            let held = store.pause_queue().await?;
            let rest = ", and the others as workers meet them";
            Some(format!(
                "exports that wait now, PAUSED: {}{}",
                held.tasks.len(),
                if held.more { rest } else { "" }
            ))
        }
        Action::Resume => {
            let sent = store.resume_queue().await?;
            let rest = "; the sweep sends the others";
            Some(format!(
                "exports queued again: {}{}",
                sent.tasks.len(),
                if sent.more { rest } else { "" }
            ))
        }
    })
}

fn object(queue: &RenderQueue) -> Value {
    json!({
        "queue": "render",
        "paused": queue.paused_since.is_some(),
        "pausedAt": queue.paused_since.map(darkroom_exports::Timestamp::to_iso),
        "held": queue.held,
    })
}

fn lines(queue: &RenderQueue) -> String {
    let state = match queue.paused_since {
        Some(since) => format!("paused since {}", since.to_iso()),
        None => "running".to_owned(),
    };
    format!("queue    render, {state}\nheld     {}", queue.held)
}

#[cfg(test)]
mod tests {
    use darkroom_exports::Timestamp;

    use super::*;

    #[test]
    fn a_queue_is_shown_with_the_time_of_its_pause() {
        let paused = RenderQueue {
            paused_since: Some(Timestamp(0)),
            held: 3,
        };
        assert_eq!(
            lines(&paused),
            "queue    render, paused since 1970-01-01T00:00:00.000Z\nheld     3"
        );
        let running = RenderQueue {
            paused_since: None,
            held: 0,
        };
        assert_eq!(lines(&running), "queue    render, running\nheld     0");
        assert_eq!(object(&running)["pausedAt"], Value::Null);
    }
}
