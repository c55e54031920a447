//! A browser, what drives it, and what it draws beside us: real Lottie files.

use super::npm::Archive;
use super::{Package, Sign, environment, packages};
use crate::shell::tools;

/// Draws the pictures that ours are compared with, and shows the console.
const BROWSER: Package = Package {
    name: "chromium",
    sign: Sign::Programs(&["chromium"]),
    why: "the browser that frames are compared with and the console is tested in",
    for_demo: false,
};

/// Packages with Lottie files in them. Both are under the MIT licence; the first is
/// the player, too.
const LOTTIE: &[Archive] = &[
    Archive {
        name: "lottie-web",
        version: "5.13.0",
        sha256: "00f306a9b5669abf9622c418b549681d1b858e0b7fa7ea6adc0772ca57c3fd4f",
        why: "Lottie files, for tests",
    },
    Archive {
        name: "react-useanimations",
        version: "2.10.0",
        sha256: "31a7e8e26f0c38fdc8a6101fd816c31a56c5a3d458adbef9c9f64cd8afefa7dd",
        why: "Lottie files, for tests",
    },
];

/// Clicks through the console.
const DRIVER: (&str, &str, &str) = (
    "console",
    "console",
    "Playwright, which drives the browser through the console",
);

/// Installs the browser and its driver, and fetches the files that frames are compared with.
pub(crate) fn for_fidelity() -> anyhow::Result<()> {
    if std::env::var_os("DARKROOM_CHROMIUM").is_none() {
        packages([&BROWSER])?;
    }
    environment(DRIVER)?;
    for archive in LOTTIE {
        archive.fetch(&tools().join("lottie").join(archive.name))?;
    }
    Ok(())
}
