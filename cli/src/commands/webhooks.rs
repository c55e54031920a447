//! `darkroom webhooks`: secrets and deliveries, straight in the table.

use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use darkroom_exports::{DeliveryId, Timestamp};
use darkroom_store::{DeliveryState, DeliverySummary, Replayed, SecretState, Store};
use serde_json::{Value, json};

use super::keys::{check_user, user};
use crate::deployment::Deployment;
use crate::output::Ending;
use crate::serve::parts;

/// Make webhook secrets, list webhooks and send them again.
///
/// Works on the service running on --data (default .darkroom). With
/// `DARKROOM_TABLE`, `DARKROOM_BUCKET`, `DARKROOM_RENDER_QUEUE_URL` and
/// `DARKROOM_WEBHOOK_QUEUE_URL` set it works on that deployment instead, with the AWS
/// credentials of the environment.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Print JSON, one value a line.
    #[arg(long, global = true)]
    json: bool,
    /// Whose webhooks.
    #[arg(
        long,
        global = true,
        value_name = "U",
        default_value = parts::DEV_USER,
        value_parser = user
    )]
    user: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say whether the user has a secret, or make one with --rotate.
    ///
    /// A secret is printed when it is made and never again, in two forms of one key:
    /// `whs_...` for the official client's verifier, `whsec_...` for Standard Webhooks
    /// libraries.
    ///
    /// A --rotate that fails may have made a secret that nobody has seen: without --rotate the
    /// command says when the newest was made. The one before it then signs for --overlap, and
    /// no longer than until the next --rotate, whose secret the receiver must have at once.
    Secret {
        /// Make a secret, in the place of the one there is.
        #[arg(long)]
        rotate: bool,
        /// Hours that the old secret goes on to sign: `webhook-signature` carries both
        /// meanwhile, `X-Indream-Signature` the old one's. 0 ends it at once.
        #[arg(
            long,
            value_name = "HOURS",
            default_value_t = 24,
            requires = "rotate",
            value_parser = clap::value_parser!(u16).range(0..=720)
        )]
        overlap: u16,
    },
    /// List webhooks of the last 30 days, newest export first.
    List {
        /// Only those that are not tried any more.
        #[arg(long)]
        failed: bool,
        /// At most this many; 0 is all.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
    },
    /// Send a webhook again, under the same webhook-id and with all its tries before it: that
    /// of an end when the start is taken or given up.
    Replay {
        /// As `list` prints it.
        id: String,
    },
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let store = args.deployment.store().await?;
    let (user, json) = (args.user.as_str(), args.json);
    match args.action {
        Action::Secret {
            rotate: true,
            overlap,
        } => rotate(&store, user, overlap, json).await?,
        Action::Secret { rotate: false, .. } => {
            show_secret(user, store.webhook_secret(user).await?, json);
        }
        Action::List { failed, limit } => list(&store, user, failed, limit, json).await?,
        Action::Replay { id } => replay(&store, user, &id, json).await?,
    }
    Ok(Ending::Done)
}

async fn rotate(store: &Store, user: &str, hours: u16, json: bool) -> anyhow::Result<()> {
    check_user(store, user).await?;
    let overlap = Duration::from_secs(u64::from(hours) * 3600);
    let made = store.rotate_webhook_secret(user, overlap).await?;
    let (secret, standard) = (made.as_str(), made.standard());
    if json {
        let line = json!({ "user": user, "secret": secret, "standardSecret": standard });
        println!("{line}");
    } else {
        println!("{secret}\n{standard}");
        eprintln!(
            "secret of {user}, and the same for Standard Webhooks libraries; keep it, it cannot \
             be shown again"
        );
    }
    Ok(())
}

fn show_secret(user: &str, state: Option<SecretState>, json: bool) {
    let iso = |at: Timestamp| at.to_iso();
    let created = state.map(|state| iso(state.created_at));
    let until = state.and_then(|state| state.previous_until).map(iso);
    if json {
        let line = json!({ "user": user, "createdAt": created, "previousUntil": until });
        println!("{line}");
        return;
    }
    match (created, until) {
        (None, _) => println!(
            "{user} has no webhook secret; `darkroom webhooks secret --rotate --user {user}` \
             makes one"
        ),
        (Some(created), None) => println!("{user} has a webhook secret, made {created}"),
        (Some(created), Some(until)) => println!(
            "{user} has a webhook secret, made {created}; the one before it signs too until {until}"
        ),
    }
}

