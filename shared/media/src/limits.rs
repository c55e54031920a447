//! What a child process may use: the kernel holds it, and whatever it starts, to that.
//!
//! | limit | of what | what happens there |
//! |---|---|---|
//! | `RLIMIT_AS` | address space | the child is refused memory, and says so |
//! | `RLIMIT_CPU` | processor time of all threads of a process | it is killed |
//! | `RLIMIT_FSIZE` | each file it writes, pipes and sockets left out | it is killed |
//! | `RLIMIT_NPROC` | processes and threads of our user | it can start no more |
//! | `RLIMIT_CORE` | memory dumps | none is written |
//!
//! They are set from outside, by prlimit(2), in the first moments of the child's life:
//! what would set them inside it, between fork and exec, is `unsafe`. A process of root
//! is not held to `RLIMIT_NPROC`.
//!
//! What it may reach is another question: see `sandbox`.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use rustix::fs::statvfs;
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};

use crate::error::MediaError;

/// More processes and threads than all children of an export together have.
const MORE_PROCESSES: u64 = 1024;
/// Size of a file that is encoded where there is room for more, in bytes.
const LARGEST_FILE_BYTES: u64 = 1 << 40;
/// Address space of a child where there is memory enough, in bytes.
const MEMORY_BYTES: u64 = 6 << 30;
/// The least of it that a decoder is left, in bytes: stacks, heaps of threads and a hundred
/// libraries, none of which it fills, take half of that before the first picture.
const LEAST_MEMORY_BYTES: u64 = 2 << 30;

/// What one child may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Address space, in bytes.
    pub(crate) memory_bytes: u64,
    /// Processor time of one process, in seconds.
    pub(crate) processor_seconds: u64,
    /// Size of each file that is written, in bytes.
    pub(crate) file_bytes: u64,
    /// Processes and threads that the child's user may have beside those that the machine
    /// runs, whoever's they are, when the child starts.
    pub(crate) more_processes: u64,
}

impl Allowance {
    /// Looks at a file's head. It writes to us alone: the limit is for a kernel that
    /// cannot hold it to that.
    pub(crate) const PROBE: Self = Self {
        memory_bytes: MEMORY_BYTES,
        processor_seconds: 60,
        file_bytes: 1 << 20,
        more_processes: MORE_PROCESSES,
    };
    /// Decodes a file: a whole film may take long, as long as pictures come.
    pub(crate) const DECODER: Self = Self {
        processor_seconds: 24 * 3600,
        ..Self::PROBE
    };
    /// Encodes what is ours into `out`, however many processors work on it: as large a file
    /// as there is room for now.
    pub(crate) fn encoder(out: &Path) -> Self {
        // 0 where the disk is full, and tells of that itself, or where it does not say.
        let free = statvfs(out).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        Self {
            processor_seconds: 7 * 24 * 3600,
            file_bytes: match free {
                0 => LARGEST_FILE_BYTES,
                free => free.min(LARGEST_FILE_BYTES),
            },
            ..Self::PROBE
        }
    }

    /// What a child may take, in bytes of address space, that works on foreign files where
    /// all of us together have `bytes` of memory: three quarters, so that it fails before
    /// everything else does, and neither more nor less than is good for any.
    pub(crate) fn memory_of(bytes: u64) -> u64 {
        (bytes / 4 * 3).clamp(LEAST_MEMORY_BYTES, MEMORY_BYTES)
    }

    /// The same with no more memory than that.
    pub(crate) fn within(self, memory_bytes: u64) -> Self {
        Self {
            memory_bytes: self.memory_bytes.min(memory_bytes),
            ..self
        }
    }

    /// Holds a child that has just started to it.
    pub(crate) fn set(&self, child: Pid) {
        let processes = running_processes().saturating_add(self.more_processes);
        for (resource, most) in [
            (Resource::As, self.memory_bytes),
            (Resource::Cpu, self.processor_seconds),
            (Resource::Fsize, self.file_bytes),
            (Resource::Nproc, processes),
            (Resource::Core, 0),
        ] {
            // Ours may be lower, and nobody may raise what is left to them.
            let ours = getrlimit(resource).maximum;
            let most = ours.map_or(most, |ours| ours.min(most));
            // Soft and hard are one: ffmpeg takes the signal of a soft limit for a wish
            // to end well, and a film that breaks off would look whole.
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            if let Err(error) = prlimit(Some(child), resource, limit) {
                tracing::warn!("a child runs without its {resource:?} limit: {error}");
            }
        }
    }

