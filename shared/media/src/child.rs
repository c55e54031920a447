//! One wrapper for every child process.

use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::error::MediaError;

/// Address space of a child; a file that wants more is refused by its decoder's failure.
const MEMORY_LIMIT_BYTES: u64 = 6 << 30;
/// What is kept of a child's last words.
const WORDS_BYTES: usize = 4096;

/// A running child: killed and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    words: Option<JoinHandle<String>>,
}

/// A command that reads local files and pipes alone, never the terminal.
pub(crate) fn command(tool: &Path) -> Command {
    let mut command = Command::new(tool);
    command
        .args(["-hide_banner", "-loglevel", "error"])
        .stdin(Stdio::null());
    command
}

/// Options that go before each `-i`.
pub(crate) const INPUT_GUARD: [&str; 2] = ["-protocol_whitelist", "file,pipe"];

/// An argument that names a local file whatever its name looks like.
pub(crate) fn file_argument(path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from("file:");
    argument.push(path);
    argument
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self, MediaError> {
        let mut child =
            command
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|source| MediaError::File {
                    path: command.get_program().into(),
                    source,
                })?;
        if let Some(pid) = Pid::from_raw(child.id() as i32) {
            let limit = Rlimit {
                current: Some(MEMORY_LIMIT_BYTES),
                maximum: Some(MEMORY_LIMIT_BYTES),
            };
            // A child that has already ended needs no limit.
            let _ = prlimit(Some(pid), Resource::As, limit);
        }
        let words = child
            .stderr
            .take()
            .map(|stderr| std::thread::spawn(move || last_words(stderr)));
        Ok(Self { child, words })
    }

    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for the end; its status and last words.
    pub(crate) fn end(mut self) -> (Option<ExitStatus>, String) {
        let status = self.child.wait().ok();
        let words = self
            .words
            .take()
            .and_then(|words| words.join().ok())
            .unwrap_or_default();
        (status, words)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended or not, it is gone afterwards and leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_words(mut stderr: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend(buffer.iter().take(count));
        let over = kept.len().saturating_sub(WORDS_BYTES);
        kept.drain(..over);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// A child's last words as a cause: its last line, without local paths and addresses.
pub(crate) fn cause(words: &str) -> String {
    let line = words
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no reason given");
    let line = line.rsplit("] ").next().unwrap_or(line);
    let line = match line.strip_prefix("file:") {
        Some(rest) => rest.split_once(": ").map_or(rest, |(_, cause)| cause),
        None => line,
    };
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_names_no_local_path() {
        assert_eq!(
            cause("[mov @ 0x5] moov atom not found\nfile:/tmp/x/asset-0: Invalid data found\n"),
            "Invalid data found"
        );
        assert_eq!(cause("[h264 @ 0x1] no frame!"), "no frame!");
        assert_eq!(cause(""), "no reason given");
    }

    #[test]
    fn a_dropped_child_is_dead() {
        let running = Running::start(Command::new("sleep").arg("1000")).unwrap();
        let pid = Pid::from_raw(running.child.id() as i32).unwrap();
        drop(running);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }
}
