//! `darkroom keys`: API keys, straight in the table.

use anyhow::bail;
use clap::Subcommand;
use darkroom_exports::limits::MAX_REQUESTS_PER_MINUTE;
use darkroom_store::{KeySummary, NewKey, Quota, Store};
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::output::Ending;
use crate::serve::parts;

/// Make, list and revoke API keys.
///
/// Works on the service running on --data (default .darkroom). With
/// `DARKROOM_TABLE`, `DARKROOM_BUCKET`, `DARKROOM_RENDER_QUEUE_URL` and
/// `DARKROOM_WEBHOOK_QUEUE_URL` set it works on that deployment instead, with the AWS
/// credentials of the environment.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Print JSON, one key a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it. It is shown this once: only its hash is stored.
    Create {
        /// Whose key it is; the user is made if there is none of this name.
        #[arg(long, value_name = "U", value_parser = user)]
        user: String,
        /// What the key is for.
        #[arg(long, value_name = "N")]
        name: Option<String>,
        /// The key may read capabilities and validate, and nothing else.
        #[arg(long)]
        no_runtime_access: bool,
        /// Standard seconds the key may be billed in all; failed and canceled exports give
        /// theirs back [default: no limit].
        #[arg(long, value_name = "SECONDS", alias = "limit")]
        quota: Option<u64>,
        /// Requests a minute the key may send: a full minute's at once, then one by one
        /// [default: the deployment's, 600].
        #[arg(
            long,
            value_name = "N",
            value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_REQUESTS_PER_MINUTE))
        )]
        requests_per_minute: Option<u32>,
    },
    /// List a user's keys, never the keys themselves.
    List {
        /// Whose keys.
        #[arg(long, value_name = "U", default_value = parts::DEV_USER, value_parser = user)]
        user: String,
    },
    /// Refuse a key from now on.
    Revoke {
        /// The key's id, as `keys list` shows it.
        key_id: String,
        /// Whose key it is.
        #[arg(long, value_name = "U", default_value = parts::DEV_USER, value_parser = user)]
        user: String,
    },
}

/// Longest user name: it stands in every item's key.
const USER_LIMIT: usize = 128;

/// Reads a user name.
pub(super) fn user(text: &str) -> Result<String, String> {
    if (1..=USER_LIMIT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a user name is 1 to {USER_LIMIT} visible ASCII characters without spaces"
        ))
    }
}

/// Refuses a user without any key, revoked ones included: a mistyped name must not become an
/// account of its own.
pub(super) async fn check_user(store: &Store, user: &str) -> anyhow::Result<()> {
    if store.list_keys(user).await?.is_empty() {
        bail!("there is no user {user}; `darkroom keys create --user {user}` makes one");
    }
    Ok(())
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let store = args.deployment.store().await?;
    match args.action {
        Action::Create {
            user,
            name,
            no_runtime_access,
            quota,
            requests_per_minute,
        } => {
            let wanted = NewKey {
                name,
                runtime_access: !no_runtime_access,
                quota,
                requests_per_minute,
            };
            let made = store.create_key(&user, wanted).await?;
            if args.json {
                println!("{}", json!({"keyId": made.key_id, "apiKey": made.key}));
            } else {
                println!("{}", made.key);
                eprintln!(
                    "key {} of {user}; keep it, it cannot be shown again",
                    made.key_id
                );
            }
        }
        Action::List { user } => {
            let keys = store.list_keys(&user).await?;
            if keys.is_empty() && !args.json {
                eprintln!("{user} has no keys; `darkroom keys create --user {user}` makes one");
            }
            for key in keys {
                println!(
                    "{}",
                    if args.json {
                        object(&key).to_string()
                    } else {
                        line(&key)
                    }
                );
            }
        }
        Action::Revoke { key_id, user } => {
            if !store.revoke_key(&user, &key_id).await? {
                bail!("{user} has no key {key_id}; `darkroom keys list --user {user}` shows them");
            }
            if args.json {
                println!("{}", json!({"keyId": key_id, "revoked": true}));
            } else {
                println!("revoked {key_id}");
            }
        }
    }
    Ok(Ending::Done)
}

fn object(key: &KeySummary) -> Value {
    json!({
        "keyId": key.key_id,
        "name": key.name,
        "runtimeAccess": key.runtime_access,
        "quota": key.quota.map(|quota| quota.limit_seconds),
        "quotaUsed": key.quota.map(|quota| quota.used_seconds),
        "requestsPerMinute": key.requests_per_minute,
        "revoked": key.revoked,
        "createdAt": key.created_at,
    })
}

fn line(key: &KeySummary) -> String {
    let mut notes = Vec::new();
    if key.revoked {
        notes.push("revoked".to_owned());
    }
    if !key.runtime_access {
        notes.push("no runtime access".to_owned());
    }
    if let Some(quota) = key.quota {
        let Quota {
            limit_seconds,
            used_seconds,
        } = quota;
        notes.push(format!(
            "{used_seconds} of a quota of {limit_seconds} s used"
        ));
    }
    if let Some(rate) = key.requests_per_minute {
        notes.push(format!("{rate} requests a minute"));
    }
    let name = key.name.as_deref().unwrap_or("-");
    format!(
        "{}  {}  {name}  {}",
        key.key_id,
        key.created_at,
        notes.join(", ")
    )
}
