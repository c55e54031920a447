//! How much text a document may hold: what is drawn of it is bounded.

use crate::fault::{Fault, FaultCode, join};
use crate::model::{EditorState, ItemKind, TextItem};

/// Most characters of all texts on the tracks of a document together: some forty thousand words. The
/// outline of each letter is kept while its text shows, all of them at once at worst.
pub const MAX_TEXT_CHARACTERS: usize = 200_000;
/// Most characters of one entry of captions, which is laid out whole.
pub const MAX_CAPTION_CHARACTERS: usize = 10_000;

/// Every text that is too long.
pub(crate) fn check(state: &EditorState) -> Vec<Fault> {
    let mut faults = captions(state);
    faults.extend(texts(state));
    faults
}

fn fault(path: String, message: String) -> Fault {
    Fault {
        code: FaultCode::TextTooLong,
        path,
        message,
    }
}

/// Items whose captions have an entry that is too long; captions in files are checked
/// when these are read.
fn captions(state: &EditorState) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, item) in &state.items {
        let ItemKind::Captions(captions) = &item.kind else {
            continue;
        };
        let entries = captions.captions.entries.iter();
        let longest = entries.map(|entry| entry.text.chars().count()).max();
        if let Some(longest) = longest.filter(|longest| *longest > MAX_CAPTION_CHARACTERS) {
            faults.push(fault(
                join("/items", id),
                format!(
                    "An entry of its captions has {longest} characters; at most {MAX_CAPTION_CHARACTERS} are drawn. Split it."
                ),
            ));
        }
    }
    faults
}

/// Whether all texts together are too long.
fn texts(state: &EditorState) -> Option<Fault> {
    let ids = state.tracks.iter().flat_map(|track| &track.items);
    let items = ids.filter_map(|id| state.items.get(id));
    let pieces = items.flat_map(crate::Item::pieces);
    let characters: usize = pieces
        .filter_map(|piece| match &piece.kind {
            ItemKind::Text(text) => Some(characters(text)),
            _ => None,
        })
        .sum();
    (characters > MAX_TEXT_CHARACTERS).then(|| {
        let message = format!(
            "The texts on the tracks have {characters} characters; at most {MAX_TEXT_CHARACTERS} are drawn. Shorten them, or make several exports."
        );
        fault("/tracks".to_owned(), message)
    })
}

/// Of the longest text that an item shows: one takes the place of another.
fn characters(text: &TextItem) -> usize {
    let later = text.later.iter().map(|step| &step.text);
    let all = later.chain([&text.text]);
    all.map(|text| text.chars().count()).max().unwrap_or(0)
}
