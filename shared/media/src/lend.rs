//! Frames lent to a child instead of copied: its pipe holds our pages (vmsplice(2)).
//!
//! Nobody may write into a lent frame before the child has read it. A pipe holds
//! at most as many pages as it has slots; once a frame of more pages is in it
//! whole, nothing of the frame before it is left there. So that one comes back.

use nix::errno::Errno;
use rustix::event::PollFlags;
use rustix::param::page_size;

use crate::error::MediaError;
use crate::pipe::Input;

/// What a child reads, frame by frame.
#[derive(Debug)]
pub(crate) struct Lender {
    input: Input,
    /// The pages that the child may not have read yet.
    lent: Option<Vec<u8>>,
    /// Bytes of a frame from which on it is lent; smaller ones are copied.
    least: usize,
}

impl Lender {
    pub(crate) fn new(input: Input) -> Self {
        let least = input
            .room()
            // A frame's first and last page may be half full.
            .map_or(usize::MAX, |bytes| bytes + 2 * page_size());
        Self {
            input,
            lent: None,
            least,
        }
    }

    /// Gives the child a frame, and the caller one that the child has read.
    pub(crate) fn write(&mut self, frame: Vec<u8>) -> Result<Option<Vec<u8>>, MediaError> {
        if frame.len() < self.least {
            self.input.write_all(&frame)?;
            return Ok(Some(frame));
        }
        let given = self.lend(&frame)?;
        if let Some(rest @ [_, ..]) = frame.get(given..) {
            // No such call here: from now on all is copied.
            self.least = usize::MAX;
            self.input.write_all(rest)?;
        }
        Ok(self.lent.replace(frame))
    }

    /// Tells the child that nothing more comes. What is answered must stay as it is
    /// until the child has ended.
    pub(crate) fn end(self) -> Option<Vec<u8>> {
        self.lent
    }

    /// Answers how many bytes were lent: all, or fewer where the system lends none.
    fn lend(&self, frame: &[u8]) -> Result<usize, MediaError> {
        let mut given = 0;
        while let Some(rest @ [_, ..]) = frame.get(given..) {
            match self.input.splice(rest) {
                Ok(count) => given += count,
                Err(Errno::EAGAIN) => self.input.wait(PollFlags::OUT)?,
                Err(Errno::EINTR) => {}
                Err(Errno::ENOSYS | Errno::EPERM) => break,
                Err(error) => return Err(MediaError::Pipe(error.to_string())),
            }
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use super::*;
    use crate::pipe::Wait;
    use crate::tools::Tools;

    fn pipe() -> (std::io::PipeReader, Lender) {
        let (theirs, ours) = std::io::pipe().unwrap();
        let wait = Wait::new(&Tools::discover().unwrap(), Duration::from_secs(10));
        let input = Input::new(OwnedFd::from(ours), wait).unwrap();
        (theirs, Lender::new(input))
    }

    #[test]
    fn what_comes_back_has_been_read_whatever_is_written_into_it() {
        let (mut theirs, mut lender) = pipe();
        let bytes = lender.least;
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            theirs.read_to_end(&mut all).map(|_| all)
        });
        let mut room = vec![0; bytes];
        for n in 0..20 {
            room.fill(n);
            room = lender.write(room).unwrap().unwrap_or(vec![0; bytes]);
            room.fill(255);
        }
        let last = lender.end();
        let all = reader.join().unwrap().unwrap();
        drop(last);
        assert_eq!(all.len(), 20 * bytes);
        let wrong = (0..)
            .zip(all.chunks(bytes))
            .find(|(n, frame)| frame.iter().any(|b| b != n));
        assert_eq!(wrong.map(|(n, _)| n), None::<u8>);
    }

    #[test]
    fn a_frame_that_the_pipe_could_hold_with_another_comes_back_itself() {
        let (mut theirs, mut lender) = pipe();
        let back = lender.write(vec![7; 4096]).unwrap();
        assert_eq!(back, Some(vec![7; 4096]));
        back.unwrap().fill(255);
        assert_eq!(lender.end(), None);
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).unwrap();
        assert_eq!(all, vec![7; 4096]);
    }
}