    /// What a child died of that a signal ended after `spent` seconds of processor time.
    pub(crate) fn killed(&self, status: ExitStatus, spent: Option<u64>) -> Option<MediaError> {
        let signal = status.signal()?;
        let over_time = spent.is_some_and(|spent| spent >= self.processor_seconds);
        let is = |known: Signal| signal == known.as_raw();
        Some(if is(Signal::XCPU) || (is(Signal::KILL) && over_time) {
            MediaError::Limit(format!(
                "more than {} s of processor time",
                self.processor_seconds
            ))
        } else if is(Signal::XFSZ) {
            MediaError::Limit(format!("a file of more than {} bytes", self.file_bytes))
        } else if is(Signal::KILL) || is(Signal::TERM) || is(Signal::INT) || is(Signal::HUP) {
            MediaError::Killed(signal)
        } else {
            MediaError::Unreadable(format!("the program crashed (signal {signal})"))
        })
    }
}

/// Processes and threads of this machine, whoever's they are: at least those of our
/// user. 0 where the system does not say.
pub(crate) fn running_processes() -> u64 {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let scheduled = load.split_whitespace().nth(3);
    let total = scheduled.and_then(|scheduled| scheduled.split_once('/')?.1.parse().ok());
    total.unwrap_or_default()
}

/// Seconds of processor time that a child has used which ended and is not yet waited
/// for: the 14th and 15th field of proc(5)'s `stat`, counted behind the name, which may
/// hold anything.
pub(crate) fn processor_seconds(child: Pid) -> Option<u64> {
    let path = format!("/proc/{}/stat", child.as_raw_nonzero());
    let text = std::fs::read_to_string(path).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let spent = ticks()? + ticks()?;
    // A tick may be missing of what the limit counts in nanoseconds.
    Some((spent + 10) / clock_ticks_per_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_told_apart() {
        let of = |signal: Signal, spent| {
            let status = ExitStatus::from_raw(signal.as_raw());
            Allowance::PROBE.killed(status, spent)
        };
        let limit = |error| matches!(error, Some(MediaError::Limit(_)));
        assert!(limit(of(Signal::KILL, Some(60))));
        assert!(limit(of(Signal::XFSZ, Some(0))));
        for spent in [Some(59), None] {
            let killed = of(Signal::KILL, spent);
            assert!(matches!(killed, Some(MediaError::Killed(9))), "{killed:?}");
        }
        let crashed = of(Signal::SEGV, Some(1)).unwrap();
        assert!(crashed.is_callers_fault(), "{crashed}");
        let well = Allowance::PROBE.killed(ExitStatus::from_raw(0), Some(100));
        assert!(well.is_none());
    }

    #[test]
    fn a_decoder_leaves_a_function_memory() {
        let of = |function_mb: u64| Allowance::memory_of(function_mb << 20) >> 20;
        assert_eq!(of(10_240), 6 << 10);
        assert_eq!(of(8 << 10), 6 << 10);
        assert_eq!(of(4 << 10), 3 << 10);
        assert_eq!(of(1769), 2 << 10);
        assert_eq!(Allowance::memory_of(u64::MAX), MEMORY_BYTES);
        let probe = Allowance::PROBE.within(3 << 30);
        assert_eq!(probe.memory_bytes, 3 << 30);
        assert_eq!(probe.within(u64::MAX).memory_bytes, 3 << 30);
    }

    #[test]
    fn an_encoder_may_write_what_there_is_room_for() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let disk = statvfs(file.path()).unwrap();
        let most = disk.f_blocks * disk.f_frsize;
        let allowed = Allowance::encoder(file.path()).file_bytes;
        assert!((1..=most).contains(&allowed), "{allowed} of {most}");
        let gone = file.path().join("gone");
        assert_eq!(Allowance::encoder(&gone).file_bytes, LARGEST_FILE_BYTES);
    }

    #[test]
    fn the_machine_runs_this_process_at_least() {
        assert!(running_processes() > 0);
    }
}
