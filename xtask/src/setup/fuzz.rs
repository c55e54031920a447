//! cargo-fuzz, which builds the fuzzer's targets, and the compiler it needs.

use std::process::Command;

use anyhow::Context as _;

use super::{Package, Sign, packages};
use crate::shell::{output, root, run, tools};

/// libFuzzer is written in C++.
const COMPILER: Package = Package {
    name: "g++",
    sign: Sign::Programs(&["c++"]),
    why: "compiles libFuzzer for the fuzzer's targets",
    for_demo: false,
};

const VERSION: &str = "0.13.2";

/// Installs the compiler, and cargo-fuzz from crates.io: no Python package has it.
pub(super) fn install() -> anyhow::Result<()> {
    packages([&COMPILER])?;
    let folder = tools().join("cargo-fuzz");
    let mut version = Command::new(folder.join("bin/cargo-fuzz"));
    let found = output(version.arg("--version")).unwrap_or_default();
    if found.split_whitespace().last() == Some(VERSION) {
        return Ok(());
    }
    println!(
        "setup: building cargo-fuzz {VERSION} in {}: builds the fuzzer's targets",
        folder.display()
    );
    // It does little but start cargo: unoptimised, it is built in half the time.
    run(Command::new("cargo")
        .current_dir(root())
        .args(["install", "cargo-fuzz", "--locked", "--debug", "--quiet"])
        .args(["--version", VERSION, "--root"])
        .arg(folder))
    .context("the first run builds cargo-fuzz and needs crates.io")
}
