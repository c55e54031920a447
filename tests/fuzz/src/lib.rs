//! The fuzzer's targets: what is done with one input, and what must hold then. For tests
//! only.
//!
//! `cargo xtask test --only fuzz` builds each of `fuzz_targets` by cargo-fuzz, and runs it
//! for a few seconds, from the inputs in its folder of `corpus` on. The fuzzer, libFuzzer,
//! sees which branches an input takes and goes on from those that take new ones. A target
//! fails by a panic, by an input that takes too long, or by one that takes too much memory;
//! overflows of numbers are panics here. Mend what it found, and put the input into the
//! corpus: the tests of this crate, which need no fuzzer, try all of that each time.
//!
//! An address sanitizer would need a nightly compiler, and finds nothing in safe Rust that
//! is not a panic first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a target fails by a panic"
)]

mod bend;
mod keys;
mod layouts;
mod readers;

pub use bend::bend_json;
pub use keys::key;
pub use layouts::{layout, let_panics_be_caught, letters};
pub use readers::{captions, document, motion_graphic, request};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use darkroom_editor_state::{SubtitleFormat, read, read_subtitles};
    use darkroom_exports::bodies::{self, RequestBody as _};
    use darkroom_exports::{CreateExport, Envelope, Limits};

    use super::*;

    type Target = fn(&[u8]);

    const TARGETS: [(&str, Target); 8] = [
        ("captions", captions),
        ("chart_layout", layout),
        ("document", document),
        ("key", key),
        ("letters", letters),
        ("motion_graphic", motion_graphic),
        ("request", request),
        ("text_layout", layout),
    ];

    fn here(folder: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
    }

    /// Names of what is in a folder, without their ends.
    fn names(folder: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(here(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    /// The kept inputs of a target, in the order of their names.
    fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(here("corpus").join(target)).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
        paths.into_iter().map(read).collect()
    }

    fn kept(name: &str) -> Vec<u8> {
        std::fs::read(here("corpus").join(name)).unwrap()
    }

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let targets: BTreeSet<String> = TARGETS.map(|(name, _)| name.to_owned()).into();
        assert_eq!(names("fuzz_targets"), targets);
        assert_eq!(names("corpus"), targets);
        assert!(names("dictionaries").is_subset(&targets));
    }

    #[test]
    fn no_target_trips_over_its_kept_inputs() {
        for (name, target) in TARGETS {
            let inputs = corpus(name);
            assert!(!inputs.is_empty(), "{name} begins with nothing");
            for (path, bytes) in inputs {
                println!("{}", path.display());
                target(&bytes);
            }
        }
    }

    /// What the fuzzer begins with gets past the first lines of each reader.
    #[test]
    fn the_first_inputs_are_understood() {
        let layouts = ["chart_layout", "text_layout"].map(corpus).concat();
        let documents = corpus("document").into_iter().chain(layouts);
        let library = readers::library();
        let read_all = documents.filter(|(_, bytes)| {
            serde_json::from_slice(bytes).is_ok_and(|value| read(value, library).is_ok())
        });
        assert!(read_all.count() >= 20);
        let request = serde_json::from_slice(&kept("request/whole.json")).unwrap();
        let identity = Envelope::of(&request).with_document(&request["editorState"]);
        let sent = bodies::CreateExport::read(request).unwrap();
        CreateExport::new(&sent, &identity, &Limits::default(), library).unwrap();
        for (name, format) in [
            ("captions/lines.srt", SubtitleFormat::Srt),
            ("captions/styled.ass", SubtitleFormat::Ass),
            ("captions/song.lrc", SubtitleFormat::Lrc),
        ] {
            read_subtitles(&kept(name), format).unwrap();
        }
    }
}
