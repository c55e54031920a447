//! `darkroom exports`: the HTTP API from the command line, for any deployment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::document;
use crate::output::Ending;
use crate::progress::Meter;
use crate::target::{Client, Refusal, Target};

/// Create, list, read, watch and cancel exports.
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
    Create(Create),
    /// List exports, newest first.
    List {
        /// At most this many; 0 is all.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Print one export.
    Get { task_id: String },
    /// Wait for an export to end, showing its progress; download it with -o.
    Watch {
        task_id: String,
        /// Where to write the finished file.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Cancel an export that has not ended.
    Cancel { task_id: String },
}

#[derive(Debug, clap::Args)]
struct Create {
    /// A document, or a whole request (an object with `editorState`); `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    /// mp4 or webm [default: mp4, or what the request says]
    #[arg(long)]
    format: Option<String>,
    /// 30 or 60 [default: 30, or what the request says]
    #[arg(long)]
    fps: Option<u32>,
    /// 0.6 to 8 times the composition's size [default: 1, or what the request says]
    #[arg(long)]
    scale: Option<f64>,
    /// 16:9, 9:16, 1:1, 4:3, 3:4 or custom [default: custom, or what the request says]
    #[arg(long)]
    ratio: Option<String>,
    /// Name of the file when it is downloaded.
    #[arg(long)]
    filename: Option<String>,
    /// Your own id of this export: a second create with it answers the first one's task.
    #[arg(long)]
    client_task_id: Option<String>,
    /// Sent as Idempotency-Key; may be repeated safely with the same document.
    #[arg(long)]
    idempotency_key: Option<String>,
    /// Wait for the end, as `watch` does.
    #[arg(long)]
    watch: bool,
    /// Where to write the finished file; implies --watch.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let client = args.target.client()?;
    let result = match args.action {
        Action::Create(create) => run_create(&client, &create, args.json).await,
        Action::List { limit } => list(&client, limit, args.json).await,
        Action::Get { task_id } => show(&client.get(&task_path(&task_id)?).await?, args.json),
        Action::Watch { task_id, output } => {
            watch(&client, &task_id, output.as_deref(), args.json).await
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

/// A document that the service refuses is the caller's fault: exit 1, not 3.
fn refused(error: anyhow::Error, json: bool) -> anyhow::Result<Ending> {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) if refusal.status == 422 => {
            if json {
                println!("{}", refusal.problem);
            } else {
                eprintln!("error: {refusal}");
            }
            Ok(Ending::Refused)
        }
        _ => Err(error),
    }
}

async fn run_create(client: &Client, create: &Create, json: bool) -> anyhow::Result<Ending> {
    let text = document::read_text(&create.state)?;
    let value: Value = serde_json::from_str(&text)
        .with_context(|| format!("{} is not JSON", create.state.display()))?;
    let body = request_body(value, create)?;
    let key = create.idempotency_key.as_deref();
    let answer = client
        .call(Method::POST, "/v1/exports", Some(&body), key)
        .await?;
    let data = answer.get("data").cloned().unwrap_or_default();
    let task_id = data
        .get("taskId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if json {
        println!("{data}");
    } else {
        println!("{task_id}");
    }
    if create.watch || create.output.is_some() {
        watch(client, &task_id, create.output.as_deref(), json).await
    } else {
        Ok(Ending::Done)
    }
}

/// The request: the file's own where it is one, options winning, defaults filling.
fn request_body(value: Value, create: &Create) -> anyhow::Result<Value> {
    let mut body = match value {
        Value::Object(request) if request.contains_key("editorState") => request,
        Value::Object(state) => Map::from_iter([("editorState".to_owned(), Value::Object(state))]),
        _ => bail!("{} holds no JSON object", create.state.display()),
    };
    let mut put = |name: &str, given: Option<Value>, fallback: Option<Value>| {
        if let Some(value) = given {
            body.insert(name.to_owned(), value);
        } else if let (Some(value), false) = (fallback, body.contains_key(name)) {
            body.insert(name.to_owned(), value);
        }
    };
    put(
        "format",
        create.format.clone().map(Value::from),
        Some(json!("mp4")),
    );
    put("fps", create.fps.map(Value::from), Some(json!(30)));
    put("scale", create.scale.map(Value::from), Some(json!(1)));
    put(
        "ratio",
        create.ratio.clone().map(Value::from),
        Some(json!("custom")),
    );
    put("filename", create.filename.clone().map(Value::from), None);
    put(
        "clientTaskId",
        create.client_task_id.clone().map(Value::from),
        None,
    );
    let generation_1 = body
        .get("editorState")
        .is_some_and(|state| state.get("stateSchemaVersion").is_some());
    if generation_1 && !body.contains_key("stateVersion") {
        body.entry("stateSchemaVersion")
            .or_insert_with(|| json!("v1"));
    }
    Ok(Value::Object(body))
}

fn task_path(task_id: &str) -> anyhow::Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if task_id.is_empty() || !task_id.chars().all(plain) {
        bail!("`{task_id}` is no task id; `darkroom exports list` shows them");
    }
    Ok(format!("/v1/exports/{task_id}"))
}

async fn list(client: &Client, limit: usize, json: bool) -> anyhow::Result<Ending> {
    let mut cursor: Option<String> = None;
    let mut shown = 0;
    loop {
        let left = if limit == 0 {
            50
        } else {
            (limit - shown).min(50)
        };
        let mut path = format!("/v1/exports?pageSize={left}");
        if let Some(cursor) = &cursor {
            path.push_str("&pageCursor=");
            path.extend(url_escaped(cursor));
        }
        let answer = client.get(&path).await?;
        let tasks = answer
            .get("data")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for task in &tasks {
            println!("{}", if json { task.to_string() } else { line(task) });
        }
        shown += tasks.len();
        cursor = answer
            .pointer("/meta/nextPageCursor")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if cursor.is_none() || (limit != 0 && shown >= limit) {
            return Ok(Ending::Done);
        }
    }
}

fn url_escaped(text: &str) -> Vec<char> {
    let mut out = Vec::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.extend(format!("%{byte:02X}").chars());
        }
    }
    out
}

