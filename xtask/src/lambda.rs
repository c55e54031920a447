//! `cargo xtask lambda`: the functions' bootstraps, as they are deployed.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::setup;
use crate::shell::{root, run, tools};

/// The api's bootstrap is loaded at every cold start, so it stays below this.
const API_LIMIT_BYTES: u64 = 12_000_000;

/// cargo itself compiles: the default, zig, is for other machines' bootstraps.
const BUILD: [&str; 16] = [
    "lambda",
    "build",
    "--release",
    "--locked",
    "--compiler",
    "cargo",
    "--bin",
    "api",
    "--bin",
    "render",
    "--bin",
    "webhook",
    "--bin",
    "sweep",
    "--lambda-dir",
    "target/lambda",
];

/// Builds `target/lambda/{api,render,webhook,sweep}/bootstrap`, in the release profile and
/// for this machine; cargo-lambda is installed into `target/tools` when it is missing.
pub(crate) fn build() -> anyhow::Result<()> {
    println!("lambda: building the bootstraps of api, render, webhook and sweep (release)");
    run(Command::new(cargo_lambda()?)
        .current_dir(root())
        .args(BUILD))?;
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

/// Begins [`build`], at the lowest priority and in silence but for errors, beside what
/// leaves the processors idle now and then. Whoever builds next waits for it.
pub(crate) fn begin() -> anyhow::Result<Child> {
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"])
        .arg(cargo_lambda()?)
        .current_dir(root())
        .args(BUILD)
        .arg("--quiet")
        .stdin(Stdio::null());
    nice.spawn().context("nice cannot be started")
}

/// cargo-lambda, which is installed when it is missing.
fn cargo_lambda() -> anyhow::Result<PathBuf> {
    setup::environment(("lambda", "lambda", "cargo-lambda, which builds bootstraps"))?;
    Ok(tools().join("lambda/bin/cargo-lambda"))
}

fn size_of(name: &str) -> anyhow::Result<u64> {
    let path = format!("target/lambda/{name}/bootstrap");
    let bytes = fs::metadata(root().join(&path))
        .with_context(|| format!("cargo-lambda made no {path}"))?
        .len();
    println!("lambda: {path}, {:.1} MB", bytes as f64 / 1e6);
    Ok(bytes)
}
