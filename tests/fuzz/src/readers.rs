//! Readers: what they take is what they say it is, and what they refuse has a reason.

use std::sync::OnceLock;

use darkroom_editor_state::{
    Library, MAX_CAPTION_CHARACTERS, MotionGraphic, SubtitleFormat, TimedText, Timing, read,
    read_subtitles,
};
use darkroom_exports::bodies::{self, RequestBody as _};
use darkroom_exports::{CreateExport, Envelope, Limits};
use serde_json::Value;

/// Longest sentence about a fault, bytes.
const MOST_MESSAGE: usize = 5000;

pub(crate) fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(Library::default)
}

/// A text that may be a document: read, it means one thing, and the same when it is read
/// again; refused, every fault has a sentence.
pub fn document(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    match read(value, library()) {
        Ok(document) => {
            let again = read(document.value.clone(), library()).unwrap();
            assert!(again == document, "read again it means something else");
            assert!(document.state.duration().0 >= 0);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!((1..MOST_MESSAGE).contains(&fault.message.len()), "{fault}");
            }
        }
    }
}

/// A text that may be the body of a create request.
pub fn request(bytes: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let envelope = Envelope::of(&body);
    let export = bodies::CreateExport::read(body).and_then(|sent| {
        let identity = envelope.with_document(&sent.editor_state);
        CreateExport::new(&sent, &identity, &Limits::default(), library())
    });
    match export {
        Ok(export) => assert_eq!(export.state.hash.len(), 64),
        Err(problem) => {
            assert!(!problem.detail.is_empty());
            assert!(problem.errors.iter().all(|fault| !fault.message.is_empty()));
        }
    }
}

/// A file that may be a motion graphic.
pub fn motion_graphic(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err(faults) = MotionGraphic::from_json(text) {
        assert!(!faults.is_empty());
    }
}

/// A file that may be subtitles of any format: cues are in order, none ends before it
/// begins, and none is empty or too long.
pub fn captions(bytes: &[u8]) {
    use SubtitleFormat::{Ass, Lrc, Srt};
    for format in [Srt, Ass, Lrc] {
        let Ok(cues) = read_subtitles(bytes, format) else {
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
        if let Ok(said) = TimedText::of_subtitles(bytes, timing) {
            let entries = said.entries.iter();
            let mut entries = entries.filter(|entry| entry.start > entry.end);
            assert_eq!(entries.next(), None);
        }
    }
}