fn text<'a>(task: &'a Value, name: &str) -> &'a str {
    task.get(name).and_then(Value::as_str).unwrap_or_default()
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

fn show(answer: &Value, json: bool) -> anyhow::Result<Ending> {
    let task = answer.get("data").cloned().unwrap_or_default();
    if json {
        println!("{task}");
    } else {
        println!("{}", serde_json::to_string_pretty(&task)?);
    }
    Ok(Ending::Done)
}

const TERMINAL: [&str; 3] = ["COMPLETED", "FAILED", "CANCELED"];
/// Between two looks at a task.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

async fn watch(
    client: &Client,
    task_id: &str,
    output: Option<&Path>,
    json: bool,
) -> anyhow::Result<Ending> {
    let path = task_path(task_id)?;
    let meter = Meter::percent(json);
    let task = loop {
        let answer = client.get(&path).await?;
        let task = answer.get("data").cloned().unwrap_or_default();
        let status = text(&task, "status").to_owned();
        let phase = task
            .get("exportPhase")
            .and_then(Value::as_str)
            .unwrap_or(&status);
        meter.percent_is(phase, progress_of(&task));
        if TERMINAL.contains(&status.as_str()) {
            break task;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    meter.end();
    let status = text(&task, "status");
    if status != "COMPLETED" {
        if json {
            println!("{task}");
        } else {
            eprintln!("{status}: {}", text(&task, "error"));
        }
        return Ok(Ending::Refused);
    }
    if let Some(output) = output {
        download(client, text(&task, "outputUrl"), output).await?;
    }
    match (json, output) {
        (true, _) => println!("{task}"),
        (false, Some(output)) => println!("{}", output.display()),
        (false, None) => println!("{}", text(&task, "outputUrl")),
    }
    Ok(Ending::Done)
}

/// Writes beside the target and renames, so that no half file carries its name.
async fn download(client: &Client, url: &str, output: &Path) -> anyhow::Result<()> {
    let dir = output.parent().filter(|dir| !dir.as_os_str().is_empty());
    let part = tempfile::Builder::new()
        .prefix(".darkroom-download-")
        .tempfile_in(dir.unwrap_or_else(|| Path::new(".")))
        .with_context(|| format!("cannot write beside {}", output.display()))?;
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
    use super::*;

    fn create() -> Create {
        Create {
            state: "s.json".into(),
            format: None,
            fps: Some(60),
            scale: None,
            ratio: None,
            filename: None,
            client_task_id: None,
            idempotency_key: None,
            watch: false,
            output: None,
        }
    }

    #[test]
    fn a_bare_document_becomes_a_request() {
        let body = request_body(json!({"stateSchemaVersion": "v1"}), &create()).unwrap();
        assert_eq!(
            body,
            json!({"editorState": {"stateSchemaVersion": "v1"}, "stateSchemaVersion": "v1",
                   "format": "mp4", "fps": 60, "scale": 1, "ratio": "custom"})
        );
    }

    #[test]
    fn options_win_over_a_whole_request() {
        let request = json!({"editorState": {}, "fps": 30, "format": "webm", "stateVersion": "x"});
        let body = request_body(request, &create()).unwrap();
        assert_eq!(body["fps"], 60);
        assert_eq!(body["format"], "webm");
        assert!(body.get("stateSchemaVersion").is_none());
    }

    #[test]
    fn task_ids_cannot_leave_their_path() {
        assert!(task_path("../keys").is_err());
        assert!(task_path("0193-ab").is_ok());
    }
}
