//! Puts the shared crates together for this machine: the store on the local
//! stack, the router, the worker, and what `render` and `frame` draw with.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use darkroom_api::{ApiConfig, AppState};
use darkroom_compositor::{FontFile, Fonts, font_files};
use darkroom_exports::{CallbackPolicy, WebhookSecret};
use darkroom_media::{Fetcher, Tools};
use darkroom_render::RenderEnv;
use darkroom_store::{NewKey, Provisioned, Queues, Store, StoreConfig};
use darkroom_sweep::{SweepConfig, Sweeper};
use darkroom_webhook::{Sender, SenderConfig};
use darkroom_worker::{Worker, WorkerConfig};
use serde_json::{Map, Value};

use super::data_dir::Endpoint;
use super::ministack::REGION;
use super::template::Template;

/// Whose key the first start makes.
pub(crate) const DEV_USER: &str = "dev";

/// What is deployed is also what runs here: one definition, in one file.
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// Passed on to deployed functions where they are set here.
const PASSED_ON: [&str; 12] = [
    "DARKROOM_ACTIVE_LIMIT",
    "DARKROOM_CREDITS_PER_STANDARD_SECOND",
    "DARKROOM_FETCH_ALLOW",
    "DARKROOM_FFMPEG",
    "DARKROOM_FFPROBE",
    "DARKROOM_FONTS",
    "DARKROOM_FPS60_PERCENT",
    "DARKROOM_MAX_OUTPUT_PIXELS",
    "DARKROOM_PIXEL_BUDGET",
    "DARKROOM_REQUESTS_PER_MINUTE",
    "DARKROOM_STANDARD_PIXELS",
    "PATH",
];

/// Makes (or finds) table, queues and bucket on the local stack.
pub(crate) async fn provision(aws_url: &str) -> anyhow::Result<Provisioned> {
    darkroom_store::provision(aws_url, REGION, TEMPLATE)
        .await
        .context("cannot make the local table, queues and bucket")
}

/// The store of a running local service.
pub(crate) async fn store(endpoint: &Endpoint) -> anyhow::Result<Store> {
    let queues = Queues {
        render: endpoint.render_queue_url.clone(),
        webhook: endpoint.webhook_queue_url.clone(),
        dead_letters: None,
    };
    let (table, bucket) = (&endpoint.table, &endpoint.bucket);
    let config = StoreConfig::local(&endpoint.aws_url, REGION, table, bucket, queues);
    Store::new(config)
        .await
        .context("cannot reach the local service's table")
}

pub(crate) async fn key_works(store: &Store, key: &str) -> anyhow::Result<bool> {
    Ok(store.authenticate(key).await?.is_some())
}

pub(crate) async fn make_dev_key(store: &Store) -> anyhow::Result<String> {
    let wanted = NewKey {
        name: Some("first key".to_owned()),
        runtime_access: true,
        quota: None,
        requests_per_minute: None,
    };
    let made = store
        .create_key(DEV_USER, wanted)
        .await
        .context("cannot make the first API key")?;
    Ok(made.key)
}

/// Makes the first webhook secret of the user of this machine, if there is none.
pub(crate) async fn first_webhook_secret(store: &Store) -> anyhow::Result<Option<WebhookSecret>> {
    let cannot = "cannot make the first webhook secret";
    if store
        .webhook_secret(DEV_USER)
        .await
        .context(cannot)?
        .is_some()
    {
        return Ok(None);
    }
    let made = store.rotate_webhook_secret(DEV_USER, Duration::ZERO).await;
    made.map(Some).context(cannot)
}

/// Where webhooks may go: as the environment says, and to this machine where that was
/// asked for.
pub(crate) fn callback_policy(local: bool) -> anyhow::Result<CallbackPolicy> {
    if local {
        return Ok(CallbackPolicy::Local);
    }
    let value = std::env::var(CallbackPolicy::VARIABLE).ok();
    CallbackPolicy::parse(value.as_deref()).map_err(anyhow::Error::msg)
}

/// The sender of webhooks, the same one that the webhook function runs.
pub(crate) fn sender(store: &Store, policy: CallbackPolicy) -> anyhow::Result<Sender> {
    let config = SenderConfig {
        policy,
        ..SenderConfig::default()
    };
    Sender::new(store.clone(), config).context("cannot make the sender of webhooks")
}

