//! `darkroom serve`: the whole service on one machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use darkroom_exports::{CallbackPolicy, WebhookSecret};
use darkroom_store::{Provisioned, Store};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::output::Ending;
use crate::serve::data_dir::{DataDir, Endpoint};
use crate::serve::ministack::Ministack;
use crate::serve::poller::{self, Here};
use crate::serve::{console, docs, forward, lambda, parts};
use crate::signals::Signals;

/// Run the whole service on this machine.
///
/// Starts the local AWS stack (MiniStack) as a child process, makes table,
/// queues and bucket from template.yaml, answers HTTP on --port, renders what
/// is asked for, two exports at a time, sends webhooks, and looks every few
/// seconds for what got lost. The first start makes a user `dev` with an API
/// key and a webhook secret, which is shown that once (with --json not at all);
/// every start prints URL and key, and a link to the console: a page to check a
/// document, look at its frames and export it. All state stays in --data, across
/// restarts and kills. Ctrl-C or SIGTERM stops it cleanly: a render under way is
/// given back to the queue and starts again next time.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Port of the HTTP API on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Where all state is kept; one service at a time.
    #[arg(
        long,
        env = "DARKROOM_DATA",
        default_value = ".darkroom",
        value_name = "DIR"
    )]
    data: PathBuf,
    /// Run the built bootstraps as Lambda functions on the local stack, under the
    /// roles of template.yaml.
    #[arg(long)]
    lambda: bool,
    /// Folder with api/bootstrap, render/bootstrap, webhook/bootstrap and
    /// sweep/bootstrap [default: target/lambda].
    #[arg(long, value_name = "DIR", requires = "lambda")]
    bootstraps: Option<PathBuf>,
    /// Renders at the same time; with --lambda two at least.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        value_parser = clap::value_parser!(u8).range(1..=16)
    )]
    workers: u8,
    /// Take callbackUrls with http and on this machine, for development: whoever has
    /// an API key can then have this machine's own services called.
    #[arg(long)]
    local_callbacks: bool,
    /// When ready, print one line {"url":...,"apiKey":...} and nothing else: not the webhook
    /// secret of a first start either. `darkroom webhooks secret --rotate --overlap 0` makes
    /// and prints one in its place.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Renders and requests under way get this long to come to an end.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let signals = Signals::new()?;
    let data = DataDir::lock(&args.data)?;
    // Bound before anything is started: a taken port must not cost a start of the stack.
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)))
        .await
        .with_context(|| {
            format!(
                "port {} is not free; give another with --port, or 0 for any",
                args.port
            )
        })?;
    let mut stack = Ministack::start(&data, args.lambda).await?;
    let result = serve(&args, &data, listener, &mut stack, signals).await;
    data.unpublish();
    stack.stop().await?;
    result.map(|()| Ending::Done)
}

async fn serve(
    args: &Args,
    data: &DataDir,
    listener: TcpListener,
    stack: &mut Ministack,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let aws_url = stack.endpoint();
    let ready = tokio::select! {
        ready = prepare(args, data, &listener, &aws_url) => ready?,
        () = signals.any() => return Ok(()),
    };
    announce(&ready, args.json)?;

    let (stop, stopping) = watch::channel(false);
    let mut http_stop = stopping.clone();
    let http = tokio::spawn(
        axum::serve(listener, ready.router)
            .with_graceful_shutdown(async move {
                let _ = http_stop.wait_for(|stop| *stop).await;
            })
            .into_future(),
    );
    let polling = poller::start(ready.here.as_ref(), &ready.store, args.workers, &stopping);

    let ended = tokio::select! {
        () = signals.any() => Ok(()),
        error = stack.died() => Err(error),
    };
    if ended.is_ok() && !args.json {
        eprintln!("stopping");
    }
    // The receivers live in the tasks above; without them there is nothing to stop.
    let _ = stop.send(true);
    let drained = tokio::time::timeout(DRAIN_LIMIT, async {
        polling.ended().await;
        let _ = http.await;
    });
    tokio::select! {
        _ = drained => {}
        // A second signal does not wait.
        () = signals.any() => {}
    }
    ended
}

