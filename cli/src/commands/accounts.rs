//! `darkroom accounts`: what a user may do and has done, straight in the table.

use clap::Subcommand;
use darkroom_exports::Credits;
use darkroom_store::{Account, Store};
use serde_json::{Value, json};

use super::keys;
use crate::deployment::Deployment;
use crate::output::Ending;
use crate::serve::parts;

/// Show accounts, set their limits and credits, pause and resume them.
///
/// Each user is an account over all of its keys. Every command prints the account as it is
/// then. Works on the service running on --data (default .darkroom), or on the deployment
/// of the environment as `darkroom keys` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Whose account.
    #[arg(
        long,
        value_name = "U",
        default_value = parts::DEV_USER,
        value_parser = keys::user,
        global = true
    )]
    user: String,
    /// Print JSON, in one line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the account: active exports, limit, balance, paused or not.
    Show,
    /// Set how many exports may be active. Those beyond a lower limit go on.
    SetLimit {
        /// 0 to 1000, or `default`: what the deployment gives every account.
        #[arg(value_name = "N", value_parser = limit)]
        limit: Limit,
    },
    /// Add credits. From then on each export of the account is charged.
    Grant {
        /// A plain decimal with at most six decimals; 0 is metered with nothing to spend.
        #[arg(value_name = "CREDITS")]
        credits: Credits,
    },
    /// Render nothing more: queued exports read PAUSED and keep their slots. What is being
    /// rendered is finished, and new exports are taken and wait, too.
    Pause,
    /// Go on: what was held is queued again. Doing it again does no harm, and sends what
    /// could not be sent the first time.
    Resume,
}

/// Largest limit that can be set: the active tasks stand in one small item.
const MAX_LIMIT: u32 = 1000;

/// An active limit; none is the deployment's.
#[derive(Debug, Clone, Copy)]
struct Limit(Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    if text == "default" {
        return Ok(Limit(None));
    }
    let number = text.parse().ok().filter(|limit| *limit <= MAX_LIMIT);
    let limit = number.ok_or_else(|| format!("must be 0 to {MAX_LIMIT}, or `default`"))?;
    Ok(Limit(Some(limit)))
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let store = args.deployment.store().await?;
    let user = args.user.as_str();
    keys::check_user(&store, user).await?;
    let note = act(&store, user, &args.action).await?;
    let account = store.account_summary(user).await?;
    if args.json {
        println!("{}", object(user, &account));
        return Ok(Ending::Done);
    }
    println!("{}", lines(user, &account));
    if let Some(note) = note {
        eprintln!("{note}");
    }
    Ok(Ending::Done)
}

/// Does what was asked; answers a sentence on it where the account does not show it all.
async fn act(store: &Store, user: &str, action: &Action) -> anyhow::Result<Option<String>> {
    Ok(match action {
        Action::Show => None,
        Action::SetLimit { limit } => {
            store.set_active_limit(user, limit.0).await?;
            None
        }
        Action::Grant { credits } => {
            store.grant(user, credits.0).await?;
            None
        }
        Action::Pause => {
            let held = store.pause_account(user).await?.len();
            Some(format!("exports that wait, PAUSED: {held}"))
        }
        Action::Resume => {
            let sent = store.resume_account(user).await?.len();
            let queue = store.render_queue().await?;
            Some(match queue.paused_since {
                Some(_) => "the queue is paused: exports wait for `darkroom queue resume`".into(),
                None => format!("exports queued again: {sent}"),
            })
        }
    })
}

fn object(user: &str, account: &Account) -> Value {
    json!({
        "user": user,
        "paused": account.paused,
        "activeLimit": account.active_limit,
        "activeTasks": account.active,
        "balance": account.balance.map(|credits| credits.to_string()),
    })
}

fn lines(user: &str, account: &Account) -> String {
    let limit = match account.active_limit {
        Some(limit) => format!("at most {limit} active at once, set for this account"),
        None => "as many active at once as the deployment gives every account".to_owned(),
    };
    let balance = match account.balance {
        Some(credits) => format!("{credits} credits left to spend"),
        None => "no limit: exports are not charged".to_owned(),
    };
    let state = if account.paused { "paused" } else { "running" };
    let mut lines = vec![
        format!("account  {user}, {state}"),
        format!("balance  {balance}"),
        format!("limit    {limit}"),
        format!("active   {}", account.active.len()),
    ];
    lines.extend(account.active.iter().map(|task| format!("  {task}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_told_with_units_and_with_what_has_no_limit() {
        let mut account = Account {
            active: Vec::new(),
            active_limit: None,
            balance: None,
            paused: false,
        };
        let none = "account  ann, running\n\
                    balance  no limit: exports are not charged\n\
                    limit    as many active at once as the deployment gives every account\n\
                    active   0";
        assert_eq!(lines("ann", &account), none);

        account.active = vec!["a".to_owned(), "b".to_owned()];
        account.active_limit = Some(3);
        account.balance = Some(Credits(1_500_000));
        account.paused = true;
        let all = "account  ann, paused\n\
                   balance  1.5 credits left to spend\n\
                   limit    at most 3 active at once, set for this account\n\
                   active   2\n  a\n  b";
        assert_eq!(lines("ann", &account), all);
    }

    #[test]
    fn a_limit_is_a_small_number_or_the_deployments() {
        assert_eq!(limit("default").unwrap().0, None);
        assert_eq!(limit("0").unwrap().0, Some(0));
        assert_eq!(limit("1000").unwrap().0, Some(1000));
        for wrong in ["", "1001", "-1", "two", "1.5"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
