//! `darkroom exports create`: a document, or a whole request, to a task.

use reqwest::Method;

use super::request::Request;
use super::{text, watch};
use crate::commands::render::{Video, video};
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
    /// Where to write the finished file; implies --watch. Its extension, mp4 or webm, is the
    /// format's.
    #[arg(short, long, value_name = "OUT", value_parser = video)]
    output: Option<Video>,
}

pub(super) async fn run(client: &Client, create: &Create, json: bool) -> anyhow::Result<Ending> {
    let body = create.request.body(create.output.as_ref())?;
    let output = create.output.as_ref().map(|video| video.path.as_path());
    // Seen now, and not when an export that is paid for has ended.
    output.map_or(Ok(()), watch::writable)?;
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
    if create.watch || output.is_some() {
        watch::run(client, task_id, output, json).await
    } else {
        Ok(Ending::Done)
    }
}
