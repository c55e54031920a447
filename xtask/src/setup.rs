//! Installing what the project needs, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};

use crate::shell::{output, root, run, there, tools};

/// A Debian package, a file or program that shows it is there, and why it is needed.
const PACKAGES: &[(&str, &str, &str)] = &[
    (
        "ffmpeg",
        "/usr/bin/ffmpeg",
        "decodes sources and encodes exports",
    ),
    (
        "fonts-dejavu-core",
        "/usr/share/fonts/truetype/dejavu",
        "the picture tests' font",
    ),
    (
        "fonts-roboto-unhinted",
        "/usr/share/fonts/truetype/roboto",
        "default font",
    ),
    (
        "fonts-inter",
        "/usr/share/fonts/opentype/inter",
        "default font",
    ),
    (
        "fonts-open-sans",
        "/usr/share/fonts/truetype/open-sans",
        "default font",
    ),
    (
        "fonts-noto-core",
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "other scripts",
    ),
    (
        "fonts-noto-cjk",
        "/usr/share/fonts/opentype/noto",
        "Chinese, Japanese, Korean",
    ),
    (
        "fonts-noto-color-emoji",
        "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        "emoji",
    ),
];

/// A Python environment in `target/tools`, and why it is needed.
const ENVIRONMENTS: &[(&str, &str, &str)] = &[
    ("venv", "local-stack", "MiniStack, the local AWS stack"),
    (
        "indream-1.0.0",
        "client-1.0.0",
        "official client of generation 0, for tests",
    ),
    (
        "indream-1.1.0",
        "client-1.1.0",
        "official client of generation 1, for tests",
    ),
    ("lint", "lint", "cfn-lint and SAM, for the template's test"),
];

/// The client's source distribution: the public schema and example documents.
const SDIST: (&str, &str) = (
    "indream-client==1.1.0",
    "5421b3914e54158a8a73a83955c6fcd78fb5b362429dc4471725e7a2ccf14e55",
);

/// Installs everything that is missing.
pub(crate) fn everything() -> anyhow::Result<()> {
    packages()?;
    fs::create_dir_all(tools())?;
    for (place, requirements, why) in ENVIRONMENTS {
        environment(place, requirements, why)?;
    }
    examples()
}

fn packages() -> anyhow::Result<()> {
    let missing: Vec<_> = PACKAGES
        .iter()
        .filter(|(_, mark, _)| !Path::new(mark).exists())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for (package, _, why) in &missing {
        println!("setup: installing the Debian package {package}: {why}");
    }
    let names: Vec<&str> = missing.iter().map(|(package, _, _)| *package).collect();
    if !there("apt-get", "--version") {
        bail!(
            "there is no apt-get here; install these by hand and try again: {}",
            names.join(" ")
        );
    }
    let as_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let apt = || {
        let mut command = Command::new(if as_root { "apt-get" } else { "sudo" });
        if !as_root {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().args(["update", "-qq"]))?;
    run(apt()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&names))
}

/// Makes a virtual environment from pinned, hashed requirements; a stamp tells
/// that it is there.
fn environment(place: &str, requirements: &str, why: &str) -> anyhow::Result<()> {
    let file = root().join(format!("xtask/requirements/{requirements}.txt"));
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let wanted = hex::encode(Sha256::digest(&text));
    let folder = tools().join(place);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    println!("setup: making {}: {why}", folder.display());
    if folder.is_symlink() {
        fs::remove_file(&folder)?;
    } else if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(folder.join("bin/pip"))
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
        ])
        .arg(&file))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Unpacks the public schema and the example documents; none of them is ours to keep.
fn examples() -> anyhow::Result<()> {
    let (name, sha256) = SDIST;
    let schema = tools().join("schema/editor-state.v1.schema.json");
    let stamp = tools().join("examples/installed");
    if schema.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == sha256) {
        return Ok(());
    }
    println!("setup: fetching {name}: the public schema and example documents, for tests");
    let folder = tools().join("sdist");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    run(Command::new(tools().join("venv/bin/pip"))
        .args([
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ])
        .args(["--no-binary", "indream-client", "--dest"])
        .arg(&folder)
        .arg(name))?;
    let archive = only_file(&folder)?;
    let found = hex::encode(Sha256::digest(fs::read(&archive)?));
    if found != sha256 {
        bail!(
            "{} has SHA-256 {found}; {sha256} was expected",
            archive.display()
        );
    }
    run(Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(&folder)
        .arg("--strip-components=1"))?;
    copy(&folder.join("src/indream/schemas"), &tools().join("schema"))?;
    copy(&folder.join("openapi/examples"), &tools().join("examples"))?;
    fs::write(stamp, sha256)?;
    Ok(())
}

fn only_file(folder: &Path) -> anyhow::Result<PathBuf> {
    fs::read_dir(folder)?
        .next()
        .context("the download is empty")?
        .map(|entry| entry.path())
        .context("the download cannot be read")
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if to.is_symlink() {
        fs::remove_file(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
