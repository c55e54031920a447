//! Files, bent byte by byte.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{Index, select};

/// What readers of texts look for, or should look out for.
const TOKENS: [&str; 32] = [
    "\n",
    "\r\n\r\n",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{200d}",
    "\u{301}",
    "\u{1f468}",
    "\"",
    "\\",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "-->",
    "00:00:01,000",
    "[00:01.00]",
    "{\\k50}",
    "Dialogue:",
    "[Events]",
    "null",
    "-1",
    "1e308",
    "NaN",
    "99999999999999999999",
    "%31",
    "/../",
    ".",
    ",",
];

#[derive(Debug, Clone)]
enum Edit {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    /// So many bytes from a place on.
    Remove(Index, u8),
    /// So many bytes from a place on, up to 15 times more.
    Repeat(Index, u8, u8),
    Cut(Index),
}

impl Edit {
    fn apply(self, bytes: &mut Vec<u8>) {
        // A place may be the end.
        let place = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        let until = |at: usize, count: u8, bytes: &[u8]| (at + count as usize).min(bytes.len());
        match self {
            Self::Set(index, value) => {
                let at = place(&index, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            Self::Insert(index, what) => {
                let at = place(&index, bytes);
                bytes.splice(at..at, what);
            }
            Self::Remove(index, count) => {
                let at = place(&index, bytes);
                let end = until(at, count, bytes);
                bytes.drain(at..end);
            }
            Self::Repeat(index, count, times) => {
                let at = place(&index, bytes);
                let part = bytes[at..until(at, count, bytes)].repeat(usize::from(times % 16));
                bytes.splice(at..at, part);
            }
            Self::Cut(index) => {
                let at = place(&index, bytes);
                bytes.truncate(at);
            }
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = any::<Index>;
    let token = select(TOKENS.to_vec()).prop_map(|token| token.as_bytes().to_vec());
    prop_oneof![
        3 => (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        4 => (place(), token).prop_map(|(at, token)| Edit::Insert(at, token)),
        1 => (place(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        2 => (place(), any::<u8>()).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => (place(), any::<u8>(), any::<u8>())
            .prop_map(|(at, count, times)| Edit::Repeat(at, count, times)),
        1 => place().prop_map(Edit::Cut),
    ]
}

/// One of some files, with up to seven edits.
pub fn bent_bytes(files: &[Vec<u8>]) -> impl Strategy<Value = Vec<u8>> + use<> {
    (select(files.to_vec()), vec(edit(), 0..8)).prop_map(|(mut bytes, edits)| {
        for edit in edits {
            edit.apply(&mut bytes);
        }
        bytes
    })
}
