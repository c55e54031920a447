//! What a child process may reach: its own files, the system's, and nothing else.
//!
//! | wall | keeps the child from | where the kernel has it |
//! |---|---|---|
//! | environment | our variables, and the credentials in them | everywhere |
//! | seccomp ([`calls`]) | sockets, other processes' memory, another process group or session, mounts, namespaces, names and rights of files; if it only reads, from writing any | where we may filter calls |
//! | Landlock ([`files`]) | files but those of its [`View`] and the system's, `/proc` and signals to us among them | from Linux 5.13 on; the signals from 6.12 on |
//!
//! The last two hold for a thread, and for whatever it starts from then on. So every child
//! is started by a thread that takes them on, starts it, and ends: nothing has to run
//! between fork and exec, which would be `unsafe`, and no namespace is needed, which an
//! AWS function may not make. With both comes `no_new_privs`. Where the kernel has one of
//! them not, the other holds, and the log says so once.
//!
//! Without Landlock a child may read what our user may; [`close_to_children`] takes what
//! the kernel tells of this process out of that. Always left to it is the processor, as
//! far as its [limits](crate::limits) go.

mod calls;
mod files;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Once;

use landlock::RulesetStatus;
use rustix::process::{DumpableBehavior, Pid, set_dumpable_behavior};

use crate::error::MediaError;
use crate::group::Group;

/// What a child is told of our environment: where programs and libraries are.
const KEPT: [&str; 2] = ["PATH", LIBRARIES];
/// Folders of libraries that lie elsewhere than the system's, with colons between.
const LIBRARIES: &str = "LD_LIBRARY_PATH";
/// And how glibc keeps its heap (mallopt(3)): the memory of a picture is kept for the next
/// one, where the kernel would take it back and clear every page of it again. In bytes: the
/// first is the most that glibc takes, the second a few large pictures. Other C libraries
/// read neither.
const HEAP: [(&str, &str); 2] = [
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    ("MALLOC_TRIM_THRESHOLD_", "67108864"),
];

/// The files of one child, beside those that every program needs.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// May be read.
    input: Option<File>,
    /// May be written, and read again.
    output: Option<File>,
    /// Files may be made and written in this folder.
    pub(crate) scratch: Option<PathBuf>,
}

impl View {
    /// Of a child that reads this file.
    pub(crate) fn reading(input: File) -> Self {
        Self {
            input: Some(input),
            ..Self::default()
        }
    }

    /// Of a child that writes the file `path`, which is there, and empty from now on. None is
    /// made here: who has removed it meanwhile wants it no more.
    pub(crate) fn writing(path: &Path) -> Result<Self, MediaError> {
        let mut options = File::options();
        let output = options.write(true).truncate(true).open(path);
        let output = output.map_err(|source| MediaError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            output: Some(output),
            ..Self::default()
        })
    }

    fn writes(&self) -> bool {
        self.output.is_some() || self.scratch.is_some()
    }
}

/// Starts a child that reaches no more than its view, in a group of its own.
///
/// # Errors
/// The program cannot be started, or a wall that the kernel has cannot be put up.
pub(crate) fn spawn(command: &mut Command, view: &View) -> io::Result<(Child, Group)> {
    let kept = KEPT.map(|name| std::env::var_os(name).map(|value| (name, value)));
    command.env_clear().envs(HEAP);
    command.envs(kept.into_iter().flatten());
    let group = Group::new(command.get_program())?;
    let id = group.id();
    command.process_group(id.as_raw_pid());
    let child = std::thread::scope(|threads| {
        let spawner = std::thread::Builder::new().name("spawner".to_owned());
        let spawner = spawner.spawn_scoped(threads, || {
            confine(command.get_program(), view, id)?;
            command.spawn()
        })?;
        let died = |_| Err(io::Error::other("the thread that starts it died"));
        spawner.join().unwrap_or_else(died)
    })?;
    Ok((child, group))
}

/// Takes from this thread whatever `program` has no use for once it is in its group.
fn confine(program: &OsStr, view: &View, group: Pid) -> io::Result<()> {
    static NO_LANDLOCK: Once = Once::new();
    static NO_SECCOMP: Once = Once::new();
    let status = files::confine(program, view).map_err(io::Error::other)?;
    if status == RulesetStatus::NotEnforced {
        NO_LANDLOCK.call_once(|| {
            tracing::warn!("this kernel has no Landlock: ffmpeg may read what this program may");
        });
    }
    if let Err(error) = calls::confine(view.writes(), group) {
        NO_SECCOMP.call_once(|| {
            tracing::warn!("ffmpeg runs without a filter of system calls: {error}");
        });
    }
    Ok(())
}

/// Closes to every other process of our user, children above all, what the kernel tells
/// of this one: its environment, with the credentials in it, its memory, its open files.
/// For the start of a program that is given nothing else than work on media: debuggers of
/// that user see no more than the rest.
///
/// # Errors
/// The system refuses it.
pub fn close_to_children() -> io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(test)]
mod tests;
