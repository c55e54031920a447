//! What the routes share.

use std::path::Path;
use std::sync::Arc;

use darkroom_exports::limits::MAX_REQUESTS_PER_MINUTE;
use darkroom_exports::{CallbackPolicy, Credits, Limits, PriceTable, Timestamp};
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
    /// `DARKROOM_PIXEL_BUDGET`, `DARKROOM_REQUESTS_PER_MINUTE`, `DARKROOM_CALLBACKS`, and of
    /// the prices `DARKROOM_CREDITS_PER_STANDARD_SECOND`, `DARKROOM_FPS60_PERCENT` and
    /// `DARKROOM_STANDARD_PIXELS`.
    ///
    /// # Errors
    /// A sentence naming the variable that is not a whole number from 1, too large, no
    /// decimal, or no policy.
    pub fn from_env() -> Result<Self, String> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut config = Self::default();
        let limits = &mut config.limits;
        let of = &variable;
        set(of, "DARKROOM_ACTIVE_LIMIT", &mut limits.active_tasks)?;
        set(of, "DARKROOM_MAX_OUTPUT_PIXELS", &mut limits.output_pixels)?;
        set(of, "DARKROOM_PIXEL_BUDGET", &mut limits.pixel_budget)?;
        let rate = &mut limits.requests_per_minute;
        set(of, "DARKROOM_REQUESTS_PER_MINUTE", rate)?;
        if limits.requests_per_minute > MAX_REQUESTS_PER_MINUTE {
            return Err(format!(
                "DARKROOM_REQUESTS_PER_MINUTE is {}; at most {MAX_REQUESTS_PER_MINUTE} are possible",
                limits.requests_per_minute
            ));
        }
        let policy = of(CallbackPolicy::VARIABLE);
        limits.callbacks = CallbackPolicy::parse(policy.as_deref())?;
        set_prices(of, &mut config.prices)?;
        Ok(config)
    }
}

fn set_prices(
    variable: &impl Fn(&str) -> Option<String>,
    prices: &mut PriceTable,
) -> Result<(), String> {
    let name = "DARKROOM_CREDITS_PER_STANDARD_SECOND";
    if let Some(text) = variable(name) {
        let credits: Result<Credits, String> = text.parse();
        prices.per_standard_second =
            credits.map_err(|rule| format!("{name} is {text:?}; it {rule}"))?;
    }
    set(
        variable,
        "DARKROOM_FPS60_PERCENT",
        &mut prices.fps60_percent,
    )?;
    set(
        variable,
        "DARKROOM_STANDARD_PIXELS",
        &mut prices.standard_pixels,
    )
}

fn set<T: std::str::FromStr + PartialOrd + From<u8>>(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
    value: &mut T,
) -> Result<(), String> {
    if let Some(text) = variable(name) {
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
    scratch: Arc<Path>,
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
            scratch: std::env::temp_dir().into(),
        }
    }

    /// The same state, which tells `metrics` what becomes of creates.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// The same state, which keeps files that are coming in this folder, and not in the
    /// system's own for what is temporary.
    #[must_use]
    pub fn with_scratch(self, folder: &Path) -> Self {
        Self {
            scratch: folder.into(),
            ..self
        }
    }

    pub(crate) fn scratch(&self) -> &Path {
        &self.scratch
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<ApiConfig, String> {
        ApiConfig::read(|name| {
            let found = variables.iter().find(|(one, _)| *one == name)?;
            Some(found.1.to_owned())
        })
    }

    #[test]
    fn the_environment_sets_limits_and_every_price() {
        let defaults = read(&[]).unwrap();
        assert_eq!(defaults.limits, Limits::default());
        assert_eq!(defaults.prices, PriceTable::default());
        let set = read(&[
            ("DARKROOM_ACTIVE_LIMIT", "3"),
            ("DARKROOM_MAX_OUTPUT_PIXELS", "4"),
            ("DARKROOM_PIXEL_BUDGET", "5"),
            ("DARKROOM_REQUESTS_PER_MINUTE", "6"),
            ("DARKROOM_CALLBACKS", "http"),
            ("DARKROOM_CREDITS_PER_STANDARD_SECOND", "0.025"),
            ("DARKROOM_FPS60_PERCENT", "150"),
            ("DARKROOM_STANDARD_PIXELS", "921600"),
        ])
        .unwrap();
        let limits = Limits {
            active_tasks: 3,
            output_pixels: 4,
            pixel_budget: 5,
            requests_per_minute: 6,
            callbacks: CallbackPolicy::Http,
        };
        assert_eq!(set.limits, limits);
        let prices = PriceTable {
            per_standard_second: Credits(25_000),
            fps60_percent: 150,
            standard_pixels: 921_600,
        };
        assert_eq!(set.prices, prices);
    }

    #[test]
    fn what_cannot_be_a_setting_is_refused_by_name() {
        for (name, wrong) in [
            ("DARKROOM_ACTIVE_LIMIT", "0"),
            ("DARKROOM_PIXEL_BUDGET", "many"),
            ("DARKROOM_REQUESTS_PER_MINUTE", "6001"),
            ("DARKROOM_CREDITS_PER_STANDARD_SECOND", "-1"),
            ("DARKROOM_CREDITS_PER_STANDARD_SECOND", "0.0000001"),
            ("DARKROOM_FPS60_PERCENT", "0"),
            ("DARKROOM_STANDARD_PIXELS", "1.5"),
            ("DARKROOM_STANDARD_PIXELS", "4294967296"),
        ] {
            let refused = read(&[(name, wrong)]).unwrap_err();
            assert!(refused.starts_with(&format!("{name} is ")), "{refused}");
        }
    }
}
