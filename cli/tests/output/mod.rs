//! Where the output goes: to a reader that went away, to a name that cannot be right.

use std::process::{Output, Stdio};

use serde_json::json;

use crate::common::{darkroom, moving_square, write};
use crate::text;

/// A pipe that nobody reads.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// As `head` leaves it: code 141, and no word about it.
fn ended_quietly(output: &Output) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(141), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    assert!(!words.contains("error"), "{words}");
}

#[test]
fn output_that_nobody_reads_ends_the_program_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &json!({ "tracks": 7 }));
    let validate = || {
        let mut command = darkroom();
        command.args(["validate", text(&state)]);
        command
    };
    ended_quietly(&validate().stdout(unread()).output().unwrap());
    // The number of faults goes to standard error.
    ended_quietly(&validate().stderr(unread()).output().unwrap());
    let missing = darkroom()
        .args(["validate", "/nowhere/s.json"])
        .stderr(unread())
        .status()
        .unwrap();
    assert_eq!(missing.code(), Some(3));
}

#[test]
fn a_render_that_nobody_follows_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let film = dir.path().join("o.mp4");
    let output = darkroom()
        .args(["render", text(&state), "-o", text(&film), "--json"])
        .stdout(unread())
        .output()
        .unwrap();
    ended_quietly(&output);
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["s.json"]);
}
