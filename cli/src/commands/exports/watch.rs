//! `darkroom exports watch`: follows an export to its end and brings the file.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use darkroom_store::OUTPUT_DAYS;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::{progress_of, task_path, text};
use crate::output::Ending;
use crate::progress::Meter;
use crate::signals::unless_stopped;
use crate::target::{Client, passes};

const TERMINAL: [&str; 3] = ["COMPLETED", "FAILED", "CANCELED"];
/// How long the service may keep an answer back until the task has changed: as what
/// changed between two looks is only seen by the next change or after this time, it is
/// short.
const WAIT_SECONDS: u64 = 2;
/// At least between two looks that show the same: a service that does not wait, or cannot
/// be reached, is not asked all the time.
const LOOK_AGAIN: Duration = Duration::from_millis(700);
/// A service that has answered once and then does not is asked again for so
/// long: it may be restarting.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ctrl-C ends the watching; the export goes on.
pub(super) async fn run(
    client: &Client,
    task_id: &str,
    output: Option<&Path>,
    json: bool,
) -> anyhow::Result<Ending> {
    unless_stopped(to_the_end(client, task_id, output, json)).await
}

async fn to_the_end(
    client: &Client,
    task_id: &str,
    output: Option<&Path>,
    json: bool,
) -> anyhow::Result<Ending> {
    let path = task_path(task_id)?;
    let meter = Meter::percent(json);
    let task = until_ended(client, &path, &meter).await;
    meter.end();
    let task = task?;
    let status = text(&task, "status");
    if status != "COMPLETED" {
        if json {
            println!("{task}");
        } else {
            eprintln!("{}", ended_badly(&task));
        }
        return Ok(Ending::Refused);
    }
    if let Some(output) = output {
        let downloaded = download(client, film(&task)?, output).await;
        downloaded.with_context(|| {
            format!(
                "the export is finished, but its file is not fetched; `darkroom exports watch \
                 {task_id} -o FILE` fetches it"
            )
        })?;
    }
    match (json, output) {
        (true, _) => println!("{task}"),
        (false, Some(output)) => println!("{}", output.display()),
        (false, None) => println!("{}", film(&task)?),
    }
    Ok(Ending::Done)
}

/// Address of a finished task's film.
fn film(task: &Value) -> anyhow::Result<&str> {
    match text(task, "outputUrl") {
        "" => bail!("its film is removed; films are kept for {OUTPUT_DAYS} days; export it again"),
        film => Ok(film),
    }
}

/// `FAILED: the cause`, or the status alone: a canceled task has no error.
fn ended_badly(task: &Value) -> String {
    match (text(task, "status"), text(task, "error")) {
        (status, "") => status.to_owned(),
        (status, error) => format!("{status}: {error}"),
    }
}

async fn until_ended(client: &Client, path: &str, meter: &Meter) -> anyhow::Result<Value> {
    let waiting = format!("{path}?waitSeconds={WAIT_SECONDS}");
    let mut answered: Option<Instant> = None;
    let mut seen = None;
    loop {
        let asked = Instant::now();
        // The first look shows at once how the task stands.
        let look = if answered.is_some() { &waiting } else { path };
        match client.get(look).await {
            Ok(answer) => {
                answered = Some(Instant::now());
                let task = answer.get("data").cloned().unwrap_or_default();
                let status = text(&task, "status");
                let phase = match text(&task, "exportPhase") {
                    "" => status,
                    phase => phase,
                };
                let progress = progress_of(&task);
                meter.percent_is(phase, progress);
                if TERMINAL.contains(&status) {
                    return Ok(task);
                }
                // No pause while things change: what changes meanwhile is seen late.
                let now = Some((phase.to_owned(), progress));
                if std::mem::replace(&mut seen, now.clone()) != now {
                    continue;
                }
            }
            Err(error) if passes(&error) && answered.is_some_and(|at| at.elapsed() < PATIENCE) => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(LOOK_AGAIN.saturating_sub(asked.elapsed())).await;
    }
}

/// Refuses a name that nothing can be written to.
pub(super) fn writable(output: &Path) -> anyhow::Result<()> {
    if output.is_dir() {
        bail!("{} is a folder; name a file", output.display());
    }
    beside(output).map(drop)
}

/// A file to become the one of this name.
fn beside(output: &Path) -> anyhow::Result<NamedTempFile> {
    let dir = output.parent().filter(|dir| !dir.as_os_str().is_empty());
    tempfile::Builder::new()
        .prefix(".darkroom-download-")
        .tempfile_in(dir.unwrap_or_else(|| Path::new(".")))
        .with_context(|| format!("cannot write beside {}", output.display()))
}

/// Writes beside the target and renames, so that no half file carries its name.
async fn download(client: &Client, url: &str, output: &Path) -> anyhow::Result<()> {
    let part = beside(output)?;
    let mut file = tokio::fs::File::from_std(part.reopen()?);
    let mut answer = client.download(url).await?;
    while let Some(chunk) = answer
        .chunk()
        .await
        .context("the download broke off; try again")?
    {
        file.write_all(&chunk)
            .await
            .context("cannot write the download")?;
    }
    file.sync_all().await.context("cannot write the download")?;
    crate::local_assets::publish(part, output)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::film;

    #[test]
    fn a_film_that_is_removed_is_said_to_be() {
        let task = json!({ "status": "COMPLETED", "outputUrl": "http://127.0.0.1/o.mp4" });
        assert_eq!(film(&task).unwrap(), "http://127.0.0.1/o.mp4");
        let task = json!({ "status": "COMPLETED", "outputUrl": null });
        let told = film(&task).unwrap_err().to_string();
        assert!(told.contains("kept for 3 days"), "{told}");
    }
}
