//! What a worker is made of and how it is set.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use darkroom_compositor::{Fonts, font_dirs};
use darkroom_exports::repair::MAX_ATTEMPTS;
use darkroom_media::{Fetcher, Tools};
use darkroom_render::RenderEnv;
use darkroom_store::{Store, StoreError};
use darkroom_telemetry::Metrics;

use crate::fonts::BucketFonts;

/// The function's memory in MB, set by Lambda.
const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// For all fetches of one task from the web: of the 900 s that a function has, a third is
/// left to draw, to encode and to send what was made of them.
const FETCH_TIME: Duration = Duration::from_mins(10);

/// Times, limits and places of a worker.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// A claim holds this long without a heartbeat.
    pub lease: Duration,
    /// Between two heartbeats; well below a third of the lease.
    pub heartbeat: Duration,
    /// Claims of one task before it ends FAILED.
    pub max_attempts: u32,
    /// Left before the function's own limit when work is put down.
    pub time_margin: Duration,
    /// Directory for scratch space.
    pub scratch: PathBuf,
    /// Largest asset taken, in bytes.
    pub asset_limit_bytes: u64,
    /// Most bytes that all assets of a task have together; fewer where scratch space has no
    /// room for them.
    pub all_assets_limit_bytes: u64,
    /// What all fetches of a task from the web may take together.
    pub fetch_time: Duration,
    /// Who is told of renders.
    pub metrics: Metrics,
    /// Memory that the function has and is billed for, in MB; none outside Lambda.
    pub memory_mb: Option<u32>,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(4),
            max_attempts: MAX_ATTEMPTS,
            time_margin: Duration::from_secs(15),
            scratch: std::env::temp_dir().join("darkroom"),
            asset_limit_bytes: 800 * 1024 * 1024,
            all_assets_limit_bytes: u64::MAX,
            fetch_time: FETCH_TIME,
            metrics: Metrics::off(),
            memory_mb: None,
        }
    }
}

/// Why a worker cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// ffmpeg or ffprobe is missing.
    #[error("the worker cannot use ffmpeg: {0}")]
    Tools(#[from] darkroom_media::MediaError),
    /// No font could be loaded.
    #[error("the worker cannot load fonts: {0}; install a font package or set DARKROOM_FONTS")]
    Fonts(#[from] darkroom_compositor::CompositorError),
    /// The fetcher cannot be made.
    #[error("the worker cannot fetch: {0}")]
    Fetcher(#[from] darkroom_media::FetchError),
    /// The store's settings are incomplete.
    #[error("the worker cannot reach its store: {0}")]
    Store(#[from] StoreError),
}

/// Everything a task needs; cheap to clone.
#[derive(Clone)]
pub struct Worker(Arc<Parts>);

struct Parts {
    store: Store,
    tools: Tools,
    fonts: BucketFonts,
    fetcher: Fetcher,
    config: WorkerConfig,
    owner: String,
}

impl Worker {
    /// A worker on `store`, whose own fonts it uses beside `fonts`. Removes what an earlier
    /// worker left in its scratch space.
    pub fn new(
        store: Store,
        tools: Tools,
        fonts: Fonts,
        fetcher: Fetcher,
        config: WorkerConfig,
    ) -> Self {
        crate::scratch::remove_leftovers(&config.scratch);
        let owner = uuid::Uuid::new_v4().to_string();
        let tools = match config.memory_mb {
            Some(mb) => tools.with_memory(u64::from(mb) << 20),
            None => tools,
        };
        Self(Arc::new(Parts {
            store,
            tools,
            fonts: BucketFonts::new(fonts),
            fetcher,
            config,
            owner,
        }))
    }

    /// A worker as the function's environment describes it.
    pub async fn from_env() -> Result<Self, WorkerError> {
        let store = Store::from_env().await?;
        let tools = Tools::discover()?;
        let fonts = Fonts::load(&font_dirs())?;
        let memory_mb = std::env::var(MEMORY_SIZE).ok();
        Ok(Self::new(
            store,
            tools,
            fonts,
            Fetcher::from_env()?,
            WorkerConfig {
                metrics: Metrics::from_env(),
                memory_mb: memory_mb.and_then(|text| text.parse().ok()),
                ..WorkerConfig::default()
            },
        ))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn fetcher(&self) -> &Fetcher {
        &self.0.fetcher
    }

    pub(crate) fn config(&self) -> &WorkerConfig {
        &self.0.config
    }

    /// Names this worker in leases, for people who read the table.
    pub(crate) fn owner(&self) -> &str {
        &self.0.owner
    }

    /// What is rendered with now: the tools, and the installed fonts beside those of the bucket.
    ///
    /// # Errors
    /// Where the bucket is out of reach for the moment.
    pub async fn render_env(&self) -> Result<RenderEnv, StoreError> {
        let fonts = self.0.fonts.current(&self.0.store).await?;
        Ok(RenderEnv::new(self.0.tools.clone(), fonts))
    }
}
