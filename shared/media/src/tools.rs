//! Finds ffmpeg and ffprobe and checks their versions.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::MediaError;

/// Oldest version that is accepted.
const OLDEST: (u32, u32) = (5, 1);
/// Environment variables that name the programs.
const FFMPEG: &str = "DARKROOM_FFMPEG";
const FFPROBE: &str = "DARKROOM_FFPROBE";

/// Checked paths of ffmpeg and ffprobe, and what stops their children; cheap to
/// clone.
#[derive(Debug, Clone)]
pub struct Tools {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Tools {
    /// `DARKROOM_FFMPEG` and `DARKROOM_FFPROBE`, else from the `PATH`; both run once.
    pub fn discover() -> Result<Self, MediaError> {
        let path = |tool: &str, variable| std::env::var_os(variable).unwrap_or_else(|| tool.into());
        Self::at(
            Path::new(&path("ffmpeg", FFMPEG)),
            Path::new(&path("ffprobe", FFPROBE)),
        )
    }

    /// These two programs; both run once.
    pub fn at(ffmpeg: &Path, ffprobe: &Path) -> Result<Self, MediaError> {
        // Side by side: starting either takes a tenth of a second.
        std::thread::scope(|threads| {
            let other = threads.spawn(|| check("ffprobe", FFPROBE, ffprobe));
            check("ffmpeg", FFMPEG, ffmpeg)?;
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        Ok(Self {
            ffmpeg: ffmpeg.to_owned(),
            ffprobe: ffprobe.to_owned(),
            stop: Arc::default(),
        })
    }

    /// The same tools for one piece of work: once `stop` is true, every wait for
    /// their children ends with [`MediaError::Stopped`].
    #[must_use]
    pub fn stopped_by(&self, stop: Arc<AtomicBool>) -> Self {
        Self {
            stop,
            ..self.clone()
        }
    }
}

fn check(tool: &'static str, variable: &'static str, path: &Path) -> Result<(), MediaError> {
    let missing = |cause: String| MediaError::ToolMissing {
        tool,
        variable,
        cause,
    };
    let output = Command::new(path)
        .arg("-version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text
        .split_whitespace()
        .nth(2)
        .ok_or_else(|| missing("it prints no version".to_owned()))?;
    match version(found) {
        // Builds from git carry no number: they are newer.
        Some(version) if version < OLDEST => Err(MediaError::ToolTooOld {
            tool,
            found: found.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text
        .trim_start_matches('n')
        .split(|c: char| !c.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_of_releases_and_distributions_are_read() {
        assert_eq!(version("5.1.9-0+deb12u1"), Some((5, 1)));
        assert_eq!(version("n7.1"), Some((7, 1)));
        assert_eq!(version("8"), Some((8, 0)));
        assert_eq!(version("N-109-gabc"), None);
    }
}
