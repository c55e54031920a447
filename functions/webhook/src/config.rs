//! What a sender is made of and how it is set.

use std::sync::Arc;
use std::time::Duration;

use darkroom_exports::{CallbackPolicy, Timestamp};
use darkroom_media::{Lookup, careful_client};
use darkroom_store::{Store, StoreError};
use darkroom_telemetry::Metrics;

/// Settings of a sender.
#[derive(Debug, Clone)]
pub struct SenderConfig {
    /// Which addresses are sent to; held against each again when it is sent to.
    pub policy: CallbackPolicy,
    /// Longest try, from connecting to the answer's headers.
    pub timeout: Duration,
    /// Where host names lead.
    pub lookup: Lookup,
    /// What time it is.
    pub clock: Clock,
    /// Who is told of webhooks.
    pub metrics: Metrics,
}

/// Tells the time; a test has a clock of its own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `tell`.
    pub fn new(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock(..)")
    }
}

impl Default for SenderConfig {
    fn default() -> Self {
        Self {
            policy: CallbackPolicy::Https,
            timeout: Duration::from_secs(15),
            lookup: Lookup::default(),
            clock: Clock::new(Timestamp::now),
            metrics: Metrics::off(),
        }
    }
}

/// Why a sender cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The HTTPS client cannot be made.
    #[error("the sender cannot send: {0}")]
    Client(String),
    /// A setting is wrong.
    #[error("{0}")]
    Config(String),
    /// The store's settings are incomplete.
    #[error("the sender cannot reach its store: {0}")]
    Store(#[from] StoreError),
}

/// Everything that a try takes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    store: Store,
    /// Connects to public addresses only.
    guarded: reqwest::Client,
    /// For receivers on this machine, where the policy allows them.
    open: reqwest::Client,
    config: SenderConfig,
}

impl Sender {
    /// A sender of a store's webhooks.
    pub fn new(store: Store, config: SenderConfig) -> Result<Self, SenderError> {
        let client = |guard: Option<&Lookup>| {
            careful_client(guard)
                .map_err(|error| SenderError::Client(error.to_string()))?
                .timeout(config.timeout)
                .user_agent(concat!("Darkroom/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| SenderError::Client(error.to_string()))
        };
        Ok(Self(Arc::new(Parts {
            store,
            guarded: client(Some(&config.lookup))?,
            open: client(None)?,
            config,
        })))
    }

    /// A sender as the function's environment describes it.
    pub async fn from_env() -> Result<Self, SenderError> {
        let policy = std::env::var(CallbackPolicy::VARIABLE).ok();
        let policy = CallbackPolicy::parse(policy.as_deref()).map_err(SenderError::Config)?;
        let config = SenderConfig {
            policy,
            metrics: Metrics::from_env(),
            ..SenderConfig::default()
        };
        Self::new(Store::prompt_from_env().await?, config)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn config(&self) -> &SenderConfig {
        &self.0.config
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.config.clock.0)()
    }

    pub(crate) fn client(&self, local: bool) -> &reqwest::Client {
        if local { &self.0.open } else { &self.0.guarded }
    }
}
