//! One wrapper for every child process.

use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, pidfd_open, prlimit};

use crate::error::MediaError;
use crate::pipe::{Input, Output, Wait};
use crate::tools::Tools;

/// Address space of a child; a file that wants more is refused by its decoder's failure.
const MEMORY_LIMIT_BYTES: u64 = 6 << 30;
/// What is kept of a child's last words.
const WORDS_BYTES: usize = 4096;
/// A child that gives nothing, takes nothing or does not end for this long is stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What follows the options of an input that is a file: see [`read_file`].
const STDIN_AS_FILE: &str = "file:/proc/self/fd/0";

/// Containers and pictures as cameras, browsers and editors write them. What
/// is not named is not opened: of what ffmpeg knows, playlists (hls, dash,
/// concat, sdp), name patterns (image2), scripts and documents (svg) would
/// open further files or addresses that the file names.
const FORMATS: &str = "mov,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,mp3,wav,w64,flac,aac,aiff,\
                       caf,amr,ac3,eac3,gif,apng,png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe";

/// A running child: killed and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    words: Option<JoinHandle<String>>,
    wait: Wait,
}

/// How a child ended.
pub(crate) struct Ended {
    status: ExitStatus,
    /// The last it wrote to its standard error.
    pub(crate) words: String,
}

impl Ended {
    pub(crate) fn well(&self) -> bool {
        self.status.success()
    }
}

/// A command that talks to us through pipes alone, never to the terminal.
pub(crate) fn command(tool: &Path) -> Command {
    let mut command = Command::new(tool);
    command
        .args(["-hide_banner", "-loglevel", "error"])
        .stdin(Stdio::null());
    command
}

/// Makes `path` the next input of a command.
///
/// The tool gets the open file and no name: neither an extension nor a `%d` in
/// a name can choose what it is read as, nothing can be named relative to it,
/// and no message can tell where it lay.
pub(crate) fn read_file(command: &mut Command, path: &Path) -> Result<(), MediaError> {
    let file = File::open(path).map_err(|source| MediaError::File {
        path: path.to_owned(),
        source,
    })?;
    command
        .args(["-protocol_whitelist", "file", "-format_whitelist", FORMATS])
        .args(["-i", STDIN_AS_FILE])
        .stdin(file);
    Ok(())
}

