//! Our ends of the pipe to a child, and of the socket from it. None of them waits for ever:
//! a child that does nothing for too long is stuck, and work that was stopped ends at once.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::fcntl::{SpliceFFlags, vmsplice};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{RecvFlags, recv};
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

use crate::error::MediaError;
use crate::tools::Tools;

/// Between two looks at whether the work was stopped.
const SLICE: Duration = Duration::from_millis(50);
/// Room in a pipe: what any user may have. Frames are large; small pipes cost
/// a change of process every few lines of the picture.
const ROOM_BYTES: usize = 1 << 20;
/// Room in a socket, which any user may have. In more of it there are fewer changes of
/// process, and yet a render takes more processor time: what is read late has probably left
/// the processor's cache.
const SOCKET_BYTES: usize = 208 << 10;

/// How long is waited.
#[derive(Debug, Clone)]
pub(crate) struct Wait {
    stop: Arc<AtomicBool>,
    patience: Duration,
}

impl Wait {
    pub(crate) fn new(tools: &Tools, patience: Duration) -> Self {
        Self {
            stop: Arc::clone(&tools.stop),
            patience,
        }
    }

    pub(crate) fn with_patience(&self, patience: Duration) -> Self {
        Self {
            stop: Arc::clone(&self.stop),
            patience,
        }
    }

    /// Waits until `fd` is ready, the patience is over or the work is stopped.
    pub(crate) fn until(&self, fd: BorrowedFd<'_>, ready: PollFlags) -> Result<(), MediaError> {
        let began = Instant::now();
        let slice = Timespec {
            tv_sec: 0,
            tv_nsec: SLICE.subsec_nanos().into(),
        };
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(MediaError::Stopped);
            }
            match poll(&mut [PollFd::from_borrowed_fd(fd, ready)], Some(&slice)) {
                Ok(1..) => return Ok(()),
                Ok(_) if began.elapsed() >= self.patience => {
                    return Err(MediaError::Stuck {
                        seconds: self.patience.as_secs(),
                    });
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(MediaError::Pipe(error.to_string())),
            }
        }
    }
}

/// What a child writes.
///
/// It comes over a socket, and no pipe: ffmpeg writes a picture in pieces of 32 KiB. Each
/// takes two calls of ours from a pipe, which both sides lock as a whole and whose pages the
/// kernel counts one by one; from a socket a picture takes one (`MSG_WAITALL`, recv(2)).
#[derive(Debug)]
pub(crate) struct Output {
    socket: UnixStream,
    wait: Wait,
}

impl Output {
    /// A pair of ends, ours and the child's.
    pub(crate) fn ends() -> io::Result<(UnixStream, OwnedFd)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(SLICE))?;
        // Where a user may have less, less works too.
        let _ = set_socket_send_buffer_size(&theirs, SOCKET_BYTES);
        Ok((ours, theirs.into()))
    }

    pub(crate) fn new(socket: UnixStream, wait: Wait) -> Self {
        Self { socket, wait }
    }

    /// Fills `buffer`; answers how many bytes came, fewer only at the end.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = buffer.get_mut(filled..) {
            self.wait.until(self.socket.as_fd(), PollFlags::IN)?;
            match recv(&self.socket, rest, RecvFlags::WAITALL) {
                Ok((0, _)) => break,
                Ok((count, _)) => filled += count,
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(MediaError::Pipe(error.to_string())),
            }
        }
        Ok(filled)
    }
}

/// What a child reads. Dropping it tells the child that nothing more comes.
#[derive(Debug)]
pub(crate) struct Input {
    pipe: File,
    wait: Wait,
}

impl Input {
    pub(crate) fn new(pipe: OwnedFd, wait: Wait) -> Result<Self, MediaError> {
        enlarge(&pipe);
        let nonblocking =
            fcntl_getfl(&pipe).and_then(|flags| fcntl_setfl(&pipe, flags | OFlags::NONBLOCK));
        nonblocking.map_err(|error| MediaError::Pipe(error.to_string()))?;
        Ok(Self {
            pipe: pipe.into(),
            wait,
        })
    }

    /// Bytes that the pipe holds.
    pub(crate) fn room(&self) -> Option<usize> {
        fcntl_getpipe_size(&self.pipe).ok()
    }

    /// Waits until the child has made room, is stuck, or the work is stopped.
    pub(crate) fn wait(&self, ready: PollFlags) -> Result<(), MediaError> {
        self.wait.until(self.pipe.as_fd(), ready)
    }

    /// Puts the pages of `bytes` into the pipe, as far as there is room: the child
    /// reads what they hold when it comes to them.
    pub(crate) fn splice(&self, bytes: &[u8]) -> nix::Result<usize> {
        vmsplice(
            &self.pipe,
            &[IoSlice::new(bytes)],
            SpliceFFlags::SPLICE_F_NONBLOCK,
        )
    }

    pub(crate) fn write_all(&mut self, mut bytes: &[u8]) -> Result<(), MediaError> {
        while !bytes.is_empty() {
            match self.pipe.write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wait(PollFlags::OUT)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(MediaError::Pipe(error.to_string())),
            }
        }
        Ok(())
    }
}

fn enlarge(pipe: &OwnedFd) {
    // Where all the room that a user may have is taken, a small pipe works too.
    let _ = fcntl_setpipe_size(pipe, ROOM_BYTES);
}
