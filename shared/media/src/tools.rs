//! Finds ffmpeg and ffprobe, and checks their versions.

use std::num::NonZeroU8;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::child::{Ended, Running, cause};
use crate::error::MediaError;
use crate::limits::Allowance;
use crate::sandbox::View;

/// Oldest version that is accepted.
const OLDEST: (u32, u32) = (5, 1);
/// Environment variables that name the programs.
const FFMPEG: &str = "DARKROOM_FFMPEG";
const FFPROBE: &str = "DARKROOM_FFPROBE";
/// What is read of what a program says of itself, in bytes.
const VERSION_BYTES: usize = 1 << 16;

/// Paths of ffmpeg and ffprobe, and what stops their children; cheap to
/// clone.
#[derive(Debug, Clone)]
pub struct Tools {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) decoder_threads: NonZeroU8,
    pub(crate) scratch: Option<PathBuf>,
    /// Most address space of what looks at a file or decodes it.
    pub(crate) memory_bytes: u64,
}

/// Threads of a decoder. On few processors the encoder keeps all of them busy, and
/// decoding side by side only costs more.
fn decoder_threads() -> NonZeroU8 {
    match std::thread::available_parallelism() {
        Ok(processors) if processors.get() > 2 => NonZeroU8::MIN.saturating_add(1),
        _ => NonZeroU8::MIN,
    }
}

impl Tools {
    /// `DARKROOM_FFMPEG` and `DARKROOM_FFPROBE`, else from the `PATH`.
    pub fn discover() -> Result<Self, MediaError> {
        let path = |tool: &str, variable| std::env::var_os(variable).unwrap_or_else(|| tool.into());
        Self::at(
            Path::new(&path("ffmpeg", FFMPEG)),
            Path::new(&path("ffprobe", FFPROBE)),
        )
    }

    /// These two programs. They are looked for, not run: see [`Tools::check`].
    pub fn at(ffmpeg: &Path, ffprobe: &Path) -> Result<Self, MediaError> {
        let find = |tool, variable, path| {
            which::which(path).map_err(|error| missing(tool, variable, &error))
        };
        Ok(Self {
            ffmpeg: find("ffmpeg", FFMPEG, ffmpeg)?,
            ffprobe: find("ffprobe", FFPROBE, ffprobe)?,
            stop: Arc::default(),
            decoder_threads: decoder_threads(),
            scratch: None,
            memory_bytes: Allowance::memory_of(u64::MAX),
        })
    }

    /// The same tools with that many threads for each decoder of pictures, in place of one,
    /// or two on more than two processors. The pictures are the same.
    #[must_use]
    pub fn with_decoder_threads(&self, threads: NonZeroU8) -> Self {
        Self {
            decoder_threads: threads,
            ..self.clone()
        }
    }

    /// The same tools where they and whoever uses them have so much memory together, in
    /// bytes: each that looks at a file or decodes it may take three quarters of that as
    /// address space, at least 2 GiB, and 6 GiB at most.
    #[must_use]
    pub fn with_memory(&self, bytes: u64) -> Self {
        Self {
            memory_bytes: Allowance::memory_of(bytes),
            ..self.clone()
        }
    }

    /// The same tools, whose children may also make and write files in `folder`. ffmpeg
    /// has no use for it: it is for programs that stand in for it in a test, and write
    /// down what they are given.
    #[must_use]
    pub fn with_scratch(&self, folder: &Path) -> Self {
        Self {
            scratch: Some(folder.to_owned()),
            ..self.clone()
        }
    }

    /// Whether both run as children of ours, and are new enough. Takes a tenth of a second:
    /// for the start of what runs long, and to tell why something failed.
    pub fn check(&self) -> Result<(), MediaError> {
        self.check_one("ffmpeg", FFMPEG, &self.ffmpeg)?;
        self.check_one("ffprobe", FFPROBE, &self.ffprobe)
    }

    fn check_one(
        &self,
        tool: &'static str,
        variable: &'static str,
        path: &Path,
    ) -> Result<(), MediaError> {
        let unable = |cause: &dyn std::fmt::Display| missing(tool, variable, cause);
        let (text, ended) = self.ask_version(path).map_err(|error| unable(&error))?;
        if !ended.well() {
            return Err(unable(&cause(&ended.words)));
        }
        let found = text
            .split_whitespace()
            .nth(2)
            .ok_or_else(|| unable(&"it prints no version"))?;
        match version(found) {
            // Builds from git carry no number: they are newer.
            Some(version) if version < OLDEST => Err(MediaError::ToolTooOld {
                tool,
                found: found.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// What a program says of itself, run as all children are: one whose libraries lie
    /// where no child may read cannot be run.
    fn ask_version(&self, path: &Path) -> Result<(String, Ended), MediaError> {
        let mut program = Command::new(path);
        program.arg("-version").stdin(Stdio::null());
        let mut running = Running::start(program, self, Allowance::PROBE, View::default())?;
        let mut text = vec![0; VERSION_BYTES];
        let length = running.output()?.fill(&mut text)?;
        text.truncate(length);
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok((text, running.end()?))
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

fn missing(
    tool: &'static str,
    variable: &'static str,
    cause: &dyn std::fmt::Display,
) -> MediaError {
    MediaError::ToolMissing {
        tool,
        variable,
        cause: cause.to_string(),
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
