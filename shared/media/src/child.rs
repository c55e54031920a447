//! One wrapper for every child process.
//!
//! Each has a process group of its own (`group`), and what it started ends with it: killed
//! when the work is stopped, and when the child has ended. What it may use is in
//! `limits`, and what it may reach in `sandbox`.

use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::error::MediaError;
use crate::group::Group;
use crate::limits::{Allowance, processor_seconds};
use crate::pipe::{Input, Output, Wait};
use crate::sandbox::{self, View};
use crate::tools::Tools;

/// What is kept of a child's last words.
const WORDS_BYTES: usize = 4096;
/// A child that gives nothing, takes nothing or does not end for this long is stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The last words of a child that has ended are all there, unless somebody whom it
/// started still holds its standard error: who left its group where no filter of system
/// calls keeps him in it.
const LAST_WORDS: Duration = Duration::from_secs(2);

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
    group: Group,
    words: Option<Receiver<String>>,
    allowance: Allowance,
    output: Option<UnixStream>,
    wait: Wait,
    waited: bool,
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

/// A command that talks to us alone, never to the terminal.
pub(crate) fn command(tool: &Path) -> Command {
    let mut command = Command::new(tool);
    command
        .args(["-hide_banner", "-loglevel", "error"])
        .stdin(Stdio::null());
    command
}

/// Makes `path` the next input of a command, and answers the view that it takes.
///
/// The tool gets the open file and no name: neither an extension nor a `%d` in
/// a name can choose what it is read as, nothing can be named relative to it,
/// and no message can tell where it lay.
pub(crate) fn read_file(command: &mut Command, path: &Path) -> Result<View, MediaError> {
    let of = |source| MediaError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(of)?;
    let view = View::reading(file.try_clone().map_err(of)?);
    command
        .args(["-protocol_whitelist", "file", "-format_whitelist", FORMATS])
        .args(["-i", STDIN_AS_FILE])
        .stdin(file);
    Ok(view)
}

impl Running {
    /// Starts a child that may use so much, and reach its view. `command` ends here, and
    /// with it our copies of what the child inherits.
    pub(crate) fn start(
        mut command: Command,
        tools: &Tools,
        allowance: Allowance,
        view: View,
    ) -> Result<Self, MediaError> {
        let ends = Output::ends().map_err(|error| MediaError::Pipe(error.to_string()));
        let (ours, theirs) = ends?;
        command.stdout(theirs);
        let mut running = Self::start_unheard(command, tools, allowance, view)?;
        running.output = Some(ours);
        Ok(running)
    }

    /// The same for one that gives us nothing.
    pub(crate) fn start_unheard(
        mut command: Command,
        tools: &Tools,
        allowance: Allowance,
        mut view: View,
    ) -> Result<Self, MediaError> {
        view.scratch.clone_from(&tools.scratch);
        command.stderr(Stdio::piped());
        let spawned = sandbox::spawn(&mut command, &view);
        let (mut child, group) = spawned.map_err(|source| MediaError::File {
            path: command.get_program().into(),
            source,
        })?;
        if let Some(pid) = pid_of(&child) {
            allowance.set(pid);
        }
        let words = child.stderr.take().map(|stderr| {
            let (send, words) = sync_channel(1);
            // Whoever started the child may be gone.
            std::thread::spawn(move || send.send(last_words(stderr)).ok());
            words
        });
        Ok(Self {
            child,
            group,
            words,
            allowance,
            output: None,
            wait: Wait::new(tools, PATIENCE),
            waited: false,
        })
    }

    /// What the child writes. Asked once, of a child that is heard.
    pub(crate) fn output(&mut self) -> Result<Output, MediaError> {
        let socket = self.output.take();
        let socket = socket.ok_or(MediaError::Pipe("it is not there".to_owned()))?;
        Ok(Output::new(socket, self.wait.clone()))
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

    /// As [`Running::end`], with another patience. A child that a signal ended is an
    /// error: what it gave may be a part.
    pub(crate) fn end_within(mut self, patience: Duration) -> Result<Ended, MediaError> {
        let system = |error: std::io::Error| MediaError::Pipe(error.to_string());
        let mut spent = None;
        if let Some(pid) = pid_of(&self.child) {
            let end = pidfd_open(pid, PidfdFlags::empty()).map_err(|error| system(error.into()))?;
            let wait = self.wait.with_patience(patience);
            wait.until(end.as_fd(), PollFlags::IN)?;
            spent = processor_seconds(pid);
        }
        self.group.kill();
        self.waited = true;
        let status = self.child.wait().map_err(system)?;
        if let Some(error) = self.allowance.killed(status, spent) {
            return Err(error);
        }
        let words = self.words.take();
        let words = words.and_then(|words| words.recv_timeout(LAST_WORDS).ok());
        Ok(Ended {
            status,
            words: words.unwrap_or_default(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended by itself or not, it is gone afterwards and leaves no zombie.
        if !self.waited {
            self.group.kill();
            let _ = self.child.wait();
        }
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
mod misbehaviour;
#[cfg(test)]
mod tests;
