//! The project's commands: `cargo xtask demo|test|load|lambda|bench|setup`.

mod bench;
mod demo;
mod fuzz;
mod lambda;
mod load;
#[cfg(test)]
mod runbook;
mod service;
mod setup;
mod shell;
#[cfg(test)]
mod specification;
mod test;

use clap::{Parser, Subcommand};

/// Commands for working on Darkroom.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Export a ten-second film through the whole service on this machine.
    ///
    /// Installs what is missing (it says what), builds, makes sample media, starts
    /// `darkroom serve`, uploads, exports over HTTP, downloads and checks the result.
    Demo,
    /// Install what is missing: ffmpeg, fonts, the local AWS stack, test tools.
    ///
    /// Debian packages come by apt-get, Python packages and cargo-fuzz into
    /// `target/tools`. Done once, it works offline and returns at once.
    Setup,
    /// Set up, build, and run every test; ends with one summary.
    Test(test::Args),
    /// Put `darkroom serve` under load for a minute, and look whether it kept its word.
    ///
    /// Many clients create, repeat, read, list and cancel exports at once. Prints requests
    /// a second and latencies beside bare reads of the same store. It fails when anything
    /// is answered 5xx, a task is lost, doubled or not ended, or memory grows.
    Load(load::Args),
    /// Build the functions' bootstraps into `target/lambda`, for `darkroom serve --lambda`.
    ///
    /// A release build for this machine, by cargo-lambda, which is installed into
    /// `target/tools` the first time. `sam build` makes what is deployed.
    Lambda,
    /// Measure rendering speed beside one ffmpeg filtergraph and the unavoidable costs.
    ///
    /// CPU and wall time are taken side by side in one run; medians of the ratios
    /// are printed. Behind them come the seconds that hostile documents are answered in.
    Bench(bench::Args),
}

fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Demo => demo::run_demo(),
        Command::Setup => setup::everything(),
        Command::Test(args) => test::run_suites(&args),
        Command::Load(args) => load::run_load(&args),
        Command::Lambda => lambda::build(),
        Command::Bench(args) => bench::run_bench(&args),
    }
}
