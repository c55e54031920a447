//! Documents, motion graphics and subtitle files, bent: each gets a verdict, and what
//! is valid means one thing.

use std::path::{Path, PathBuf};

use darkroom_editor_state::{
    Library, MAX_CAPTION_CHARACTERS, MotionGraphic, SubtitleFormat, TimedText, Timing, read,
    read_subtitles,
};
use darkroom_test_fuzz::{bent_bytes, bent_json, corpus, each};
use serde_json::Value;

use crate::common::{backgrounds, full};

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Every item type with every background, and the corpus.
fn documents() -> Vec<Value> {
    let kept = corpus(&here("tests/corpus/documents")).into_iter();
    let kept = kept.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    backgrounds().iter().map(full).chain(kept).collect()
}

fn judge(value: Value) {
    let library = Library::default();
    match read(value, &library) {
        Ok(document) => {
            let again = read(document.value.clone(), &library).unwrap();
            assert!(again == document, "read again it means something else");
            assert!(document.state.duration().0 >= 0);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!((1..5000).contains(&fault.message.len()), "{fault}");
            }
        }
    }
}

#[test]
fn documents_get_a_verdict() {
    let documents = documents();
    each(1000, &documents, &bent_json(&documents), judge);
}

#[test]
fn texts_that_may_be_documents_get_a_verdict() {
    let texts = documents().into_iter().map(|document| document.to_string());
    let texts: Vec<Vec<u8>> = texts.map(String::into_bytes).collect();
    each(300, &texts, &bent_bytes(&texts), |bytes| {
        if let Ok(value) = serde_json::from_slice(&bytes) {
            judge(value);
        }
    });
}

#[test]
fn motion_graphics_get_a_verdict() {
    let files = corpus(&here("motion-graphics")).into_iter();
    let files = files.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let files: Vec<Value> = files.collect();
    each(100, &files, &bent_json(&files), |file| {
        if let Err(faults) = MotionGraphic::from_json(&file.to_string()) {
            assert!(!faults.is_empty());
        }
    });
}

#[test]
fn subtitles_are_read_in_order_or_refused() {
    let files = corpus(&here("tests/corpus/subtitles"));
    each(2000, &files, &bent_bytes(&files), |bytes| {
        use SubtitleFormat::{Ass, Lrc, Srt};
        for format in [Srt, Ass, Lrc] {
            let Ok(cues) = read_subtitles(&bytes, format) else {
                continue;
            };
            assert!(!cues.is_empty());
            assert!(cues.is_sorted_by_key(|cue| cue.start_ms));
            for cue in cues {
                assert!(cue.start_ms <= cue.end_ms, "{cue:?}");
                assert!(!cue.text.trim().is_empty(), "{cue:?}");
                assert!(cue.text.chars().count() <= MAX_CAPTION_CHARACTERS);
            }
        }
        for timing in [Timing::Line, Timing::Word] {
            if let Ok(said) = TimedText::of_subtitles(&bytes, timing) {
                let entries = said.entries.iter();
                let mut entries = entries.filter(|entry| entry.start > entry.end);
                assert_eq!(entries.next(), None);
            }
        }
    });
}
