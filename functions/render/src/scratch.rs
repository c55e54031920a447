//! Working space on disk: one directory a task, gone when the task is done,
//! and nothing left over from a worker that was killed.

use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "darkroom-task-";

/// A fresh directory below `root`, removed when dropped.
pub(crate) fn make(root: &Path) -> std::io::Result<TempDir> {
    std::fs::create_dir_all(root)?;
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(root)
}

/// Removes the directories of earlier workers. Only right where `root` belongs
/// to this worker alone, as `/tmp` of a function and the data directory do.
pub(crate) fn remove_leftovers(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            tracing::warn!(path = %entry.path().display(), "cannot remove old scratch: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_go_and_strangers_stay() {
        let root = tempfile::tempdir().unwrap();
        let left = make(root.path()).unwrap().keep();
        std::fs::write(left.join("frame"), b"x").unwrap();
        let stranger = root.path().join("other");
        std::fs::create_dir(&stranger).unwrap();
        remove_leftovers(root.path());
        assert!(!left.exists());
        assert!(stranger.exists());
    }
}
