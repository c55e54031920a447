//! What only npm has.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::{Package, Sign, packages, unpack};
use crate::shell::{run, tools};

const NPM: Package = Package {
    name: "npm",
    sign: Sign::Programs(&["npm"]),
    why: "fetches fonts, and for tests Lottie files and their player",
    for_demo: false,
};

/// Families that no Debian package holds, under the SIL Open Font License, each with its
/// weights and slants; the render function's image takes the same.
const FAMILIES: [Archive; 3] = [
    Archive {
        name: "@expo-google-fonts/montserrat",
        version: "0.4.2",
        sha256: "27dfd624c74ba3240597a643d580ea8fe043eda17aceeee50364e08d542cd78e",
        why: "the font Montserrat",
    },
    Archive {
        name: "@expo-google-fonts/oswald",
        version: "0.4.2",
        sha256: "0cc1d71781b4a5c6c0e6f8b346a71e3f898529e5343ffe34911f98232af2e78c",
        why: "the font Oswald",
    },
    Archive {
        name: "@expo-google-fonts/poppins",
        version: "0.4.1",
        sha256: "de5ee7515fec3f68ce73aea4ceec8dee1d51434a3791bcdf1b994e76385a3c89",
        why: "the font Poppins",
    },
];

/// An npm package: nothing in it is run, and none of it is ours to keep.
pub(super) struct Archive {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Of the packed archive.
    pub(super) sha256: &'static str,
    pub(super) why: &'static str,
}

impl Archive {
    /// Unpacks it to `folder`, once; answers whether it was not there before.
    pub(super) fn fetch(&self, folder: &Path) -> anyhow::Result<bool> {
        let stamp = folder.join("installed");
        if fs::read_to_string(&stamp).is_ok_and(|found| found == self.sha256) {
            return Ok(false);
        }
        packages([&NPM])?;
        println!(
            "setup: fetching {} {}: {}",
            self.name, self.version, self.why
        );
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let archives = folder.join("archive");
        fs::create_dir_all(&archives)?;
        run(Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(&archives)
            .arg(format!("{}@{}", self.name, self.version)))
        .context("the first run fetches npm packages and needs an npm registry")?;
        unpack(&archives, folder, self.sha256)?;
        fs::write(stamp, self.sha256)?;
        Ok(true)
    }
}

/// Puts these families where the user's own fonts are, unless `DARKROOM_FONTS` names
/// others.
pub(super) fn fonts() -> anyhow::Result<()> {
    if std::env::var_os("DARKROOM_FONTS").is_some() {
        return Ok(());
    }
    let home = std::env::home_dir().context("there is no home directory for fonts; set HOME")?;
    for family in FAMILIES {
        let name = family.name.rsplit('/').next().unwrap_or(family.name);
        let folder = home.join(".local/share/fonts").join(name);
        let unpacked = tools().join("fonts").join(name);
        if family.fetch(&unpacked)? || !folder.exists() {
            println!("setup: copying it to {}", folder.display());
            copy_fonts(&unpacked, &folder)?;
        }
    }
    Ok(())
}

/// Copies the fonts of a package, which lie in one folder a weight and slant.
fn copy_fonts(package: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for style in fs::read_dir(package)? {
        let style = style?.path();
        if !style.is_dir() {
            continue;
        }
        for file in fs::read_dir(&style)? {
            let file = file?;
            if Path::new(&file.file_name()).extension() == Some(OsStr::new("ttf")) {
                fs::copy(file.path(), folder.join(file.file_name()))?;
            }
        }
    }
    Ok(())
}
