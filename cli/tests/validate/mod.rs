//! `darkroom validate`: what it says of a file, and where in it.

use serde_json::{Value, json};

use crate::common::{moving_square, request, run, stdout, write};
use crate::text;

#[test]
fn validate_accepts_a_good_document() {
    let dir = tempfile::tempdir().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let output = run(&["validate", text(&state)], 0);
    assert!(
        stdout(&output).contains("valid, 64x64, 1.000 s"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn validate_lists_every_fault_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let mut document = moving_square(64, 1.0);
    document["compositionWidth"] = json!(7);
    document["items"]["square"]["shape"] = json!("hexagon");
    let state = write(dir.path(), "s.json", &document);
    let output = run(&["validate", text(&state), "--json"], 1);
    let faults: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let paths: Vec<&str> = faults
        .iter()
        .map(|fault| fault["path"].as_str().unwrap())
        .collect();
    assert!(paths.contains(&"/compositionWidth"), "{paths:?}");
    assert!(paths.contains(&"/items/square/shape"), "{paths:?}");
    let content = std::fs::read_to_string(&state).unwrap();
    for fault in &faults {
        if fault["path"] == "/items/square/shape" {
            let line = fault["line"].as_u64().unwrap() as usize;
            let column = fault["column"].as_u64().unwrap() as usize;
            let place = &content.lines().nth(line - 1).unwrap()[column - 1..];
            assert!(place.starts_with("\"hexagon\""), "{place}");
        }
    }
    let output = run(&["validate", text(&state)], 1);
    assert!(stdout(&output).contains("s.json:"), "{}", stdout(&output));
}

#[test]
fn validate_places_a_syntax_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.json");
    std::fs::write(&path, "{\n  \"a\": }").unwrap();
    let output = run(&["validate", text(&path)], 1);
    assert!(
        stdout(&output).contains(":2:8: JSON_INVALID"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn validate_checks_the_document_of_a_request_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let mut body = request(&moving_square(64, 1.0));
    let file = write(dir.path(), "r.json", &body);
    let said = stdout(&run(&["validate", text(&file)], 0));
    let wanted = "r.json: a request, whose /editorState is valid, 64x64, 1.000 s\n";
    assert!(said.ends_with(wanted), "{said}");

    body["editorState"]["items"]["square"]["shape"] = json!("hexagon");
    let file = write(dir.path(), "r.json", &body);
    let said = stdout(&run(&["validate", text(&file), "--json"], 1));
    let fault: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(fault["path"], "/editorState/items/square/shape");
    let content = std::fs::read_to_string(&file).unwrap();
    let line = content
        .lines()
        .nth(fault["line"].as_u64().unwrap() as usize - 1);
    assert!(line.unwrap().contains("hexagon"), "{line:?}");

    // What draws takes none, and says that once.
    let frame = [
        "frame",
        text(&file),
        "--frame",
        "0",
        "-o",
        "x.png",
        "--json",
    ];
    let render = ["render", text(&file), "-o", "x.mp4", "--json"];
    for args in [&frame[..], &render[..]] {
        let said = stdout(&run(args, 1));
        let fault: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(fault["path"], "/editorState");
        let message = fault["message"].as_str().unwrap();
        assert!(message.contains("an export's request"), "{message}");
    }

    // A document may have a member of that name: its root is open.
    let mut state = moving_square(64, 1.0);
    state["editorState"] = json!({});
    let file = write(dir.path(), "s.json", &state);
    let said = stdout(&run(&["validate", text(&file)], 0));
    assert!(said.contains("s.json: valid"), "{said}");
}
