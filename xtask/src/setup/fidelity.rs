//! What frames are compared with: a browser, and real Lottie files.

use std::fs;
use std::process::Command;

use anyhow::Context as _;

use super::{Package, Sign, packages, unpack};
use crate::shell::{run, tools};

/// Draws the pictures that ours are compared with; nothing else needs it.
const BROWSER: Package = Package {
    name: "chromium",
    sign: Sign::Programs(&["chromium"]),
    why: "the browser that frames are compared with",
    for_demo: false,
};

/// Fetches the packages below.
const NPM: Package = Package {
    name: "npm",
    sign: Sign::Programs(&["npm"]),
    why: "fetches real Lottie files, and the player that ours are compared with",
    for_demo: false,
};

/// npm packages with Lottie files in them: name, version, SHA-256 of the archive. Both
/// are under the MIT licence; the first is the player, too.
const LOTTIE: &[(&str, &str, &str)] = &[
    (
        "lottie-web",
        "5.13.0",
        "00f306a9b5669abf9622c418b549681d1b858e0b7fa7ea6adc0772ca57c3fd4f",
    ),
    (
        "react-useanimations",
        "2.10.0",
        "31a7e8e26f0c38fdc8a6101fd816c31a56c5a3d458adbef9c9f64cd8afefa7dd",
    ),
];

/// Installs the browser and fetches the files that frames are compared with.
pub(crate) fn for_fidelity() -> anyhow::Result<()> {
    if std::env::var_os("DARKROOM_CHROMIUM").is_none() {
        packages([&BROWSER])?;
    }
    for &package in LOTTIE {
        lottie(package)?;
    }
    Ok(())
}

/// Unpacks an npm package to `target/tools/lottie/NAME`; none of it is ours to keep.
fn lottie((name, version, sha256): (&str, &str, &str)) -> anyhow::Result<()> {
    let folder = tools().join("lottie").join(name);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == sha256) {
        return Ok(());
    }
    packages([&NPM])?;
    println!("setup: fetching {name} {version}: Lottie files, for tests");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let archives = folder.join("archive");
    fs::create_dir_all(&archives)?;
    run(Command::new("npm")
        .args(["pack", "--silent", "--pack-destination"])
        .arg(&archives)
        .arg(format!("{name}@{version}")))
    .context("the first run fetches npm packages and needs an npm registry")?;
    unpack(&archives, &folder, sha256)?;
    fs::write(stamp, sha256)?;
    Ok(())
}