/// The sweep, the same one that the sweep function runs.
pub(crate) fn sweeper(store: &Store) -> Sweeper {
    Sweeper::new(store.clone(), SweepConfig::default())
}

/// What the routes of the HTTP API share, with the settings that the api function has.
pub(crate) fn app(store: &Store, policy: CallbackPolicy) -> anyhow::Result<AppState> {
    let mut config = ApiConfig::from_env().map_err(anyhow::Error::msg)?;
    config.limits.callbacks = policy;
    Ok(AppState::new(store.clone(), config))
}

/// The worker, the same one that the render function runs.
pub(crate) fn worker(store: &Store, scratch: &Path) -> anyhow::Result<Worker> {
    std::fs::create_dir_all(scratch)
        .with_context(|| format!("cannot make {}", scratch.display()))?;
    // The directory is ours alone: after a kill nobody else holds the lease, so it may be short.
    let config = WorkerConfig {
        lease: Duration::from_secs(12),
        heartbeat: Duration::from_secs(3),
        scratch: scratch.to_owned(),
        ..WorkerConfig::default()
    };
    let tools = Tools::discover()?;
    tools.check()?;
    Ok(Worker::new(
        store.clone(),
        tools,
        fonts()?,
        fetcher()?,
        config,
    ))
}

/// The fonts are those of the machine, and those below a folder of one's own.
pub(crate) fn render_env(own_fonts: Option<&Path>) -> anyhow::Result<RenderEnv> {
    let mut fonts = fonts()?;
    if let Some(dir) = own_fonts {
        fonts = fonts.with(&own(dir)?);
    }
    Ok(RenderEnv::new(Tools::discover()?, fonts))
}

fn own(dir: &Path) -> anyhow::Result<Vec<FontFile>> {
    let files = font_files(&[dir.to_owned()]);
    if files.is_empty() {
        bail!("{} holds no .ttf, .otf, .ttc or .otc file", dir.display());
    }
    let mut fonts = Vec::new();
    for file in files {
        let cannot = || format!("cannot read {}", file.display());
        match FontFile::read(std::fs::read(&file).with_context(cannot)?) {
            Ok(font) => fonts.push(font),
            Err(fault) => tracing::warn!("{} is left out: {fault}", file.display()),
        }
    }
    Ok(fonts)
}

pub(crate) fn fetcher() -> anyhow::Result<Fetcher> {
    Fetcher::from_env().context("cannot make the fetcher")
}

fn fonts() -> anyhow::Result<Fonts> {
    Fonts::load(&darkroom_compositor::font_dirs())
        .context("cannot load fonts; install a font package or set DARKROOM_FONTS")
}

/// The template, for functions deployed on the local stack. `renders` run at the
/// same time, two at least, as AWS has it.
pub(crate) fn template(local: &Provisioned, renders: u8) -> anyhow::Result<Template> {
    let dead_letters = local.dead_letters.clone();
    let here = [
        ("Table", local.table.clone()),
        ("Bucket", local.bucket.clone()),
        ("RenderQueue", local.render_queue_url.clone()),
        ("RenderDeadLetterQueue", dead_letters.render),
        ("RenderConcurrency", renders.max(2).to_string()),
        ("WebhookQueue", local.webhook_queue_url.clone()),
        ("WebhookDeadLetterQueue", dead_letters.webhook),
    ];
    Template::read(TEMPLATE, here)
}

/// What deployed functions get beside the template's environment. The stack
/// itself gives them credentials of their roles.
pub(crate) fn function_environment(
    endpoint: &Endpoint,
    policy: CallbackPolicy,
) -> Map<String, Value> {
    let passed_on = PASSED_ON.iter().filter_map(|name| {
        let value = std::env::var(name).ok()?;
        Some(((*name).to_owned(), Value::from(value)))
    });
    // Without it a function would call AWS.
    let stack = (
        "AWS_ENDPOINT_URL".to_owned(),
        Value::from(endpoint.aws_url.as_str()),
    );
    let policy = (
        CallbackPolicy::VARIABLE.to_owned(),
        Value::from(policy.as_str()),
    );
    passed_on.chain([stack, policy]).collect()
}
