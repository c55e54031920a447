//! Every promise of `SPECIFICATION.md` has a test. Whether that test fails when the promise
//! is broken is for whoever writes the row to see to.

use std::fs;
use std::path::Path;

use crate::shell::root;

/// Where a promise's tests stand in its row: number, promise, section, tests.
const CELLS: usize = 4;

/// What is wrong with the rows of a specification whose tests lie below `root`.
fn faults(text: &str, root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = 0;
    let is_promise = |line: &&str| line.starts_with("| ") && !line.starts_with("| # |");
    for line in text.lines().filter(is_promise) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, promise, section, tests] = cells[..] else {
            faults.push(format!("not {CELLS} cells: {line}"));
            continue;
        };
        last += 1;
        if number != last.to_string() {
            faults.push(format!("{number} stands where {last} should: {promise}"));
        }
        if promise.is_empty() || section.is_empty() || tests.is_empty() {
            faults.push(format!("{number}: promise, section or tests are missing"));
        }
        for test in tests.split(' ').filter(|test| !test.is_empty()) {
            if let Err(fault) = find(test, root) {
                faults.push(format!("{number}: {fault}"));
            }
        }
    }
    faults
}

/// Looks for a test that is written as `` `path::name` ``.
fn find(test: &str, root: &Path) -> Result<(), String> {
    let name = test
        .strip_prefix('`')
        .and_then(|test| test.strip_suffix('`'));
    let (path, name) = name
        .and_then(|test| test.split_once("::"))
        .ok_or_else(|| format!("{test} is not `path::name`"))?;
    let source = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
    let is_there = if Path::new(path).extension().is_some_and(|end| end == "py") {
        let begin = format!("def {name}(");
        let mut lines = source.lines();
        name.starts_with("test_") && lines.any(|line| line.trim_start().starts_with(&begin))
    } else {
        is_rust_test(&source, name)
    };
    if is_there {
        Ok(())
    } else {
        Err(format!("{path} has no test {name}"))
    }
}

/// Whether a function of this name is marked as a test.
fn is_rust_test(source: &str, name: &str) -> bool {
    let begins = [format!("fn {name}("), format!("async fn {name}(")];
    let begins = |line: &str| begins.iter().any(|begin| line.starts_with(begin.as_str()));
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let named = lines.iter().enumerate().filter(|(_, line)| begins(line));
    let mut marks = named.map(|(at, _)| {
        let before = lines.iter().take(at).rev();
        before.take_while(|line| line.starts_with("#["))
    });
    marks.any(|mut above| above.any(|line| *line == "#[test]" || line.starts_with("#[tokio::test")))
}

#[test]
fn every_promise_has_tests() {
    let text = fs::read_to_string(root().join("SPECIFICATION.md")).unwrap();
    let found = faults(&text, &root());
    assert!(found.is_empty(), "{found:#?}");
    let rows = text.lines().filter(|line| line.starts_with("| 1"));
    assert!(rows.count() > 10, "the table is not read");
}

#[test]
fn a_row_without_a_test_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write(
        "a.rs",
        "#[test]\nfn marked() {}\n\nfn plain() {}\n\n#[tokio::test(flavor = \"x\")]\n\
         #[ignore = \"slow\"]\nasync fn waits() {}\n\nmod m {\n    #[test]\n    fn inside() {}\n}\n",
    );
    write(
        "a.py",
        "def test_one(client):\n    pass\n\n\ndef helper():\n    pass\n",
    );
    let of = |rows: &[&str]| {
        let table = format!(
            "# Title\n\n| # | promise |\n|---|---|\n{}\n",
            rows.join("\n")
        );
        faults(&table, dir.path())
    };
    let good =
        "| 1 | it holds | Part | `a.rs::marked` `a.rs::waits` `a.rs::inside` `a.py::test_one` |";
    assert_eq!(of(&[good]), [""; 0]);
    for (tests, wanted) in [
        ("`a.rs::plain`", "a.rs has no test plain"),
        ("`a.rs::mark`", "a.rs has no test mark"),
        ("`a.py::helper`", "a.py has no test helper"),
        ("`a.py::test_two`", "a.py has no test test_two"),
        ("a.rs::marked", "is not `path::name`"),
        ("`marked`", "is not `path::name`"),
        ("`b.rs::marked`", "b.rs: No such file"),
        ("", "tests are missing"),
    ] {
        let found = of(&[&format!("| 1 | it holds | Part | {tests} |")]);
        let [fault] = found.as_slice() else {
            panic!("{tests}: {found:?}")
        };
        assert!(fault.contains(wanted), "{tests}: {fault}");
    }
    let third = good.replace("| 1 |", "| 3 |");
    assert_eq!(of(&[good, &third]).len(), 1, "numbers follow one another");
    assert_eq!(of(&["| 1 | it holds |"]).len(), 1);
}
