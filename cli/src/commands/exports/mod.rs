//! `darkroom exports`: the HTTP API from the command line, for any deployment.

mod create;
mod request;
mod watch;

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;
use reqwest::Method;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::output::{Ending, show, text};
use crate::target::{Client, Target, refused};

/// Estimate, create, list, read, watch and cancel exports.
///
/// Talks to the service running on --data (default .darkroom), or to any
/// deployment by --url and --key (or `DARKROOM_URL` and `DARKROOM_API_KEY`).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Print answers as JSON, one value a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create an export and print its task id.
    Create(create::Create),
    /// Print what an export would be billed, its output, and what stands in its way now;
    /// nothing is created.
    Estimate(request::Request),
    /// List exports, newest first.
    List {
        /// At most this many; 0 is all.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
    },
    /// Print one export.
    Get {
        /// As `create` and `list` print it.
        task_id: String,
    },
    /// Wait for an export to end, showing its progress; download it with -o.
    ///
    /// Ends with code 1 when the export ended FAILED or CANCELED.
    Watch {
        /// As `create` and `list` print it.
        task_id: String,
        /// Where to write the finished file.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Cancel an export that has not ended.
    Cancel {
        /// As `create` and `list` print it.
        task_id: String,
    },
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let client = args.target.client()?;
    let result = match args.action {
        Action::Create(create) => create::run(&client, &create, args.json).await,
        Action::Estimate(request) => estimate(&client, &request, args.json).await,
        Action::List { limit } => list(&client, limit, args.json).await,
        Action::Get { task_id } => show(&client.get(&task_path(&task_id)?).await?, args.json),
        Action::Watch { task_id, output } => {
            output.as_deref().map_or(Ok(()), watch::writable)?;
            watch::run(&client, &task_id, output.as_deref(), args.json).await
        }
        Action::Cancel { task_id } => {
            let answer = client
                .call(Method::DELETE, &task_path(&task_id)?, None, None)
                .await?;
            show(&answer, args.json)
        }
    };
    match result {
        Err(error) => refused(error, args.json),
        ending => ending,
    }
}

async fn estimate(
    client: &Client,
    request: &request::Request,
    json: bool,
) -> anyhow::Result<Ending> {
    let body = request.body(None)?;
    let path = "/v1/exports/estimate";
    let answer = client.call(Method::POST, path, Some(&body), None).await?;
    show(&answer, json)
}

fn task_path(task_id: &str) -> anyhow::Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if task_id.is_empty() || !task_id.chars().all(plain) {
        bail!("`{task_id}` is no task id; `darkroom exports list` shows them");
    }
    Ok(format!("/v1/exports/{task_id}"))
}

/// The largest page the service gives.
const PAGE: usize = 50;

async fn list(client: &Client, limit: usize, json: bool) -> anyhow::Result<Ending> {
    let limit = if limit == 0 { usize::MAX } else { limit };
    let mut cursor: Option<String> = None;
    let mut shown = 0;
    loop {
        let size = (limit - shown).min(PAGE);
        let mut query = Serializer::new(String::new());
        query.append_pair("pageSize", &size.to_string());
        if let Some(cursor) = &cursor {
            query.append_pair("pageCursor", cursor);
        }
        let answer = client
            .get(&format!("/v1/exports?{}", query.finish()))
            .await?;
        let tasks = answer.get("data").and_then(Value::as_array);
        // Never more than asked for: a page that is too long would end in an underflow.
        for task in tasks.into_iter().flatten().take(size) {
            println!("{}", if json { task.to_string() } else { line(task) });
            shown += 1;
        }
        cursor = answer
            .pointer("/meta/nextPageCursor")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if cursor.is_none() || shown >= limit {
            return Ok(Ending::Done);
        }
    }
}

fn progress_of(task: &Value) -> f64 {
    task.get("progress").and_then(Value::as_f64).unwrap_or(0.0)
}

fn line(task: &Value) -> String {
    format!(
        "{}  {:<10} {:>3.0} %  {}  {}",
        text(task, "taskId"),
        text(task, "status"),
        progress_of(task),
        text(task, "createdAt"),
        text(task, "filename"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_ids_cannot_leave_their_path() {
        for wrong in ["", "..", "../keys", "a/b", "a?b", "a#b"] {
            assert!(task_path(wrong).is_err(), "{wrong}");
        }
        assert!(task_path("0193-ab").is_ok());
    }
}
