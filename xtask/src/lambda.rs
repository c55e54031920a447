//! `cargo xtask lambda`: the functions' bootstraps, as they are deployed.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::setup;
use crate::shell::{root, run, tools};

/// The api's bootstrap is loaded at every cold start, so it stays below this.
const API_LIMIT_BYTES: u64 = 12_000_000;

/// Builds `target/lambda/{api,render,webhook,sweep}/bootstrap`, in the release profile and
/// for this machine; cargo-lambda is installed into `target/tools` when it is missing.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::environment(("lambda", "lambda", "cargo-lambda, which builds bootstraps"))?;
    println!("lambda: building the bootstraps of api, render, webhook and sweep (release)");
    // cargo itself compiles: the default, zig, is for other machines' bootstraps.
    run(Command::new(tools().join("lambda/bin/cargo-lambda"))
        .current_dir(root())
        .args(["lambda", "build", "--release", "--locked"])
        .args(["--compiler", "cargo", "--bin", "api", "--bin", "render"])
        .args(["--bin", "webhook", "--bin", "sweep"])
        .args(["--lambda-dir", "target/lambda"]))?;
    let api_bytes = size_of("api")?;
    size_of("render")?;
    size_of("webhook")?;
    size_of("sweep")?;
    if api_bytes >= API_LIMIT_BYTES {
        bail!(
            "the api's bootstrap has {api_bytes} bytes; it must stay below {API_LIMIT_BYTES}: \
             look for a new dependency or feature with `cargo tree -p darkroom-api`"
        );
    }
    Ok(())
}

fn size_of(name: &str) -> anyhow::Result<u64> {
    let path = format!("target/lambda/{name}/bootstrap");
    let bytes = fs::metadata(root().join(&path))
        .with_context(|| format!("cargo-lambda made no {path}"))?
        .len();
    println!("lambda: {path}, {:.1} MB", bytes as f64 / 1e6);
    Ok(bytes)
}
