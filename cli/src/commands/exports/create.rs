//! `darkroom exports create`: a document, or a whole request, to a task.

use std::path::PathBuf;

use reqwest::Method;

use super::request::Request;
use super::{text, watch};
use crate::output::Ending;
use crate::target::Client;

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    #[command(flatten)]
    request: Request,
    /// Sent as Idempotency-Key; may be repeated safely with the same document.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Wait for the end, as `watch` does.
    #[arg(long)]
    watch: bool,
    /// Where to write the finished file; implies --watch.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

pub(super) async fn run(client: &Client, create: &Create, json: bool) -> anyhow::Result<Ending> {
    let body = create.request.body()?;
    let key = create.idempotency_key.as_deref();
    let answer = client
        .call(Method::POST, "/v1/exports", Some(&body), key)
        .await?;
    let data = answer.get("data").cloned().unwrap_or_default();
    let task_id = text(&data, "taskId");
    if json {
        println!("{data}");
    } else {
        println!("{task_id}");
    }
    if create.watch || create.output.is_some() {
        watch::run(client, task_id, create.output.as_deref(), json).await
    } else {
        Ok(Ending::Done)
    }
}
