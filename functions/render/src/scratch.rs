//! Working space on disk: one directory a task, gone when the task is done,
//! and nothing left over from a worker that was killed.
//!
//! A directory is named for its worker's process, so that workers may share a
//! root: on the local stack several run at once, while a function on AWS has
//! `/tmp` to itself, and finds there what it left when it was last killed.

use std::path::Path;

use rustix::fs::{StatVfs, statvfs};
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

const PREFIX: &str = "darkroom-task-";

/// A fresh directory below `root`, removed when dropped.
pub(crate) fn make(root: &Path) -> std::io::Result<TempDir> {
    std::fs::create_dir_all(root)?;
    tempfile::Builder::new()
        .prefix(&format!("{PREFIX}{}-", std::process::id()))
        .tempdir_in(root)
}

/// Bytes that a task's assets may have in all: half of the disk that `folder` is on. The
/// other half is left to the output, and to what is made of assets on the way. What is free
/// of it does not count: where others have filled the disk, that is no fault of the export.
pub(crate) fn room(folder: &Path) -> std::io::Result<u64> {
    Ok(room_of(&statvfs(folder)?))
}

fn room_of(disk: &StatVfs) -> u64 {
    // A file system in memory that has no bound says zero of everything.
    if disk.f_blocks == 0 {
        return u64::MAX;
    }
    disk.f_blocks.saturating_mul(disk.f_frsize) / 2
}

/// Removes the directories of workers that are no more. Called before this
/// process makes its first: one of its own number is from an earlier life.
pub(crate) fn remove_leftovers(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| {
            let (owner, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
            owner.parse::<i32>().ok()
        });
        if owner.is_some_and(|owner| !others_and_alive(owner))
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            tracing::warn!(path = %entry.path().display(), "cannot remove old scratch: {error}");
        }
    }
}

fn others_and_alive(process: i32) -> bool {
    process as u32 != std::process::id()
        && Pid::from_raw(process).is_some_and(|process| {
            // Whatever may not be signaled is alive as well.
            test_kill_process(process) != Err(rustix::io::Errno::SRCH)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_disk_is_for_assets() {
        let root = tempfile::tempdir().unwrap();
        assert!(room(root.path()).unwrap() > 0);
        assert!(room(&root.path().join("none")).is_err());
        let mut disk = statvfs(root.path()).unwrap();
        (disk.f_frsize, disk.f_blocks, disk.f_bavail) = (4096, 2000, 1000);
        assert_eq!(room_of(&disk), 4_096_000);
        disk.f_bavail = 0;
        assert_eq!(room_of(&disk), 4_096_000);
        disk.f_blocks = 0;
        assert_eq!(room_of(&disk), u64::MAX);
    }

    #[test]
    fn leftovers_go_and_what_is_used_or_strange_stays() {
        let root = tempfile::tempdir().unwrap();
        let left = make(root.path()).unwrap().keep();
        std::fs::write(left.join("frame"), b"x").unwrap();
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let [dead, living, stranger] = [
            format!("{PREFIX}{}-a", gone.id()),
            format!("{PREFIX}1-a"),
            "other".to_owned(),
        ]
        .map(|name| root.path().join(name));
        for folder in [&dead, &living, &stranger] {
            std::fs::create_dir(folder).unwrap();
        }
        remove_leftovers(root.path());
        assert!(!left.exists() && !dead.exists());
        assert!(living.exists() && stranger.exists());
    }
}
