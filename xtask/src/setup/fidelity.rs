//! What frames are compared with: a browser, and real Lottie files.

use super::npm::Archive;
use super::{Package, Sign, packages};
use crate::shell::tools;

/// Draws the pictures that ours are compared with; nothing else needs it.
const BROWSER: Package = Package {
    name: "chromium",
    sign: Sign::Programs(&["chromium"]),
    why: "the browser that frames are compared with",
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

/// Installs the browser and fetches the files that frames are compared with.
pub(crate) fn for_fidelity() -> anyhow::Result<()> {
    if std::env::var_os("DARKROOM_CHROMIUM").is_none() {
        packages([&BROWSER])?;
    }
    for archive in LOTTIE {
        archive.fetch(&tools().join("lottie").join(archive.name))?;
    }
    Ok(())
}