/// Everything that has to be there before the first request.
struct Ready {
    endpoint: Endpoint,
    api_key: String,
    /// Where this start made it.
    webhook_secret: Option<WebhookSecret>,
    router: Router,
    store: Store,
    here: Option<Here>,
}

async fn prepare(
    args: &Args,
    data: &DataDir,
    listener: &TcpListener,
    aws: &str,
) -> anyhow::Result<Ready> {
    let local = parts::provision(aws).await?;
    let store = local.store.clone();
    let api_key = first_key(data, &store).await?;
    let webhook_secret = parts::first_webhook_secret(&store).await?;
    let callbacks = parts::callback_policy(args.local_callbacks)?;
    let address = listener.local_addr().context("cannot read the port")?;
    let endpoint = Endpoint {
        url: format!("http://{address}"),
        aws_url: aws.to_owned(),
        table: local.table.clone(),
        bucket: local.bucket.clone(),
        render_queue_url: local.render_queue_url.clone(),
        webhook_queue_url: local.webhook_queue_url.clone(),
        pid: std::process::id(),
    };
    let app = parts::app(&store, callbacks)?;
    // Deployed functions have workers of their own; this one draws the console's frames.
    let worker = Arc::new(parts::worker(&store, &data.join("scratch"))?);
    let stage = console::Stage::new(Arc::clone(&worker), data.join("console"))?;
    let pages = docs::router().merge(console::router(app.clone(), stage, aws)?);
    let (router, here) = if args.lambda {
        (deployed(args, &local, &endpoint, callbacks).await?, None)
    } else {
        lambda::undeploy(aws).await?;
        let here = Here {
            worker,
            sender: parts::sender(&store, callbacks)?,
            sweeper: parts::sweeper(&store),
        };
        (darkroom_api::router(app), Some(here))
    };
    data.publish(&endpoint)?;
    Ok(Ready {
        endpoint,
        api_key,
        webhook_secret,
        router: pages.merge(router),
        store,
        here,
    })
}

async fn deployed(
    args: &Args,
    local: &Provisioned,
    endpoint: &Endpoint,
    callbacks: CallbackPolicy,
) -> anyhow::Result<Router> {
    let bootstraps = match &args.bootstraps {
        Some(folder) => folder.clone(),
        None => lambda::default_bootstraps(),
    };
    let deployment = lambda::Deployment {
        endpoint: &endpoint.aws_url,
        bootstraps: &bootstraps,
        template: parts::template(local, args.workers)?,
        environment: parts::function_environment(endpoint, callbacks),
    };
    forward::router(deployment.deploy().await?)
}

/// The key of the user `dev`, made at the first start and kept in the data directory.
async fn first_key(data: &DataDir, store: &Store) -> anyhow::Result<String> {
    if let Some(key) = data.api_key()? {
        if parts::key_works(store, &key).await? {
            return Ok(key);
        }
        tracing::warn!("the kept API key is no longer valid; making a new one");
    }
    let key = parts::make_dev_key(store).await?;
    data.keep_api_key(&key)?;
    Ok(key)
}

fn announce(ready: &Ready, as_json: bool) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout();
    let (url, api_key) = (&ready.endpoint.url, &ready.api_key);
    if as_json {
        writeln!(out, "{}", json!({ "url": url, "apiKey": api_key }))
    } else {
        let secret = ready.webhook_secret.as_ref().map(|secret| {
            let secret = secret.as_str();
            format!("\n  Webhook secret, shown this once  {secret}")
        });
        let secret = secret.unwrap_or_default();
        writeln!(
            out,
            "Darkroom is ready\n  URL      {url}\n  API key  {api_key}\n  API docs {url}/docs\n  \
             Console  {url}/#key={api_key}{secret}\n\nStop it with Ctrl-C."
        )
    }
    .and_then(|()| out.flush())
    .context("cannot print URL and key")
}
