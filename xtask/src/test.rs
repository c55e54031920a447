//! `cargo xtask test`

use std::process::Command;
use std::time::Instant;

use anyhow::bail;

use crate::fuzz;
use crate::setup;
use crate::shell::{root, run, there, tools};

/// Set up, build, and run every test.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only this suite.
    #[arg(long, value_enum)]
    only: Option<Suite>,
    /// Seconds that each target of the fuzzer is run, of 1 or more.
    #[arg(
        long,
        default_value_t = fuzz::SECONDS,
        value_parser = clap::value_parser!(u32).range(1..),
    )]
    fuzz_seconds: u32,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Suite {
    /// Every test written in Rust, on the real local stack and the real ffmpeg.
    Rust,
    /// Readers, keys and layouts, given whatever libFuzzer makes of a kept corpus.
    Fuzz,
    /// Frames beside those that headless Chromium draws of the same documents; then
    /// somebody's clicks through the console of `darkroom serve`, in the same browser.
    Fidelity,
    /// The official Python client, both versions as they are, against `darkroom serve`;
    /// then Schemathesis over openapi.json.
    Client,
    /// Licences, sources and duplicates of all dependencies, by cargo-deny and deny.toml.
    Dependencies,
    /// The template and the image, by cfn-lint, SAM and hadolint.
    Template,
    /// The built functions, deployed into the local stack.
    Lambda,
}

impl Suite {
    const ALL: [Self; 7] = [
        Self::Dependencies,
        Self::Template,
        Self::Rust,
        Self::Fuzz,
        Self::Fidelity,
        Self::Client,
        Self::Lambda,
    ];

    fn run(self, args: &Args) -> anyhow::Result<()> {
        match self {
            Self::Rust => rust(),
            Self::Fuzz => fuzz::run_targets(args.fuzz_seconds),
            Self::Fidelity => fidelity(),
            Self::Client => client(),
            Self::Dependencies => dependencies(),
            Self::Template => template(),
            Self::Lambda => lambda(),
        }
    }
}

pub(crate) fn run_suites(args: &Args) -> anyhow::Result<()> {
    setup::everything()?;
    let mut failed = Vec::new();
    let mut lines = Vec::new();
    for suite in Suite::ALL {
        if args.only.is_some_and(|only| only != suite) {
            continue;
        }
        let name = format!("{suite:?}").to_lowercase();
        println!("test: {name}");
        let began = Instant::now();
        let result = suite.run(args);
        let seconds = began.elapsed().as_secs();
        match result {
            Ok(()) => lines.push(format!("{name}: passed in {seconds} s")),
            Err(error) => {
                lines.push(format!("{name}: FAILED in {seconds} s: {error:#}"));
                failed.push(name);
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    println!(
        "suites: {} passed, {} failed",
        lines.len() - failed.len(),
        failed.len()
    );
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn rust() -> anyhow::Result<()> {
    tests(&[])
}

/// Ignored elsewhere, as it needs a browser. Sheets go to `target/fidelity`. The console
/// is looked at, too, when the frames differ.
fn fidelity() -> anyhow::Result<()> {
    setup::for_fidelity()?;
    let frames = tests(&["--test", "picture", "--", "--ignored", "fidelity"]);
    console().and(frames)
}

/// Screenshots go to `target/console`.
fn console() -> anyhow::Result<()> {
    build_program()?;
    let python = tools().join("console/bin/python");
    run(with_program(
        Command::new(python)
            .args(PYTEST)
            .arg("tests/console")
            // A service of the tests' own, as those of the client have it.
            .env("PYTHONPATH", root().join("tests/client")),
    ))
}

fn lambda() -> anyhow::Result<()> {
    crate::lambda::build()?;
    tests(&["--test", "lambda"])
}

/// Always of the whole workspace: with fewer packages their dependencies would
/// have other features, and be built once more.
fn tests(which: &[&str]) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root());
    if there("cargo-nextest", &["--version"]) {
        cargo.args(["nextest", "run"]);
    } else {
        println!("test: cargo-nextest is not installed; `cargo test` runs the same tests, slower");
        cargo.arg("test");
    }
    cargo.args(["--workspace", "--locked", "--no-fail-fast"]);
    run(cargo.args(which))
}

/// With the tests' targets, as the Rust suite builds it: the same program, built once.
fn build_program() -> anyhow::Result<()> {
    run(Command::new("cargo").current_dir(root()).args([
        "build",
        "--workspace",
        "--all-targets",
        "--locked",
    ]))
}

/// A test that starts the built program.
fn with_program(python: &mut Command) -> &mut Command {
    python
        .current_dir(root())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DARKROOM_BIN", root().join("target/debug/darkroom"))
}

const PYTEST: [&str; 5] = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];

/// Each version in the environment that setup made for it; both run, even if
/// the first one fails.
fn client() -> anyhow::Result<()> {
    build_program()?;
    let pytest = [PYTEST.as_slice(), &["tests/client"]].concat();
    let fuzz = ["tests/client/fuzz.py"];
    let mut failed = Vec::new();
    for (environment, arguments) in [
        ("indream-1.0.0", pytest.as_slice()),
        ("indream-1.1.0", &pytest),
        ("schemathesis", &fuzz),
    ] {
        println!("test: {environment}");
        let python = tools().join(environment).join("bin/python");
        let ran = run(with_program(Command::new(python).args(arguments)));
        if let Err(error) = ran {
            failed.push(format!("{environment}: {error:#}"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

/// Asks the network only for crates that no build here has needed. Security advisories
/// are left out: their database would have to be fetched each time.
fn dependencies() -> anyhow::Result<()> {
    run(Command::new(tools().join("deny/bin/cargo-deny"))
        .current_dir(root())
        .args(["--locked", "check"])
        .args(["licenses", "sources", "bans"]))
}

/// Offline: SAM wants a region and credentials, and uses neither.
fn template() -> anyhow::Result<()> {
    let lint = tools().join("lint/bin");
    run(Command::new(lint.join("cfn-lint"))
        .current_dir(root())
        .arg("template.yaml"))?;
    run(Command::new(lint.join("hadolint"))
        .current_dir(root())
        .arg("functions/render/Dockerfile"))?;
    run(Command::new(lint.join("sam"))
        .current_dir(root())
        .args(["validate", "--lint", "--template", "template.yaml"])
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test"))
}
