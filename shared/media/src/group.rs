//! The process group of one child, and of whatever that starts.
//!
//! Its leader is a process of ours that has ended and is not waited for: until it is, its
//! number, which names the group, is nobody else's. The child joins the group while it is
//! started, and from then on may do that alone (see `sandbox`), as may whatever it starts.
//! Were the child its own leader, as is usual, it would be let make a group, and no filter
//! could tell that from what would take the next process out of reach.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use rustix::process::{Pid, Signal, kill_process_group};

/// Where the program is that does nothing; hardly a system is without.
static IDLE: LazyLock<Option<PathBuf>> = LazyLock::new(|| which::which("true").ok());

/// A process group that ends, with all that is in it, when dropped.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Child,
}

impl Group {
    /// A group for a child that runs `program`, which leads it, too, where nothing that does
    /// less is there: it is asked for no more than its version.
    ///
    /// # Errors
    /// Neither can be started.
    pub(crate) fn new(program: &OsStr) -> io::Result<Self> {
        let leader = IDLE.as_deref().map_or(program, Path::as_os_str);
        let leader = Command::new(leader)
            .arg("-version")
            .env_clear()
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { leader })
    }

    /// Its number.
    pub(crate) fn id(&self) -> Pid {
        Pid::from_child(&self.leader)
    }

    /// Kills whoever is in it.
    pub(crate) fn kill(&self) {
        // Fails where all of them have ended.
        let _ = kill_process_group(self.id(), Signal::KILL);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        // Killed or ended by itself, it is gone afterwards and leaves no zombie.
        let _ = self.leader.wait();
    }
}
