//! Where a file's bytes come from: the disk, or pieces of an object in the bucket.

use std::fs::File;
use std::io::{BufReader, Cursor, Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use darkroom_store::{Store, StoreError};
use tokio::runtime::Handle;

/// Bytes that can be read from anywhere in a file.
pub(super) trait Source: Read + Seek + Send + Sync {
    /// Bytes of the whole file.
    fn size_bytes(&self) -> u64;
}

/// Any source.
pub(super) type Input = Box<dyn Source>;

/// The head of a file, which a reader took into memory.
impl Source for Cursor<Vec<u8>> {
    fn size_bytes(&self) -> u64 {
        self.get_ref().len() as u64
    }
}

/// A file on this machine's disk.
#[derive(Debug)]
pub(super) struct FileOnDisk {
    file: BufReader<File>,
    size_bytes: u64,
}

impl FileOnDisk {
    pub(super) fn new(file: File, size_bytes: u64) -> Self {
        Self {
            file: BufReader::new(file),
            size_bytes,
        }
    }
}

impl Source for FileOnDisk {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

impl Read for FileOnDisk {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.file.read(into)
    }
}

impl Seek for FileOnDisk {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

/// Bytes of the first piece, and of the first one after a jump.
const FIRST_PIECE: u64 = 128 * 1024;
/// Most bytes of a piece; pieces double as long as they are read one after the other.
const LARGEST_PIECE: u64 = 8 * 1024 * 1024;
/// Most bytes that are read of a file to measure it. Only files without an index are read
/// whole.
pub(super) const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Most pieces that are read of a file.
const MOST_PIECES: u32 = 400;

/// Why no more of a stored file was read. Whatever its reader made of that is no verdict.
#[derive(Debug)]
pub(super) enum Stop {
    /// As much was read as may be.
    TooMuch,
    /// The time is over.
    Late,
    /// The bucket failed.
    Failed(StoreError),
}

/// What a [`StoredFile`] tells whoever had it read.
pub(super) type Stopped = Arc<Mutex<Option<Stop>>>;

/// A file in the bucket, of which one piece at a time is in memory.
#[derive(Debug)]
pub(crate) struct StoredFile {
    store: Store,
    key: String,
    size_bytes: u64,
    runtime: Handle,
    deadline: Instant,
    position: u64,
    /// The piece in memory, and where it begins.
    piece: Vec<u8>,
    begins: u64,
    pieces: u32,
    bytes_read: u64,
    stopped: Stopped,
}

impl StoredFile {
    /// A file of a known size, to be read within a time. Reading blocks: not for the threads
    /// of the runtime, which must be there still.
    pub(crate) fn new(store: Store, key: &str, size_bytes: u64, time: Duration) -> Self {
        Self {
            store,
            key: key.to_owned(),
            size_bytes,
            runtime: Handle::current(),
            deadline: Instant::now() + time,
            position: 0,
            piece: Vec::new(),
            begins: 0,
            pieces: 0,
            bytes_read: 0,
            stopped: Stopped::default(),
        }
    }

    pub(super) fn stopped(&self) -> Stopped {
        Arc::clone(&self.stopped)
    }

    fn stop(&self, why: Stop) -> Error {
        let error = Error::other(format!("{why:?}"));
        if let Ok(mut stopped) = self.stopped.lock() {
            *stopped = Some(why);
        }
        error
    }

    /// What of the piece lies at the position.
    fn held(&self) -> &[u8] {
        let at = self.position.checked_sub(self.begins);
        at.and_then(|at| self.piece.get(usize::try_from(at).ok()?..))
            .unwrap_or_default()
    }

    /// Fetches the piece at the position, which is within the file.
    fn fetch(&mut self) -> Result<()> {
        let goes_on = self.position == self.begins + self.piece.len() as u64 && self.pieces > 0;
        let wanted = if goes_on {
            (self.piece.len() as u64 * 2).clamp(FIRST_PIECE, LARGEST_PIECE)
        } else {
            FIRST_PIECE
        };
        if self.pieces >= MOST_PIECES || self.bytes_read + wanted > MOST_BYTES {
            return Err(self.stop(Stop::TooMuch));
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        let range = self.position..(self.position + wanted).min(self.size_bytes);
        let reading = self.store.read_file(&self.key, range);
        let read = self.runtime.block_on(async {
            // Made in here, as a timer belongs to a runtime.
            tokio::time::timeout(left, reading).await
        });
        let piece = match read {
            Ok(Ok((piece, _))) => piece,
            Ok(Err(error)) => return Err(self.stop(Stop::Failed(error))),
            Err(_) => return Err(self.stop(Stop::Late)),
        };
        self.pieces += 1;
        self.bytes_read += piece.len() as u64;
        self.begins = self.position;
        self.piece = piece;
        Ok(())
    }
}

impl Source for StoredFile {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

impl Read for StoredFile {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if into.is_empty() || self.position >= self.size_bytes {
            return Ok(0);
        }
        if self.held().is_empty() {
            self.fetch()?;
        }
        let held = self.held();
        let count = held.len().min(into.len());
        if let (Some(into), Some(held)) = (into.get_mut(..count), held.get(..count)) {
            into.copy_from_slice(held);
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for StoredFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size_bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        let outside = || Error::new(ErrorKind::InvalidInput, "a seek to before the file");
        self.position = position.ok_or_else(outside)?;
        Ok(self.position)
    }
}
