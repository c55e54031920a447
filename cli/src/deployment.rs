//! The deployment an operator's command works on, past its HTTP API.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use darkroom_store::Store;

use crate::serve::{data_dir, parts};

/// Where the local service is found.
#[derive(Debug, clap::Args)]
pub(crate) struct LocalService {
    /// Data directory of the local service.
    #[arg(
        long,
        env = "DARKROOM_DATA",
        default_value = ".darkroom",
        global = true,
        help_heading = "Deployment",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
}

/// Which deployment: the one of the environment, or the local service.
#[derive(Debug, clap::Args)]
pub(crate) struct Deployment {
    #[command(flatten)]
    local: LocalService,
}

impl Deployment {
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        if std::env::var_os("DARKROOM_TABLE").is_some() {
            return Store::from_env()
                .await
                .context("cannot reach the deployment of the environment");
        }
        match data_dir::read_endpoint(&self.local.data)? {
            Some(endpoint) => parts::store(&endpoint).await,
            None => bail!(
                "no service is running on {}: start one with `darkroom serve`, name its \
                 directory with --data, or set DARKROOM_TABLE and the rest for another deployment",
                self.local.data.display()
            ),
        }
    }
}
