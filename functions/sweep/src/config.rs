//! What a sweep is made of and how it is set.

use std::time::Duration;

use darkroom_store::{Store, StoreConfig, StoreError};

/// Longest run, well below the function's time-out.
pub const BUDGET: Duration = Duration::from_secs(40);

/// Bounds of a run.
#[derive(Debug, Clone)]
pub struct SweepConfig {
    /// Most items of the due index.
    pub most_due: usize,
    /// Most dead letters of each queue.
    pub most_dead_letters: usize,
    /// Longest time; what is under way then is put down.
    pub budget: Duration,
}

impl Default for SweepConfig {
    fn default() -> Self {
        Self {
            most_due: 500,
            most_dead_letters: 100,
            budget: BUDGET,
        }
    }
}

/// Everything that a run takes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Sweeper {
    store: Store,
    config: SweepConfig,
}

impl Sweeper {
    /// A sweep of a store, which must know where its dead letters are.
    pub fn new(store: Store, config: SweepConfig) -> Self {
        Self { store, config }
    }

    /// A sweep as the function's environment describes it.
    pub async fn from_env() -> Result<Self, StoreError> {
        let config = StoreConfig::from_env()?.prompt();
        config.queues.dead_letters()?;
        let store = Store::new(config).await?;
        Ok(Self::new(store, SweepConfig::default()))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn config(&self) -> &SweepConfig {
        &self.config
    }
}
