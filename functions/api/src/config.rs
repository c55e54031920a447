//! What the routes share.

use std::sync::Arc;

use darkroom_exports::limits::MAX_REQUESTS_PER_MINUTE;
use darkroom_exports::{CallbackPolicy, Limits, PriceTable, Timestamp};
use darkroom_store::Store;
use darkroom_telemetry::Metrics;

use crate::rate::KeyRates;

/// Settings of a deployment.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiConfig {
    /// Limits of one export.
    pub limits: Limits,
    /// Prices.
    pub prices: PriceTable,
}

impl ApiConfig {
    /// Defaults, overridden by `DARKROOM_ACTIVE_LIMIT`, `DARKROOM_MAX_OUTPUT_PIXELS`,
    /// `DARKROOM_PIXEL_BUDGET`, `DARKROOM_REQUESTS_PER_MINUTE` and `DARKROOM_CALLBACKS`.
    ///
    /// # Errors
    /// A sentence naming the variable that is not a whole number from 1, too large, or no
    /// policy.
    pub fn from_env() -> Result<Self, String> {
        let mut config = Self::default();
        let limits = &mut config.limits;
        set("DARKROOM_ACTIVE_LIMIT", &mut limits.active_tasks)?;
        set("DARKROOM_MAX_OUTPUT_PIXELS", &mut limits.output_pixels)?;
        set("DARKROOM_PIXEL_BUDGET", &mut limits.pixel_budget)?;
        set(
            "DARKROOM_REQUESTS_PER_MINUTE",
            &mut limits.requests_per_minute,
        )?;
        if limits.requests_per_minute > MAX_REQUESTS_PER_MINUTE {
            return Err(format!(
                "DARKROOM_REQUESTS_PER_MINUTE is {}; at most {MAX_REQUESTS_PER_MINUTE} are possible",
                limits.requests_per_minute
            ));
        }
        let policy = std::env::var(CallbackPolicy::VARIABLE).ok();
        limits.callbacks = CallbackPolicy::parse(policy.as_deref())?;
        Ok(config)
    }
}

fn set<T: std::str::FromStr + PartialOrd + From<u8>>(
    name: &str,
    value: &mut T,
) -> Result<(), String> {
    if let Ok(text) = std::env::var(name) {
        *value = text
            .parse()
            .ok()
            .filter(|number| *number >= T::from(1))
            .ok_or_else(|| format!("{name} is {text:?}; it must be a whole number from 1"))?;
    }
    Ok(())
}

/// State of the router. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    parts: Arc<Parts>,
    metrics: Metrics,
}

#[derive(Debug)]
struct Parts {
    store: Store,
    config: ApiConfig,
    clock: fn() -> Timestamp,
    rates: KeyRates,
}

impl AppState {
    /// State over a store.
    pub fn new(store: Store, config: ApiConfig) -> Self {
        Self::with_clock(store, config, Timestamp::now)
    }

    /// State that syncs projects and counts requests at the time that `clock` tells.
    pub fn with_clock(store: Store, config: ApiConfig, clock: fn() -> Timestamp) -> Self {
        Self {
            parts: Arc::new(Parts {
                store,
                config,
                clock,
                rates: KeyRates::default(),
            }),
            metrics: Metrics::off(),
        }
    }

    /// The same state, which tells `metrics` what becomes of creates.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.parts.clock)()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn rates(&self) -> &KeyRates {
        &self.parts.rates
    }

    pub(crate) fn config(&self) -> &ApiConfig {
        &self.parts.config
    }
}