impl Running {
    /// Starts a child. `command` ends here, and with it our copies of what the
    /// child inherits.
    pub(crate) fn start(mut command: Command, tools: &Tools) -> Result<Self, MediaError> {
        let mut child =
            command
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|source| MediaError::File {
                    path: command.get_program().into(),
                    source,
                })?;
        let limit = |bytes| Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        // A child that has already ended needs no limit.
        let pid = pid_of(&child);
        let _ = prlimit(pid, Resource::As, limit(MEMORY_LIMIT_BYTES));
        let _ = prlimit(pid, Resource::Core, limit(0));
        let words = child
            .stderr
            .take()
            .map(|stderr| std::thread::spawn(move || last_words(stderr)));
        Ok(Self {
            child,
            words,
            wait: Wait::new(tools, PATIENCE),
        })
    }

    /// What the child writes. Asked once, of a child whose output is piped.
    pub(crate) fn output(&mut self) -> Result<Output, MediaError> {
        let pipe = self.child.stdout.take();
        let pipe = pipe.ok_or(MediaError::Pipe("it was not opened".to_owned()))?;
        Ok(Output::new(OwnedFd::from(pipe), self.wait.clone()))
    }

    /// What the child reads. Asked once, of a child whose input is piped.
    pub(crate) fn input(&mut self) -> Result<Input, MediaError> {
        let pipe = self.child.stdin.take();
        let pipe = pipe.ok_or(MediaError::Pipe("it was not opened".to_owned()))?;
        Input::new(OwnedFd::from(pipe), self.wait.clone())
    }

    /// Waits for the end; a child that does not end in time is killed.
    pub(crate) fn end(self) -> Result<Ended, MediaError> {
        self.end_within(PATIENCE)
    }

    pub(crate) fn end_within(mut self, patience: Duration) -> Result<Ended, MediaError> {
        let system = |error: std::io::Error| MediaError::Pipe(error.to_string());
        if let Some(pid) = pid_of(&self.child)
            && self.child.try_wait().map_err(system)?.is_none()
        {
            let end = pidfd_open(pid, PidfdFlags::empty()).map_err(|error| system(error.into()))?;
            let wait = self.wait.with_patience(patience);
            wait.until(end.as_fd(), PollFlags::IN)?;
        }
        let status = self.child.wait().map_err(system)?;
        let words = self.words.take().and_then(|words| words.join().ok());
        Ok(Ended {
            status,
            words: words.unwrap_or_default(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended or not, it is gone afterwards and leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pid_of(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id() as i32)
}

fn last_words(mut stderr: impl std::io::Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend(buffer.iter().take(count));
        let over = kept.len().saturating_sub(WORDS_BYTES);
        kept.drain(..over);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// A child's last words as a cause: its last line, without the input's name and
/// addresses in memory.
pub(crate) fn cause(words: &str) -> String {
    if words.contains("Format not on whitelist") {
        return "it is of a format that is not read".to_owned();
    }
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped());
        command
    }

    fn running(script: &str, patience: Duration) -> (Running, Arc<AtomicBool>) {
        let stop = Arc::new(AtomicBool::new(false));
        let tools = Tools::discover().unwrap().stopped_by(Arc::clone(&stop));
        let mut running = Running::start(shell(script), &tools).unwrap();
        running.wait = running.wait.with_patience(patience);
        (running, stop)
    }

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
        let (running, _) = running("exec sleep 1000", PATIENCE);
        let pid = pid_of(&running.child).unwrap();
        drop(running);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }

    #[test]
    fn a_child_that_gives_nothing_or_does_not_end_is_stuck() {
        let short = Duration::from_millis(50);
        let (mut child, _) = running("echo begun; exec sleep 1000", short);
        let mut output = child.output().unwrap();
        let mut buffer = [0; 64];
        let stuck = output.fill(&mut buffer);
        assert!(matches!(stuck, Err(MediaError::Stuck { .. })), "{stuck:?}");
        let stuck = child.end_within(short).err();
        assert!(matches!(stuck, Some(MediaError::Stuck { .. })), "{stuck:?}");
    }

    #[test]
    fn a_child_that_takes_nothing_is_stuck() {
        let stop = Arc::new(AtomicBool::new(false));
        let tools = Tools::discover().unwrap().stopped_by(stop);
        let mut command = shell("exec sleep 1000");
        command.stdin(Stdio::piped());
        let mut child = Running::start(command, &tools).unwrap();
        child.wait = child.wait.with_patience(Duration::from_millis(50));
        let mut input = child.input().unwrap();
        let stuck = input.write_all(&vec![0; 4 << 20]);
        assert!(matches!(stuck, Err(MediaError::Stuck { .. })), "{stuck:?}");
    }

    #[test]
    fn waiting_ends_when_the_work_is_stopped() {
        let (mut child, stop) = running("exec sleep 1000", PATIENCE);
        let mut output = child.output().unwrap();
        let began = Instant::now();
        let reading = std::thread::spawn(move || output.fill(&mut [0; 64]));
        stop.store(true, Ordering::Relaxed);
        let stopped = reading.join().unwrap();
        assert!(matches!(stopped, Err(MediaError::Stopped)), "{stopped:?}");
        assert!(began.elapsed() < PATIENCE / 2);
        assert!(matches!(child.end().err(), Some(MediaError::Stopped)));
    }

    #[test]
    fn output_comes_whole_and_ends() {
        let (mut child, _) = running("printf abc; printf def", PATIENCE);
        let mut output = child.output().unwrap();
        let mut buffer = [0; 4];
        assert_eq!(output.fill(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer, b"abcd");
        assert_eq!(output.fill(&mut buffer).unwrap(), 2);
        assert!(child.end().unwrap().well());
    }
}
