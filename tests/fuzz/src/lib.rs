//! Nonsense for readers: the files of a kept corpus, and what becomes of them when they
//! are bent. For tests only.
//!
//! The targets are ordinary tests, so that they run wherever the others do: a fuzzer
//! that watches which branches are taken wants a nightly compiler. Each makes a bounded
//! number of inputs, other ones on every run; `PROPTEST_CASES=100000` makes more. An
//! input that a reader trips over is made as small as it gets and printed: mend the
//! reader, and add the input to the corpus, all of which is read first on every run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may fail loudly"
)]

mod bytes;
mod json;

use std::fmt::Debug;
use std::path::Path;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

pub use bytes::bent_bytes;
pub use json::bent_json;

/// The files of a folder of the corpus, in the order of their names.
pub fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| {
        panic!("{} cannot be read: {error}", folder.display());
    });
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    let files = paths.iter().map(|path| std::fs::read(path).unwrap());
    files.collect()
}

/// Gives `test` the corpus as it is, then `cases` inputs, or as many as
/// `PROPTEST_CASES` says. It fails by a panic.
pub fn each<T: Debug + Clone>(
    cases: u32,
    corpus: &[T],
    inputs: &impl Strategy<Value = T>,
    test: impl Fn(T),
) {
    for input in corpus {
        test(input.clone());
    }
    let told = std::env::var("PROPTEST_CASES").ok();
    let config = Config {
        cases: told.and_then(|told| told.parse().ok()).unwrap_or(cases),
        failure_persistence: None,
        ..Config::default()
    };
    let ran = TestRunner::new(config).run(inputs, |input| {
        test(input);
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}