/// Webhooks of one page.
const PAGE: usize = 50;

async fn list(
    store: &Store,
    user: &str,
    failed: bool,
    limit: usize,
    json: bool,
) -> anyhow::Result<()> {
    let mut left = if limit == 0 { usize::MAX } else { limit };
    let mut before = None;
    let mut is_any = false;
    while left > 0 {
        let size = left.min(PAGE) as u32;
        let page = store.list_deliveries(user, size, before, failed).await?;
        for delivery in &page.entries {
            let line = if json {
                object(delivery).to_string()
            } else {
                line(delivery)
            };
            println!("{line}");
        }
        is_any |= !page.entries.is_empty();
        left -= page.entries.len().min(left);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    if !is_any && !json {
        let which = if failed {
            "failed webhooks"
        } else {
            "webhooks"
        };
        eprintln!("{user} has no {which}; they are kept for 30 days");
    }
    Ok(())
}

fn object(delivery: &DeliverySummary) -> Value {
    json!({
        "id": delivery.id.to_string(),
        "taskId": delivery.id.task.to_string(),
        "eventType": delivery.event.as_str(),
        "occurredAt": delivery.occurred_at.to_iso(),
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "nextAttemptAt": delivery.next_at.map(Timestamp::to_iso),
        "lastError": delivery.last_error,
    })
}

fn line(delivery: &DeliverySummary) -> String {
    let mut notes = Vec::new();
    if delivery.state == DeliveryState::Waiting
        && let Some(at) = delivery.next_at
    {
        notes.push(format!("again at {}", at.to_iso()));
    }
    notes.extend(delivery.last_error.clone());
    format!(
        "{}  {:<16}  {:<9}  {} tries  {}  {}",
        delivery.id,
        delivery.event.as_str(),
        delivery.state.as_str(),
        delivery.attempts,
        delivery.occurred_at.to_iso(),
        notes.join("; ")
    )
}

async fn replay(store: &Store, user: &str, id: &str, json: bool) -> anyhow::Result<()> {
    let list = format!("`darkroom webhooks list --user {user}` shows them");
    let Some(parsed) = DeliveryId::parse(id) else {
        bail!("`{id}` is no webhook; {list}");
    };
    let start = match store
        .replay_delivery(user, parsed, Timestamp::now())
        .await?
    {
        Replayed::Done => None,
        Replayed::Behind(start) => Some(start),
        Replayed::Missing => bail!("{user} has no webhook {id}, or not any more; {list}"),
        Replayed::Canceled => bail!("the export of {id} was canceled, of which nothing is sent"),
        Replayed::Sending => bail!("{id} is being sent at this moment; try again in a minute"),
    };
    println!("{}", replayed(id, start, json));
    Ok(())
}

/// What is said of a webhook that will be sent again, where `start` waits before it.
fn replayed(id: &str, start: Option<DeliveryId>, json: bool) -> String {
    let start = start.map(|start| start.to_string());
    match start {
        _ if json => json!({ "id": id, "replayed": true, "sentAfter": start }).to_string(),
        None => format!("replayed {id}"),
        Some(start) => format!("{id} will be sent after {start}, which is not settled yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_waits_for_its_start_is_not_said_to_be_sent() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let (start, end) = (format!("{id}-started"), format!("{id}-ended"));
        let waits = DeliveryId::parse(&start);
        assert!(waits.is_some());
        assert_eq!(replayed(&end, None, false), format!("replayed {end}"));
        let told = replayed(&end, waits, false);
        assert!(told.starts_with(&format!("{end} will be sent after {start}")));
        for (waits, wanted) in [(None, Value::Null), (waits, json!(start))] {
            let told: Value = serde_json::from_str(&replayed(&end, waits, true)).unwrap();
            assert_eq!(told["sentAfter"], wanted);
        }
    }
}
